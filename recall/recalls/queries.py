"""What screens and commands show of recalls and of signals nobody settled."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.parties.tables import Lot
from ..scope.tables import SavedScope
from ..signals.service import lots_of
from ..signals.tables import Signal
from .attestations import attestations_of, to_sign
from .cases import find_recall, first_signal, recall_of
from .clocks import ClockView, clocks_of, places_of
from .guards import unmet
from .history import events_of, open_countersignatures
from .machine import ASKED, ENDED
from .scopes import consignees_of, current_scope, scope_versions, unresolved
from .tables import (
    Recall,
    RecallAttestation,
    RecallConsignee,
    RecallEvent,
    RecallJurisdiction,
    RecallScope,
)

MOST_ENDED = 50
"""Ended recalls the board shows, the newest."""
NEXT = {
    "scope_locked": "start",
    "started": "publish",
    "published": "complete",
    "completed": "dispose",
    "dispositioned": "close",
}
"""The one step that comes next, by state, where only papers are missing."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What should happen now."""

    name: str
    """``aware``, ``decide``, ``propose``, ``accept``, ``lock``, ``sign`` (what was
    asked for), ``ask`` (the first of two signatures), or ``take``; ``none`` at the end.
    """
    step: str
    """The step of the machine it leads to."""
    missing: tuple[str, ...] = ()
    """Guards not fulfilled."""
    to_sign: tuple[str, ...] = ()
    """Of these, what a signed attestation fulfils."""


@dataclass(frozen=True)
class Line:
    """A recall on the board."""

    recall: Recall
    places: tuple[RecallJurisdiction, ...]
    clocks: tuple[ClockView, ...]
    """Open ones first, the most urgent first."""
    scope: RecallScope | None
    next: NextStep
    alone: tuple[RecallEvent, ...]
    """Steps one person took alone that wait for a second signature."""


@dataclass(frozen=True)
class Case(Line):
    """One recall with everything its page shows."""

    signal: Signal
    lots: tuple[Lot, ...]
    """Lots of the signal."""
    saved: SavedScope | None
    """The kept scope under the newest version."""
    consignees: tuple[RecallConsignee, ...]
    versions: tuple[RecallScope, ...]
    unresolved: tuple[str, ...]
    attestations: tuple[RecallAttestation, ...]
    events: tuple[RecallEvent, ...]


@dataclass(frozen=True)
class Heard:
    """A signal as lists show it."""

    signal: Signal
    lots: tuple[Lot, ...]
    recall: Recall | None


def running(session: Session, now: datetime) -> list[Line]:
    """Recalls that have not ended, real ones first, the most urgent first."""
    rows = session.scalars(sa.select(Recall).where(Recall.state.not_in(ENDED)))
    lines = [_line(session, recall, now) for recall in rows]
    return sorted(lines, key=lambda line: (line.recall.mode != "real", _urgency(line)))


def ended(session: Session) -> list[Recall]:
    """Recalls that ended, the newest first."""
    rows = (
        sa.select(Recall)
        .where(Recall.state.in_(ENDED))
        .order_by(Recall.id.desc())
        .limit(MOST_ENDED)
    )
    return list(session.scalars(rows))


def open_signals(session: Session) -> list[Heard]:
    """Signals without a recall that nobody dismissed, the newest first."""
    rows = session.scalars(
        sa.select(Signal).where(Signal.state != "dismissed").order_by(Signal.id.desc())
    )
    found = (heard(session, signal) for signal in rows)
    return [one for one in found if one.recall is None]


def heard(session: Session, signal: Signal) -> Heard:
    """A signal with its lots and its recall."""
    lots = _lots(session, signal.id)
    return Heard(signal, lots, recall_of(session, signal.id))


def case(session: Session, number: str, now: datetime) -> Case:
    """The recall people call ``number``. Raises NotFound."""
    recall = find_recall(session, number)
    line = _line(session, recall, now)
    signal, scope = first_signal(session, recall.id), line.scope
    return Case(
        line.recall,
        line.places,
        line.clocks,
        scope,
        line.next,
        line.alone,
        signal,
        _lots(session, signal.id),
        session.get(SavedScope, scope.scope_id) if scope else None,
        tuple(consignees_of(session, scope)) if scope else (),
        tuple(scope_versions(session, recall.id)),
        tuple(unresolved(scope)) if scope else (),
        tuple(attestations_of(session, recall.id)),
        tuple(events_of(session, recall.id)),
    )


def usable_scopes(session: Session, recall: Recall) -> list[SavedScope]:
    """Kept scopes that could be proposed for a recall, the newest first."""
    newest = current_scope(session, recall.id)
    rows = (
        sa.select(SavedScope)
        .where(SavedScope.state != "superseded")
        .order_by(SavedScope.id.desc())
        .limit(100)
    )
    scopes = session.scalars(rows)
    return [one for one in scopes if newest is None or one.id != newest.scope_id]


def next_step(session: Session, recall: Recall) -> NextStep:
    """The one thing to do next with a recall."""
    if recall.state in ENDED:
        return NextStep("none", "")
    if recall.asked_step is not None:
        return NextStep("sign", recall.asked_step)
    if recall.state == "assessment":
        return NextStep("decide" if recall.aware_confirmed else "aware", "decide")
    scope = current_scope(session, recall.id)
    if recall.state in ("decided", "expanded") or recall.provisional:
        if scope is None or scope.state != "proposed":
            return NextStep("propose", "lock")
        if unresolved(scope) and scope.accepted_by is None:
            return NextStep("accept", "lock")
        if recall.state != "started":
            return NextStep("lock", "lock")
    step = NEXT[recall.state]
    missing = unmet(session, recall, step)
    name = "ask" if step in ASKED else "take"
    return NextStep(name, step, tuple(missing), tuple(to_sign(missing)))


def _line(session: Session, recall: Recall, now: datetime) -> Line:
    return Line(
        recall,
        tuple(places_of(session, recall.id)),
        tuple(clocks_of(session, recall, now)),
        current_scope(session, recall.id),
        next_step(session, recall),
        tuple(open_countersignatures(session, recall.id)),
    )


def _urgency(line: Line) -> tuple[bool, datetime]:
    first = next((clock for clock in line.clocks if clock.left is not None), None)
    due = first.due_at if first else None
    return due is None, due or line.recall.opened_at


def _lots(session: Session, signal_id: int) -> tuple[Lot, ...]:
    ids = lots_of(session, signal_id)
    rows = sa.select(Lot).where(Lot.id.in_(ids)).order_by(Lot.id)
    return tuple(session.scalars(rows).unique())
