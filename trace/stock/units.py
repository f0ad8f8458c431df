"""Cases and pallets: an SSCC names its contents."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..errors import N_, NotFound
from ..identity.items import ItemSet
from .tables import LogisticUnit, UnitContent


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
    units = named.union(inside)
    rows = session.execute(
        sa.select(
            units.c.sscc,
            UnitContent.lot_id,
            UnitContent.quantity,
            UnitContent.lo,
            UnitContent.hi,
        ).outerjoin(UnitContent, UnitContent.unit_id == units.c.id)
    ).all()
    if missing := sorted(set(wanted) - {row.sscc for row in rows}):
        raise NotFound(
            "unit_unknown",
            N_("No case or pallet %(sscc)s is recorded."),
            sscc=missing[0],
        )
    spans: dict[int, list[tuple[int, int]]] = {}
    unscanned: dict[int, int] = {}
    for _, lot_id, quantity, lo, hi in rows:
        if lot_id is None:  # an empty case, or a pallet
            continue
        spans.setdefault(lot_id, [])
        if lo is None:
            unscanned[lot_id] = unscanned.get(lot_id, 0) + quantity
        else:
            spans[lot_id].append((lo, hi))
    return {
        lot_id: Contents(ItemSet.from_intervals(some), unscanned.get(lot_id, 0))
        for lot_id, some in spans.items()
    }
