"""Opening a recall case on a signal, and its T0."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit
from ...trace.errors import N_, Conflict, InvalidInput, NotFound
from ...trace.numbers import next_number
from ...trace.people import Actor
from ..signals import service as signals
from ..signals.tables import Signal
from .clocks import open_wave, places_of, recompute, start_clock
from .history import note_event
from .rulesets import set_in_force
from .tables import Recall, RecallJurisdiction, RecallSignal

HERE = "cn_food"
"""The jurisdiction unless others are named."""
NUMBERS = {"real": "ZH", "drill": "YL"}


def start_assessment(
    session: Session,
    signal_number: str,
    title: str,
    actor: Actor,
    now: datetime,
    *,
    jurisdictions: Iterable[str] = (HERE,),
) -> Recall:
    """Open a recall case on a signal (A1): its legal clocks have run since T0.

    A signal of an exercise opens an exercise. A signal that has a recall already
    returns that one.

    Raises:
        Forbidden: without the right ``recall.assess``.
        NotFound: ``signal_unknown``.
        InvalidInput: ``text_missing``, ``jurisdiction_unknown``, ``place_missing``.
        Conflict: ``signal_dismissed``, ``rules_missing``.
    """
    actor.require("recall.assess")
    signal = signals.find_signal(session, signal_number, lock=True)
    if (known := recall_of(session, signal.id)) is not None:
        return known
    if signal.state == "dismissed":
        raise Conflict(
            "signal_dismissed",
            N_("%(number)s was dismissed. If there is news, raise a new signal."),
            number=signal.number,
        )
    if not title.strip():
        raise InvalidInput(
            "text_missing", N_("Name the product and the trouble in a few words.")
        )
    mode = "drill" if signal.drill else "real"
    recall = Recall(
        number=next_number(session, NUMBERS[mode], now.year),
        mode=mode,
        state_at=now,
        title=title.strip(),
        reason=signal.text,
        aware_at=signal.counts_from,
        aware_confirmed=signal.aware_at is not None,
        opened_at=now,
        opened_by=actor.login,
    )
    session.add(recall)
    session.flush()
    session.add(RecallSignal(recall_id=recall.id, signal_id=signal.id))
    _add_places(session, recall, jurisdictions)
    open_wave(session, recall, 1, recall.aware_at, now)
    _settle_signal(signal, actor, now)
    told = {"signal": signal.number, "mode": mode}
    _note(session, recall, "start_assessment", actor, now, told)
    return recall


def add_jurisdiction(
    session: Session, number: str, jurisdiction: str, actor: Actor, now: datetime
) -> Recall:
    """The goods went there too: its rules and clocks apply from T0.

    Raises Forbidden, NotFound, InvalidInput ``jurisdiction_unknown``, Conflict
    ``recall_ended``.
    """
    actor.require("recall.assess")
    recall = find_recall(session, number, lock=True)
    check_running(recall)
    if jurisdiction in {one.jurisdiction for one in places_of(session, recall.id)}:
        return recall
    _add_places(session, recall, [jurisdiction])
    place = session.get_one(RecallJurisdiction, (recall.id, jurisdiction))
    start_clock(session, recall, place, 1, recall.aware_at)
    told = {"jurisdiction": jurisdiction, "rule_set": place.rule_set}
    _note(session, recall, "add_jurisdiction", actor, now, told)
    return recall


def confirm_aware_time(
    session: Session, number: str, aware_at: datetime, actor: Actor, now: datetime
) -> Recall:
    """A person says when the firm became aware; clocks run from there.

    Raises as ``signals.service.confirm_aware``, and Conflict ``recall_ended``.
    """
    recall, signal = _with_signal(session, number)
    signals.confirm_aware(session, signal.number, aware_at, actor, now)
    if recall.aware_at != aware_at or not recall.aware_confirmed:
        recall.aware_at, recall.aware_confirmed = aware_at, True
        recompute(session, recall, keep_earlier=False)
        told = {"aware_at": aware_at.isoformat()}
        _note(session, recall, "confirm_aware", actor, now, told)
    return recall


def ask_other_aware_time(
    session: Session,
    number: str,
    aware_at: datetime,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Recall:
    """Propose another T0 than the confirmed one. Raises as ``ask_aware_change``."""
    recall, signal = _with_signal(session, number)
    signals.ask_aware_change(session, signal.number, aware_at, reason, actor, now)
    return recall


def agree_other_aware_time(
    session: Session, number: str, aware_at: datetime, actor: Actor, now: datetime
) -> Recall:
    """The second person signs the other T0. Raises as ``agree_aware_change``."""
    recall, signal = _with_signal(session, number)
    asked = signal.asked_by, signal.asked_reason or ""
    signals.agree_aware_change(session, signal.number, aware_at, actor, now)
    if recall.aware_at != aware_at:
        before, recall.aware_at = recall.aware_at, aware_at
        recompute(session, recall, keep_earlier=False)
        told = {"before": before.isoformat(), "after": aware_at.isoformat()}
        told |= {"asked_by": asked[0] or "", "reason": asked[1]}
        _note(session, recall, "change_aware", actor, now, told, asked[1])
    return recall


def find_recall(session: Session, number: str, *, lock: bool = False) -> Recall:
    """The recall people call ``number``. Raises NotFound ``recall_unknown``."""
    query = sa.select(Recall).where(Recall.number == number.strip().upper())
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    # PostgreSQL refuses to look for a NUL, which no number of ours holds
    recall = session.scalar(query) if number.isprintable() else None
    if recall is None:
        raise NotFound(
            "recall_unknown",
            N_("No recall %(number)s is recorded."),
            number=number[:40],
        )
    return recall


def recall_of(session: Session, signal_id: int) -> Recall | None:
    """The recall a signal led to, if any."""
    opened = sa.select(RecallSignal.recall_id).where(
        RecallSignal.signal_id == signal_id
    )
    return session.scalar(sa.select(Recall).where(Recall.id.in_(opened)))


def first_signal(session: Session, recall_id: int) -> Signal:
    """The signal a recall began with: its T0 is the recall's."""
    ids = sa.select(RecallSignal.signal_id).where(RecallSignal.recall_id == recall_id)
    begun = sa.select(Signal).where(Signal.id.in_(ids)).order_by(Signal.id)
    return session.scalars(begun.limit(1)).one()


