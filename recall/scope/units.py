"""Which cases and pallets are affected: those with anything affected in them.

A mixed case or gift pack is affected if any of what is in it is (domain.md §4.5, §9.9),
and so is the pallet it stands on. What else is inside is told, for it comes back too.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from ...trace.among import among, plain_rows
from ...trace.identity.items import ItemSet
from ...trace.parties.tables import Location, Lot
from ...trace.stock.tables import LogisticUnit, Shipment, UnitContent

MOST_UNITS = 500
"""Units that are listed, those with something else inside first."""


class AffectedUnit(NamedTuple):
    """A case or pallet with affected goods in it."""

    sscc: str
    level: str
    """``case`` or ``pallet``."""
    parent: str
    """SSCC of the pallet it stands on, or nothing."""
    place: str
    """Code of where it was last seen as a whole, or nothing."""
    name: str
    name_en: str
    shipment: str
    """Number of the one it is on the way with, or nothing."""
    quantity: int
    """Affected units in it, at most."""
    lots: tuple[str, ...]
    """Affected batches in it."""
    others: tuple[str, ...]
    """What else is in it."""


@dataclass(frozen=True, slots=True)
class Units:
    """The affected cases and pallets of a scope."""

    total: int
    mixed: int
    """Those that hold something else too."""
    listed: tuple[AffectedUnit, ...]
    """The mixed ones first, then by number."""


@dataclass(slots=True)
class _Inside:
    """What is in a unit: lots by id."""

    affected: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    others: set[int] = field(default_factory=set)

    def add(self, one: "_Inside") -> None:
        for lot, quantity in one.affected.items():
            self.affected[lot] += quantity
        self.others |= one.others


_WITH = sa.select(
    UnitContent.unit_id,
    UnitContent.lot_id,
    UnitContent.quantity,
    UnitContent.lo,
    UnitContent.hi,
).where(UnitContent.removed_at.is_(None))
_PARENTS = sa.select(LogisticUnit.id, LogisticUnit.parent_id).where(
    among(LogisticUnit.id, "units"), LogisticUnit.parent_id.is_not(None)
)
_CASES = sa.select(LogisticUnit.id, LogisticUnit.parent_id).where(
    among(LogisticUnit.parent_id, "units")
)
_parent = aliased(LogisticUnit)
_TOLD = (
    sa.select(
        LogisticUnit.id,
        LogisticUnit.sscc,
        LogisticUnit.level,
        sa.func.coalesce(_parent.sscc, ""),
        sa.func.coalesce(Location.code, ""),
        sa.func.coalesce(Location.name, ""),
        sa.func.coalesce(Location.name_en, ""),
        sa.func.coalesce(Shipment.number, ""),
    )
    .outerjoin(_parent, _parent.id == LogisticUnit.parent_id)
    .outerjoin(Location, Location.id == LogisticUnit.location_id)
    .outerjoin(Shipment, Shipment.id == LogisticUnit.shipment_id)
    .where(among(LogisticUnit.id, "units"))
)
_NUMBERS = sa.select(LogisticUnit.id, LogisticUnit.sscc).where(
    among(LogisticUnit.id, "units")
)
_CODES = sa.select(Lot.id, Lot.code).where(among(Lot.id, "lots"))


def affected_units(
    session: Session,
    lots: Mapping[int, ItemSet | None],
    most: int | None = MOST_UNITS,
) -> Units:
    """The cases and pallets with items of these lots inside; None is a whole lot.

    At most ``most`` are listed, or all.

    Packs that were only counted into a case may be any of the lot.
    """
    cases = _cases(session, lots)
    if not cases:
        return Units(0, 0, ())
    stands = dict(plain_rows(session, _PARENTS, units=cases))
    pallets = _pallets(session, lots, cases, set(stands.values()))
    found = cases | pallets
    ranked = plain_rows(session, _NUMBERS, units=found)
    ranked.sort(key=lambda row: (not found[row[0]].others, row[1]))
    listed = [number for number, _ in ranked[:most]]
    mixed = sum(bool(inside.others) for inside in found.values())
    return Units(len(found), mixed, _told(session, found, listed))


def _cases(session: Session, lots: Mapping[int, ItemSet | None]) -> dict[int, _Inside]:
    """Units with something affected in them by themselves, with all they hold."""
    found: dict[int, _Inside] = {}
    inside = _WITH.where(among(UnitContent.lot_id, "lots"))
    for unit, lot, quantity, lo, hi in plain_rows(session, inside, lots=lots):
        much = _affected(lots[lot], quantity, lo, hi)
        if much:
            found.setdefault(unit, _Inside()).affected[lot] += much
    _add_others(session, lots, found)
    return found


def _add_others(
    session: Session, lots: Mapping[int, ItemSet | None], found: dict[int, _Inside]
) -> None:
    """What else is in these units."""
    inside = _WITH.where(among(UnitContent.unit_id, "units"))
    for unit, lot, quantity, lo, hi in plain_rows(session, inside, units=found):
        if lot not in lots or not _affected(lots[lot], quantity, lo, hi):
            found[unit].others.add(lot)


def _affected(items: ItemSet | None, quantity: int, lo: int | None, hi: int) -> int:
    if items is None or lo is None:
        return quantity if items is None else min(quantity, items.count)
    return (items & ItemSet.range(lo, hi)).count


def _pallets(
    session: Session,
    lots: Mapping[int, ItemSet | None],
    cases: Mapping[int, _Inside],
    pallets: Iterable[int],
) -> dict[int, _Inside]:
    """Pallets on which such a case stands, with all that stands on them."""
    on = plain_rows(session, _CASES, units=pallets)
    rest = {case: _Inside() for case, _ in on if case not in cases}
    _add_others(session, lots, rest)
    found: dict[int, _Inside] = {}
    for case, pallet in on:
        found.setdefault(pallet, _Inside()).add(cases.get(case) or rest[case])
    return found


def _told(
    session: Session, found: Mapping[int, _Inside], listed: list[int]
) -> tuple[AffectedUnit, ...]:
    units = [found[number] for number in listed]
    known = {lot for inside in units for lot in (*inside.affected, *inside.others)}
    codes = dict(plain_rows(session, _CODES, lots=known))
    rows = {row[0]: row[1:] for row in plain_rows(session, _TOLD, units=listed)}
    return tuple(
        AffectedUnit._make(
            (
                *rows[number],
                sum(inside.affected.values()),
                tuple(sorted(codes[lot] for lot in inside.affected)),
                tuple(sorted(codes[lot] for lot in inside.others)),
            )
        )
        for number, inside in zip(listed, units, strict=True)
    )
