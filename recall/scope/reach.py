"""Fetches the part of the plant a decision needs; it decides nothing itself.

The number of statements depends on the lines involved and on how many tanks stand one
behind another, never on the lots reached. What comes back may be more than the engine
needs, for it decides from any larger graph too.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.among import among, among_found, plain_rows, rows
from ...trace.identity.items import EMPTY, ItemSet
from ...trace.parties.tables import Line, Site
from ...trace.production.tables import (
    CycleLoad,
    EquipmentCycle,
    LineRun,
    LotInput,
    TankFill,
)
from ...trace.production.tails import find_tails
from ...trace.production.tanks import DRAWN_AFTER
from ...trace.stock.tables import Movement, Shipment
from .cleaned import load_checks, load_cleanings, load_named, load_stops
from .criteria import (
    CheckFailed,
    CleaningFailed,
    Criteria,
    Criterion,
    Cycle,
    Delivered,
    EquipmentWindow,
    LineWindow,
    Lookup,
    Shipped,
)
from .evidence import (
    beside_lots,
    criterion_batches,
    input_lots,
    maybe_named,
    mislabelled,
    named_lots,
)
from .graph import Carried, Edge, Graph, Load, Maybe, Run, joined
from .lookups import look_up
from .narrowing import candidates
from .packing import load_times
from .unbatched import possible_lots
from .uses import Wanted, suspect_uses, with_equipment
from .walk import neighbours, reached
from .windows import Window, clean_breaks, widen

# UNION, not UNION ALL: cycles end, and rework ladders do not explode. CROSS JOIN pins
# the join order: with a plain JOIN SQLite may scan all edges for each lot.
_FORWARD = """
WITH RECURSIVE reach(id) AS (
  SELECT id FROM lot WHERE id IN :seeds
  UNION
  SELECT e.output_id FROM reach r CROSS JOIN lot_input e WHERE e.input_id = r.id
)
SELECT id FROM reach
"""

_BACK = """
WITH RECURSIVE reach(id) AS (
  SELECT id FROM lot WHERE id IN :seeds
  UNION
  SELECT e.input_id FROM reach r CROSS JOIN lot_input e WHERE e.output_id = r.id
)
SELECT id FROM reach
"""


class _Way(NamedTuple):
    """One of the two directions a walk takes."""

    edges: sa.Select[*tuple[Any, ...]]
    """The edges from the lots reached, the seeds included."""
    drawn: sa.Select[*tuple[Any, ...]]
    """What left these lots, or came to them, through a tank."""
    end: Callable[[Edge], int]
    """Where an edge leads."""


def _way(walk: str, start: Any, tank: Any, end: Callable[[Edge], int]) -> _Way:
    """``start`` and ``tank`` are what edges and drawings are found by."""
    # as numbers in the text, which both engines read
    seeds = sa.bindparam(
        "seeds", type_=sa.BigInteger(), expanding=True, literal_execute=True
    )
    reach = sa.text(walk).bindparams(seeds).columns(id=sa.BigInteger).cte("walk")
    edges = sa.select(
        LotInput.input_id, LotInput.output_id, LotInput.kind, sa.literal(0)
    )
    drawn = sa.select(
        TankFill.lot_id, CycleLoad.lot_id, sa.literal("tank"), TankFill.cycle_id
    ).join(CycleLoad, DRAWN_AFTER)
    return _Way(
        edges.where(among_found(start, sa.select(reach.c.id))).distinct(),
        drawn.where(among(tank, "lots")).distinct(),
        end,
    )


# Built once: to build them takes longer than to run them.
_AHEAD = _way(_FORWARD, LotInput.input_id, TankFill.lot_id, attrgetter("output"))
_BEHIND = _way(_BACK, LotInput.output_id, CycleLoad.lot_id, attrgetter("input"))

Span = tuple[int, datetime, datetime | None]
"""A line and a suspect time on it; no end means until now."""


def load_graph(session: Session, criteria: Criteria) -> Graph:
    """The graph ``engine.decide`` needs; the facts name what is there (``names``)."""
    facts = criteria.facts
    cleanings, checks = load_named(session, criteria)
    cycles, shipments = _ids(facts, Cycle), _ids(facts, Shipped)
    graph = Graph(
        cleanings=cleanings,
        checks=checks,
        loads=_loads(session, among(CycleLoad.cycle_id, cycles)) if cycles else (),
        carried=_carried(session, shipments) if shipments else (),
        named=tuple(
            row
            for fact in facts
            if isinstance(fact, Lookup)
            for row in look_up(session, fact)
        ),
    )
    graph = replace(graph, maybe=tuple(_maybe(session, facts)))
    graph = _with_lines(session, graph, criteria, _suspect_times(graph, facts))
    named = (_use(fact) for fact in facts if isinstance(fact, EquipmentWindow))
    graph = with_equipment(session, graph, criteria, named)
    suspects = criterion_batches(graph, criteria)
    if suspects and criteria.spreads_across:
        graph = _with_neighbours(session, graph, criteria, suspects)
    seeds = set(named_lots(graph, criteria, facts))
    if suspects and (criteria.spreads_across or criteria.spreads_from_inputs):
        graph = _with_edges(session, graph, _BEHIND, suspects)
        seeds |= set(beside_lots(graph, criteria, suspects))
    if criteria.spreads_from_inputs:
        seeds |= input_lots(graph, suspects)
    seeds |= set(maybe_named(graph, facts))
    graph = _with_edges(session, graph, _AHEAD, seeds)
    graph = _with_tails(session, graph, criteria)
    return replace(graph, times=load_times(session, candidates(graph, criteria)))


def _maybe(session: Session, facts: Iterable[Criterion]) -> Iterable[Maybe]:
    """What goods without a batch may have been; a consignee has them still, as far as
    the books know."""
    for fact in facts:
        match fact:
            case Shipped(number):
                found = possible_lots(session, Shipment.id == number)
            case Delivered(partner, _, end):
                theirs = Shipment.consignee_id == partner
                found = possible_lots(session, theirs, Shipment.shipped_at <= end)
            case _:
                continue
        yield from (Maybe(fact, *one) for one in found)


def _use(fact: EquipmentWindow) -> Wanted:
    return fact.site_id, fact.equipment, fact.start, fact.end


def _with_tails(session: Session, graph: Graph, criteria: Criteria) -> Graph:
    """Labels that contradict runs of confirmed lots, and what was made with these."""
    ahead = neighbours((edge.input, edge.output) for edge in graph.edges)
    first = reached(ahead, named_lots(graph, criteria, criteria.facts))
    graph = replace(graph, tails=tuple(find_tails(session, first)))
    return _with_edges(session, graph, _AHEAD, set(mislabelled(graph, first)))


def _suspect_times(graph: Graph, facts: Iterable[Criterion]) -> list[Span]:
    """The times the facts name on lines, as told."""
    cleanings = {cleaned.id: cleaned for cleaned in graph.cleanings}
    checks = {check.id: check for check in graph.checks}
    spans: list[Span] = []
    for fact in facts:
        match fact:
            case LineWindow(line, start, end):
                spans.append((line, start, end))
            case CleaningFailed(number):
                failed = cleanings[number]
                spans.append((failed.line, failed.start, failed.end))
            case CheckFailed(number):
                bad = checks[number]
                spans.append((bad.line, bad.at, bad.at))
    return spans


def _ids(facts: Iterable[Criterion], kind: type[Cycle] | type[Shipped]) -> set[int]:
    return {
        fact.cycle_id if isinstance(fact, Cycle) else fact.shipment_id
        for fact in facts
        if isinstance(fact, kind)
    }


def _with_neighbours(
    session: Session, graph: Graph, criteria: Criteria, suspects: set[int]
) -> Graph:
    """The criterion batches' runs and cycles, and who shared them."""
    runs = rows(
        session,
        sa.select(LineRun.line_id, LineRun.started_at, LineRun.ended_at).where(
            among(LineRun.lot_id, suspects)
        ),
    )
    graph = _with_lines(
        session, graph, criteria, [(line, start, end) for line, start, end in runs]
    )
    cycles = sa.select(CycleLoad.cycle_id).where(among(CycleLoad.lot_id, suspects))
    loads = _loads(session, CycleLoad.cycle_id.in_(cycles))
    graph = replace(graph, loads=joined(graph.loads, loads))
    if not criteria.sticks:
        return graph
    return with_equipment(session, graph, criteria, suspect_uses(session, suspects))


