"""Deadlines of a recall. They run from T0, never pause, and are met or late.

A clock's due time only ever comes nearer while it is open, except where two persons
change T0 itself (domain.md §3.3 A13: keep the earlier).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import rules
from ...trace.errors import Conflict
from .rulesets import rule_set
from .tables import Recall, RecallClock, RecallJurisdiction

OWN = ""
"""Jurisdiction of the firm's own limits."""
_ORDER = (
    *("start", "scope", "countersign", "completion", "report"),
    *("disposition", "summary"),
)


@dataclass(frozen=True, slots=True)
class ClockView:
    """A deadline as it stands at one moment."""

    kind: str
    jurisdiction: str
    wave: int
    since_at: datetime
    due_at: datetime | None
    met_at: datetime | None
    statutory: bool
    source: str
    state: str
    """``running``, ``late``, ``met``, ``met_late``; ``unknown`` without a due time;
    ``stopped`` of a recall that ended before."""
    left: timedelta | None
    """Time left while it runs; below nothing is how late it is."""


def clocks_of(session: Session, recall: Recall, now: datetime) -> list[ClockView]:
    """The deadlines of a recall, the open and most urgent first."""
    rows = session.scalars(
        sa.select(RecallClock).where(RecallClock.recall_id == recall.id)
    )
    return sorted(
        (view(clock, now, ended=recall.ended_at is not None) for clock in rows),
        key=lambda one: (
            one.met_at is not None,
            one.due_at is None,
            one.due_at or one.since_at,
            _ORDER.index(one.kind),
        ),
    )


def view(clock: RecallClock, now: datetime, *, ended: bool = False) -> ClockView:
    """A clock at a moment; ``ended`` says that its recall runs no more."""
    due, met = clock.due_at, clock.met_at
    if ended and met is None:
        state = "stopped"
    elif due is None:
        state = "unknown" if met is None else "met"
    elif met is None:
        state = "running" if now <= due else "late"
    else:
        state = "met" if met <= due else "met_late"
    left = due - now if due and state in ("running", "late") else None
    return ClockView(
        clock.kind,
        clock.jurisdiction,
        clock.wave,
        clock.since_at,
        due,
        met,
        clock.statutory,
        clock.source,
        state,
        left,
    )


def open_wave(
    session: Session, recall: Recall, wave: int, aware_at: datetime, now: datetime
) -> None:
    """Start the clocks of an assessment or expansion: start by law, scope by us."""
    for place in places_of(session, recall.id):
        start_clock(session, recall, place, wave, aware_at)
    begin_own(session, recall, "scope", wave, now)


def start_clock(
    session: Session,
    recall: Recall,
    place: RecallJurisdiction,
    wave: int,
    aware_at: datetime,
) -> None:
    """Start the clock of a place until which the recall must be started there."""
    rules_there = rule_set(place.rule_set)
    clock = _begin(
        session,
        recall,
        "start",
        place.jurisdiction,
        wave,
        aware_at,
        due=None,
        statutory=rules_there.start_statutory,
        source=rules_there.source,
    )
    clock.due_at = _due(clock, place)


def recompute(session: Session, recall: Recall, *, keep_earlier: bool) -> None:
    """Deadlines of open clocks after a level or T0 was said or changed.

    ``keep_earlier`` never moves one away. Clocks that were met stay as they were.
    """
    places = {one.jurisdiction: one for one in places_of(session, recall.id)}
    for clock in _open(session, recall.id, ("start", "completion")):
        place = places[clock.jurisdiction]
        if clock.kind == "start" and clock.wave == 1:
            clock.since_at = recall.aware_at
        found = _due(clock, place)
        if keep_earlier and clock.due_at is not None and found is not None:
            found = min(found, clock.due_at)
        clock.due_at = found
    session.flush()


