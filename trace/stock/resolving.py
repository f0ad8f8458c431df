"""A scan of any level, resolved up and down: an item, a case or pallet, or a lot."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..errors import N_, InvalidInput, NotFound
from ..identity.items import ItemSet
from ..identity.keys import KeyRing
from ..identity.reading import Reading, read_code
from ..parties.lots import find_lot
from ..parties.tables import Article, Location, Lot
from .books import by_ids
from .holds import Held, held_items
from .item_status import ItemStatus, item_status
from .sscc import sscc_of
from .tables import LogisticUnit, UnitContent
from .units import (
    INSIDE,
    Contents,
    contents_of,
    find_unit,
    sum_contents,
    units_holding,
)

MOST_UNITS = 200
"""Units a lot's answer lists; the count tells how many there are."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a unit holds of one lot."""

    lot: Lot
    goods: Contents
    held: Held | None
    """What of the lot is on hold."""


@dataclass(frozen=True, slots=True)
class Node:
    """A unit with all that is in it."""

    unit: LogisticUnit
    place: Location | None
    lines: tuple[Line, ...]
    """What it holds itself."""
    cases: tuple["Node", ...] = ()
    """The cases on it."""

    @property
    def known(self) -> int:
        """Items in it and its cases whose numbers were scanned."""
        own = sum(line.goods.items.count for line in self.lines)
        return own + sum(case.known for case in self.cases)

    @property
    def unscanned(self) -> int:
        """Units in it and its cases of which only the count is known."""
        own = sum(line.goods.unscanned for line in self.lines)
        return own + sum(case.unscanned for case in self.cases)

    @property
    def quantity(self) -> int:
        return self.known + self.unscanned

    @property
    def lots(self) -> tuple[Line, ...]:
        """What it and its cases hold together, by lot."""
        every = [*self.lines, *(line for case in self.cases for line in case.lots)]
        total = sum_contents({line.lot.id: line.goods} for line in every)
        of = {line.lot.id: line for line in every}
        return tuple(
            Line(of[lot_id].lot, goods, of[lot_id].held)
            for lot_id, goods in total.items()
        )


@dataclass(frozen=True, slots=True)
class Found:
    """What a code turned out to be, with its parents and contents."""

    kind: str
    """``unit``, ``item`` or ``lot``."""
    parents: tuple[LogisticUnit, ...] = ()
    """The units around it, the outermost first."""
    node: Node | None = None
    """The unit with its contents."""
    item: ItemStatus | None = None
    lot: Lot | None = None
    """The lot of the item, or the lot itself."""
    units: tuple[Node, ...] = ()
    """Units that hold some of the lot, at most ``MOST_UNITS`` of them."""
    unit_count: int = 0


def resolve(session: Session, keys: KeyRing, text: str) -> Found:
    """What a scanned or typed code is: item, case or pallet, or lot.

    Takes a serial or an item's address, an SSCC with or without its AI, an element
    string, or a batch number as people write it.

    Raises NotFound ``code_unknown`` or as ``find_unit``, or Conflict
    ``lot_ambiguous``.
    """
    if sscc := sscc_of(text):
        unit = find_unit(session, sscc)
        parents = parents_of(session, unit)
        return Found("unit", parents, node=nodes_of(session, [unit])[0])
    status = find_item(session, keys, text)
    if status is not None and status.lot is not None and status.lot_item is not None:
        here = ItemSet.range(status.lot_item, status.lot_item + 1)
        inside = next(iter(units_holding(session, status.lot.id, here)), None)
        around = (*parents_of(session, inside), inside) if inside else ()
        node = nodes_of(session, [inside])[0] if inside else None
        return Found("item", around, node=node, item=status, lot=status.lot)
    return _resolve_lot(session, _lot_meant(session, text))


def find_item(session: Session, keys: KeyRing, text: str) -> ItemStatus | None:
    """The issued item a serial or address stands for; None when it is none of ours."""
    reading = _read(text)
    for version, code in keys.read(reading.serial) if reading.serial else ():
        if status := item_status(session, code.series, code.item, version):
            return status
    return None


