"""Goods that no case goes along with: packs that were scanned, or only counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ..identity.items import EMPTY, ItemSet
from ..parties.lots import lock_lots
from ..parties.tables import Lot
from ..people import Actor
from .building import take_goods
from .fitness import check_loose
from .service import Move, move_many
from .tables import LogisticUnit
from .units import (
    NOTHING,
    Contents,
    changed_meanwhile,
    lock_units,
    units_holding,
)


@dataclass(frozen=True, slots=True)
class Loose:
    """Goods of a lot that stand at a place in no unit that moves with them."""

    lot_id: int
    place_id: int
    quantity: int | None = None
    """In the base unit; may be left out where ``items`` says it."""
    items: ItemSet | None = None
    """Which items, where they were scanned."""


def move_goods(
    session: Session, moves: Sequence[Move], *, actor: Actor, now: datetime
) -> None:
    """Book movements of goods that no case goes along with: as ``move_many``, and packs
    that were scanned come out of their cases.

    Who has locked the lots already calls ``lock_cases_of`` before that.

    Raises as ``move_many``, and Conflict ``goods_packed``.
    """
    loose = [Loose(one.lot_id, one.source_id, one.quantity, one.items) for one in moves]
    cases = lock_units(session, units_left_behind(session, loose))
    lots = lock_lots(session, {one.lot_id for one in moves})
    check_loose(session, lots, by_place(loose))
    move_many(session, moves, actor=actor, now=now)
    for one in loose:
        if one.items:
            come_out(session, cases, (), lots[one.lot_id], one.items, actor, now)


def lock_cases_of(session: Session, lot_id: int, items: ItemSet | None) -> None:
    """Lock the cases that packs of a lot are in: whoever moves packs locks cases first,
    then lots."""
    loose = Loose(lot_id, 0, items=items)
    lock_units(session, units_left_behind(session, [loose]))


def units_left_behind(session: Session, loose: Iterable[Loose]) -> list[str]:
    """Numbers of the cases that scanned packs are in."""
    return [
        unit.sscc
        for one in loose
        if one.items
        for unit in units_holding(session, one.lot_id, one.items)
    ]


def by_place(loose: Iterable[Loose]) -> dict[tuple[int, int], Contents]:
    """What goes loose together, by lot and place."""
    total: dict[tuple[int, int], Contents] = {}
    for one in loose:
        items = one.items or EMPTY
        goods = Contents(items, 0 if items else one.quantity or 0)
        way = one.lot_id, one.place_id
        total[way] = total.get(way, NOTHING) + goods
    return total


def come_out(
    session: Session,
    locked: Mapping[str, LogisticUnit],
    moving: Sequence[LogisticUnit],
    lot: Lot,
    items: ItemSet,
    actor: Actor,
    now: datetime,
) -> None:
    """Packs that left alone are no longer in the ``locked`` units, but for those that
    go along."""
    for unit, some in units_holding(session, lot.id, items).items():
        if unit.sscc not in locked:
            raise changed_meanwhile()
        if unit not in moving:
            take_goods(session, unit, lot, Contents(some, 0), actor, now)
