"""What facts of a scope name, in the most naive way: the rules read aloud.

Nothing here is shared with the engine. Reasons are ``(code, *values)`` with the numbers
of the plan; times are hours, an open end is left out.
"""

from dataclasses import dataclass
from typing import NamedTuple

from plant_plans import KINDS, SHIPPED
from plants import BEGUN, EMPTIED, EQUIPMENT, WASHABLE, Plan

from lotmark.trace.identity.items import ItemSet

Told = tuple[object, ...]


class Window(NamedTuple):
    """Hours on a line between two clean breaks."""

    line: int
    first: int
    last: int | None
    bounded: bool
    """A cleaning is known before."""
    until: str
    measured: str
    from_check: bool


@dataclass(frozen=True)
class Found:
    """The verdict on a lot."""

    tier: int
    why: set[Told]
    items: frozenset[int] | None
    """None is the whole lot."""


Verdict = dict[int, Found]
Fact = tuple[str, tuple[int, ...]]
"""Kind of criterion, and its numbers."""

WINDOWED = ("window", "cleaning", "check")
BAD_INPUT = ("input", "supplied")


@dataclass
class Question:
    """Criteria over the numbers of a plan."""

    facts: list[Fact]
    origin: str
    allergen: bool
    narrow: bool
    sticky: bool = False
    """The hazard is borne by equipment."""


def spread(pairs: list[tuple[int, int]], start: set[int]) -> set[int]:
    """All that can be reached, found by trying every pair until nothing is new."""
    found = set(start)
    while True:
        more = {b for a, b in pairs if a in found} - found
        if not more:
            return found
        found |= more


def clean_breaks(plan: Plan, question: Question, line: int) -> list[tuple[int, int]]:
    distrusted = [which for kind, (which, *_) in question.facts if kind == "cleaning"]
    return [
        (start, end)
        for number, (on, start, end, kind, result) in enumerate(plan.cleanings)
        if on == line
        and result == "pass"
        and number not in distrusted
        and (kind == "allergen" or not question.allergen)
    ]


