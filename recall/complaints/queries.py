"""What the desk and the complainant's page show of complaints."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.errors import N_, NotFound
from ...trace.parties.tables import Lot
from ...trace.people import Actor
from ...trace.stock.tables import Hold
from .checks import ZONE
from .service import find
from .tables import (
    Complainant,
    Complaint,
    ComplaintEvent,
    ComplaintPhoto,
    HealthReport,
)

OPEN = ("received", "acknowledged", "investigating", "proposed")
"""States in which somebody still has something to do."""
SHOWS = ("open", "waiting", "mine", "done")
"""What the desk can show: all open ones, those nobody took, one's own, the finished."""
DAYS = 14
"""Length of a group's series."""
MOST_DONE = 500
"""Finished complaints are shown back to this many."""


@dataclass(frozen=True, slots=True)
class Group:
    """Complaints of one kind about one batch: seen together, they say more."""

    kind: str
    lot: Lot | None
    """None for packs whose batch is not known."""
    cases: tuple[Complaint, ...]
    """Those asked for, the most urgent first."""
    today: int
    """How many of this kind and batch were reported today, in any state."""
    series: tuple[int, ...]
    """Reports per day over 14 days, today last; invalid ones are left out."""
    due_at: datetime | None
    """The earliest deadline among the cases."""
    states: dict[str, int]
    """How many cases are in each state."""
    owners: tuple[str, ...]
    """Log-ins of their first-responsible owners, without repeats."""
    held: bool
    """A hold on the batch, or on items of it, is active."""

    @property
    def count(self) -> int:
        return len(self.cases)

    @property
    def next_case(self) -> Complaint:
        """The most urgent one."""
        return self.cases[0]


@dataclass(frozen=True, slots=True)
class Case:
    """One complaint with what belongs to it, without what identifies the person."""

    complaint: Complaint
    events: tuple[ComplaintEvent, ...]
    """Its history, oldest first."""
    photos: tuple[str, ...]
    """Names of stored files."""
    has_contact: bool
    """Whether there is a contact to ask ``contact_of`` for."""
    has_health: bool
    """Whether there is a health report to ask ``health_text_of`` for."""
    alike: int
    """Other complaints of this kind about this batch, in any state but invalid."""


@dataclass(frozen=True, slots=True)
class Today:
    """The desk's figures."""

    late: int
    """Open complaints past their deadline."""
    soon: int
    """Open complaints due within the hour."""
    new: int
    """Reported today."""
    closed: int
    """Closed today."""
    response_minutes: int | None
    """Median time to the first response of those acknowledged today."""


def queue(
    session: Session, show: str, now: datetime, login: str | None = None
) -> list[Group]:
    """Complaints grouped by kind and batch, the most urgent group first.

    ``show`` is one of ``SHOWS``; ``mine`` needs the ``login`` of the owner.
    """
    cases = session.scalars(_wanted(show, login)).unique().all()
    groups: dict[tuple[str, int | None], list[Complaint]] = {}
    for case in cases:
        groups.setdefault((case.kind, case.lot_id), []).append(case)
    lots = {lot_id for _, lot_id in groups if lot_id is not None}
    reported = _reported_by_day(session, groups, now)
    held = _held(session, lots)
    found = [
        _group(members, reported.get(key, Counter()), key[1] in held, now)
        for key, members in groups.items()
    ]
    return sorted(found, key=lambda group: (*_urgency(group.next_case), -group.count))


def case(session: Session, number: str) -> Case:
    """The case people call ``number``, with its whole history. Raises NotFound."""
    return _case(session, find(session, number), public_only=False)


def case_by_token(session: Session, token: str) -> Case:
    """The case a private link opens, with its public history. Raises NotFound."""
    known = sa.select(Complaint).where(Complaint.token == token)
    # PostgreSQL refuses to look for a NUL, which no token of ours holds
    complaint = session.scalar(known) if token.isprintable() else None
    if complaint is None:
        raise NotFound("link_unknown", N_("This link opens nothing."))
    return _case(session, complaint, public_only=True)


def history(
    session: Session, complaint_id: int, *, public_only: bool = False
) -> tuple[ComplaintEvent, ...]:
    """The events of a complaint, oldest first."""
    events = (
        sa.select(ComplaintEvent)
        .where(ComplaintEvent.complaint_id == complaint_id)
        .order_by(ComplaintEvent.at, ComplaintEvent.id)
    )
    if public_only:
        events = events.where(ComplaintEvent.public)
    return tuple(session.scalars(events))


def may_reach(complaint: Complaint, actor: Actor) -> bool:
    """Whether they may see the contact: an agent only of their own cases (§8.2)."""
    owns = complaint.owner == actor.login and actor.may("complaint.handle")
    return owns or actor.may("complaint.contact")


def contact_of(session: Session, complaint: Complaint, actor: Actor) -> str:
    """How the complainant can be reached, or empty. Raises Forbidden."""
    if not may_reach(complaint, actor):
        actor.require("complaint.contact")
    row = session.get(Complainant, complaint.id)
    return row.contact if row else ""


