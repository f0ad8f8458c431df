"""Moving stock: every change of a lot's ledger goes through here, under its lock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, InvalidInput
from ..identity.items import ItemSet
from ..parties.lots import find_place, lock_lots
from ..parties.tables import Lot
from ..people import Actor
from .books import load_ledgers, load_places, save_ledgers
from .desk import Desk, open_desk, place_unknown
from .places import Place
from .spans import check_items
from .tables import Movement, Sighting

AUDITED = 20
"""Moves of one call told in its audit row one by one; all of them are ``movement``."""


@dataclass(frozen=True, slots=True)
class Move:
    """A quantity of a lot, or scanned items of it, that went from place to place."""

    lot_id: int
    source_id: int
    """Location it left; of kind ``made`` or ``supplied`` for what is new."""
    target_id: int
    at: datetime
    """When it happened."""
    document: str
    """The paper it belongs to."""
    quantity: int | None = None
    """In the base unit; may be left out where ``items`` says it."""
    items: ItemSet | None = None
    """Which items, where they were scanned."""
    reason: str = ""
    shipment_id: int | None = None
    missing: bool = False
    """Goods that are not there, as two persons signed: a loss is a fact that neither a
    hold nor the state of the lot can stop (domain.md §3.5 Q8)."""
    gone: bool = False
    """Goods that had left before anybody said of which batch: a fact likewise, and
    whoever books it has asked for the right."""
    ordered: bool = False
    """As a disposition order says that two persons signed: neither a hold nor the state
    of the lot stops it. It never leads into production (domain.md §3.5 Q5-Q7, Q9)."""


def move_stock(
    session: Session,
    lot_id: int,
    source_id: int,
    target_id: int,
    *,
    quantity: int | None = None,
    items: ItemSet | None = None,
    at: datetime,
    document: str,
    reason: str = "",
    shipment_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Book one movement; see ``move_many``, of which it is the case of one."""
    route = (lot_id, source_id, target_id, at, document)
    move = Move(*route, quantity, items, reason, shipment_id)
    move_many(session, [move], actor=actor, now=now)


