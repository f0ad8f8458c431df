"""The count of a batch's labels, signed (数量核对): domain.md §3.9 L5.

    printed = applied + voided + sampled + missing

The line leader signs when every label is explained; what nobody can find is missing.
More than 0.1 % missing waits for QA to sign too. The next batch never waits for it:
only the closing of this one does.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from .. import audit, flow
from ..db import Base, one_of
from ..errors import N_, Conflict, InvalidInput, NotFound
from ..flow import Machine, Step
from ..parties.lots import lock_lots
from ..parties.tables import Line, Lot
from ..people import Actor
from .figures import MILLION, figure
from .items import report_missing
from .label_balance import LabelBalance, label_balance
from .tables import LineRun

COUNT = Machine(
    "label_count",
    "state",
    {
        "countersign": Step(
            ("qa_needed",), "signed", "batch.release", not_by=("signed_by",)
        )
    },
)
"""Steps of a count; whoever signed it first is not the second person."""


MOST_DUE = 30
"""Batches of a line looked at for a count that is due."""


class LabelCount(Base):
    """What the labels of a batch came to when somebody signed for them."""

    __tablename__ = "label_count"
    __table_args__ = (
        one_of("state", "qa_needed", "signed"),
        sa.CheckConstraint(
            "printed = applied + voided + sampled + missing", name="sum"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"), index=True)
    printed: Mapped[int]
    applied: Mapped[int]
    voided: Mapped[int]
    sampled: Mapped[int]
    missing: Mapped[int]
    printer_reading: Mapped[int | None]
    """Labels that left the printer, by its own counter."""
    applicator_reading: Mapped[int | None]
    """Labels put on packs, by the labeller's counter."""
    reason: Mapped[str]
    """Why labels are missing or a counter says something else; empty when all fits."""
    state: Mapped[str]
    signed_by: Mapped[str]
    signed_at: Mapped[datetime]
    qa_by: Mapped[str | None]
    qa_at: Mapped[datetime | None]