def health_text_of(session: Session, complaint_id: int, actor: Actor) -> str:
    """What the complainant felt, or empty. Raises Forbidden."""
    actor.require("complaint.health")
    row = session.get(HealthReport, complaint_id)
    return row.text if row else ""


def today(session: Session, now: datetime) -> Today:
    """The desk's figures at this moment."""
    start = _start_of_day(now)
    is_open = Complaint.state.in_(OPEN)
    soon = now + timedelta(hours=1)
    return Today(
        late=_count(session, is_open, Complaint.due_at < now),
        soon=_count(session, is_open, Complaint.due_at.between(now, soon)),
        new=_count(session, Complaint.reported_at >= start),
        closed=len(_took(session, "close", start)),
        response_minutes=_middle(_took(session, "acknowledge", start)),
    )


def _wanted(show: str, login: str | None) -> sa.Select[Complaint]:
    wanted = sa.select(Complaint)
    if show == "done":
        finished = wanted.where(Complaint.state.not_in(OPEN))
        return finished.order_by(Complaint.id.desc()).limit(MOST_DONE)
    if show == "waiting":
        return wanted.where(Complaint.state == "received")
    wanted = wanted.where(Complaint.state.in_(OPEN))
    return wanted.where(Complaint.owner == login) if show == "mine" else wanted


def _reported_by_day(
    session: Session,
    groups: dict[tuple[str, int | None], list[Complaint]],
    now: datetime,
) -> dict[tuple[str, int | None], Counter[date]]:
    """Reports of each shown kind and batch per local day, over the series' days."""
    since = _start_of_day(now) - timedelta(days=DAYS - 1)
    rows = session.execute(
        sa.select(Complaint.kind, Complaint.lot_id, Complaint.reported_at).where(
            Complaint.reported_at >= since, Complaint.state != "invalid"
        )
    )
    reported: dict[tuple[str, int | None], Counter[date]] = {}
    for kind, lot_id, at in rows:
        if (kind, lot_id) in groups:
            days = reported.setdefault((kind, lot_id), Counter())
            days[at.astimezone(ZONE).date()] += 1
    return reported


def _held(session: Session, lot_ids: set[int]) -> set[int]:
    active = sa.select(Hold.lot_id).where(
        Hold.lot_id.in_(sorted(lot_ids)), Hold.state != "released"
    )
    return set(session.scalars(active))


def _group(
    members: list[Complaint], reported: Counter[date], held: bool, now: datetime
) -> Group:
    members = sorted(members, key=_urgency)
    last = now.astimezone(ZONE).date()
    days = [last - timedelta(days=back) for back in reversed(range(DAYS))]
    return Group(
        kind=members[0].kind,
        lot=members[0].lot,
        cases=tuple(members),
        today=reported[last],
        series=tuple(reported[day] for day in days),
        due_at=members[0].due_at,
        states=dict(Counter(case.state for case in members)),
        owners=tuple(dict.fromkeys(case.owner for case in members if case.owner)),
        held=held,
    )


def _urgency(complaint: Complaint) -> tuple[bool, float, int]:
    due_at = complaint.due_at
    return due_at is None, due_at.timestamp() if due_at else 0, complaint.id


def _case(session: Session, complaint: Complaint, *, public_only: bool) -> Case:
    photos = session.scalars(
        sa.select(ComplaintPhoto.sha256).where(
            ComplaintPhoto.complaint_id == complaint.id
        )
    )
    return Case(
        complaint=complaint,
        events=history(session, complaint.id, public_only=public_only),
        photos=tuple(sorted(photos)),
        has_contact=session.get(Complainant, complaint.id) is not None,
        has_health=session.get(HealthReport, complaint.id) is not None,
        alike=_alike(session, complaint),
    )


def _alike(session: Session, complaint: Complaint) -> int:
    if complaint.lot_id is None:
        return 0
    return _count(
        session,
        Complaint.lot_id == complaint.lot_id,
        Complaint.kind == complaint.kind,
        Complaint.state != "invalid",
        Complaint.id != complaint.id,
    )


def _count(session: Session, *which: sa.ColumnElement[bool]) -> int:
    rows = sa.select(sa.func.count()).select_from(Complaint).where(*which)
    return session.scalar(rows) or 0


def _took(session: Session, what: str, start: datetime) -> list[timedelta]:
    """From the report to a step, for each complaint that took it since ``start``."""
    rows = session.execute(
        sa.select(ComplaintEvent.at, Complaint.reported_at)
        .join(Complaint, Complaint.id == ComplaintEvent.complaint_id)
        .where(ComplaintEvent.what == what, ComplaintEvent.at >= start)
    )
    return [at - reported_at for at, reported_at in rows]


def _middle(times: Sequence[timedelta]) -> int | None:
    if not times:
        return None
    return round(median(time.total_seconds() for time in times) / 60)


def _start_of_day(now: datetime) -> datetime:
    return now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
