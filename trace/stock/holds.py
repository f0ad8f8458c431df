"""Holds: one hand stops the goods at once, two persons let them go again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit, flow
from ..among import among, plain_rows
from ..errors import N_, InvalidInput, NotFound
from ..identity.items import ItemSet
from ..numbers import next_number
from ..parties.lots import lock_lots, lock_numbers
from ..people import Actor
from .cautions import end_cautions
from .spans import Span, check_not_recalled, spans_of
from .tables import Hold

HAZARDS = ("health", "quality", "label", "other")
IN_FORCE = ("active", "release_requested")

HOLD = flow.Machine(
    "hold",
    "state",
    {
        "propose": flow.Step(("active",), "release_requested", "hold.propose"),
        "decline": flow.Step(("release_requested",), "active", "hold.propose"),
        "release": flow.Step(
            ("release_requested",),
            "released",
            "hold.release",
            # domain.md §3.5 Q2: not who placed it, and not who asked
            not_by=("placed_by", "requested_by"),
        ),
    },
)
"""A hold from the first hand to the second signature (domain.md §3.5 Q1, Q2)."""


# Built once: to build it takes longer than to run it.
_HELD = sa.select(Hold.lot_id, Hold.number, Hold.lo, Hold.hi).where(
    among(Hold.lot_id, "lots"), Hold.state.in_(IN_FORCE)
)


@dataclass(frozen=True, slots=True)
class Held:
    """What of a lot is on hold."""

    whole: bool
    """All of it, whatever ``items`` says."""
    items: ItemSet
    numbers: tuple[str, ...]
    """The holds in force, ascending."""


def place_hold(
    session: Session,
    lot_ids: Iterable[int],
    *,
    items: Mapping[int, ItemSet] | None = None,
    hazard: str = "other",
    reason: str,
    actor: Actor,
    now: datetime,
) -> list[Hold]:
    """Put lots on hold as ``hold_lots`` does; the rows of the hold."""
    number = hold_lots(
        session,
        lot_ids,
        items=items,
        hazard=hazard,
        reason=reason,
        actor=actor,
        now=now,
    )
    return _rows_of(session, number)


def hold_lots(
    session: Session,
    lot_ids: Iterable[int],
    *,
    items: Mapping[int, ItemSet] | None = None,
    hazard: str = "other",
    reason: str,
    actor: Actor,
    now: datetime,
) -> str:
    """Put lots on hold at once, under one number such as ``FC-26-0001``.

    ``items`` narrows lots to some of their items; a lot it does not name is held whole.
    One row for each lot or run of items. Asking again for exactly what one's own hold
    in force already says returns that hold's number.

    Raises:
        Forbidden: without the right ``hold.place``.
        NotFound: ``lot_unknown``.
        InvalidInput: ``hold_empty``, ``reason_missing``, ``hazard_unknown``,
            ``item_unknown``.
    """
    actor.require("hold.place")
    reason = _reason(reason)
    if hazard not in HAZARDS:
        raise InvalidInput(
            "hazard_unknown",
            N_("Expected one of the hazards %(known)s, got %(found)s."),
            known=", ".join(HAZARDS),
            found=hazard,
        )
    lots = lock_numbers(session, lot_ids)
    spans = spans_of(lots, items or {})
    if same := _same_hold(session, spans, hazard, reason, actor):
        return same
    number = next_number(session, "FC", now.year)
    told = {
        "number": number,
        "hazard": hazard,
        "reason": reason,
        "state": "active",
        "placed_by": actor.login,
        "placed_at": now,
        "version": 1,
    }
    rows = [told | {"lot_id": lot, "lo": lo, "hi": hi} for lot, lo, hi in spans]
    # not as objects of the session, which nobody needs here
    session.connection().execute(sa.insert(Hold), rows)
    _audit_hold(session, lots, spans, actor, now, told)
    return number


def request_release(
    session: Session, number: str, reason: str, actor: Actor, now: datetime
) -> list[Hold]:
    """Ask that a hold be lifted; ``reason`` is the test that says the goods are good.

    Raises Forbidden, NotFound, InvalidInput ``reason_missing`` or Conflict
    ``wrong_state``.
    """
    reason = _reason(reason)
    holds = _lock_holds(session, number)
    for hold in holds:
        flow.apply(
            session,
            HOLD,
            hold,
            "propose",
            actor,
            now,
            requested_by=actor.login,
            requested_at=now,
            request_reason=reason,
        )
    return holds


def decline_release(
    session: Session, number: str, reason: str, actor: Actor, now: datetime
) -> list[Hold]:
    """Say no to a request for release, or take one's own back: the goods stay held.

    The request and the answer stay in the audit; another request may follow.

    Raises Forbidden, NotFound, InvalidInput ``reason_missing`` or Conflict
    ``wrong_state``.
    """
    reason = _reason(reason)
    holds = _lock_holds(session, number)
    for hold in holds:
        asked = hold.requested_by
        flow.apply(
            session,
            HOLD,
            hold,
            "decline",
            actor,
            now,
            requested_by=None,
            requested_at=None,
            request_reason=None,
        )
        audit.record(
            session,
            actor.login,
            "hold.declined",
            f"hold:{hold.id}",
            now,
            asked_by=asked,
            reason=reason,
        )
    return holds


def release_hold(
    session: Session, number: str, actor: Actor, now: datetime
) -> list[Hold]:
    """Lift a hold for which release was asked: the second person's signature.

    Ends the caution of lots that have no other health hold.

    Raises:
        Forbidden: without ``hold.release`` (and ``caution.end`` where one ends).
        NotFound: ``hold_unknown``.
        Conflict: ``second_person``, ``wrong_state``, ``lot_recalled``.
    """
    holds = _lock_holds(session, number)
    actor.require(HOLD.steps["release"].right)
    check_not_recalled(session, [hold for hold in holds if hold.state in IN_FORCE])
    for hold in holds:
        flow.apply(
            session,
            HOLD,
            hold,
            "release",
            actor,
            now,
            released_by=actor.login,
            released_at=now,
        )
    end_cautions(session, {hold.lot_id: hold.lot for hold in holds}, actor, now)
    return holds


def held_items(session: Session, lot_ids: Iterable[int]) -> dict[int, Held]:
    """What is on hold, by lot; lots without a hold in force are left out."""
    spans: dict[int, list[tuple[int, int]]] = {}
    numbers: dict[int, set[str]] = {}
    whole: set[int] = set()
    for lot_id, number, lo, hi in plain_rows(session, _HELD, lots=lot_ids):
        numbers.setdefault(lot_id, set()).add(number)
        if lo is None:
            whole.add(lot_id)
        else:
            spans.setdefault(lot_id, []).append((lo, hi))
    return {
        lot_id: Held(
            lot_id in whole,
            ItemSet.from_intervals(spans.get(lot_id, ())),
            tuple(sorted(names)),
        )
        for lot_id, names in numbers.items()
    }


def _audit_hold(
    session: Session,
    lot_ids: Iterable[int],
    spans: Iterable[Span],
    actor: Actor,
    now: datetime,
    told: Mapping[str, object],
) -> None:
    """One row for the whole hold: which items of each lot."""
    parts: dict[int, list[tuple[int, int]]] = {lot_id: [] for lot_id in lot_ids}
    for lot_id, lo, hi in spans:
        if lo is not None and hi is not None:
            parts[lot_id].append((lo, hi))
    lots = {
        str(lot_id): str(ItemSet.from_intervals(runs)) if runs else "all"
        for lot_id, runs in parts.items()
    }
    about = "lots" if len(parts) > 1 else f"lot:{next(iter(parts))}"
    said = {name: told[name] for name in ("number", "hazard", "reason")}
    audit.record(session, actor.login, "hold.place", about, now, lots=lots, **said)


def _same_hold(
    session: Session, spans: Sequence[Span], hazard: str, reason: str, actor: Actor
) -> str | None:
    """The actor's own hold in force that says exactly the same, if there is one."""
    alike = sa.select(Hold.number, Hold.lot_id, Hold.lo, Hold.hi).where(
        Hold.state.in_(IN_FORCE),
        Hold.placed_by == actor.login,
        Hold.hazard == hazard,
        Hold.reason == reason,
    )
    found: dict[str, set[Span]] = {}
    for number, *span in plain_rows(session, alike.order_by(Hold.id)):
        found.setdefault(number, set()).add((span[0], span[1], span[2]))
    return next((number for number in found if found[number] == set(spans)), None)


def _rows_of(session: Session, number: str) -> list[Hold]:
    numbered = sa.select(Hold).where(Hold.number == number).order_by(Hold.id)
    return list(session.scalars(numbered).unique())


def _lock_holds(session: Session, number: str) -> list[Hold]:
    """The rows of a hold, their lots locked, in the order of their ids."""
    holds = _rows_of(session, number)
    if not holds:
        raise NotFound(
            "hold_unknown", N_("No hold %(number)s is recorded."), number=number
        )
    lock_lots(session, (hold.lot_id for hold in holds))
    return holds


def _reason(text: str) -> str:
    if not text.strip():
        raise InvalidInput(
            "reason_missing", N_("Expected a reason: say why, in a few words.")
        )
    return text.strip()
