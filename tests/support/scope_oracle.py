"""The affected scope in the most naive way: the rules read aloud, over small numbers.

Nothing here is shared with the engine. Reasons are ``(code, *values)`` with the numbers
of the plan; times are hours, an open end is left out.
"""

from plants import BEGUN, EMPTIED, EQUIPMENT, ITEMS, TANKS, Plan
from scope_facts import (
    BAD_INPUT,
    WINDOWED,
    Fact,
    Found,
    Question,
    Told,
    Verdict,
    Washing,
    Window,
    cycles_in,
    maybe_meant,
    meant,
    named_window,
    ran_in,
    spread,
    told,
    told_of,
    washed_window,
    window,
)

__all__ = ["Fact", "Found", "Question", "Told", "Verdict", "judge", "spread"]


class Notes:
    """Reasons by lot."""

    def __init__(self) -> None:
        self.of: dict[int, set[Told]] = {}

    def add(self, lot: int, *reasons: Told) -> None:
        self.of.setdefault(lot, set()).update(reasons)


def beside(
    plan: Plan, question: Question, suspects: set[int], notes: Notes
) -> set[int]:
    found = set()
    for suspect in suspects:
        for lot, line, start, end in plan.runs:
            if lot == suspect:
                around = window(plan, question, line, start, end)
                for other in ran_in(plan, around) - suspects:
                    found.add(other)
                    notes.add(other, *told("same", around))
        for cycle, lot in plan.loads:
            for same, other in plan.loads:
                if lot == suspect and same == cycle and other not in suspects:
                    found.add(other)
                    notes.add(other, ("same_cycle", cycle))
    for cycle, lot in plan.loads:
        if lot in suspects:
            for washing, other in same_equipment(plan, question, cycle):
                if other not in suspects:
                    found.add(other)
                    notes.add(other, *told_of("same", washing))
    back = [(b, a) for a, b, kind in plan.edges if kind in ("rework", "repack")]
    mixed = spread(back, suspects)
    for target, donor in back:
        if target in mixed and donor not in suspects:
            found.add(donor)
            notes.add(donor, ("gave_rework", target))
    return found


def same_equipment(
    plan: Plan, question: Question, cycle: int
) -> list[tuple[Washing, int]]:
    """What was in other loads of the same retort or kettle between two cleanings."""
    if not (question.allergen or question.sticky) or cycle in TANKS:
        return []
    times = BEGUN[cycle], EMPTIED[cycle]
    around = washed_window(plan, question, EQUIPMENT[cycle], *times)
    return [
        (around, lot)
        for other in cycles_in(around)
        for number, lot in plan.loads
        if number == other != cycle
    ]


def tails(plan: Plan) -> set[tuple[int, int, int, int, int]]:
    """Batch of the labels, batch that ran, line, and the hours of it."""
    hours: dict[tuple[int, int, int], list[int]] = {}
    for lot, segments in plan.applied.items():
        line = plan.homes.get(lot)
        if line not in plan.packing or line is None:
            continue
        own = [(s, e) for of, _, s, e in plan.runs if of == lot]
        if not own:
            continue

        def ran(hour: int, runs: list[tuple[int, int | None]] = own) -> bool:
            return any(s <= hour and (e is None or hour <= e) for s, e in runs)

        for _, _, first, last in segments:
            spans = []
            if first == min(s for s, _ in own):
                continue
            if not ran(first):
                until = first
                while until < last and not any(s == until != first for s, _ in own):
                    until += 1
                spans.append((first, until))
            if not ran(last):
                since = last
                while since > first and not any(e == since != last for _, e in own):
                    since -= 1
                spans.append((since, last))
            for start, end in spans:
                for other, on, s, e in plan.runs:
                    meets = s <= end and (e is None or e > start)
                    if on == line and other != lot and meets:
                        hours.setdefault((lot, other, line), []).extend((start, end))
    return {(*key, min(found), max(found)) for key, found in hours.items()}


def through_tanks(plan: Plan) -> list[tuple[int, int, int]]:
    """Tank, a lot that was put in, and one that has some of it."""
    found = []
    for tank, lot, filled in plan.fills:
        for (cycle, other), drawn in plan.loads.items():
            before = drawn is not None and drawn < filled
            if cycle == tank and other != lot and not before:
                found.append((tank, lot, other))
    return found