def nodes_of(session: Session, units: Iterable[LogisticUnit]) -> list[Node]:
    """Units with what is in them, in a constant number of queries."""
    tops = list(units)
    below: dict[int, list[LogisticUnit]] = {}
    cases = sa.select(LogisticUnit)
    for (case,) in by_ids(
        session, cases, LogisticUnit.parent_id, (unit.id for unit in tops)
    ):
        below.setdefault(case.parent_id, []).append(case)
    every = [*tops, *(case for some in below.values() for case in some)]
    held = contents_of(session, (unit.id for unit in every))
    lines = _lines(session, held)
    places = _places(session, every)

    def node(unit: LogisticUnit) -> Node:
        inside = sorted(below.get(unit.id, ()), key=lambda case: case.id)
        place = places.get(unit.location_id or 0)
        return Node(unit, place, lines.get(unit.id, ()), tuple(map(node, inside)))

    return [node(unit) for unit in tops]


def parents_of(session: Session, unit: LogisticUnit) -> tuple[LogisticUnit, ...]:
    """The units around a unit, the outermost first."""
    around: list[LogisticUnit] = []
    while unit.parent_id is not None:
        unit = session.get_one(LogisticUnit, unit.parent_id)
        around.insert(0, unit)
    return tuple(around)


def _resolve_lot(session: Session, lot: Lot) -> Found:
    inside = (
        sa.select(UnitContent.unit_id)
        .where(INSIDE, UnitContent.lot_id == lot.id)
        .distinct()
    )
    which = LogisticUnit.id.in_(inside)
    total = session.scalar(
        sa.select(sa.func.count()).select_from(LogisticUnit).where(which)
    )
    units = session.scalars(
        sa.select(LogisticUnit).where(which).order_by(LogisticUnit.id).limit(MOST_UNITS)
    ).all()
    nodes = tuple(nodes_of(session, units))
    return Found("lot", lot=lot, units=nodes, unit_count=total or 0)


def _lot_meant(session: Session, text: str) -> Lot:
    reading = _read(text)
    if reading.gtin and reading.lot:
        lot = session.scalar(
            sa.select(Lot)
            .join(Article)
            .where(
                Article.gtin == reading.gtin.digits,
                Lot.ai10 == reading.lot.text,
                Lot.origin == "",
            )
        )
        if lot is not None:
            return lot
    plain = unicodedata.normalize("NFKC", text[:200]).strip()
    if not plain.isprintable():  # PostgreSQL refuses to look for a NUL
        raise _code_unknown(ascii(plain[:40]))
    try:
        return find_lot(session, plain)
    except NotFound as error:
        raise _code_unknown(plain[:40]) from error


def _code_unknown(found: str) -> NotFound:
    return NotFound(
        "code_unknown",
        N_(
            "%(found)s is no code, case number or batch of ours. Scan it again, or "
            "type the batch number from the label."
        ),
        found=found,
    )


def _read(text: str) -> Reading:
    try:
        return read_code(text)
    except InvalidInput:
        return Reading()


def _lines(
    session: Session, held: Mapping[int, Mapping[int, Contents]]
) -> dict[int, tuple[Line, ...]]:
    ids = {lot_id for inside in held.values() for lot_id in inside}
    rows = by_ids(session, sa.select(Lot), Lot.id, ids)
    lots = {lot.id: lot for (lot,) in rows}
    holds = held_items(session, ids)
    return {
        unit_id: tuple(
            Line(lots[lot_id], goods, holds.get(lot_id))
            for lot_id, goods in inside.items()
        )
        for unit_id, inside in held.items()
    }


def _places(session: Session, units: Iterable[LogisticUnit]) -> dict[int, Location]:
    ids = {unit.location_id for unit in units if unit.location_id is not None}
    rows = by_ids(session, sa.select(Location), Location.id, ids)
    return {place.id: place for (place,) in rows}