def check_running(recall: Recall) -> None:
    """Raises Conflict ``recall_ended``."""
    if recall.ended_at is not None:
        raise Conflict(
            "recall_ended",
            N_("%(number)s has ended: nothing of it changes any more."),
            number=recall.number,
        )


def _with_signal(session: Session, number: str) -> tuple[Recall, Signal]:
    recall = find_recall(session, number, lock=True)
    check_running(recall)
    return recall, first_signal(session, recall.id)


def _add_places(session: Session, recall: Recall, names: Iterable[str]) -> None:
    wanted = sorted(set(names))
    if not wanted:
        raise InvalidInput("place_missing", N_("Say where the goods were sold."))
    for name in wanted:
        chosen = set_in_force(name, recall.aware_at)
        session.add(
            RecallJurisdiction(
                recall_id=recall.id, jurisdiction=name, rule_set=chosen.id
            )
        )
    session.flush()


def _settle_signal(signal: Signal, actor: Actor, now: datetime) -> None:
    """A signal with a recall is no longer an unproven report."""
    if signal.state == "open":
        signal.state, signal.due_at = "confirmed", None
        signal.settled_by, signal.settled_at = actor.login, now


def _note(
    session: Session,
    recall: Recall,
    what: str,
    actor: Actor,
    now: datetime,
    told: dict[str, str],
    text: str = "",
) -> None:
    note_event(session, recall, what, actor, now, text, data=told)
    subject = f"recall:{recall.id}"
    audit.record(session, actor.login, f"recall.{what}", subject, now, **told)
