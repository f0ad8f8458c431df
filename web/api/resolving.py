"""A scan of any level: what it is, what it is in, and what is in it."""

from typing import Any, Literal

from pydantic import Field
from sqlalchemy.orm import Session

from ...trace.stock.resolving import Node, resolve
from ..current import house
from .goods import TAG
from .much import Sscc
from .room import reads
from .values import PLAIN, Asked, Shown


class InsideOut(Shown):
    """What of one lot is in a unit."""

    lot_id: int
    lot: str
    quantity: int
    items: str
    """Those of them whose numbers were scanned."""
    held: bool
    """Some of the lot is on hold."""


class NodeOut(Shown):
    """A case or pallet, and what it and the cases on it hold together."""

    sscc: Sscc
    level: Literal["case", "pallet"]
    state: Literal["open", "closed", "dissolved"]
    place: str | None
    quantity: int
    contents: list[InsideOut]


class ResolvedOut(Shown):
    """What a code is."""

    kind: Literal["unit", "item", "lot"]
    lot_id: int | None
    """Of an item or a lot."""
    lot: str | None
    item: int | None
    """Number of the item in its lot."""
    parents: list[Sscc]
    """The units around it, the outermost first."""
    unit: NodeOut | None
    """The unit itself, or the one the item is in."""
    units: list[NodeOut]
    """Of a lot: units that hold some of it, at most 200."""
    unit_count: int


class ResolveQuery(Asked):
    code: str = Field(min_length=1, max_length=2000, pattern=PLAIN)
    """An item's serial or address, an SSCC with or without AI, or a batch number."""


@reads("/resolve", "trace.read", ResolvedOut, tag=TAG, query=ResolveQuery)
def resolve_code(session: Session, query: ResolveQuery) -> Any:
    """Say what a scanned code is: an item, a case or pallet, or a lot; up and down."""
    found = resolve(session, house().keys, query.code)
    item = found.item
    return {
        "kind": found.kind,
        "lot_id": found.lot.id if found.lot else None,
        "lot": found.lot.code if found.lot else None,
        "item": item.lot_item if item else None,
        "parents": [unit.sscc for unit in found.parents],
        "unit": _node(found.node) if found.node else None,
        "units": [_node(node) for node in found.units],
        "unit_count": found.unit_count,
    }


def _node(node: Node) -> dict[str, Any]:
    return {
        "sscc": node.unit.sscc,
        "level": node.unit.level,
        "state": node.unit.state,
        "place": node.place.code if node.place else None,
        "quantity": node.quantity,
        "contents": [
            {
                "lot_id": line.lot.id,
                "lot": line.lot.code,
                "quantity": line.goods.quantity,
                "items": str(line.goods.items),
                "held": line.held is not None,
            }
            for line in node.lots
        ],
    }