def publish_clocks(session: Session, recall: Recall, wave: int, now: datetime) -> None:
    """Publication starts completion and interim reports (A6, A7)."""
    for place in places_of(session, recall.id):
        rules_there = rule_set(place.rule_set)
        if rules_there.completion_days:
            clock = _begin(
                session,
                recall,
                "completion",
                place.jurisdiction,
                wave,
                now,
                due=None,
                statutory=True,
                source=rules_there.source,
            )
            clock.due_at = _due(clock, place)
        _next_report(session, recall, place, wave, now)


def note_report(
    session: Session, recall: Recall, jurisdiction: str, now: datetime
) -> None:
    """An interim report was filed: its clock is met and the next one runs."""
    for clock in _open(session, recall.id, ("report",)):
        if clock.jurisdiction == jurisdiction:
            clock.met_at = now
            place = session.get_one(RecallJurisdiction, (recall.id, jurisdiction))
            _next_report(session, recall, place, clock.wave, now)
    session.flush()


def meet(session: Session, recall_id: int, kinds: Iterable[str], now: datetime) -> None:
    """What these clocks were for is done."""
    for clock in _open(session, recall_id, tuple(kinds)):
        clock.met_at = now
    session.flush()


def places_of(session: Session, recall_id: int) -> list[RecallJurisdiction]:
    """The jurisdictions of a recall, by name."""
    rows = (
        sa.select(RecallJurisdiction)
        .where(RecallJurisdiction.recall_id == recall_id)
        .order_by(RecallJurisdiction.jurisdiction)
    )
    return list(session.scalars(rows))


def _due(clock: RecallClock, place: RecallJurisdiction) -> datetime | None:
    """None where no confirmed calendar reaches so far: nothing waits for a calendar."""
    rules_there = rule_set(place.rule_set)
    try:
        if clock.kind == "start":
            return rules_there.start_due(clock.since_at, place.level)
        return rules_there.completion_due(clock.since_at, place.level)
    except Conflict:
        return None


def _next_report(
    session: Session,
    recall: Recall,
    place: RecallJurisdiction,
    wave: int,
    now: datetime,
) -> None:
    rules_there = rule_set(place.rule_set)
    due = rules_there.report_due(now, place.level)
    if due is not None:
        _begin(
            session,
            recall,
            "report",
            place.jurisdiction,
            wave,
            now,
            due=due,
            statutory=False,
            source=rules_there.report_source or rules_there.source,
        )


def begin_own(
    session: Session, recall: Recall, kind: str, wave: int, now: datetime
) -> None:
    """Start one of the firm's own limits, ``recall.<kind>`` of the rule files."""
    limit = rules.limit(f"recall.{kind}", now.date())
    _begin(
        session,
        recall,
        kind,
        OWN,
        wave,
        now,
        due=now + timedelta(minutes=limit.minutes),
        statutory=limit.statutory,
        source=limit.source,
    )


def _begin(
    session: Session,
    recall: Recall,
    kind: str,
    jurisdiction: str,
    wave: int,
    since: datetime,
    *,
    due: datetime | None,
    statutory: bool,
    source: str,
) -> RecallClock:
    turns = sa.select(sa.func.count(RecallClock.id)).where(
        RecallClock.recall_id == recall.id,
        RecallClock.kind == kind,
        RecallClock.jurisdiction == jurisdiction,
        RecallClock.wave == wave,
    )
    clock = RecallClock(
        recall_id=recall.id,
        kind=kind,
        jurisdiction=jurisdiction,
        wave=wave,
        turn=session.scalars(turns).one() + 1,
        since_at=since,
        due_at=due,
        statutory=statutory,
        source=source,
    )
    session.add(clock)
    session.flush()
    return clock


def _open(
    session: Session, recall_id: int, kinds: tuple[str, ...]
) -> list[RecallClock]:
    rows = (
        sa.select(RecallClock)
        .where(
            RecallClock.recall_id == recall_id,
            RecallClock.kind.in_(kinds),
            RecallClock.met_at.is_(None),
        )
        .order_by(RecallClock.id)
    )
    return list(session.scalars(rows))
