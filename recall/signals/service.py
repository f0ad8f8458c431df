"""Raising a signal, saying when the firm knew, and settling an unproven report."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit, flow, rules
from ...trace.errors import N_, Conflict, InvalidInput, NotFound
from ...trace.numbers import next_number
from ...trace.parties.lots import lock_numbers
from ...trace.people import Actor, system
from ...trace.stock.holds import hold_lots, release_hold, request_release
from .tables import KINDS, Signal, SignalFile, SignalLot

HAZARDS = {"complaint_cluster": "quality", "label_error": "label"}
"""What a signal's hold is for, where it is not health (``trace.stock.holds``)."""

SIGNAL = flow.Machine(
    "signal",
    "state",
    {
        "confirm": flow.Step(("open",), "confirmed", "signal.settle"),
        "dismiss": flow.Step(("open",), "dismissed", "signal.settle"),
    },
)


def raise_signal(
    session: Session,
    *,
    kind: str,
    text: str,
    lot_ids: Iterable[int],
    request_key: str,
    actor: Actor,
    now: datetime,
    verified: bool = True,
    heard_at: datetime | None = None,
    complaint_id: int | None = None,
    files: Mapping[str, str] | None = None,
    drill: bool = False,
) -> Signal:
    """Take a signal in and hold its batches, in one transaction (domain.md §3.3 A1).

    ``verified=False`` is one unproven report: its batch is held until somebody confirms
    or dismisses it. ``heard_at`` is when somebody of the firm first heard, if before
    now; ``files`` are names of stored files to what they are called. ``request_key`` is
    the form's own: sent twice, the first signal is returned.

    Raises:
        Forbidden: without the right ``signal.raise``.
        InvalidInput: ``signal_kind``, ``text_missing``, ``signal_empty``,
            ``aware_ahead``.
        NotFound: ``lot_unknown``.
    """
    actor.require("signal.raise")
    text = _text(text, N_("Say what was heard, and from whom."))
    if kind not in KINDS:
        raise InvalidInput(
            "signal_kind",
            N_("Expected one of the kinds of signal %(known)s, got %(found)s."),
            known=", ".join(KINDS),
            found=kind,
        )
    heard_at = _past(heard_at or now, now)
    if (known := _raised_with(session, request_key)) is not None:
        return known
    lots = sorted(lock_numbers(session, lot_ids))
    if not lots:
        raise InvalidInput("signal_empty", N_("Name at least one batch it is about."))
    number = next_number(session, "YJ", now.year)
    # the counter's row is locked: who sent the same form meanwhile is seen now
    if (known := _raised_with(session, request_key)) is not None:
        return known
    signal = Signal(
        number=number,
        request_key=request_key,
        kind=kind,
        text=text,
        drill=drill,
        verified=verified,
        complaint_id=complaint_id,
        reported_at=now,
        reported_by=actor.login,
        aware_proposed_at=heard_at,
        due_at=None if verified or drill else now + _limit("hold.confirm", now),
    )
    session.add(signal)
    session.flush()
    session.add_all(SignalLot(signal_id=signal.id, lot_id=lot) for lot in lots)
    for name, called in (files or {}).items():
        session.add(SignalFile(signal_id=signal.id, sha256=name, name=called))
    if not drill:
        signal.hold_number = _hold(session, signal, lots, now)
    told = {"number": number, "kind": kind, "lots": lots, "drill": drill}
    _note(session, actor, "raise", signal, now, **told, hold=signal.hold_number)
    return signal


def confirm_aware(
    session: Session, number: str, aware_at: datetime, actor: Actor, now: datetime
) -> Signal:
    """A person says when the firm became aware (知悉时间): once.

    Raises Forbidden, NotFound, InvalidInput ``aware_ahead``; Conflict ``aware_set``
    when another time is confirmed already.
    """
    actor.require("signal.aware")
    aware_at = _past(aware_at, now)
    signal = find_signal(session, number, lock=True)
    if signal.aware_at == aware_at:
        return signal
    if signal.aware_at is not None:
        raise Conflict(
            "aware_set",
            N_(
                "The aware time of %(number)s is confirmed already. To change it, "
                "propose another with a reason: a second person signs."
            ),
            number=signal.number,
        )
    signal.aware_at, signal.aware_by, signal.aware_noted_at = aware_at, actor.login, now
    _note(session, actor, "aware", signal, now, aware_at=aware_at)
    return signal


