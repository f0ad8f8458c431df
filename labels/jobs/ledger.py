"""The ledger of a job on a printer: where each of its labels is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.identity.items import EMPTY, ItemSet
from ...trace.production.marks import marks_of
from .machine import LIVE, is_inside
from .tables import PrintBlock, PrintJob

LATELY = timedelta(minutes=3)
"""What the rate looks back on."""


@dataclass(frozen=True, slots=True)
class JobLedger:
    """The labels of a job. ``issued`` is exactly ``left`` and ``sending`` and ``sent``
    and ``confirmed`` and ``needs_scan`` and ``lost`` and ``cancelled``; what became of
    them afterwards stands beside it.
    """

    issued: ItemSet
    left: ItemSet
    """Never sent: they come next."""
    sending: ItemSet
    """On their way at this moment."""
    sent: ItemSet
    """The printer has them; whether they are out it did not say (yet)."""
    confirmed: ItemSet
    """Out, says the printer or somebody who scanned them."""
    needs_scan: ItemSet
    """Perhaps out: to be scanned, and never sent again."""
    lost: ItemSet
    """Did not come out, somebody said."""
    cancelled: ItemSet
    """Never sent, and never will be."""
    applied: ItemSet
    voided: ItemSet
    missing: ItemSet
    sampled: ItemSet
    rate: float
    """Labels a minute, lately; 0 when nothing moves."""
    eta: datetime | None
    """When the last one is sent at that rate; none when nothing moves."""

    @property
    def printed(self) -> ItemSet:
        """Out as far as we know."""
        return self.sent | self.confirmed

    @property
    def open(self) -> ItemSet:
        """Printed, and neither on a pack nor explained otherwise."""
        gone = self.applied | self.voided | self.missing | self.sampled
        return (self.printed - gone) | self.needs_scan


def job_ledger(session: Session, job: PrintJob, now: datetime) -> JobLedger:
    """Where each label of a job on a printer is."""
    blocks = session.scalars(
        sa.select(PrintBlock).where(PrintBlock.job_id == job.id)
    ).all()
    spans: dict[str, list[tuple[int, int]]] = {}
    for block in blocks:
        spans.setdefault(block.state, []).append((block.lo, block.hi))
    states = {state: ItemSet.from_intervals(found) for state, found in spans.items()}
    issued = EMPTY
    for items in states.values():
        issued |= items
    marks = marks_of(session, job.lot_id)
    rate = _rate(blocks, now) if job.state in LIVE else 0.0
    left = states.get("waiting", EMPTY)
    minutes = left.count / rate if rate else 0.0
    return JobLedger(
        issued=issued,
        left=left,
        sending=states.get("sending", EMPTY),
        sent=states.get("sent", EMPTY),
        confirmed=states.get("confirmed", EMPTY),
        needs_scan=states.get("needs_scan", EMPTY),
        lost=states.get("lost", EMPTY),
        cancelled=states.get("cancelled", EMPTY),
        applied=marks.get("applied", EMPTY) & issued,
        voided=marks.get("voided", EMPTY) & issued,
        missing=marks.get("missing", EMPTY) & issued,
        sampled=marks.get("sampled", EMPTY) & issued,
        rate=rate,
        eta=now + timedelta(minutes=minutes) if rate and left else None,
    )


def labels_in_doubt(session: Session, lot_id: int) -> ItemSet:
    """Labels of a batch that may have come out, and that nobody has scanned."""
    flagged = sa.select(PrintBlock.lo, PrintBlock.hi).join(PrintJob)
    flagged = flagged.where(PrintJob.lot_id == lot_id, PrintBlock.state == "needs_scan")
    return ItemSet.from_intervals((row.lo, row.hi) for row in session.execute(flagged))


def doubtful_job(session: Session, lot_id: int) -> PrintJob | None:
    """The oldest job of a batch with labels in doubt."""
    doubtful = sa.select(PrintJob).where(
        PrintJob.lot_id == lot_id,
        PrintJob.id.in_(sa.select(PrintBlock.job_id).filter_by(state="needs_scan")),
    )
    return session.scalars(doubtful.order_by(PrintJob.id).limit(1)).first()


def labels_inside(session: Session, lot_id: int, now: datetime) -> ItemSet:
    """Labels of a batch that printers have and may not have put out yet."""
    found = sa.select(PrintBlock.lo, PrintBlock.hi).join(PrintJob)
    found = found.where(PrintJob.lot_id == lot_id, is_inside(now))
    return ItemSet.from_intervals((row.lo, row.hi) for row in session.execute(found))


def _rate(blocks: Sequence[PrintBlock], now: datetime) -> float:
    lately = [b for b in blocks if b.sent_at and now - b.sent_at < LATELY]
    if not lately:
        return 0.0
    began = min(b.sending_at or now for b in lately)
    minutes = max((now - began).total_seconds(), 1.0) / 60
    return sum(b.hi - b.lo for b in lately) / minutes
