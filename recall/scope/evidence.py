"""What singles a lot out: the criteria it meets, and its neighbours in the plant.

Each function answers with the lots of one set of the contract in ``engine``, and why.
"""

from collections import defaultdict
from collections.abc import Iterable, Set
from datetime import UTC, datetime

from .criteria import (
    Criteria,
    Criterion,
    Cycle,
    InputLot,
    LineWindow,
    LotCriterion,
    Shipped,
)
from .graph import CleanBreak, Graph, Run
from .reasons import Reason
from .walk import neighbours, reached
from .windows import Window, widen

Why = dict[int, list[Reason]]


def named_lots(graph: Graph, facts: Iterable[Criterion]) -> Why:
    """The lots that meet one of the facts: C and I of the contract."""
    why: Why = defaultdict(list)
    for fact in facts:
        match fact:
            case LotCriterion(lot, None):
                why[lot].append(Reason("named_lot"))
            case LotCriterion(lot, items):
                why[lot].append(Reason("named_items", (("items", str(items)),)))
            case InputLot(lot):
                why[lot].append(Reason("named_input"))
            case LineWindow(line, start, end):
                window = _window(graph, line, start, end)
                for run in graph.runs:
                    if window.meets(run):
                        why[run.lot] += _window_reasons(window, "ran_in")
            case Cycle(cycle):
                for load in graph.loads:
                    if load.cycle == cycle:
                        why[load.lot].append(
                            Reason("in_named_cycle", (("cycle", cycle),))
                        )
            case Shipped(shipment):
                for lot, reason in _shipped(graph, shipment):
                    why[lot].append(reason)
    return why


def criterion_batches(graph: Graph, criteria: Criteria) -> set[int]:
    """C: the lots that meet a criterion other than ``InputLot``."""
    return set(
        named_lots(
            graph, (fact for fact in criteria.facts if not isinstance(fact, InputLot))
        )
    )


def suspect_windows(graph: Graph, suspects: Set[int]) -> set[Window]:
    """The window around each run of a criterion batch."""
    breaks: dict[int, list[CleanBreak]] = defaultdict(list)
    for clean in graph.breaks:
        breaks[clean.line].append(clean)
    return {
        widen(run.line, run.start, run.end, breaks[run.line], graph.zones[run.line])
        for run in graph.runs
        if run.lot in suspects
    }


def beside_lots(graph: Graph, criteria: Criteria, suspects: Set[int]) -> Why:
    """W, K and D: neighbours on the line, in a cycle, and donors of rework."""
    why: Why = defaultdict(list)
    if not criteria.spreads_across:
        return why
    runs: dict[int, list[Run]] = defaultdict(list)
    for run in graph.runs:
        runs[run.line].append(run)
    for window in suspect_windows(graph, suspects):
        for run in runs[window.line]:
            if run.lot not in suspects and window.meets(run):
                why[run.lot] += _window_reasons(window, "same")
    cycles = {load.cycle for load in graph.loads if load.lot in suspects}
    for load in graph.loads:
        if load.cycle in cycles and load.lot not in suspects:
            why[load.lot].append(Reason("same_cycle", (("cycle", load.cycle),)))
    rework = [edge for edge in graph.edges if edge.kind != "consumption"]
    back = neighbours((edge.output, edge.input) for edge in rework)
    mixed = reached(back, suspects)
    for edge in rework:
        if edge.output in mixed and edge.input not in suspects:
            why[edge.input].append(Reason("gave_rework", (("lot", edge.output),)))
    return why


def input_lots(graph: Graph, suspects: Set[int]) -> set[int]:
    """B(C): every lot that went into a criterion batch, by any path."""
    back = neighbours((edge.output, edge.input) for edge in graph.edges)
    direct = (lot for suspect in suspects for lot in back.get(suspect, ()))
    return reached(back, direct)


def stamp(moment: datetime) -> str:
    """A moment as reasons tell it, ISO 8601 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _window(graph: Graph, line: int, start: datetime, end: datetime) -> Window:
    breaks = [clean for clean in graph.breaks if clean.line == line]
    return widen(line, start, end, breaks, graph.zones[line])


def _window_reasons(window: Window, how: str) -> list[Reason]:
    """That a lot met the window; ``how`` is ``ran_in`` or ``same``."""
    start = (("line", window.line), ("start", stamp(window.start)))
    if window.end is None:
        found = [Reason(f"{how}_open_window", start)]
    else:
        found = [Reason(f"{how}_window", (*start, ("end", stamp(window.end))))]
    return found if window.bounded else [*found, Reason("window_unbounded", start)]


def _shipped(graph: Graph, shipment: int) -> Iterable[tuple[int, Reason]]:
    for carried in graph.carried:
        if carried.shipment == shipment:
            where = ("shipment", shipment)
            if carried.items is None:
                yield carried.lot, Reason("in_named_shipment", (where,))
            else:
                items = ("items", str(carried.items))
                yield carried.lot, Reason("items_in_named_shipment", (items, where))
