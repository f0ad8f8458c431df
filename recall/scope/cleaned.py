"""Fetches the cleanings, checks and stops that bound suspect times on lines."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.among import among
from ...trace.production.tables import Cleaning, LineStop, ProcessCheck
from .criteria import CheckFailed, CleaningFailed, Criteria
from .graph import Check, Cleaned, Stop
from .windows import Window

PASSED = sa.and_(Cleaning.result == "pass", Cleaning.withdrawn_at.is_(None))
"""A cleaning that cleaned; one recorded by mistake and withdrawn did not."""
_CLEANED = sa.select(
    Cleaning.id,
    Cleaning.line_id,
    Cleaning.started_at,
    Cleaning.ended_at,
    Cleaning.kind,
    PASSED,
)
_CHECKED = sa.select(
    ProcessCheck.id,
    ProcessCheck.line_id,
    ProcessCheck.at,
    ProcessCheck.kind,
    ProcessCheck.result == "pass",
    ProcessCheck.corrected_at,
)
_STOPPED = sa.select(
    LineStop.line_id,
    LineStop.started_at,
    LineStop.ended_at,
    LineStop.check_id,
    sa.func.coalesce(ProcessCheck.kind, ""),
).outerjoin(ProcessCheck, ProcessCheck.id == LineStop.check_id)


def load_named(
    session: Session, criteria: Criteria
) -> tuple[tuple[Cleaned, ...], tuple[Check, ...]]:
    """The cleanings and checks that the criteria name."""
    cleanings = {f.cleaning_id for f in criteria.facts if isinstance(f, CleaningFailed)}
    checks = {f.check_id for f in criteria.facts if isinstance(f, CheckFailed)}
    return (
        _cleanings(session, among(Cleaning.id, cleanings)) if cleanings else (),
        _checks(session, among(ProcessCheck.id, checks)) if checks else (),
    )


def load_cleanings(
    session: Session,
    criteria: Criteria,
    line: int,
    start: datetime,
    end: datetime | None,
) -> tuple[Cleaned, ...]:
    """Cleanings from the last clean break before ``start`` to the first after ``end``.

    Those that are no break may be among them: ``windows`` knows.
    """
    whole = [Cleaning.line_id == line, Cleaning.equipment == ""]
    return _cleanings(session, *bounding(session, criteria, whole, start, end))


def bounding(
    session: Session,
    criteria: Criteria,
    which: Sequence[sa.ColumnElement[bool]],
    start: datetime,
    end: datetime | None,
) -> list[sa.ColumnElement[bool]]:
    """Which of such cleanings lie from the last clean break to the first one after."""
    good = sa.and_(
        *which,
        PASSED,
        sa.not_(among(Cleaning.id, criteria.distrusted_cleanings)),
        Cleaning.kind == "allergen" if criteria.hazard == "allergen" else sa.true(),
    )
    last = session.scalar(
        sa.select(sa.func.max(Cleaning.ended_at)).where(
            good, Cleaning.ended_at <= start
        )
    )
    near = [*which, Cleaning.ended_at >= (last or start)]
    if end is not None:
        first = session.scalar(
            sa.select(sa.func.min(Cleaning.started_at)).where(
                good, Cleaning.started_at >= end
            )
        )
        near.append(Cleaning.started_at <= (first or end))
    return near


def load_stops(session: Session, line: int, start: datetime) -> tuple[Stop, ...]:
    """Stops of a line from a suspect time on, mere pauses left out."""
    lasting = sa.or_(LineStop.ended_at.is_(None), LineStop.check_id.is_not(None))
    later = sa.or_(LineStop.ended_at.is_(None), LineStop.ended_at > start)
    found = _STOPPED.where(LineStop.line_id == line, lasting, later)
    return tuple(Stop(*row) for row in session.execute(found))


def load_checks(
    session: Session, known: Iterable[Check], window: Window
) -> tuple[Check, ...]:
    """Checks in the window that measured what a known check of its line measured."""
    kinds = {check.kind for check in known if check.line == window.line}
    if not kinds:
        return ()
    here = [
        ProcessCheck.line_id == window.line,
        ProcessCheck.kind.in_(sorted(kinds)),
        ProcessCheck.at >= window.start,
    ]
    if window.end is not None:
        here.append(ProcessCheck.at < window.end)
    return _checks(session, *here)


def _cleanings(session: Session, *where: sa.ColumnElement[bool]) -> tuple[Cleaned, ...]:
    return tuple(Cleaned(*row) for row in session.execute(_CLEANED.where(*where)))


def _checks(session: Session, *where: sa.ColumnElement[bool]) -> tuple[Check, ...]:
    return tuple(Check(*row) for row in session.execute(_CHECKED.where(*where)))