def judge(plan: Plan, question: Question) -> Verdict:
    """Every affected lot with its tier, reasons and items."""
    notes = Notes()
    tanks = through_tanks(plan)
    forward = [(a, b) for a, b, _ in plan.edges] + [(a, b) for _, a, b in tanks]
    backward = [(b, a) for a, b in forward]
    suspects: set[int] = set()
    inputs: set[int] = set()
    for fact in question.facts:
        for lot, reasons in meant(plan, question, fact).items():
            notes.add(lot, *reasons)
            (inputs if fact[0] in BAD_INPUT else suspects).add(lot)
    first = spread(forward, suspects | inputs)
    second: set[int] = set()
    if question.origin in ("unknown", "ingredient", "line"):
        second = spread(forward, beside(plan, question, suspects, notes))
    mixed = set()
    for labels, product, line, start, end in tails(plan):
        for lot, other, code in (
            (labels, product, "labels_on_other"),
            (product, labels, "bears_labels"),
        ):
            if other in first and lot not in first:
                mixed.add(lot)
                notes.add(lot, (code, other, line, start, end))
    second |= spread(forward, mixed)
    sources: set[int] = set()
    if question.origin in ("unknown", "ingredient"):
        went_in = {a for a, b in forward if b in suspects}
        sources = spread(backward, went_in) - first
    possible: set[int] = set()
    for fact in question.facts:
        for lot, reasons in maybe_meant(plan, fact).items():
            notes.add(lot, *reasons)
            possible.add(lot)
    possible = spread(forward, possible) - first - second
    third = (spread(forward, sources) | possible) - first - second
    for a, b in forward:
        if a in possible and b in third:
            notes.add(b, ("took_possible", a))

    received = {"consumption": "consumed", "rework": "took_rework"}
    for a, b, kind in plan.edges:
        if a in first | second:
            notes.add(b, (received.get(kind, "repacked_from"), a))
    for tank, a, b in tanks:
        if a in first | second:
            notes.add(b, ("drawn_from_tank", tank, a))
            if EMPTIED[tank] is None:
                notes.add(b, ("tank_not_emptied", tank, 0))
    open_ways = [(a, b) for a, b in forward if b not in suspects]
    for source in sources:
        used = [lot for lot in suspects if lot in spread(forward, {source})]
        others = spread(open_ways, {source}) - {source}
        notes.add(source, ("shared_input", len(used), len(suspects), len(others)))
        for lot in others:
            notes.add(lot, ("shares_lot", source))
    items = narrowed(plan, question, suspects, first | second, notes)
    return {
        lot: Found(
            1 if lot in first else 2 if lot in second else 3,
            notes.of.get(lot, set()),
            items.get(lot),
        )
        for lot in first | second | third
    }


def narrowed(
    plan: Plan,
    question: Question,
    suspects: set[int],
    affected: set[int],
    notes: Notes,
) -> dict[int, frozenset[int]]:
    """The packs of batches that were told apart; the others are told why not."""
    found: dict[int, frozenset[int]] = {}
    if not question.narrow:
        return found
    for lot in suspects:
        windows = [
            wanted
            for fact in question.facts
            if fact[0] in WINDOWED
            for wanted in [named_window(plan, question, fact)]
            if lot in ran_in(plan, wanted)
        ]
        if not windows:
            continue
        open_lines = [
            one.line
            for one in windows
            if one.until in ("", "standstill") or not one.bounded
        ]
        if open_lines:
            notes.add(lot, ("not_narrowed_open", min(open_lines)))
        elif more_than_windows(plan, question, suspects, affected, lot, windows):
            notes.add(lot, ("not_narrowed_other",))
        elif any(lot in pair[:2] for pair in tails(plan) if affected & {*pair[:2]}):
            notes.add(lot, ("not_narrowed_tail",))
        elif any(one.line != plan.homes.get(lot) for one in windows) or (
            plan.homes[lot] not in plan.packing
        ):
            notes.add(lot, ("not_narrowed_labels",))
        else:
            packs = packed_in(plan, lot, windows, notes)
            if packs is not None:
                found[lot] = packs
    return found


def packed_in(
    plan: Plan, lot: int, windows: list[Window], notes: Notes
) -> frozenset[int] | None:
    times: dict[int, list[tuple[int, int]]] = {}
    for lo, hi, start, end in plan.applied.get(lot, []):
        for item in range(lo, hi):
            times.setdefault(item, []).append((start, end))
    voided = set(range(*plan.voided.get(lot, (0, 0))))
    packs = [n for n in range(ITEMS) if n in times or n not in voided]
    visits = [of for of, *_ in plan.visits if of == lot]
    made = plan.units.get(lot, 0) + len(visits)
    timed = [n for n in packs if n in times]
    if made > len(packs):
        notes.add(lot, ("not_narrowed_numbers", made, len(packs)))
        return None
    if not packs or len(timed) / len(packs) < 0.999:
        notes.add(lot, ("not_narrowed_times", len(timed), len(packs)))
        return None
    notes.add(lot, ("narrowed", len(timed), len(packs)))
    inside = {
        n
        for n in timed
        for start, end in times[n]
        for _, first, last, *_ in windows
        if last is not None and start < last and end >= first
    }
    return frozenset(inside | (set(packs) - set(timed)))


def more_than_windows(
    plan: Plan,
    question: Question,
    suspects: set[int],
    affected: set[int],
    lot: int,
    windows: list[Window],
) -> bool:
    """Whether anything but the suspect times makes the lot affected."""
    for fact in question.facts:
        if fact[0] not in WINDOWED and lot in meant(plan, question, fact):
            return True
    if any(a in affected for a, b, _ in plan.edges if b == lot):
        return True
    if any(a in affected for _, a, b in through_tanks(plan) if b == lot):
        return True
    if question.origin not in ("unknown", "ingredient", "line"):
        return False
    others = suspects - {lot}
    rework = [(a, b) for a, b, kind in plan.edges if kind in ("rework", "repack")]
    if spread(rework, {lot}) & others:
        return True
    mine = {cycle for cycle, of in plan.loads if of == lot}
    if any(cycle in mine for cycle, of in plan.loads if of in others):
        return True
    for cycle, other in plan.loads:
        beside = [one for _, one in same_equipment(plan, question, cycle)]
        if other in others and lot in beside:
            return True
    for other, line, start, end in plan.runs:
        around = window(plan, question, line, start, end)
        if other in others and lot in ran_in(plan, around):
            inside = [
                on == line
                and around[1] >= first
                and (last is None or (around[2] is not None and around[2] <= last))
                for on, first, last, *_ in windows
            ]
            if not any(inside):
                return True
    return False
