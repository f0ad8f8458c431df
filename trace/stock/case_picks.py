"""Which cases to fetch for a pick: whole pallets and cases first, then loose packs."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .resolving import Node, nodes_of
from .tables import LogisticUnit, UnitContent
from .units import INSIDE

MOST_UNITS = 1000
"""Units of a lot at a place that are looked at, the first packed before the rest."""


@dataclass(frozen=True, slots=True)
class CasePick:
    """How a quantity of a lot is fetched from a place."""

    nodes: tuple[Node, ...] = ()
    """Pallets and cases that go whole."""
    loose: int = 0
    """What goes of the packs that stand in no case."""
    opened: int = 0
    """What is still wanted then: it has to come out of a case that is opened."""


BY_COUNT = CasePick()
"""Of a lot that is in no case, or only by the numbers of its packs."""


def pick_cases(
    session: Session, lot_id: int, place_id: int, quantity: int, free: int
) -> CasePick:
    """Fetch ``quantity`` of a lot, of which ``free`` stand in no case.

    Only units with nothing else in them go whole.
    """
    left = quantity
    taken: list[Node] = []
    gone: set[int] = set()
    nodes = nodes_of(session, _units_at(session, lot_id, place_id))
    pallets = [node for node in nodes if node.unit.level == "pallet"]
    cases = [node for node in nodes if node.unit.level == "case"]
    for node in [*pallets, *cases]:
        if node.unit.parent_id in gone or not _only(node, lot_id):
            continue
        if 0 < node.quantity <= left:
            left -= node.quantity
            gone.add(node.unit.id)
            taken.append(node)
    loose = min(left, free)
    return CasePick(tuple(taken), loose, left - loose)


def _only(node: Node, lot_id: int) -> bool:
    return {line.lot.id for line in node.lots} == {lot_id}


def _units_at(session: Session, lot_id: int, place_id: int) -> Iterable[LogisticUnit]:
    """Cases and pallets at a place that hold some of a lot, and what they stand on."""
    inside = sa.select(UnitContent.unit_id).where(INSIDE, UnitContent.lot_id == lot_id)
    holding = sa.select(LogisticUnit.id).where(
        LogisticUnit.id.in_(inside), LogisticUnit.location_id == place_id
    )
    below = sa.select(LogisticUnit.parent_id).where(LogisticUnit.id.in_(holding))
    units = sa.select(LogisticUnit).where(
        sa.or_(LogisticUnit.id.in_(holding), LogisticUnit.id.in_(below))
    )
    return session.scalars(units.order_by(LogisticUnit.id).limit(MOST_UNITS)).all()
