"""The affected scope in the most naive way: the rules read aloud, over small numbers.

Nothing here is shared with the engine. Reasons are ``(code, *values)`` with the numbers
of the plan; times are hours, an open end is left out.
"""

from dataclasses import dataclass

from plants import Plan

from lotmark.trace.identity.items import ItemSet

Told = tuple[object, ...]
Verdict = dict[int, tuple[int, set[Told]]]
"""Tier and reasons of each affected lot."""


@dataclass
class Question:
    """Criteria over the numbers of a plan."""

    lots: list[tuple[int, tuple[int, int] | None]]
    windows: list[tuple[int, int, int]]
    """Line, hours."""
    inputs: list[int]
    cycles: list[int]
    shipments: list[int]
    origin: str


def spread(pairs: list[tuple[int, int]], start: set[int]) -> set[int]:
    """All that can be reached, found by trying every pair until nothing is new."""
    found = set(start)
    while True:
        more = {b for a, b in pairs if a in found} - found
        if not more:
            return found
        found |= more


def window(
    plan: Plan, line: int, start: int, end: int | None
) -> tuple[int, int | None, bool]:
    """Start, end and whether a cleaning bounds the start."""
    passed = [
        (s, e) for on, s, e, result in plan.cleanings if (on, result) == (line, "pass")
    ]
    before = [e for s, e in passed if e <= start]
    after = [s for s, e in passed if end is not None and s >= end]
    day = start // 24
    first = max(before) if before else (day - 1) * 24
    return first, min(after) if after else None, bool(before)


def ran_in(plan: Plan, line: int, first: int, last: int | None) -> set[int]:
    found = set()
    for lot, on, start, end in plan.runs:
        starts_too_late = last is not None and start >= last
        ended_too_early = end is not None and end <= first
        if on == line and not starts_too_late and not ended_too_early:
            found.add(lot)
    return found


def told(how: str, line: int, first: int, last: int | None, bounded: bool) -> set[Told]:
    if last is None:
        reasons: set[Told] = {(f"{how}_open_window", line, first)}
    else:
        reasons = {(f"{how}_window", line, first, last)}
    if not bounded:
        reasons.add(("window_unbounded", line, first))
    return reasons


class Notes:
    """Reasons by lot."""

    def __init__(self) -> None:
        self.of: dict[int, set[Told]] = {}

    def add(self, lot: int, *reasons: Told) -> None:
        self.of.setdefault(lot, set()).update(reasons)


def criterion_batches(plan: Plan, question: Question, notes: Notes) -> set[int]:
    found = set()
    for lot, items in question.lots:
        found.add(lot)
        if items is None:
            notes.add(lot, ("named_lot",))
        else:
            notes.add(lot, ("named_items", str(ItemSet.range(*items))))
    for line, start, end in question.windows:
        first, last, bounded = window(plan, line, start, end)
        for lot in ran_in(plan, line, first, last):
            found.add(lot)
            notes.add(lot, *told("ran_in", line, first, last, bounded))
    for cycle, lot in plan.loads:
        if cycle in question.cycles:
            found.add(lot)
            notes.add(lot, ("in_named_cycle", cycle))
    for shipment, lot, _ in plan.sent:
        if shipment in question.shipments:
            found.add(lot)
            scans = [i for s, which, i in plan.sent if (s, which) == (shipment, lot)]
            if None in scans:
                notes.add(lot, ("in_named_shipment", shipment))
            else:
                numbers = {n for scan in scans if scan for n in range(*scan)}
                sent = str(ItemSet.from_numbers(numbers))
                notes.add(lot, ("items_in_named_shipment", sent, shipment))
    return found


def beside(plan: Plan, suspects: set[int], notes: Notes) -> set[int]:
    found = set()
    for suspect in suspects:
        for lot, line, start, end in plan.runs:
            if lot == suspect:
                first, last, bounded = window(plan, line, start, end)
                for other in ran_in(plan, line, first, last) - suspects:
                    found.add(other)
                    notes.add(other, *told("same", line, first, last, bounded))
        for cycle, lot in plan.loads:
            for same, other in plan.loads:
                if lot == suspect and same == cycle and other not in suspects:
                    found.add(other)
                    notes.add(other, ("same_cycle", cycle))
    back = [(b, a) for a, b, kind in plan.edges if kind in ("rework", "repack")]
    mixed = spread(back, suspects)
    for target, donor in back:
        if target in mixed and donor not in suspects:
            found.add(donor)
            notes.add(donor, ("gave_rework", target))
    return found


def judge(plan: Plan, question: Question) -> Verdict:
    """Every affected lot with its tier and reasons."""
    notes = Notes()
    forward = [(a, b) for a, b, _ in plan.edges]
    backward = [(b, a) for a, b in forward]
    suspects = criterion_batches(plan, question, notes)
    for lot in question.inputs:
        notes.add(lot, ("named_input",))
    first = spread(forward, suspects | set(question.inputs))
    second: set[int] = set()
    if question.origin in ("unknown", "ingredient", "line"):
        second = spread(forward, beside(plan, suspects, notes))
    sources: set[int] = set()
    if question.origin in ("unknown", "ingredient"):
        went_in = {a for a, b in forward if b in suspects}
        sources = spread(backward, went_in) - first
    third = spread(forward, sources)

    received = {"consumption": "consumed", "rework": "took_rework"}
    for a, b, kind in plan.edges:
        if a in first | second:
            notes.add(b, (received.get(kind, "repacked_from"), a))
    open_ways = [(a, b) for a, b in forward if b not in suspects]
    for source in sources:
        used = [lot for lot in suspects if lot in spread(forward, {source})]
        notes.add(source, ("shared_input", len(used), len(suspects)))
        for lot in spread(open_ways, {source}) - {source}:
            notes.add(lot, ("shares_lot", source))
    return {
        lot: (
            1 if lot in first else 2 if lot in second else 3,
            notes.of.get(lot, set()),
        )
        for lot in first | second | third
    }