def sign_count(
    session: Session,
    lot_id: int,
    *,
    shown: tuple[int, int, int],
    readings: tuple[int | None, int | None] = (None, None),
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> LabelCount:
    """Sign for the labels of a batch; what is not explained counts as missing.

    ``shown`` are the labels printed, applied and unexplained that the signer saw;
    ``readings`` what the counters of printer and labeller say, where they have one.
    More than 0.1 % missing gives a count that waits for QA, and marks nothing yet. The
    same count again is the first one.

    Raises Forbidden, Conflict ``labels_changed``, InvalidInput ``reason_missing`` when
    labels are missing or a counter says something else than we know.
    """
    actor.require("labels.count")
    lot = lock_lots(session, [lot_id])[lot_id]
    balance = label_balance(session, lot.id)
    known = last_count(session, lot.id)
    if known is not None and covers(known, balance):
        return known
    if shown != (balance.printed.count, balance.applied.count, balance.open.count):
        raise Conflict(
            "labels_changed",
            N_(
                "Since this page was opened, labels of %(lot)s were printed, put on "
                "packs or voided. Read the figures again, then sign."
            ),
            lot=lot.code,
        )
    _check_reason(balance, readings, reason)
    count = _write(lot, balance, readings, reason.strip(), actor, now)
    session.add(count)
    session.flush()
    if count.state == "signed" and balance.open:
        report_missing(session, lot.id, balance.open, reason, actor, now)
    told = {"missing": count.missing, "state": count.state, "readings": list(readings)}
    about = f"lot:{lot.id}"
    audit.record(session, actor.login, "label_count.sign", about, now, **told)
    return count


def countersign_count(
    session: Session, count_id: int, actor: Actor, now: datetime
) -> LabelCount:
    """QA signs a count with more than 0.1 % missing: then they are missing.

    Raises Forbidden, NotFound ``count_unknown``, Conflict ``second_person`` or
    ``labels_changed``.
    """
    actor.require("batch.release")
    count = session.get(LabelCount, count_id)
    if count is None:
        raise NotFound("count_unknown", N_("No such count of labels is recorded."))
    lot = lock_lots(session, [count.lot_id])[count.lot_id]
    balance = label_balance(session, lot.id)
    if count.state == "qa_needed" and not covers(count, balance):
        raise Conflict(
            "labels_changed",
            N_(
                "Labels of %(lot)s were booked since it was counted: the line leader "
                "has to count and sign again."
            ),
            lot=lot.code,
        )
    signed = {"qa_by": actor.login, "qa_at": now}
    new = flow.apply(session, COUNT, count, "countersign", actor, now, **signed)
    if new and balance.open:
        report_missing(session, lot.id, balance.open, count.reason, actor, now)
    return count


def last_count(session: Session, lot_id: int) -> LabelCount | None:
    """The latest signed count of a batch's labels."""
    counts = sa.select(LabelCount).where(LabelCount.lot_id == lot_id)
    return session.scalars(counts.order_by(LabelCount.id.desc()).limit(1)).first()


def covers(count: LabelCount, balance: LabelBalance) -> bool:
    """Whether a count still says what is known of the labels.

    Missing labels that were voided since, or packs sampled, do not open it again.
    """
    gone = balance.voided | balance.sampled | balance.missing | balance.open
    return (count.printed, count.applied) == (
        balance.printed.count,
        balance.applied.count,
    ) and gone.count == count.voided + count.sampled + count.missing


def counted(session: Session, lot: Lot) -> bool:
    """Whether the labels of a batch are signed for, or it never had any on a line."""
    balance = label_balance(session, lot.id)
    ran = sa.select(LineRun.id).where(LineRun.lot_id == lot.id).limit(1)
    if not balance.printed or session.scalar(ran) is None:
        return True
    known = last_count(session, lot.id)
    return known is not None and known.state == "signed" and covers(known, balance)


def counts_due(session: Session, line: Line) -> list[Lot]:
    """Batches off a line whose labels are not signed for, oldest first.

    One that still runs there is not due yet; what was closed never is.
    """
    runs = sa.select(LineRun.id).where(LineRun.lot_id == Lot.id)
    candidates = (
        sa.select(Lot)
        .where(
            Lot.line_id == line.id,
            Lot.status.in_(("in_production", "produced", "testing", "released")),
            Lot.next_item > 0,
            runs.exists(),
            ~runs.where(LineRun.ended_at.is_(None)).exists(),
        )
        .order_by(Lot.id.desc())
        .limit(MOST_DUE)
    )
    lots = session.scalars(candidates).unique().all()
    return [lot for lot in reversed(lots) if not counted(session, lot)]


def require_counted(session: Session, lot: Lot) -> None:
    """Raises Conflict ``labels_not_counted`` while nobody signed for the labels."""
    if not counted(session, lot):
        raise Conflict(
            "labels_not_counted",
            N_(
                "The labels of %(lot)s are not signed for: printed = on packs + voided "
                "+ samples + missing. The line leader counts them at the line first."
            ),
            lot=lot.code,
        )


def _check_reason(
    balance: LabelBalance, readings: tuple[int | None, int | None], reason: str
) -> None:
    ours = (balance.printed.count, balance.applied.count)
    differ = [
        (found, known)
        for found, known in zip(readings, ours, strict=True)
        if found is not None and found != known
    ]
    if reason.strip() or not (differ or balance.open):
        return
    if differ:
        raise InvalidInput(
            "reason_missing",
            N_(
                "A counter says %(found)s, but %(known)s labels are on record. Say why "
                "they differ, e.g. test labels."
            ),
            found=differ[0][0],
            known=differ[0][1],
        )
    raise InvalidInput(
        "reason_missing",
        N_("%(count)s labels would count as missing. Say where you looked for them."),
        count=balance.open.count,
    )


def _write(
    lot: Lot,
    balance: LabelBalance,
    readings: tuple[int | None, int | None],
    reason: str,
    actor: Actor,
    now: datetime,
) -> LabelCount:
    missing = (balance.missing | balance.open).count
    allowed = figure("labels.missing_ppm", now.date())
    few = missing * MILLION <= balance.printed.count * allowed
    alone = few or actor.may("batch.release") or not balance.open
    return LabelCount(
        lot_id=lot.id,
        printed=balance.printed.count,
        applied=balance.applied.count,
        voided=balance.voided.count,
        sampled=balance.sampled.count,
        missing=missing,
        printer_reading=readings[0],
        applicator_reading=readings[1],
        reason=reason,
        state="signed" if alone else "qa_needed",
        signed_by=actor.login,
        signed_at=now,
    )
