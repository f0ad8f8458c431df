"""What a lot was made of and what was made of it, both ways, with quantities."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..among import among, among_found
from ..errors import N_, InvalidInput, NotFound
from ..parties.tables import Article, Lot, Partner
from ..stock.tables import Stock
from .tables import CycleLoad, LotInput, TankFill
from .tanks import DRAWN_AFTER

Direction = Literal["back", "forward", "both"]

NODE_LIMIT = 10_000
"""Most lots a trace shows each way; a scope has no such limit."""

# UNION is the guard against cycles; both engines put out the nearest lots first, so the
# limit keeps those. The constant seed and CROSS JOIN keep both on index look-ups.
_BACK = """
WITH RECURSIVE reach(id) AS (
  SELECT CAST(:lot AS BIGINT)
  UNION
  SELECT e.input_id FROM reach r CROSS JOIN lot_input e WHERE e.output_id = r.id
)
SELECT id FROM reach LIMIT :most
"""

_FORWARD = """
WITH RECURSIVE reach(id) AS (
  SELECT CAST(:lot AS BIGINT)
  UNION
  SELECT e.output_id FROM reach r CROSS JOIN lot_input e WHERE e.input_id = r.id
)
SELECT id FROM reach LIMIT :most
"""


def _edges_between(walk: str, start: Any, end: Any, tank: Any) -> Any:
    """What went from one lot of a walk into another, and what left them by a tank, or
    came by one; ``start`` and ``tank`` are looked up.
    """
    lots = sa.select(sa.text(walk).columns(id=sa.BigInteger).cte("walk").c.id)
    direct = (
        sa.select(
            LotInput.input_id,
            LotInput.output_id,
            LotInput.kind,
            sa.cast(sa.func.sum(LotInput.quantity), sa.BigInteger),
            sa.func.min(LotInput.at),
            sa.func.max(LotInput.at),
        )
        # "+ 0", or each pair of lots is looked up, whether there is an edge or not
        .where(among_found(start, lots), (end + 0).in_(lots))
        .group_by(LotInput.input_id, LotInput.output_id, LotInput.kind)
    )
    drawn = (
        sa.select(
            TankFill.lot_id,
            CycleLoad.lot_id,
            sa.literal("tank"),
            sa.cast(sa.func.sum(TankFill.quantity), sa.BigInteger),
            sa.func.min(TankFill.at),
            sa.func.max(TankFill.at),
        )
        .join(CycleLoad, DRAWN_AFTER)
        .where(among_found(tank, lots))
        .group_by(TankFill.lot_id, CycleLoad.lot_id)
    )
    return sa.union_all(direct, drawn)


# Built once: to build them takes longer than to run them.
_EDGES = {
    "back": _edges_between(
        _BACK, LotInput.output_id, LotInput.input_id, CycleLoad.lot_id
    ),
    "forward": _edges_between(
        _FORWARD, LotInput.input_id, LotInput.output_id, TankFill.lot_id
    ),
}
# Below nothing is what came from sources.
_MADE = (
    sa.select(-sa.func.coalesce(sa.func.sum(Stock.quantity), 0))
    .where(Stock.lot_id == Lot.id, Stock.quantity < 0)
    .correlate(Lot)
    .scalar_subquery()
)
_NODES = (
    # The columns of ``Node``, in its order.
    sa.select(
        Lot.id,
        Lot.code,
        Article.code,
        Article.name,
        Article.name_en,
        Article.kind,
        Lot.origin == "",
        Lot.origin,
        sa.func.coalesce(Partner.name, ""),
        sa.func.coalesce(Partner.name_en, ""),
        Lot.produced_on,
        Lot.received_on,
        sa.cast(_MADE, sa.BigInteger),
        Article.base_unit,
    )
    .join(Article, Article.id == Lot.article_id)
    .join(Partner, Partner.id == Lot.supplier_id, isouter=True)
    .where(among(Lot.id, "lots"))
)


@dataclass(frozen=True)
class Node:
    """A lot in a genealogy."""

    lot_id: int
    code: str
    article: str
    """The article's code."""
    name: str
    name_en: str
    kind: str
    """``product``, ``ingredient`` or ``packaging``."""
    own: bool
    """Made here, not bought."""
    origin: str
    """Code of the supplier who numbered it; empty for our own."""
    supplier: str
    """Name of the supplier, or empty."""
    supplier_en: str
    produced_on: date | None
    received_on: date | None
    made: int
    """What was made or received of it, in ``unit``."""
    unit: str
    depth: int
    """Steps from the lot asked for by the shortest way: negative towards what it was
    made of, 0 itself, positive towards what was made of it."""


@dataclass(frozen=True)
class Edge:
    """All that went from one lot into another in one way."""

    input_id: int
    output_id: int
    kind: str
    """``consumption``, ``rework``, ``repack``, or ``tank``: drawn from a tank after the
    input was put in."""
    quantity: int
    """In the base unit of the input. Of a tank what was put in: how much of that a
    batch got nobody knows."""
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Genealogy:
    """The part of the plant's history that concerns one lot."""

    lot_id: int
    direction: Direction
    nodes: tuple[Node, ...]
    """By depth, then article and lot number."""
    edges: tuple[Edge, ...]
    """In the order of their ids."""
    truncated: bool
    """True when there were more lots than were asked for; the nearest are here."""


