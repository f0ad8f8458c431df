"""Sending labels to printers, at most once.

A block is marked ``sending`` and committed before a byte of it leaves. Afterwards it is
``sent``; out, says the printer: ``confirmed``. Whatever is uncertain becomes
``needs_scan`` and pauses its job: it is never sent again. A printer is served by one
press at a time (``leases``). ``labels.devices.hand`` does the work, and ``web.press``
lets it write down here what it does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit, flow, people
from ...trace.errors import N_, Conflict, LotmarkError
from ...trace.faults import write_fault
from ...trace.identity.items import ItemSet
from ..engine.stock import load_stock
from .blocks import OUT, blocks_of, count_done, cut, items_in, move_items
from .first_labels import FIRST
from .machine import LIVE, MACHINE, end_if_done, lock_job, pause_for
from .steering import note_printed
from .tables import PrintBlock, Printer, PrintJob


@dataclass(frozen=True, slots=True)
class Sheaf:
    """Labels that go to the printer in one piece."""

    job_id: int
    lot_id: int
    block_id: int
    items: ItemSet
    copy: int
    skip: int
    stock: str
    name: str
    """No other one has it, e.g. ``DY-26-0001-00000013``."""
    columns: int

    @property
    def count(self) -> int:
        """Labels."""
        return self.items.count

    @property
    def rows(self) -> int:
        """Rows of labels side by side: a printer counts those."""
        return -(-self.count // self.columns)


def next_sheaf(session: Session, printer: Printer, most: int) -> Sheaf | None:
    """The next labels for a printer, never sent before: at most ``most`` of them.

    They fill rows or sheets, at least one. None when there are none.
    """
    first = (
        sa.select(PrintBlock, PrintJob)
        .join(PrintJob, PrintJob.id == PrintBlock.job_id)
        .where(
            PrintJob.printer_id == printer.id,
            PrintJob.state.in_(LIVE),
            PrintBlock.state == "waiting",
        )
        .order_by(PrintJob.id, PrintBlock.lo)
        .limit(1)
    )
    found = session.execute(first).first()
    if found is None:
        return None
    block, job = found
    begun, stock = _begun(session, job), load_stock(job.stock)
    skip = 0 if begun else job.skip
    if job.first_check and not begun:
        most = 1
    count = max(most // stock.per_page, 1) * stock.per_page - skip
    return Sheaf(
        job_id=job.id,
        lot_id=job.lot_id,
        block_id=block.id,
        items=ItemSet.range(block.lo, min(block.lo + count, block.hi)),
        copy=block.copy,
        skip=skip,
        stock=job.stock,
        name=f"{job.number}-{block.lo + 1:08}",
        columns=stock.columns,
    )


def _begun(session: Session, job: PrintJob) -> bool:
    """Whether any label of a job was ever sent."""
    return bool(blocks_of(session, job, "sending", *OUT, "needs_scan", "lost"))


def begin_sending(session: Session, sheaf: Sheaf, token: str, now: datetime) -> int:
    """Mark labels as on their way; commit before a byte leaves. The block's id, or 0
    when they are no longer to be sent.
    """
    job = lock_job(session, session.get_one(PrintJob, sheaf.job_id))
    block = session.get(PrintBlock, sheaf.block_id, populate_existing=True)
    gone = block is None or block.state != "waiting" or job.state not in LIVE
    if block is None or gone or sheaf.items - ItemSet.range(block.lo, block.hi):
        return 0
    (piece,) = cut(session, block, sheaf.items)
    piece.state, piece.token, piece.sending_at = "sending", token, now
    if job.state == "created":
        flow.apply(session, MACHINE, job, "send", people.system(), now)
    session.flush()
    return piece.id


def note_sent(
    session: Session,
    block_id: int,
    token: str,
    remote: str,
    due_out: datetime | None,
    now: datetime,
) -> None:
    """The printer has the whole block: its labels count as printed.

    Changes nothing when another press has put it in doubt meanwhile.
    """
    block = session.get_one(PrintBlock, block_id)
    job = lock_job(session, session.get_one(PrintJob, block.job_id))
    session.refresh(block)
    if block.state != "sending" or block.token != token:
        return
    block.state, block.remote = "sent", remote
    block.sent_at, block.due_out = now, due_out
    session.flush()
    items = ItemSet.range(block.lo, block.hi)
    note_printed(session, job, items, people.system(), now)
    count_done(session, job)
    if job.state == "sent":
        flow.apply(session, MACHINE, job, "print", people.system(), now)
        first = items_in(session, job, *OUT) == items
        if job.first_check and first and items_in(session, job, "waiting"):
            pause_for(session, job, _first_check(), people.system(), now)


def _first_check() -> Conflict:
    return Conflict(
        FIRST,
        N_("First-label check: scan the first label, then the rest is printed."),
    )


def note_out(session: Session, block_ids: Sequence[int], now: datetime) -> None:
    """The printer says that these blocks are out."""
    for job, blocks in _by_job(session, block_ids):
        for block in blocks:
            if block.state == "sent":
                block.state, block.settled_at = "confirmed", now
        session.flush()
        count_done(session, job)
        end_if_done(session, job, people.system(), now)


def doubt_blocks(
    session: Session, block_ids: Sequence[int], error: LotmarkError, now: datetime
) -> None:
    """Nobody knows whether these blocks came out: they need a scan."""
    for job, blocks in _by_job(session, block_ids):
        items = ItemSet.from_intervals((b.lo, b.hi) for b in blocks)
        put_in_doubt(session, job, items, error, now)


def put_in_doubt(
    session: Session, job: PrintJob, items: ItemSet, error: LotmarkError, now: datetime
) -> None:
    """Flag labels of a job that were sent, and pause it with the reason.

    They count as printed: perhaps they lie about, so the batch must explain them.
    """
    lock_job(session, job)
    flagged = move_items(
        session, job, items, ("sending", "sent"), "needs_scan", settled_at=now
    )
    if not flagged:
        return
    note_printed(session, job, flagged, people.system(), now)
    count_done(session, job)
    audit.record(
        session,
        people.system().login,
        "labels.doubt",
        f"print_job:{job.id}",
        now,
        items=str(flagged)[:200],
        error=error.code,
    )
    pause_for(session, job, error, people.system(), now)


def end_jobs(session: Session, printer_id: int, now: datetime) -> None:
    """End the jobs of a printer of which nothing is left to do."""
    live = sa.select(PrintJob).where(
        PrintJob.printer_id == printer_id, PrintJob.state.in_(LIVE)
    )
    for job in session.scalars(live.order_by(PrintJob.lot_id, PrintJob.id)).all():
        if not blocks_of(session, job, "waiting", "sending"):
            end_if_done(session, lock_job(session, job), people.system(), now)


def fail_printing(
    session: Session, job_id: int, error: LotmarkError, now: datetime
) -> None:
    """The labels cannot be drawn: what was not sent never will be."""
    job = lock_job(session, session.get_one(PrintJob, job_id))
    waiting = items_in(session, job, "waiting")
    move_items(session, job, waiting, ("waiting",), "cancelled", settled_at=now)
    if job.state in LIVE:
        fault = write_fault(error)
        flow.apply(session, MACHINE, job, "fail", people.system(), now, error=fault)


def _by_job(
    session: Session, block_ids: Sequence[int]
) -> list[tuple[PrintJob, list[PrintBlock]]]:
    """The blocks by their jobs, which are locked."""
    owners = sa.select(PrintBlock.job_id).where(PrintBlock.id.in_(block_ids))
    jobs = sa.select(PrintJob).where(PrintJob.id.in_(owners))
    found = []
    for job in session.scalars(jobs.order_by(PrintJob.lot_id, PrintJob.id)).all():
        lock_job(session, job)
        mine = sa.select(PrintBlock).where(
            PrintBlock.job_id == job.id, PrintBlock.id.in_(block_ids)
        )
        again = {"populate_existing": True}
        found.append((job, list(session.scalars(mine, execution_options=again))))
    return found