def window(
    plan: Plan,
    question: Question,
    line: int,
    start: int,
    end: int | None,
    measured: str = "",
) -> Window:
    passed = clean_breaks(plan, question, line)
    before = [e for s, e in passed if e <= start]
    first = max(before) if before else (start // 24 - 1) * 24
    ends = []
    if end is not None:
        ends = [(s, 1, "cleaning") for s, e in passed if s >= end]
        for on, stopped, again, check in plan.stops:
            over = again is not None and again <= end
            if on != line or over:
                continue
            moment = max(stopped, end)
            made_on = [
                begin
                for _, where, begin, _ in plan.runs
                if where == line
                and moment <= begin
                and (again is None or begin < again)
                and not any(end <= s <= begin for s, _ in passed)
            ]
            if made_on:
                continue
            if again is None:
                ends.append((max(stopped, end), 3, "standstill"))
            elif check is not None and put_right(plan, question, check, measured):
                ends.append((max(stopped, end), 2, "stop"))
    last, _, until = min(ends) if ends else (None, 0, "")
    return Window(line, first, last, bool(before), until, "", False)


def put_right(plan: Plan, question: Question, check: int, measured: str) -> bool:
    """Whether that re-sample says that what was bad is good now."""
    if question.allergen or ("check", (check,)) in question.facts:
        return False
    return not measured or plan.checks[check][2] == measured


def named_window(plan: Plan, question: Question, fact: Fact) -> Window:
    kind, numbers = fact
    if kind == "window":
        line, start, end = numbers
        return window(plan, question, line, start, end)
    if kind == "cleaning":
        line, start, end, _, _ = plan.cleanings[numbers[0]]
        return window(plan, question, line, start, end)
    line, hour, measured, _, _ = plan.checks[numbers[0]]
    whole = window(plan, question, line, hour, hour, measured)
    if question.allergen:
        return whole
    distrusted = [which for kind, (which, *_) in question.facts if kind == "check"]
    inside = [
        (number, when, result, corrected)
        for number, (on, when, what, result, corrected) in enumerate(plan.checks)
        if (on, what) == (line, measured)
        and whole.first <= when
        and (whole.last is None or when < whole.last)
    ]
    good = [
        when
        for number, when, result, _ in inside
        if result == "pass" and number not in distrusted
    ]
    found = whole
    earlier = [when for when in good if when < hour]
    if whole.bounded and earlier:
        found = found._replace(first=max(earlier), measured=measured, from_check=True)
    repairs = [at for *_, at in inside if at is not None and at >= hour]
    later = [when for when in good if when > hour and any(when >= r for r in repairs)]
    if later:
        found = found._replace(last=min(later), until="good_check", measured=measured)
    return found


class Washing(NamedTuple):
    """Hours of equipment between two cleanings of it."""

    equipment: str
    first: int
    last: int | None
    bounded: bool


def washed_window(
    plan: Plan, question: Question, equipment: str, start: int, end: int | None
) -> Washing:
    passed = [
        (begun, ended)
        for which, begun, ended, kind, result in plan.washed
        if WASHABLE[which] == equipment
        and result == "pass"
        and (kind == "allergen" or not question.allergen)
    ]
    before = [ended for _, ended in passed if ended <= start]
    after = [begun for begun, _ in passed if end is not None and begun >= end]
    first = max(before) if before else (start // 24 - 1) * 24
    return Washing(equipment, first, min(after) if after else None, bool(before))


def cycles_in(around: Washing) -> list[int]:
    """Loads of that equipment at some hour of the time; tanks are none."""
    found = []
    for cycle, equipment in enumerate(EQUIPMENT):
        begun, ended = BEGUN[cycle], EMPTIED[cycle]
        too_late = around.last is not None and begun >= around.last
        too_early = ended is not None and ended <= around.first
        if equipment == around.equipment and not too_late and not too_early:
            found.append(cycle)
    return found


def told_of(how: str, around: Washing) -> set[Told]:
    name = f"QD/{around.equipment}"
    if around.last is None:
        found: set[Told] = {(f"{how}_open_equipment", name, around.first)}
    else:
        found = {(f"{how}_equipment", name, around.first, around.last)}
    if not around.bounded:
        found.add(("equipment_unbounded", name, around.first))
    return found


def ran_in(plan: Plan, wanted: Window) -> set[int]:
    line, first, last, *_ = wanted
    found = set()
    for lot, on, start, end in plan.runs:
        starts_too_late = last is not None and start >= last
        ended_too_early = end is not None and end <= first
        if on == line and not starts_too_late and not ended_too_early:
            found.add(lot)
    return found


def told(how: str, wanted: Window) -> set[Told]:
    line, first, last, bounded, until, measured, from_check = wanted
    if last is None:
        reasons: set[Told] = {(f"{how}_open_window", line, first)}
    else:
        reasons = {(f"{how}_window", line, first, last)}
        if until == "good_check":
            reasons.add(("until_good_check", line, last, measured))
        elif until != "cleaning":
            reasons.add((f"until_{until}", line, last))
    if from_check:
        reasons.add(("from_good_check", line, first, measured))
    if not bounded:
        reasons.add(("window_unbounded", line, first))
    return reasons


def meant(plan: Plan, question: Question, fact: Fact) -> dict[int, set[Told]]:
    """The lots a fact names, and why."""
    kind, numbers = fact
    if kind in WINDOWED:
        wanted = named_window(plan, question, fact)
        return {lot: told("ran_in", wanted) for lot in ran_in(plan, wanted)}
    if kind == "lot":
        lot, *items = numbers
        if items:
            return {lot: {("named_items", str(ItemSet.range(*items)))}}
        return {lot: {("named_lot",)}}
    if kind == "input":
        return {numbers[0]: {("named_input",)}}
    if kind == "cycle":
        return {
            lot: {("in_named_cycle", cycle)}
            for cycle, lot in plan.loads
            if cycle == numbers[0]
        }
    if kind == "equipment":
        which, start, end = numbers
        around = washed_window(plan, question, WASHABLE[which], start, end)
        return {
            lot: told_of("in", around)
            for cycle in cycles_in(around)
            for number, lot in plan.loads
            if number == cycle
        }
    if kind == "shipment":
        return {
            lot: carried(plan, s, lot) for s, lot, _ in plan.sent if s == numbers[0]
        }
    if kind == "complaint":
        return {plan.complaints[numbers[0]]: {("complained", numbers[0])}}
    if kind in ("case", "pallet"):
        return {lot: {("packed_then", *numbers)} for lot in packed(plan, fact)}
    return looked_up(plan, kind, numbers)


def maybe_meant(plan: Plan, fact: Fact) -> dict[int, set[Told]]:
    """The lots that goods without a batch may have been of, and why."""
    kind, numbers = fact
    if kind == "shipment":
        shipments = [numbers[0]]
    elif kind == "delivered":
        shipments = [s for s, hour in enumerate(SHIPPED) if hour <= numbers[2]]
    else:
        return {}
    found: dict[int, set[Told]] = {}
    for shipment, article in plan.left:
        for lot, its_article in enumerate(plan.lots):
            named = shipment in shipments and its_article == KINDS[article]
            if named and could_be_sent(plan, lot, SHIPPED[shipment] // 24):
                found.setdefault(lot, set()).add(("may_have_left_with", shipment))
    return found


def could_be_sent(plan: Plan, lot: int, day: int) -> bool:
    """From the day of its release, or of its production, while some is in W1."""
    began = plan.days.get(lot)
    if lot in plan.released:
        ever_sent = any(of == lot for _, of, _ in plan.sent)
        began = min([plan.released[lot] // 24] + ([0] if ever_sent else []))
    in_store = [left for of, at, _, left in plan.visits if (of, at) == (lot, 0)]
    if began is not None and day < began:
        return False
    gone = [left for left in in_store if left is not None]
    return len(gone) < len(in_store) or not gone or day <= max(gone) // 24


def packed(plan: Plan, fact: Fact) -> set[int]:
    """Every hour of the time, and every lot that was in there then."""
    kind, (unit, start, end) = fact
    found = set()
    for hour in range(start, end + 1):
        cases = {unit}
        if kind == "pallet":
            lasting = {case for case, _, _, last in plan.stays if last is None}
            cases = {
                case
                for case, on, first, last in plan.stays
                if on == unit and there(hour, first, last)
            } | {
                case
                for case, on in plan.standing.items()
                if on == unit and case not in lasting
            }
        for case, lot, first, last in plan.packed:
            if case in cases and there(hour, first, last):
                found.add(lot)
    return found


def there(hour: int, first: int | None, last: int | None) -> bool:
    """Both ends count; what is not on record may have been."""
    return (first is None or first <= hour) and (last is None or hour <= last)


def looked_up(plan: Plan, kind: str, numbers: tuple[int, ...]) -> dict[int, set[Told]]:
    found: dict[int, set[Told]] = {}
    for lot, article in enumerate(plan.lots):
        if kind == "produced":
            first, last, *line = numbers
            ran = [
                plan.homes.get(lot),
                *(on for of, on, _, _ in plan.runs if of == lot),
            ]
            if (
                lot in plan.days
                and first <= plan.days[lot] <= last
                and lot not in plan.suppliers
                and (not line or line[0] in ran)
            ):
                found[lot] = {("produced_then", first, last)}
        elif kind == "artwork":
            which, version = numbers
            names = ("product", "ingredient", "packaging"), ("V1", "V2")
            if (
                article == names[0][which]
                and plan.artworks.get(lot) == names[1][version]
            ):
                found[lot] = {("artwork", which, names[1][version])}
        elif kind == "supplied":
            supplier, first, last = numbers
            of, received = plan.suppliers.get(lot, (None, None))
            if of == supplier and received is None:
                found[lot] = {("supplied_undated", supplier)}
            elif of == supplier and received is not None and first <= received <= last:
                found[lot] = {("supplied_then", supplier, first, last)}
        else:
            place, start, end = numbers
            there = {"stored": [place], "delivered": [1, 2]}[kind]
            for of, at, came, left in plan.visits:
                too_early = left is not None and left < start
                if of == lot and at in there and came <= end and not too_early:
                    found[lot] = {(f"{kind}_then", place, start, end)}
    return found


def carried(plan: Plan, shipment: int, lot: int) -> set[Told]:
    scans = [i for s, which, i in plan.sent if (s, which) == (shipment, lot)]
    if None in scans:
        return {("in_named_shipment", shipment)}
    numbers = {n for scan in scans if scan for n in range(*scan)}
    sent = str(ItemSet.from_numbers(numbers))
    return {("items_in_named_shipment", sent, shipment)}
