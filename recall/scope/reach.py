"""Fetches the part of the plant a decision needs; it decides nothing itself.

The number of statements depends on the lines involved, never on the lots reached. What
comes back may be more than the engine needs, for it decides from any larger graph too.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.identity.items import EMPTY, ItemSet
from ...trace.parties.tables import Line, Site
from ...trace.production.tables import Cleaning, CycleLoad, LineRun, LotInput
from ...trace.stock.tables import Movement, Shipment
from .among import among
from .criteria import Criteria, Criterion, Cycle, LineWindow, Shipped
from .evidence import beside_lots, criterion_batches, input_lots, named_lots
from .graph import Carried, CleanBreak, Edge, Graph, Load, Run
from .windows import Window, widen

# UNION, not UNION ALL: cycles end, and rework ladders do not explode. CROSS JOIN pins
# the join order: with a plain JOIN SQLite may scan all edges for each lot. The edges
# are asked for apart: PostgreSQL cannot foresee how few lots are reached, and would
# read all edges to join them here.
_FORWARD = sa.text("""
WITH RECURSIVE reach(id) AS (
  SELECT id FROM lot WHERE id IN :seeds
  UNION
  SELECT e.output_id FROM reach r CROSS JOIN lot_input e WHERE e.input_id = r.id
)
SELECT id FROM reach
""").columns(id=sa.BigInteger)

_BACK = sa.text("""
WITH RECURSIVE reach(id) AS (
  SELECT id FROM lot WHERE id IN :seeds
  UNION
  SELECT e.input_id FROM reach r CROSS JOIN lot_input e WHERE e.output_id = r.id
)
SELECT id FROM reach
""").columns(id=sa.BigInteger)

Span = tuple[int, datetime, datetime | None]
"""A line and a suspect time on it; no end means until now."""

Row = TypeVar("Row")


def load_graph(session: Session, criteria: Criteria) -> Graph:
    """The graph ``engine.decide`` needs; the facts name what is there (``names``)."""
    facts = criteria.facts
    graph = Graph(
        loads=_loads(session, among("cycles", _ids(facts, Cycle))),
        carried=_carried(session, _ids(facts, Shipped)),
    )
    spans = [(f.line_id, f.start, f.end) for f in facts if isinstance(f, LineWindow)]
    graph = _with_lines(session, graph, spans)
    suspects = criterion_batches(graph, criteria)
    if criteria.spreads_across:
        graph = _with_neighbours(session, graph, suspects)
    seeds = set(named_lots(graph, facts))
    if criteria.spreads_across or criteria.spreads_from_inputs:
        graph = _with_edges(session, graph, _BACK, suspects)
        seeds |= set(beside_lots(graph, criteria, suspects))
    if criteria.spreads_from_inputs:
        seeds |= input_lots(graph, suspects)
    return _with_edges(session, graph, _FORWARD, seeds)


def _ids(facts: Iterable[Criterion], kind: type[Cycle] | type[Shipped]) -> set[int]:
    return {
        fact.cycle_id if isinstance(fact, Cycle) else fact.shipment_id
        for fact in facts
        if isinstance(fact, kind)
    }


def _with_neighbours(session: Session, graph: Graph, suspects: set[int]) -> Graph:
    """The criterion batches' runs and cycles, and who shared them."""
    runs = session.execute(
        sa.select(LineRun.line_id, LineRun.started_at, LineRun.ended_at).where(
            LineRun.lot_id.in_(among("lots", suspects))
        )
    )
    graph = _with_lines(
        session, graph, [(line, start, end) for line, start, end in runs]
    )
    cycles = sa.select(CycleLoad.cycle_id).where(
        CycleLoad.lot_id.in_(among("lots", suspects))
    )
    loads = _loads(session, cycles)
    return replace(graph, loads=_joined(graph.loads, loads))