def _with_lines(
    session: Session, graph: Graph, criteria: Criteria, spans: Iterable[Span]
) -> Graph:
    """The cleanings, good checks, stops and runs around suspect times.

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
        cleanings = load_cleanings(session, criteria, line, start, end)
        graph = replace(
            graph,
            cleanings=joined(graph.cleanings, cleanings),
            stops=joined(graph.stops, load_stops(session, line, start)),
            zones={**graph.zones, line: zone},
        )
        clean = clean_breaks(graph, criteria, line)
        window = widen(line, start, end, clean, zone)
        graph = replace(
            graph,
            runs=joined(graph.runs, _runs(session, window)),
            checks=joined(graph.checks, load_checks(session, graph.checks, window)),
        )
    return graph


def _runs(session: Session, window: Window) -> list[Run]:
    query = sa.select(LineRun.lot_id, LineRun.started_at, LineRun.ended_at).where(
        LineRun.line_id == window.line,
        sa.or_(LineRun.ended_at.is_(None), LineRun.ended_at > window.start),
    )
    if window.end is not None:
        query = query.where(LineRun.started_at < window.end)
    return [Run(lot, window.line, *times) for lot, *times in rows(session, query)]


def _loads(session: Session, which: sa.ColumnElement[bool]) -> tuple[Load, ...]:
    found = sa.select(CycleLoad.cycle_id, CycleLoad.lot_id).where(which)
    return tuple(Load(*row) for row in rows(session, found))


def _carried(session: Session, shipments: set[int]) -> tuple[Carried, ...]:
    """What travelled; items only where every movement of that lot names them."""
    moved = rows(
        session,
        sa.select(Shipment.id, Movement.lot_id, Movement.lo, Movement.hi)
        .join(Movement, Movement.shipment_id == Shipment.id)
        .where(among(Shipment.id, shipments)),
    )
    found: dict[tuple[int, int], ItemSet | None] = {}
    for shipment, lot, lo, hi in moved:
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
    way: _Way,
    seeds: set[int],
) -> Graph:
    """The edges on the ways from the seeds."""
    lots: set[int] = set()
    edges: list[Edge] = []
    drawn: set[Edge] = set()
    while fresh := seeds - lots:
        direct = plain_rows(session, way.edges, seeds=sorted(fresh))
        found = list(map(Edge._make, direct))
        fresh = (fresh | set(map(way.end, found))) - lots
        lots |= fresh
        edges += found
        over = set(map(Edge._make, plain_rows(session, way.drawn, lots=fresh)))
        drawn |= over
        seeds = set(map(way.end, over))
    graph = replace(graph, edges=joined(graph.edges, (*edges, *sorted(drawn))))
    return _with_open_tanks(session, graph, {edge.cycle for edge in drawn})


def _with_open_tanks(session: Session, graph: Graph, cycles: set[int]) -> Graph:
    if not cycles:
        return graph
    found = sa.select(EquipmentCycle.id, EquipmentCycle.started_at).where(
        among(EquipmentCycle.id, cycles), EquipmentCycle.ended_at.is_(None)
    )
    since = {number: start for number, start in rows(session, found)}
    return replace(graph, open_tanks=graph.open_tanks | since)