def ask_aware_change(
    session: Session,
    number: str,
    aware_at: datetime,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Signal:
    """Propose another aware time than the confirmed one; a second person signs.

    Raises Forbidden, NotFound, InvalidInput ``text_missing``, ``aware_ahead``; Conflict
    ``aware_not_set``.
    """
    actor.require("signal.aware")
    reason = _text(reason, N_("Say why the aware time was another."))
    aware_at = _past(aware_at, now)
    signal = find_signal(session, number, lock=True)
    if signal.aware_at is None:
        raise Conflict(
            "aware_not_set",
            N_("The aware time of %(number)s is not confirmed yet: confirm it."),
            number=signal.number,
        )
    if (signal.asked_aware_at, signal.asked_by) == (aware_at, actor.login):
        return signal
    signal.asked_aware_at, signal.asked_by = aware_at, actor.login
    signal.asked_reason = reason
    _note(session, actor, "ask_aware", signal, now, aware_at=aware_at, reason=reason)
    return signal


def agree_aware_change(
    session: Session, number: str, aware_at: datetime, actor: Actor, now: datetime
) -> Signal:
    """The second person signs the other aware time; ``aware_at`` is what they read.

    Raises Forbidden, NotFound; Conflict ``aware_not_asked``, ``second_person``.
    """
    actor.require("signal.aware")
    signal = find_signal(session, number, lock=True)
    if signal.asked_aware_at is None and signal.aware_at == aware_at:
        return signal  # sent twice
    if signal.asked_aware_at != aware_at:
        raise Conflict(
            "aware_not_asked",
            N_("Nobody proposes that aware time for %(number)s. Look at it anew."),
            number=signal.number,
        )
    if signal.asked_by == actor.login:
        raise flow.second_needed(actor)
    told = {"before": signal.aware_at, "after": aware_at, "asked_by": signal.asked_by}
    signal.aware_at, signal.aware_noted_at = aware_at, now
    signal.asked_aware_at = signal.asked_by = signal.asked_reason = None
    _note(session, actor, "agree_aware", signal, now, **told)
    return signal


def confirm_signal(
    session: Session, number: str, reason: str, actor: Actor, now: datetime
) -> Signal:
    """There is something in the report: its hold stays.

    Raises as ``dismiss_signal``.
    """
    signal, _ = _settle(session, number, "confirm", reason, actor, now)
    return signal


def dismiss_signal(
    session: Session, number: str, reason: str, actor: Actor, now: datetime
) -> Signal:
    """Nothing is in it. Of an unproven report the hold is lifted by this one person.

    Duty QA alone suffices there, with a reason (domain.md §1.2); the hold of a proven
    signal stays, and lifting it takes two persons as ever.

    Raises Forbidden, NotFound, InvalidInput ``text_missing``, Conflict ``wrong_state``.
    """
    signal, settled = _settle(session, number, "dismiss", reason, actor, now)
    if settled and not signal.verified and signal.hold_number:
        _lift(session, signal, actor, now)
    return signal


def find_signal(session: Session, number: str, *, lock: bool = False) -> Signal:
    """The signal people call ``number``. Raises NotFound ``signal_unknown``."""
    query = sa.select(Signal).where(Signal.number == number.strip().upper())
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    # PostgreSQL refuses to look for a NUL, which no number of ours holds
    signal = session.scalar(query) if number.isprintable() else None
    if signal is None:
        raise NotFound(
            "signal_unknown", N_("No signal %(number)s is recorded."), number=number
        )
    return signal


def lots_of(session: Session, signal_id: int) -> list[int]:
    """Ids of the lots a signal is about, ascending."""
    about = sa.select(SignalLot.lot_id).where(SignalLot.signal_id == signal_id)
    return list(session.scalars(about.order_by(SignalLot.lot_id)))


def _settle(
    session: Session, number: str, step: str, reason: str, actor: Actor, now: datetime
) -> tuple[Signal, bool]:
    reason = _text(reason, N_("Say in a few words what you found."))
    signal = find_signal(session, number)
    changes = {
        "settled_by": actor.login,
        "settled_at": now,
        "settle_reason": reason,
        "due_at": None,
    }
    return signal, flow.apply(session, SIGNAL, signal, step, actor, now, **changes)


def _hold(session: Session, signal: Signal, lots: list[int], now: datetime) -> str:
    """The house itself holds: stopping harm waits for nobody's right to do so."""
    return hold_lots(
        session,
        lots,
        hazard=HAZARDS.get(signal.kind, "health"),
        reason=f"{signal.number} {signal.text}"[:300],
        actor=system(),
        now=now,
    )


def _lift(session: Session, signal: Signal, actor: Actor, now: datetime) -> None:
    number, reason = signal.hold_number or "", signal.settle_reason or ""
    house = system()
    request_release(session, number, f"{signal.number} {reason}", house, now)
    signing = replace(actor, rights=actor.rights | {"hold.release", "caution.end"})
    release_hold(session, number, signing, now)


def _raised_with(session: Session, request_key: str) -> Signal | None:
    return session.scalar(sa.select(Signal).where(Signal.request_key == request_key))


def _limit(name: str, now: datetime) -> timedelta:
    return timedelta(minutes=rules.limit(name, now.date()).minutes)


def _past(moment: datetime, now: datetime) -> datetime:
    if moment > now:
        raise InvalidInput(
            "aware_ahead",
            N_("Nobody can have known at %(found)s already: that time is to come."),
            found=moment.isoformat(timespec="minutes"),
        )
    return moment


def _text(text: str, if_empty: str) -> str:
    text = text.strip()
    if not text:
        raise InvalidInput("text_missing", if_empty)
    return text


def _note(
    session: Session,
    actor: Actor,
    what: str,
    signal: Signal,
    now: datetime,
    **data: object,
) -> None:
    subject = f"signal:{signal.id}"
    audit.record(session, actor.login, f"signal.{what}", subject, now, **data)
    session.flush()
