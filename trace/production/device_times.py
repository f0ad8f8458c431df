"""When something happened that a device reports: its clock may show any time at all."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..db import UtcDateTime
from ..identity.tables import CodeBinding, CodeBlock
from ..parties.tables import Lot
from .tables import LineRun

SKEW = timedelta(minutes=5)
"""How far a good clock may be off."""
LATE = timedelta(hours=1)
"""A report that comes longer after the fact is flagged."""


@dataclass(frozen=True, slots=True)
class Times:
    """Between which times something happened, by a device's clock.

    Of one alone, the other is the same; none says nothing.
    """

    since: datetime | None
    until: datetime | None
    clock: datetime | None
    """What that clock showed when it was told."""


def believed(
    session: Session, lot: Lot, told: Times, now: datetime
) -> tuple[tuple[datetime, datetime], list[str]]:
    """Between which times it happened, and what is odd about what was told.

    A code cannot be printed before it was issued: an earlier time, like one to come,
    is a wrong clock. Then, and where no time is told, all that is sure is that it was
    between the issue of the lot's first code and now: a scope is narrowed by these
    times (domain.md §4.2), so a guess would leave bad packs out. A device that also
    says what its clock shows now is believed by how long ago it was. One that does not,
    and tells times long past, was without a network or has a clock that is hours behind
    (domain.md §9 item 6): nobody knows which.
    """
    first = min(_first_issue(session, lot) or now, now)
    until = told.until or told.since or now
    since = told.since or told.until or first
    flags = []
    if told.clock and (told.since or told.until) and abs(now - told.clock) > SKEW:
        flags.append("clock_corrected")
        since, until = _put_right(now, told.clock, since, until)
    if not first - SKEW <= since <= until <= now + SKEW:
        flags, since, until = ["clock_wrong"], first, now
    elif _after_runs(session, lot, since):
        flags.append("after_batch")
    late = now - until > LATE
    if late or lot.status != "in_production":
        flags.append("late")
    if late and told.clock is None:
        since, until = first, now
    return (min(since, now), min(until, now)), flags


def _first_issue(session: Session, lot: Lot) -> datetime | None:
    """When the first of the lot's codes was issued."""
    return session.scalar(
        sa.select(sa.func.min(CodeBlock.issued_at, type_=UtcDateTime))
        .join(CodeBinding, CodeBinding.series_id == CodeBlock.series_id)
        .where(CodeBinding.lot_id == lot.id)
    )


def _put_right(
    now: datetime, clock: datetime, since: datetime, until: datetime
) -> tuple[datetime, datetime]:
    """Times of a wrong clock as ours would have shown them."""
    try:
        return now - (clock - since), now - (clock - until)
    except OverflowError:  # further back than time goes: not believed below
        return datetime.min.replace(tzinfo=UTC), now


def _after_runs(session: Session, lot: Lot, since: datetime) -> bool:
    """Whether every run of the batch had ended: labels of it left on the line went onto
    packs of the next one, and both are in question (domain.md §9 item 7)."""
    ends = session.scalars(sa.select(LineRun.ended_at).filter_by(lot_id=lot.id)).all()
    over = [end for end in ends if end is not None]
    return bool(ends) and len(over) == len(ends) and since > max(over) + SKEW
