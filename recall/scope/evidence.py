"""What singles a lot out: the criteria it meets, and its neighbours in the plant.

Each function answers with the lots of one set of the contract in ``engine``, and why.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from datetime import date, datetime

from .criteria import (
    Artwork,
    BadInput,
    CheckFailed,
    CleaningFailed,
    Complained,
    Criteria,
    Criterion,
    Cycle,
    Delivered,
    EquipmentWindow,
    InputLot,
    LineWindow,
    Lookup,
    LotCriterion,
    Packed,
    Produced,
    Shipped,
    Stored,
    Supplied,
)
from .equipment import between, seeds_of_equipment, uses_in
from .graph import Graph, Named, Run
from .reasons import Params, Reason, stamp
from .walk import neighbours, reached
from .windows import Window, clean_breaks, standstills, widen, window_of

Why = dict[int, list[Reason]]


def named_lots(graph: Graph, criteria: Criteria, facts: Iterable[Criterion]) -> Why:
    """The lots that meet one of the facts of the criteria: C and I of the contract."""
    why: Why = defaultdict(list)
    for fact in facts:
        for lot, reason in _named_by(graph, criteria, fact):
            why[lot].append(reason)
    return why


def criterion_batches(graph: Graph, criteria: Criteria) -> set[int]:
    """C: the lots that meet a criterion other than a bad input."""
    facts = (fact for fact in criteria.facts if not isinstance(fact, BadInput))
    return set(named_lots(graph, criteria, facts))


def seeds_of_windows(
    graph: Graph, criteria: Criteria, suspects: Set[int]
) -> Mapping[Window, set[int]]:
    """The window around each run of a criterion batch, with the batches it is of."""
    runs = [run for run in graph.runs if run.lot in suspects]
    clean = {
        line: clean_breaks(graph, criteria, line) for line in {run.line for run in runs}
    }
    still = {line: standstills(graph, criteria, line) for line in clean}
    begun: dict[int, list[datetime]] = defaultdict(list)
    for run in sorted(graph.runs, key=lambda run: run.start):
        begun[run.line].append(run.start)
    seeds: dict[Window, set[int]] = defaultdict(set)
    for run in runs:
        line, zone = run.line, graph.zones[run.line]
        breaks = clean[line], zone, still[line], begun[line]
        window = widen(line, run.start, run.end, *breaks)
        seeds[window].add(run.lot)
    return seeds


def beside_lots(graph: Graph, criteria: Criteria, suspects: Set[int]) -> Why:
    """W, K and D: neighbours on the line, in a cycle, and donors of rework."""
    why: Why = defaultdict(list)
    if not suspects or not criteria.spreads_across:
        return why
    runs: dict[int, list[Run]] = defaultdict(list)
    for run in graph.runs:
        runs[run.line].append(run)
    for window in seeds_of_windows(graph, criteria, suspects):
        for run in runs[window.line]:
            if run.lot not in suspects and window.meets(run):
                why[run.lot] += _window_reasons(window, "same")
    cycles = {load.cycle for load in graph.loads if load.lot in suspects}
    for load in graph.loads:
        if load.cycle in cycles and load.lot not in suspects:
            why[load.lot].append(Reason("same_cycle", (("cycle", load.cycle),)))
    for lot, reasons in _in_same_equipment(graph, criteria, suspects):
        why[lot] += reasons
    rework = [edge for edge in graph.edges if edge.is_rework]
    back = neighbours((edge.output, edge.input) for edge in rework)
    mixed = reached(back, suspects)
    for edge in rework:
        if edge.output in mixed and edge.input not in suspects:
            why[edge.input].append(Reason("gave_rework", (("lot", edge.output),)))
    return why


def _in_same_equipment(
    graph: Graph, criteria: Criteria, suspects: Set[int]
) -> Iterable[tuple[int, list[Reason]]]:
    """E: other loads between the same cleanings of equipment."""
    inside: dict[int, set[int]] = defaultdict(set)
    for load in graph.loads:
        inside[load.cycle].add(load.lot)
    for cycle, around in seeds_of_equipment(graph, criteria, suspects):
        for use in uses_in(graph, around):
            if use.cycle != cycle:
                for lot in inside[use.cycle] - suspects:
                    yield lot, around.reasons("same")


def mislabelled(graph: Graph, first: Set[int]) -> Why:
    """X: batches whose labels, or whose packs, may be those of a confirmed one."""
    why: Why = defaultdict(list)
    for labels, product, line, start, end in graph.tails:
        when: Params = (("line", line), *_times(start, end))
        for lot, other, code in (
            (labels, product, "labels_on_other"),
            (product, labels, "bears_labels"),
        ):
            if lot not in first and other in first:
                why[lot].append(Reason(code, (("lot", other), *when)))
    return why


def maybe_named(graph: Graph, facts: Iterable[Criterion]) -> Why:
    """P: the lots that a named shipment or consignee may have had some of, for goods
    left without a batch."""
    why: Why = defaultdict(list)
    asked = set(facts)
    for fact, shipment, lot in graph.maybe:
        if fact in asked:
            why[lot].append(Reason("may_have_left_with", (("shipment", shipment),)))
    return why


def input_lots(graph: Graph, suspects: Set[int]) -> set[int]:
    """B(C): every lot that went into a criterion batch, by any path."""
    if not suspects:
        return set()
    back = neighbours((edge.output, edge.input) for edge in graph.edges)
    direct = (lot for suspect in suspects for lot in back.get(suspect, ()))
    return reached(back, direct)


def _named_by(
    graph: Graph, criteria: Criteria, fact: Criterion
) -> Iterable[tuple[int, Reason]]:
    match fact:
        case LotCriterion(lot, None):
            yield lot, Reason("named_lot")
        case LotCriterion(lot, items):
            yield lot, Reason("named_items", (("items", str(items)),))
        case InputLot(lot):
            yield lot, Reason("named_input")
        case LineWindow() | CleaningFailed() | CheckFailed():
            window = window_of(graph, criteria, fact)
            for run in graph.runs:
                if window.meets(run):
                    for reason in _window_reasons(window, "ran_in"):
                        yield run.lot, reason
        case Cycle(cycle):
            for load in graph.loads:
                if load.cycle == cycle:
                    yield load.lot, Reason("in_named_cycle", (("cycle", cycle),))
        case EquipmentWindow():
            yield from _in_equipment(graph, criteria, fact)
        case Shipped(shipment):
            yield from _shipped(graph, shipment)
        case _:
            for named in graph.named:
                if named.fact == fact:
                    yield named.lot, _looked_up(fact, named)


def _in_equipment(
    graph: Graph, criteria: Criteria, fact: EquipmentWindow
) -> Iterable[tuple[int, Reason]]:
    name = graph.equipment[fact.site_id, fact.equipment]
    around = between(graph, criteria, name, fact.start, fact.end)
    cycles = {use.cycle for use in uses_in(graph, around)}
    for load in graph.loads:
        if load.cycle in cycles:
            for reason in around.reasons("in"):
                yield load.lot, reason


def _looked_up(fact: Lookup, named: Named) -> Reason:
    match fact:
        case Complained(complaint):
            return Reason("complained", (("complaint", complaint),))
        case Produced(first, last):
            return Reason("produced_then", _days(first, last))
        case Artwork(article, version):
            return Reason("artwork", (("article", article), ("version", version)))
        case Supplied(partner, first, last):
            if not named.sure:
                return Reason("supplied_undated", (("partner", partner),))
            return Reason("supplied_then", (("partner", partner), *_days(first, last)))
        case Stored(place, start, end):
            return Reason("stored_then", (("place", place), *_times(start, end)))
        case Packed(unit, start, end):
            return Reason("packed_then", (("unit", unit), *_times(start, end)))
        case Delivered(partner, start, end):
            times = _times(start, end)
            return Reason("delivered_then", (("partner", partner), *times))


def _days(first: date, last: date) -> Params:
    return ("first", first.isoformat()), ("last", last.isoformat())


def _times(start: datetime, end: datetime) -> Params:
    return ("start", stamp(start)), ("end", stamp(end))


def _window_reasons(window: Window, how: str) -> list[Reason]:
    """That a lot met the window; ``how`` is ``ran_in`` or ``same``."""
    line: Params = (("line", window.line),)
    start: Params = (*line, ("start", stamp(window.start)))
    found = [Reason(f"{how}_open_window", start)]
    if window.end is not None:
        end: Params = (("end", stamp(window.end)),)
        found = [Reason(f"{how}_window", (*start, *end))]
        if window.until == "good_check":
            measured: Params = (("measured", window.measured),)
            found.append(Reason("until_good_check", (*line, *end, *measured)))
        elif window.until != "cleaning":
            found.append(Reason(f"until_{window.until}", (*line, *end)))
    if window.from_check:
        of: Params = (("measured", window.measured),)
        found.append(Reason("from_good_check", (*start, *of)))
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
