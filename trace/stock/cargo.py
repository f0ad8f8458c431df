"""What moves together: whole cases and pallets, and loose goods beside them.

One call books it all or nothing. Units are locked before lots, lots once and in
ascending id: else two who move the same goods could wait for each other for ever.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, Conflict, InvalidInput
from ..identity.items import ItemSet
from ..parties.lots import lock_lots
from ..parties.tables import Lot
from ..people import Actor
from .books import load_places
from .building import cases_on
from .fitness import check_loose
from .loose import Loose, by_place, come_out, units_left_behind
from .pallets import lift_off
from .places import Place
from .queries import balances
from .service import Move, move_many
from .tables import LogisticUnit
from .units import (
    Contents,
    check_whole,
    contents_of,
    lock_units,
    sum_contents,
)


@dataclass(frozen=True, slots=True)
class Cargo:
    """What is to go."""

    loose: tuple[Loose, ...] = ()
    ssccs: tuple[str, ...] = ()
    """Cases and pallets; a pallet takes its cases along."""


@dataclass(frozen=True, slots=True)
class Paper:
    """Why goods move: what every one of the movements says."""

    document: str
    at: datetime
    reason: str = ""
    shipment_id: int | None = None
    ordered: bool = False
    """As a signed disposition order says: see ``Move.ordered``."""


Route = Callable[[Mapping[int, Lot]], int]
"""Where goods of these locked lots go: the place's id."""
Check = Callable[[LogisticUnit, Place], None]
"""Raises Conflict for a unit that cannot go from the place where it is booked."""


def move_cargo(
    session: Session,
    cargo: Cargo,
    route: Route,
    paper: Paper,
    actor: Actor,
    now: datetime,
    *,
    check: Check,
    unit_place_id: int | None = None,
) -> list[Move]:
    """Move units with all they hold, and loose goods; returns what was booked.

    What a unit holds moves by its item numbers where they were scanned, else by count.
    A case that leaves its pallet behind comes off it; an item that leaves its case
    behind comes out of it. ``unit_place_id`` says where units stand of which nobody
    said it before; ``check`` is asked for every unit and its place.

    Raises InvalidInput ``cargo_empty``, Conflict ``unit_empty``, ``unit_dissolved``,
    ``unit_place_unknown``, ``goods_packed``, as ``check``, and as ``move_many``.
    """
    actor.require("stock.move")
    if not cargo.loose and not cargo.ssccs:
        raise InvalidInput(
            "cargo_empty", N_("Name at least one lot, code or case that goes.")
        )
    emptied = units_left_behind(session, cargo.loose)
    everything = lock_units(session, {*cargo.ssccs, *emptied}, with_cases=True)
    ours = _named(everything, cargo.ssccs)
    held = contents_of(session, (unit.id for unit in ours))
    _check_units(ours, held)
    lot_ids = {lot for inside in held.values() for lot in inside}
    lots = lock_lots(session, lot_ids | {one.lot_id for one in cargo.loose})
    stands = {
        unit.id: _place_id(session, unit, held.get(unit.id, {}), unit_place_id)
        for unit in ours
        if unit.id in held
    }
    places = load_places(session, stands.values())
    for unit in ours:
        if unit.id in stands:
            check(unit, places[stands[unit.id]])
    check_loose(session, lots, by_place(cargo.loose))
    going = _routes(ours, held, lots, route)
    moves = _unit_moves(ours, held, stands, going, paper)
    moves += [_loose_move(one, lots, route, paper) for one in cargo.loose]
    move_many(session, moves, actor=actor, now=now)
    _settle(session, ours, going, paper, actor, now)
    for one in cargo.loose:
        if one.items:
            come_out(session, everything, ours, lots[one.lot_id], one.items, actor, now)
    return moves


def find_unit_place(session: Session, unit: LogisticUnit) -> int | None:
    """Where a unit stands: as it was told, else where all its scanned items are."""
    if unit.location_id is not None:
        return unit.location_id
    inside = [unit.id, *(case.id for case in cases_on(session, unit))]
    held = sum_contents(contents_of(session, inside).values())
    return _deduce_place(session, held)


def _named(
    units: Mapping[str, LogisticUnit], ssccs: Iterable[str]
) -> list[LogisticUnit]:
    """The units that move: those named, and the cases on them."""
    named = {units[sscc].id for sscc in ssccs}
    return [
        unit for unit in units.values() if unit.id in named or unit.parent_id in named
    ]


