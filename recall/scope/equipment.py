"""From clean to clean: which loads of a kettle or retort share what stuck to it.

domain.md §4.3.4: where the hazard is borne by equipment, the loads between its last
clean break before a suspect load and the first one after it share it. A clean break is
a passed cleaning of that equipment; for an allergen only one of the validated kind
(§4.3.5). Without one before, the window goes back to the start of the day before and
is unbounded, as on a line. A tank's filling ends by being emptied and cleaned: its
fillings share nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .criteria import Criteria
from .graph import Graph, Use, Washed
from .reasons import Params, Reason, stamp
from .windows import day_before


@dataclass(frozen=True)
class Between:
    """A half-open time of equipment between two clean breaks."""

    equipment: str
    start: datetime
    end: datetime | None
    """None while no clean break has come."""
    bounded: bool
    """False when no cleaning is known before: a person must approve the start."""

    def meets(self, use: Use) -> bool:
        """Whether the load was in this equipment at some moment of it."""
        return (
            use.equipment == self.equipment
            and (self.end is None or use.start < self.end)
            and (use.end is None or use.end > self.start)
        )

    def reasons(self, how: str) -> list[Reason]:
        """That a lot was in a load of it; ``how`` is ``in`` or ``same``."""
        start: Params = (("equipment", self.equipment), ("start", stamp(self.start)))
        if self.end is None:
            found = [Reason(f"{how}_open_equipment", start)]
        else:
            end: Params = (("end", stamp(self.end)),)
            found = [Reason(f"{how}_equipment", (*start, *end))]
        return found if self.bounded else [*found, Reason("equipment_unbounded", start)]


def between(
    graph: Graph,
    criteria: Criteria,
    equipment: str,
    start: datetime,
    end: datetime | None,
) -> Between:
    """The time around a suspect time of equipment; no end means until now."""
    clean = [
        one
        for one in graph.washed
        if one.equipment == equipment and washes(one, criteria)
    ]
    before = [one.end for one in clean if one.end <= start]
    after = [one.start for one in clean if end is not None and one.start >= end]
    first = max(before) if before else day_before(start, graph.clocks[equipment])
    return Between(equipment, first, min(after, default=None), bool(before))


def washes(one: Washed, criteria: Criteria) -> bool:
    """Whether a cleaning of equipment is a clean break for these criteria."""
    return one.passed and (criteria.hazard != "allergen" or one.kind == "allergen")


def uses_in(graph: Graph, wanted: Between) -> Iterable[Use]:
    """The loads of that equipment at some moment of the time."""
    return (use for use in graph.uses if wanted.meets(use))


def seeds_of_equipment(
    graph: Graph, criteria: Criteria, suspects: Iterable[int]
) -> dict[tuple[int, Between], set[int]]:
    """The time around each load with a criterion batch, by its cycle, and the batches;
    nothing unless the hazard sticks to equipment."""
    found: dict[tuple[int, Between], set[int]] = {}
    if not criteria.sticks:
        return found
    wanted = set(suspects)
    uses = {use.cycle: use for use in graph.uses}
    for load in graph.loads:
        use = uses.get(load.cycle)
        if use is not None and load.lot in wanted:
            around = between(graph, criteria, use.equipment, use.start, use.end)
            found.setdefault((use.cycle, around), set()).add(load.lot)
    return found
