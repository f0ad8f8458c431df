"""Telling packs from their batch by the time they were packed.

A batch counts as a whole (domain.md §4.2). Some of its packs alone are affected when,
and only when, all of this holds:

- somebody wrote down why (``Criteria.narrow``);
- the batch is named by nothing but suspect times on a line, and each has a clean break
  on both sides;
- nothing else makes the batch affected: it received nothing from an affected batch,
  and, where a hazard spreads across, it is not beside another criterion batch by a
  shared load or one between the same cleanings, by rework given, or by a window that
  reaches beyond the suspect ones; and its labels contradict no run (§9.7);
- on the line in question labels go on as packs are filled: a labelling time elsewhere
  says nothing about packing (§1.2);
- every pack has a number, and of 99.9 % of them the time is known. Those without a
  time count as affected.

Which lots are affected, and how surely, never depends on any of it: what took from a
narrowed batch is affected whole (DESIGN §1.4).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from ...trace.identity.items import ItemSet
from .criteria import Criteria, Windowed
from .equipment import seeds_of_equipment, uses_in
from .evidence import named_lots, seeds_of_windows
from .graph import Graph, PackTimes
from .reasons import Reason
from .walk import neighbours, reached
from .windows import Window, window_of

TIMED_OF_1000 = 999
"""Packs of a thousand whose time must be known (domain.md §4.2)."""


@dataclass(frozen=True)
class Narrowed:
    """The packs of a batch that are affected, and how well times are known."""

    items: ItemSet
    timed: int
    """Packs whose packing time is known."""
    packs: int
    """Packs of the batch."""


def candidates(graph: Graph, criteria: Criteria) -> dict[int, set[Window]]:
    """The lots that ran in a suspect time, with the windows they met."""
    found: dict[int, set[Window]] = defaultdict(set)
    if criteria.narrows:
        for fact in criteria.facts:
            if isinstance(fact, Windowed):
                window = window_of(graph, criteria, fact)
                for run in graph.runs:
                    if window.meets(run):
                        found[run.lot].add(window)
    return found


def narrow(
    graph: Graph, criteria: Criteria, suspects: Set[int], affected: Set[int]
) -> Mapping[int, Narrowed | Reason]:
    """For each lot that ran in a suspect time its packs, or why it counts whole.

    ``affected`` are the lots of tiers 1 and 2. Nothing without a justification.
    """
    wanted = candidates(graph, criteria)
    if not wanted:
        return {}
    others = _otherwise(graph, criteria, suspects, affected, wanted)
    mixed_up = {lot for tail in graph.tails for lot in (tail.labels, tail.product)}
    times = {one.lot: one for one in graph.times}
    found: dict[int, Narrowed | Reason] = {}
    for lot, windows in wanted.items():
        open_lines = [w.line for w in windows if not w.has_both_breaks]
        if open_lines:
            found[lot] = Reason("not_narrowed_open", (("line", min(open_lines)),))
        elif lot in others:
            found[lot] = Reason("not_narrowed_other")
        elif lot in mixed_up:
            found[lot] = Reason("not_narrowed_tail")
        else:
            found[lot] = _by_times(times.get(lot), windows)
    return found


def _by_times(times: PackTimes | None, windows: Set[Window]) -> Narrowed | Reason:
    if (
        times is None
        or not times.at_packing
        or any(window.line != times.line for window in windows)
    ):
        return Reason("not_narrowed_labels")
    packs = times.packs.count
    if times.made > packs:
        return Reason("not_narrowed_numbers", (("made", times.made), ("packs", packs)))
    applied = ItemSet.from_intervals((lo, hi) for lo, hi, _, _ in times.applied)
    timed = (applied & times.packs).count
    if timed * 1000 < packs * TIMED_OF_1000 or not packs:
        return Reason("not_narrowed_times", (("timed", timed), ("packs", packs)))
    inside = ItemSet.from_intervals(
        (lo, hi)
        for lo, hi, t0, t1 in times.applied
        for window in windows
        if window.end is not None and t0 < window.end and t1 >= window.start
    )
    return Narrowed((inside | (times.packs - applied)) & times.packs, timed, packs)


def _otherwise(
    graph: Graph,
    criteria: Criteria,
    suspects: Set[int],
    affected: Set[int],
    wanted: Mapping[int, Set[Window]],
) -> set[int]:
    """Lots that something besides their windows makes affected."""
    plain = [fact for fact in criteria.facts if not isinstance(fact, Windowed)]
    found = set(named_lots(graph, criteria, plain))
    found |= {edge.output for edge in graph.edges if edge.input in affected}
    if not criteria.spreads_across:
        return found
    found |= _in_other_windows(graph, criteria, suspects, wanted)
    loads = defaultdict(set)
    for load in graph.loads:
        loads[load.cycle].add(load.lot)
    for lots in loads.values():
        if len(lots & suspects) > 1:
            found |= lots & suspects
    for (cycle, around), seeds in seeds_of_equipment(graph, criteria, suspects).items():
        for use in uses_in(graph, around):
            if use.cycle != cycle:
                found |= {lot for lot in loads[use.cycle] if seeds - {lot}}
    rework = neighbours(
        (edge.input, edge.output) for edge in graph.edges if edge.is_rework
    )
    for lot in wanted:
        if (reached(rework, [lot]) & suspects) - {lot}:
            found.add(lot)
    return found


def _in_other_windows(
    graph: Graph,
    criteria: Criteria,
    suspects: Set[int],
    wanted: Mapping[int, Iterable[Window]],
) -> set[int]:
    """Lots with a run in a window around another criterion batch, not a named one."""
    seeds = seeds_of_windows(graph, criteria, suspects)
    return {
        run.lot
        for window, lots in seeds.items()
        for run in graph.runs
        if run.lot in wanted
        and window.meets(run)
        and lots - {run.lot}
        and not any(window.within(named) for named in wanted[run.lot])
    }