def _check_units(
    units: Sequence[LogisticUnit], held: Mapping[int, Mapping[int, Contents]]
) -> None:
    moving = {unit.id for unit in units}
    loaded = {unit.parent_id for unit in units if unit.id in held}
    for unit in units:
        check_whole(unit)
        empty = unit.id not in held and unit.id not in loaded
        if empty and unit.parent_id not in moving:
            raise Conflict(
                "unit_empty",
                N_("%(sscc)s is empty: there is nothing in it to move."),
                sscc=unit.sscc,
            )


def _place_id(
    session: Session,
    unit: LogisticUnit,
    held: Mapping[int, Contents],
    told: int | None,
) -> int:
    place = unit.location_id or _deduce_place(session, held) or told
    if place is None:
        raise Conflict(
            "unit_place_unknown",
            N_("Nobody has said where %(sscc)s stands: say from where it goes."),
            sscc=unit.sscc,
        )
    return place


def _deduce_place(session: Session, held: Mapping[int, Contents]) -> int | None:
    """The place where all scanned items of a unit are known to be, if there is one."""
    ledgers = balances(session, held)
    found: set[int] = set()
    for lot_id, goods in held.items():
        if goods.items:
            found |= {
                here.place.id
                for here in ledgers[lot_id].real
                if not goods.items - here.known
            } or {0}
    return found.pop() if len(found) == 1 and 0 not in found else None


def _routes(
    units: Sequence[LogisticUnit],
    held: Mapping[int, Mapping[int, Contents]],
    lots: Mapping[int, Lot],
    route: Route,
) -> dict[int, int]:
    """Where each unit goes: a pallet and its cases together."""
    tops: dict[int, list[LogisticUnit]] = {}
    moving = {unit.id for unit in units}
    for unit in units:
        top = unit.parent_id if unit.parent_id in moving else unit.id
        tops.setdefault(top or unit.id, []).append(unit)
    going: dict[int, int] = {}
    for together in tops.values():
        inside = sum_contents(held.get(unit.id, {}) for unit in together)
        target = route({lot_id: lots[lot_id] for lot_id in inside})
        going |= {unit.id: target for unit in together}
    return going


def _unit_moves(
    units: Sequence[LogisticUnit],
    held: Mapping[int, Mapping[int, Contents]],
    stands: Mapping[int, int],
    going: Mapping[int, int],
    paper: Paper,
) -> list[Move]:
    """One move for each lot, way and shipment it comes off; scanned goods first, or
    those only counted could be taken to be them."""
    ways: dict[tuple[int, int, int, int], list[Mapping[int, Contents]]] = {}
    for unit in units:
        for lot_id, goods in held.get(unit.id, {}).items():
            way = lot_id, stands[unit.id], going[unit.id], unit.shipment_id or 0
            ways.setdefault(way, []).append({lot_id: goods})
    scanned, counted = [], []
    for way, many in sorted(ways.items(), key=lambda one: one[0]):
        lot_id, source, target, off = way
        goods = sum_contents(many)[lot_id]
        told = replace(paper, shipment_id=paper.shipment_id or off or None)
        if goods.items:
            scanned.append(_move(lot_id, source, target, told, None, goods.items))
        if goods.unscanned:
            counted.append(_move(lot_id, source, target, told, goods.unscanned, None))
    return scanned + counted


def _loose_move(
    one: Loose, lots: Mapping[int, Lot], route: Route, paper: Paper
) -> Move:
    target = route({one.lot_id: lots[one.lot_id]})
    return _move(one.lot_id, one.place_id, target, paper, one.quantity, one.items)


def _move(
    lot_id: int,
    source: int,
    target: int,
    paper: Paper,
    quantity: int | None,
    items: ItemSet | None,
) -> Move:
    return Move(
        lot_id,
        source,
        target,
        paper.at,
        paper.document,
        quantity,
        items,
        paper.reason,
        paper.shipment_id,
        ordered=paper.ordered,
    )


def _settle(
    session: Session,
    units: Sequence[LogisticUnit],
    going: Mapping[int, int],
    paper: Paper,
    actor: Actor,
    now: datetime,
) -> None:
    moving = {unit.id for unit in units}
    ways = load_places(session, going.values())
    for unit in units:
        if unit.parent_id is not None and unit.parent_id not in moving:
            lift_off(session, unit, actor, now)
        target = going[unit.id]
        unit.location_id = target
        on_the_way = ways[target].kind == "transit"
        unit.shipment_id = paper.shipment_id if on_the_way else None
    if units:
        told = {"units": [unit.sscc for unit in units][:50], "count": len(units)}
        audit.record(session, actor.login, "unit.move", "units", now, **told)
    session.flush()
