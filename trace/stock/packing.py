"""What goes into cases and pallets, and what comes out.

An item is in at most one unit, and what is in a unit can be where the unit stands
(domain.md §2.3 LogisticUnit). Units are locked first, then their lots.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from ..errors import N_, Conflict, InvalidInput
from ..identity.gs1 import Sscc
from ..identity.items import EMPTY, ItemSet
from ..parties.lots import lock_lots
from ..parties.tables import Location, Lot
from ..people import Actor
from .building import audit_unit, open_unit, take_goods
from .contents import put_in
from .fitness import check_packable, check_room
from .queries import balances
from .service import identify_items
from .stores import own_place, place_value
from .tables import LogisticUnit
from .units import (
    Contents,
    check_open,
    check_together,
    check_whole,
    contents_of,
    lock_units,
    sum_contents,
    units_holding,
)


def pack_items(
    session: Session,
    sscc: str,
    lot_id: int,
    items: ItemSet,
    actor: Actor,
    now: datetime,
) -> LogisticUnit:
    """Put scanned items into an open unit; they are seen at its place by this.

    Held goods may be packed: they stay where they are.

    Raises Forbidden, NotFound, InvalidInput ``items_empty``, ``item_unknown``, or
    Conflict ``item_packed``, ``unit_not_open``, ``unit_place_unknown``,
    ``item_voided``, ``item_elsewhere``, ``stock_contradicts``, ``unit_overfull``.
    """
    actor.require("unit.build")
    unit, lot = _ready(session, sscc, lot_id)
    check_packable(session, lot, items)
    for other, some in units_holding(session, lot_id, items).items():
        raise Conflict(
            "item_packed",
            N_(
                "Items %(items)s of lot %(lot)s are in %(sscc)s already. Take them out "
                "there before they go into another."
            ),
            items=str(some)[:80],
            lot=lot.code,
            sscc=other.sscc,
        )
    place = _place_of(session, unit)
    check_room(session, lot, place, items.count)
    _see(session, lot, place, items, actor, now)
    put_in(session, unit.id, lot_id, Contents(items, 0), now)
    told = {"lot": lot_id, "items": str(items)[:200], "count": items.count}
    audit_unit(session, "unit.pack", unit, actor, now, **told)
    return unit


def pack_count(
    session: Session,
    sscc: str,
    lot_id: int,
    quantity: int,
    actor: Actor,
    now: datetime,
) -> LogisticUnit:
    """Put so many of a lot into an open unit without scanning them.

    Raises as ``pack_items``, and InvalidInput ``quantity_invalid``.
    """
    actor.require("unit.build")
    if quantity < 1:
        raise InvalidInput(
            "quantity_invalid",
            N_("Expected a quantity of at least 1, got %(found)s."),
            found=quantity,
        )
    unit, lot = _ready(session, sscc, lot_id)
    check_room(session, lot, _place_of(session, unit), quantity)
    put_in(session, unit.id, lot_id, Contents(EMPTY, quantity), now)
    audit_unit(session, "unit.pack", unit, actor, now, lot=lot_id, count=quantity)
    return unit


def take_out(
    session: Session,
    sscc: str,
    lot_id: int,
    goods: Contents,
    actor: Actor,
    now: datetime,
) -> LogisticUnit:
    """Take goods out of a unit; a closed one is open after that.

    Raises Forbidden, NotFound, or Conflict ``unit_dissolved``, ``not_in_unit``.
    """
    actor.require("unit.build")
    unit = lock_units(session, [sscc])[sscc]
    check_whole(unit)
    lot = lock_lots(session, [lot_id])[lot_id]
    take_goods(session, unit, lot, goods, actor, now)
    return unit


def repack(
    session: Session,
    source: str,
    target: str,
    lot_id: int,
    goods: Contents,
    actor: Actor,
    now: datetime,
) -> None:
    """Move goods from one unit into another that stands at the same place.

    Raises as ``take_out``, and Conflict ``unit_not_open``, ``units_apart``.
    """
    actor.require("unit.build")
    units = lock_units(session, [source, target])
    one, two = units[source], units[target]
    check_whole(one)
    check_open(two)
    check_together(one, two)
    lot = lock_lots(session, [lot_id])[lot_id]
    take_goods(session, one, lot, goods, actor, now)
    put_in(session, two.id, lot_id, goods, now)
    told = {"lot": lot_id, "items": str(goods.items)[:200], "count": goods.quantity}
    audit_unit(session, "unit.pack", two, actor, now, source=one.sscc, **told)


def split_unit(
    session: Session,
    source: str,
    new: Sscc,
    goods: dict[int, Contents],
    actor: Actor,
    now: datetime,
) -> LogisticUnit:
    """Divide a unit: what ``goods`` names by lot goes into a new one beside it.

    Raises as ``open_unit`` and ``repack``.
    """
    actor.require("unit.build")
    old = lock_units(session, [source])[source]
    place = _place_of(session, old)
    unit = open_unit(session, new, old.level, place.id, actor, now)
    for lot_id in sorted(goods):
        repack(session, source, new.digits, lot_id, goods[lot_id], actor, now)
    return unit


def see_unit(
    session: Session, sscc: str, place_id: int, actor: Actor, now: datetime
) -> LogisticUnit:
    """A unit of which nobody knew it was found at a place of ours, with all in it.

    No quantity moves: the place must have it booked, and not in other cases.

    Raises Forbidden, NotFound, Conflict ``unit_placed``, ``unit_overfull``,
    ``item_elsewhere``, ``stock_contradicts``, and as ``own_place``.
    """
    actor.require("unit.build")
    units = lock_units(session, [sscc], with_cases=True)
    unit = units[sscc]
    check_whole(unit)
    if unit.location_id is not None:
        raise Conflict(
            "unit_placed",
            N_("%(sscc)s is booked at a place already: move it from there."),
            sscc=sscc,
        )
    place = own_place(session, place_id)
    ids = [one.id for one in units.values()]
    inside = sum_contents(contents_of(session, ids).values())
    for lot_id, lot in lock_lots(session, inside).items():
        check_room(session, lot, place, inside[lot_id].quantity)
        if inside[lot_id].items:
            _see(session, lot, place, inside[lot_id].items, actor, now)
    for one in units.values():
        one.location_id = place.id
    audit_unit(session, "unit.see", unit, actor, now, place=place.code)
    return unit


def _ready(session: Session, sscc: str, lot_id: int) -> tuple[LogisticUnit, Lot]:
    unit = lock_units(session, [sscc])[sscc]
    check_open(unit)
    return unit, lock_lots(session, [lot_id])[lot_id]


def _see(
    session: Session,
    lot: Lot,
    place: Location,
    items: ItemSet,
    actor: Actor,
    now: datetime,
) -> None:
    """Items that are packed somewhere were seen there: what the ledger did not know of
    them it learns, by the right to pack."""
    here = balances(session, [lot.id])[lot.id].at(place_value(place))
    if new := items - here.known:
        packer = replace(actor, rights=actor.rights | {"stock.move"})
        identify_items(
            session, lot.id, place.id, new, reason="packed", actor=packer, now=now
        )


def _place_of(session: Session, unit: LogisticUnit) -> Location:
    if unit.location_id is None:
        raise Conflict(
            "unit_place_unknown",
            N_("Nobody has said where %(sscc)s stands: book it to a place first."),
            sscc=unit.sscc,
        )
    return own_place(session, unit.location_id)