def _with_lines(session: Session, graph: Graph, spans: Iterable[Span]) -> Graph:
    """The clean breaks and runs around suspect times.

    One span for each line covers its suspect times: the window of a part lies within
    the window of the whole.
    """
    covers: dict[int, Span] = {}
    for line, start, end in spans:
        _, first, last = covers.get(line, (line, start, end))
        until = None if end is None or last is None else max(last, end)
        covers[line] = (line, min(first, start), until)
    for line, start, end in covers.values():
        zone = session.scalars(
            sa.select(Site.time_zone).join(Line).where(Line.id == line)
        ).one()
        breaks = _breaks(session, line, start, end)
        window = widen(line, start, end, breaks, zone)
        graph = replace(
            graph,
            breaks=_joined(graph.breaks, breaks),
            runs=_joined(graph.runs, _runs(session, window)),
            zones={**graph.zones, line: zone},
        )
    return graph


def _breaks(
    session: Session, line: int, start: datetime, end: datetime | None
) -> list[CleanBreak]:
    """Passed cleanings from the last before ``start`` to the first after ``end``."""
    passed = sa.and_(Cleaning.line_id == line, Cleaning.result == "pass")
    last = session.scalar(
        sa.select(sa.func.max(Cleaning.ended_at)).where(
            passed, Cleaning.ended_at <= start
        )
    )
    query = sa.select(Cleaning.started_at, Cleaning.ended_at).where(
        passed, Cleaning.ended_at >= (last or start)
    )
    if end is not None:
        first = session.scalar(
            sa.select(sa.func.min(Cleaning.started_at)).where(
                passed, Cleaning.started_at >= end
            )
        )
        query = query.where(Cleaning.started_at <= (first or end))
    return [CleanBreak(line, begun, ended) for begun, ended in session.execute(query)]


def _runs(session: Session, window: Window) -> list[Run]:
    query = sa.select(LineRun.lot_id, LineRun.started_at, LineRun.ended_at).where(
        LineRun.line_id == window.line,
        sa.or_(LineRun.ended_at.is_(None), LineRun.ended_at > window.start),
    )
    if window.end is not None:
        query = query.where(LineRun.started_at < window.end)
    return [
        Run(lot, window.line, start, end) for lot, start, end in session.execute(query)
    ]


def _loads(
    session: Session, cycles: sa.Select[int] | sa.BindParameter[Any]
) -> tuple[Load, ...]:
    rows = session.execute(
        sa.select(CycleLoad.cycle_id, CycleLoad.lot_id).where(
            CycleLoad.cycle_id.in_(cycles)
        )
    )
    return tuple(Load(cycle, lot) for cycle, lot in rows)


def _carried(session: Session, shipments: set[int]) -> tuple[Carried, ...]:
    """What travelled; items only where every movement of that lot names them."""
    rows = session.execute(
        sa.select(Shipment.id, Movement.lot_id, Movement.lo, Movement.hi)
        .join(Movement, Movement.shipment_id == Shipment.id)
        .where(Shipment.id.in_(among("shipments", shipments)))
    )
    found: dict[tuple[int, int], ItemSet | None] = {}
    for shipment, lot, lo, hi in rows:
        before = found.get((shipment, lot), EMPTY)
        if before is None or lo is None or hi is None:
            found[shipment, lot] = None
        else:
            found[shipment, lot] = before | ItemSet.range(lo, hi)
    return tuple(
        Carried(shipment, lot, items) for (shipment, lot), items in found.items()
    )


def _with_edges(
    session: Session,
    graph: Graph,
    walk: sa.TextualSelect,
    seeds: set[int],
) -> Graph:
    """The edges on the ways from the seeds."""
    lots = session.scalars(walk.bindparams(among("seeds", seeds))).all()
    start = LotInput.input_id if walk is _FORWARD else LotInput.output_id
    rows = session.execute(
        sa.select(LotInput.input_id, LotInput.output_id, LotInput.kind)
        .where(start.in_(among("lots", lots)))
        .distinct()
    )
    return replace(graph, edges=_joined(graph.edges, [Edge(*row) for row in rows]))


def _joined(ours: Iterable[Row], theirs: Iterable[Row]) -> tuple[Row, ...]:
    """Both, each row once."""
    return tuple(dict.fromkeys((*ours, *theirs)))