def trace_lots(
    session: Session,
    lot_id: int,
    direction: Direction = "both",
    max_nodes: int = 1000,
) -> Genealogy:
    """The lots that went into a lot and those it went into, at most ``max_nodes`` each
    way besides itself, nearest first.

    Raises:
        NotFound: ``lot_unknown``.
        InvalidInput: ``trace_limit_invalid``, ``trace_direction_invalid``.
    """
    _check(direction, max_nodes)
    edges: set[Edge] = set()
    depths = {lot_id: 0}
    truncated = False
    for way, sign in (("back", -1), ("forward", 1)):
        if direction not in (way, "both"):
            continue
        found = _walk(session, way, lot_id, max_nodes + 2)
        steps = _distances(lot_id, found, sign)
        near = steps
        if len(steps) > max_nodes + 1:
            truncated = True
            nearest = sorted(steps, key=lambda lot: (steps[lot], lot))
            near = {lot: steps[lot] for lot in nearest[: max_nodes + 1]}
            found = [e for e in found if e.input_id in near and e.output_id in near]
        edges.update(found)
        for lot, step in near.items():
            if lot not in depths or step < abs(depths[lot]):
                depths[lot] = sign * step
    nodes = tuple(_nodes(session, depths))
    if all(node.lot_id != lot_id for node in nodes):
        raise NotFound("lot_unknown", N_("No lot %(lot)s is recorded."), lot=lot_id)
    return Genealogy(
        lot_id,
        direction,
        nodes,
        tuple(sorted(edges, key=lambda e: (e.input_id, e.output_id, e.kind))),
        truncated,
    )


def _check(direction: str, max_nodes: int) -> None:
    if direction not in ("back", "forward", "both"):
        raise InvalidInput(
            "trace_direction_invalid",
            N_("A trace goes back, forward or both ways, not %(found)s."),
            found=direction,
        )
    if not 1 <= max_nodes <= NODE_LIMIT:
        raise InvalidInput(
            "trace_limit_invalid",
            N_("A trace shows 1 to %(limit)s lots, but %(found)s were asked for."),
            limit=NODE_LIMIT,
            found=max_nodes,
        )


def _walk(session: Session, way: str, lot_id: int, most: int) -> list[Edge]:
    """The edges on one way, between at least so many lots if there are more; nearest
    first between two tanks.
    """
    far = attrgetter("input_id" if way == "back" else "output_id")
    found: dict[Edge, None] = {}
    reached: set[int] = set()
    waiting = [lot_id]
    while waiting and len(reached) <= most:
        fresh = [
            Edge(*row)
            for start in waiting
            for row in session.execute(_EDGES[way], {"lot": start, "most": most})
        ]
        found |= dict.fromkeys(fresh)
        reached.update(waiting, (far(edge) for edge in fresh if edge.kind != "tank"))
        waiting = sorted({far(edge) for edge in fresh} - reached)
    return list(found)


def _distances(lot_id: int, edges: Iterable[Edge], sign: int) -> dict[int, int]:
    """Steps to each lot by the shortest way; ``sign`` -1 walks to the inputs."""
    ahead: dict[int, list[int]] = defaultdict(list)
    for edge in edges:
        start, end = (edge.input_id, edge.output_id)[::sign]
        ahead[start].append(end)
    steps = {lot_id: 0}
    waiting = [lot_id]
    for here in waiting:  # grows while it is walked: breadth first
        for lot in ahead[here]:
            if lot not in steps:
                steps[lot] = steps[here] + 1
                waiting.append(lot)
    return steps


def _nodes(session: Session, depths: dict[int, int]) -> list[Node]:
    rows: Iterable[Any] = session.execute(_NODES, {"lots": depths})
    nodes = [Node(*[*row, depths[row[0]]]) for row in rows]
    return sorted(nodes, key=lambda n: (n.depth, n.article, n.code, n.lot_id))


def trace_document(genealogy: Genealogy) -> dict[str, Any]:
    """The genealogy as plain values; ``docs/trace.schema.json`` describes them."""
    nodes = {node.lot_id: node for node in genealogy.nodes}
    return {
        "lot": nodes[genealogy.lot_id].code,
        "article": nodes[genealogy.lot_id].article,
        "direction": genealogy.direction,
        "truncated": genealogy.truncated,
        "nodes": [_node_document(node) for node in genealogy.nodes],
        "edges": [
            _edge_document(edge, nodes[edge.input_id], nodes[edge.output_id])
            for edge in genealogy.edges
        ],
    }


def _node_document(node: Node) -> dict[str, Any]:
    return {
        "id": node.lot_id,
        "lot": node.code,
        "article": node.article,
        "name": node.name,
        "name_en": node.name_en,
        "kind": node.kind,
        "own": node.own,
        "origin": node.origin,
        "supplier": node.supplier,
        "supplier_en": node.supplier_en,
        "produced_on": node.produced_on and node.produced_on.isoformat(),
        "received_on": node.received_on and node.received_on.isoformat(),
        "quantity": node.made,
        "unit": node.unit,
        "depth": node.depth,
    }


def _edge_document(edge: Edge, source: Node, target: Node) -> dict[str, Any]:
    return {
        "input": edge.input_id,
        "output": edge.output_id,
        "input_lot": source.code,
        "output_lot": target.code,
        "kind": edge.kind,
        "quantity": edge.quantity,
        "unit": source.unit,
        "first": edge.first.isoformat().replace("+00:00", "Z"),
        "last": edge.last.isoformat().replace("+00:00", "Z"),
    }
