"""Cases and pallets: an SSCC names its contents."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..errors import N_, Conflict, NotFound
from ..identity.items import EMPTY, ItemSet
from .books import by_ids
from .sscc import read_sscc
from .tables import LogisticUnit, UnitContent

INSIDE = UnitContent.removed_at.is_(None)
"""What is in a unit now; the other rows are its history."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What cases hold of one lot."""

    items: ItemSet
    """Items that are in them, by number."""
    unscanned: int
    """Units besides, of which only the number is known."""

    @property
    def quantity(self) -> int:
        return self.items.count + self.unscanned

    def __add__(self, other: "Contents") -> "Contents":
        return Contents(self.items | other.items, self.unscanned + other.unscanned)


NOTHING = Contents(EMPTY, 0)


def items_of_units(session: Session, ssccs: Iterable[str]) -> dict[int, Contents]:
    """What cases and pallets hold, by lot; a pallet holds what its cases hold.

    A case named twice, or with its pallet, counts once. Raises NotFound
    ``unit_unknown`` with an SSCC that is not recorded.
    """
    wanted = sorted(set(ssccs))
    named = (
        sa.select(LogisticUnit.id, LogisticUnit.sscc)
        .where(LogisticUnit.sscc.in_(wanted))
        .cte("unit", recursive=True)
    )
    inside = sa.select(LogisticUnit.id, LogisticUnit.sscc).join(
        named, LogisticUnit.parent_id == named.c.id
    )
    units = session.execute(sa.select(named.union(inside))).all()
    if missing := sorted(set(wanted) - {unit.sscc for unit in units}):
        raise unit_unknown(missing[0])
    return sum_contents(contents_of(session, (unit.id for unit in units)).values())


def find_unit(session: Session, text: str) -> LogisticUnit:
    """The case or pallet whose number was scanned or typed.

    Raises InvalidInput for what is no SSCC, NotFound ``unit_unknown``.
    """
    digits = read_sscc(text).digits
    unit = session.scalar(sa.select(LogisticUnit).where(LogisticUnit.sscc == digits))
    if unit is None:
        raise unit_unknown(digits)
    return unit


def unit_unknown(sscc: str) -> NotFound:
    return NotFound(
        "unit_unknown", N_("No case or pallet %(sscc)s is recorded."), sscc=sscc
    )


def lock_units(
    session: Session, ssccs: Iterable[str], *, with_cases: bool = False
) -> dict[str, LogisticUnit]:
    """Lock cases and pallets and read them anew, by SSCC.

    Always pallets before cases, each in ascending id, and all of them before any lot:
    two who lock in different orders would wait for each other for ever. ``with_cases``
    takes the cases on the pallets too. Raises NotFound ``unit_unknown``.
    """
    wanted = sorted(set(ssccs))
    rows = session.execute(
        sa.select(LogisticUnit.id, LogisticUnit.sscc, LogisticUnit.level).where(
            LogisticUnit.sscc.in_(wanted)
        )
    ).all()
    if missing := sorted(set(wanted) - {row.sscc for row in rows}):
        raise unit_unknown(missing[0])
    pallets = [row.id for row in rows if row.level == "pallet"]
    locked = _lock(session, LogisticUnit.id.in_(pallets))
    cases = [LogisticUnit.id.in_([row.id for row in rows if row.level == "case"])]
    if with_cases:
        cases.append(LogisticUnit.parent_id.in_(pallets))
    locked += _lock(session, sa.or_(*cases))
    return {unit.sscc: unit for unit in locked}


def contents_of(
    session: Session, unit_ids: Iterable[int]
) -> dict[int, dict[int, Contents]]:
    """What units hold themselves, by unit and lot; empty ones are left out."""
    row = UnitContent
    select = sa.select(row.unit_id, row.lot_id, row.quantity, row.lo, row.hi)
    spans: dict[tuple[int, int], list[tuple[int, int]]] = {}
    unscanned: dict[tuple[int, int], int] = {}
    for unit_id, lot_id, quantity, lo, hi in by_ids(
        session, select.where(INSIDE), row.unit_id, unit_ids
    ):
        some = spans.setdefault((unit_id, lot_id), [])
        if lo is None:
            key = unit_id, lot_id
            unscanned[key] = unscanned.get(key, 0) + quantity
        else:
            some.append((lo, hi))
    found: dict[int, dict[int, Contents]] = {}
    for (unit_id, lot_id), some in sorted(spans.items()):
        items = ItemSet.from_intervals(some)
        held = Contents(items, unscanned.get((unit_id, lot_id), 0))
        found.setdefault(unit_id, {})[lot_id] = held
    return found


def sum_contents(many: Iterable[Mapping[int, Contents]]) -> dict[int, Contents]:
    """What several units hold together, by lot."""
    total: dict[int, Contents] = {}
    for one in many:
        for lot_id, held in one.items():
            total[lot_id] = total.get(lot_id, NOTHING) + held
    return total


def units_holding(
    session: Session, lot_id: int, items: ItemSet
) -> dict[LogisticUnit, ItemSet]:
    """The units that scanned items of a lot are in, with those of the items."""
    row = UnitContent
    select = (
        sa.select(LogisticUnit, row.lo, row.hi)
        .join(row, row.unit_id == LogisticUnit.id)
        .where(INSIDE, row.lot_id == lot_id, row.lo.is_not(None))
    )
    if items:
        first, last = items.intervals[0][0], items.intervals[-1][1]
        select = select.where(row.lo < last, row.hi > first)
    found: dict[LogisticUnit, ItemSet] = {}
    for unit, lo, hi in session.execute(select.order_by(LogisticUnit.id, row.lo)):
        if some := ItemSet.range(lo or 0, hi or 0) & items:
            found[unit] = found.get(unit, EMPTY) | some
    return found


def check_open(unit: LogisticUnit) -> None:
    """Raises Conflict ``unit_not_open``: only an open unit takes something in."""
    if unit.state != "open":
        raise Conflict(
            "unit_not_open",
            N_(
                "%(sscc)s is %(state)s, so nothing goes in. Open it again, or take "
                "another."
            ),
            sscc=unit.sscc,
            state=unit.state,
            machine="unit",
        )


def check_whole(unit: LogisticUnit) -> None:
    """Raises Conflict ``unit_dissolved`` for one that is no more."""
    if unit.state == "dissolved":
        raise Conflict(
            "unit_dissolved",
            N_("%(sscc)s was taken apart: what it held stands loose."),
            sscc=unit.sscc,
        )


def check_together(one: LogisticUnit, two: LogisticUnit) -> None:
    """Raises Conflict ``units_apart`` unless they are two and stand at one place."""
    if one.id == two.id or one.location_id != two.location_id:
        raise Conflict(
            "units_apart",
            N_(
                "%(source)s and %(target)s must be two units at the same place: bring "
                "them together, and book that move first."
            ),
            source=one.sscc,
            target=two.sscc,
        )


def changed_meanwhile() -> Conflict:
    """Another hand was faster: what was to be done no longer fits."""
    return Conflict(
        "changed_meanwhile",
        N_(
            "Somebody else changed this at the same moment, so nothing was "
            "saved. Look at the present state, then try again."
        ),
    )


def _lock(session: Session, which: sa.ColumnElement[bool]) -> list[LogisticUnit]:
    rows = session.scalars(
        sa.select(LogisticUnit)
        .where(which)
        .order_by(LogisticUnit.id)
        .with_for_update(of=LogisticUnit)
        .execution_options(populate_existing=True)
    )
    return list(rows)