def make_stock(
    session: Session,
    lot: Lot,
    target_id: int,
    *,
    quantity: int | None = None,
    items: ItemSet | None = None,
    at: datetime,
    document: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Book what was made of an own lot, or received of a supplier's."""
    source = find_place(session, "made" if lot.own else "supplied")
    move_stock(
        session,
        lot.id,
        source.id,
        target_id,
        quantity=quantity,
        items=items,
        at=at,
        document=document,
        actor=actor,
        now=now,
    )


def move_many(
    session: Session,
    moves: Sequence[Move],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Book movements in the order given: all of them, or none.

    Locks all lots once, in a constant number of statements. The first bad move raises.

    ``stock.move`` is needed between places; what production or a supplier brings in,
    and what production uses up, was allowed by the step that books it.

    Raises:
        Forbidden: ``right_missing``.
        NotFound: ``lot_unknown``, ``place_unknown``.
        InvalidInput: ``quantity_invalid``, ``quantity_contradicts``, ``items_empty``,
            ``item_unknown``, ``place_invalid``, ``document_missing``, ``time_ahead``,
            ``source_contradicts``.
        TooLarge: ``quantity_too_large``.
        Conflict: ``stock_short``, ``item_elsewhere``, ``item_made_twice``,
            ``stock_contradicts``, ``lot_not_released``, ``lot_withdrawn``,
            ``lot_on_hold``, ``scan_needed``, ``sold_goods``, ``destroyed_goods``,
            ``quarantine_kept``.
    """
    if not moves:
        return
    desk = _open_desk(session, moves)
    for move in moves:
        desk.book(
            move.lot_id,
            move.source_id,
            move.target_id,
            _quantity(move),
            move.items,
            move.at,
            move.document,
            actor,
            now,
            missing=move.missing,
            gone=move.gone,
            ordered=move.ordered,
        )
    save_ledgers(session, desk.before, desk.after())
    rows = [row for move in moves for row in _movement_rows(move, actor, now)]
    session.execute(sa.insert(Movement), rows)
    subject = "lots" if len(desk.lots) > 1 else f"lot:{moves[0].lot_id}"
    audit_moves(session, subject, moves, len(moves), desk.places, actor, now)


def identify_items(
    session: Session,
    lot_id: int,
    place_id: int,
    items: ItemSet,
    *,
    all_read: bool = False,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> None:
    """Items were seen at a place: later knowledge, no quantity moves.

    ``all_read`` says that every pack of the lot that is there was read. Raises
    Forbidden without ``stock.move``, NotFound, InvalidInput or Conflict as
    ``LotLedger.identify`` and ``read_all``.
    """
    actor.require("stock.move")
    lot = lock_lots(session, [lot_id])[lot_id]
    places = load_places(session, [place_id])
    if place_id not in places:
        raise place_unknown(place_id)
    place = places[place_id]
    check_items(lot, items)
    before = load_ledgers(session, [lot_id])
    ledger = before[lot_id]
    seen = ledger.read_all if all_read else ledger.identify
    after = {lot_id: seen(place, items)}
    save_ledgers(session, before, after)
    last = session.scalar(
        sa.select(sa.func.max(Movement.recorded_at)).filter_by(lot_id=lot_id)
    )
    session.add_all(
        Sighting(
            lot_id=lot_id,
            location_id=place_id,
            lo=lo,
            hi=hi,
            recorded_at=max(now, last or now),
            reason=reason,
            actor=actor.login,
        )
        for lo, hi in items.intervals
    )
    audit.record(
        session,
        actor.login,
        "stock.identify",
        f"lot:{lot_id}",
        now,
        place=place.code,
        items=str(items),
        all_read=all_read,
        reason=reason,
    )


def _open_desk(session: Session, moves: Sequence[Move]) -> Desk:
    lots = lock_lots(session, (move.lot_id for move in moves))
    place_ids = {place for move in moves for place in (move.source_id, move.target_id)}
    places = load_places(session, place_ids)
    consumed = {
        move.lot_id
        for move in moves
        if move.target_id in places and places[move.target_id].kind == "consumed"
    }
    return open_desk(session, lots, places, consumed)


def _quantity(move: Move) -> int:
    if move.items is None:
        if move.quantity is None:
            raise InvalidInput(
                "quantity_invalid",
                N_("Expected a quantity or item numbers, got neither."),
            )
        return move.quantity
    if move.quantity not in (None, move.items.count):
        raise InvalidInput(
            "quantity_contradicts",
            N_("The quantity is %(quantity)s, but %(count)s items are named."),
            quantity=move.quantity,
            count=move.items.count,
        )
    return move.items.count


def _movement_rows(move: Move, actor: Actor, now: datetime) -> Iterable[dict[str, Any]]:
    """One row for each run of items, or one without items."""
    row = {
        "document": move.document,
        "lot_id": move.lot_id,
        "from_id": move.source_id,
        "to_id": move.target_id,
        "quantity": move.quantity,
        "lo": None,
        "hi": None,
        "at": move.at,
        "recorded_at": now,
        "reason": move.reason,
        "actor": actor.login,
        "shipment_id": move.shipment_id,
    }
    if move.items is None:
        yield row
    else:
        for lo, hi in move.items.intervals:
            yield {**row, "quantity": hi - lo, "lo": lo, "hi": hi}


def audit_moves(
    session: Session,
    subject: str,
    moves: Sequence[Move],
    count: int,
    places: Mapping[int, Place],
    actor: Actor,
    now: datetime,
) -> None:
    """Note that ``count`` moves were booked; the first of ``moves`` are told."""
    audit.record(
        session,
        actor.login,
        "stock.move",
        subject,
        now,
        count=count,
        moves=[
            {
                "document": move.document,
                "lot": move.lot_id,
                "from": places[move.source_id].code,
                "to": places[move.target_id].code,
                "quantity": _quantity(move),
                "items": None if move.items is None else str(move.items)[:200],
            }
            for move in moves[:AUDITED]
        ],
    )
