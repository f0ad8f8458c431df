"""Small random plants, as plain values and written to a database.

Lots, lines, cycles and so on are small numbers, times are hours after ``START``.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from hypothesis import strategies as st

START = datetime.fromisoformat("2026-11-01T00:00+08:00")
"""Midnight at the plant."""
STEP, STEPS = 6, 9
"""Hours between two moments, and how many moments there are."""
LINES = SHIPMENTS = SUPPLIERS = 2
CYCLES = ("retort", "tank", "tank", "retort", "retort", "kettle")
EQUIPMENT = ("R1", "T1", "T2", "R1", "R1", "K1")
"""What each was a cycle of: three loads of one retort."""
BEGUN = (0, 0, 0, 18, 42, 12)
EMPTIED = (6, 60, None, 24, None, 18)
"""Hours at which each cycle began and ended: the second tank was never emptied, the
last load of the retort goes on."""
TANKS = (1, 2)
SHIPPED = (0, 30)
"""Hours at which the shipments left."""
WASHABLE = ("R1", "K1")
CASES = PALLETS = 2
PLACES = ("W1", "C01", "C01/T")
"""A warehouse, a shop, and the way there."""
KINDS = ("product", "ingredient", "packaging")
EDGES = ("consumption", "rework", "repack")
CLEANINGS = ("wet", "allergen")
MEASURED = ("metal", "seal")
ARTWORKS = ("V1", "V2")
DAYS = 3
ITEMS = 10
"""Numbered packs of every lot."""

Segment = tuple[int, int, int, int]
"""Items from, to; hours."""


@dataclass(frozen=True)
class Plan:
    """A plant: who went into whom, and what happened when."""

    lots: list[str] = field(default_factory=list)
    """Kind of article of each lot."""
    edges: list[tuple[int, int, str]] = field(default_factory=list)
    """Input, output, kind; the same may stand several times."""
    runs: list[tuple[int, int, int, int | None]] = field(default_factory=list)
    """Lot, line, hours."""
    cleanings: list[tuple[int, int, int, str, str]] = field(default_factory=list)
    """Line, hours, kind, result."""
    washed: list[tuple[int, int, int, str, str]] = field(default_factory=list)
    """Equipment, hours, kind, result."""
    checks: list[tuple[int, int, str, str, int | None]] = field(default_factory=list)
    """Line, hour, what was measured, result, hour of its correction."""
    stops: list[tuple[int, int, int | None, int | None]] = field(default_factory=list)
    """Line, hours, number of the check after which it ran again."""
    loads: dict[tuple[int, int], int | None] = field(default_factory=dict)
    """When a lot was last drawn from a cycle, by cycle and lot."""
    fills: list[tuple[int, int, int]] = field(default_factory=list)
    """Tank, lot, hour it was put in."""
    sent: list[tuple[int, int, tuple[int, int] | None]] = field(default_factory=list)
    """Shipment, lot, items."""
    visits: list[tuple[int, int, int, int | None]] = field(default_factory=list)
    """Lot, place, hours: one pack was made, came there, and was lost again."""
    packed: list[tuple[int, int, int | None, int | None]] = field(default_factory=list)
    """Case, lot, hours it was inside."""
    stays: list[tuple[int, int, int | None, int | None]] = field(default_factory=list)
    """Case, pallet, hours it stood there."""
    standing: dict[int, int] = field(default_factory=dict)
    """Cases that came with their pallet and stand there still."""
    complaints: list[int] = field(default_factory=list)
    """Lot of each."""
    homes: dict[int, int] = field(default_factory=dict)
    """Line on the pack, by lot."""
    days: dict[int, int] = field(default_factory=dict)
    """Production day, by lot."""
    artworks: dict[int, str] = field(default_factory=dict)
    suppliers: dict[int, tuple[int, int | None]] = field(default_factory=dict)
    """Supplier and day of receipt, by lot; the others are our own."""
    packing: set[int] = field(default_factory=set)
    """Lines on which labels go on as packs are filled."""
    applied: dict[int, list[Segment]] = field(default_factory=dict)
    voided: dict[int, tuple[int, int]] = field(default_factory=dict)
    units: dict[int, int] = field(default_factory=dict)
    """Packs made besides those of visits."""
    left: list[tuple[int, int]] = field(default_factory=list)
    """Shipment, kind of article: goods of it left there without a batch."""
    released: dict[int, int] = field(default_factory=dict)
    """Hour of the release, by lot."""


def at(hour: int) -> datetime:
    return START + timedelta(hours=hour)


def day(number: int) -> date:
    return START.date() + timedelta(days=number)


def spans(open_ended: bool) -> st.SearchStrategy[tuple[int, int | None]]:
    """Times on a coarse grid, so that ends and starts often meet."""

    def hours(start: int, length: int) -> tuple[int, int | None]:
        return start * STEP, None if length > 4 else (start + length) * STEP

    return st.builds(hours, st.integers(0, STEPS), st.integers(1, 4 + open_ended))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plants with cycles of rework, missing cleanings and runs that overlap."""
    lots = draw(st.lists(st.sampled_from(KINDS), min_size=6, max_size=12))
    quiet = draw(st.booleans())  # orderly, or no batch could be narrowed
    lot = st.integers(0, len(lots) - 1)
    line, place = st.integers(0, LINES - 1), st.integers(0, len(PLACES) - 1)
    edge = st.tuples(lot, lot, st.sampled_from(EDGES))
    run = st.builds(lambda of, on, span: (of, on, *span), lot, line, spans(True))
    load = st.tuples(st.integers(0, len(CYCLES) - 1), lot)
    hour = st.integers(0, STEPS * 2).map(lambda half: half * STEP // 2)
    fill = st.tuples(st.sampled_from(TANKS), lot, hour)
    check = st.builds(
        corrected,
        line,
        hour,
        st.sampled_from(MEASURED),
        st.sampled_from(("pass", "pass", "fail")),
        st.none() | st.integers(0, 3).map(lambda steps: steps * STEP),
    )
    checks = draw(st.lists(check, max_size=5))
    passed = [number for number, row in enumerate(checks) if row[3] == "pass"]
    stop = st.builds(
        lambda on, span, check: (on, *span, check if span[1] else None),
        line,
        spans(True),
        st.none() | st.sampled_from(passed) if passed else st.none(),
    )
    scanned = st.none() | st.builds(
        lambda lo, n: (lo, lo + n), st.integers(0, 5), st.integers(1, 5)
    )
    shipped = st.tuples(st.integers(0, SHIPMENTS - 1), lot, scanned)
    day_of = st.integers(0, DAYS)
    case, pallet = st.integers(0, CASES - 1), st.integers(0, PALLETS - 1)
    known = st.tuples(st.none() | hour, st.none() | hour).map(in_order)
    kind = st.integers(0, len(KINDS) - 1)
    edges = draw(st.lists(edge, min_size=0 if quiet else 4, max_size=2 if quiet else 9))
    runs = one_open_run_a_line(draw(st.lists(run, min_size=3, max_size=7)))
    homes = draw(st.dictionaries(lot, line, min_size=len(lots) // 2))
    applied = draw(st.dictionaries(lot, labels(), min_size=len(lots) // 2))
    cleaned = draw(st.lists(cleanings(line), min_size=2, max_size=6))
    if quiet:
        homes |= {of: on for of, on, _, _ in runs}
        applied |= {
            of: [
                (0, 5, start + 1, start + 2),
                (5, ITEMS, start + 3, end or start + STEP),
            ]
            for of, _, start, end in runs
        }
        for start in (0, 27, 63):
            cleaned += [
                (on, start, start + 1, "allergen", "pass") for on in range(LINES)
            ]
    return Plan(
        lots,
        [e for e in edges if e[0] != e[1]],
        runs,
        cleaned,
        draw(st.lists(cleanings(st.integers(0, len(WASHABLE) - 1)), max_size=3)),
        checks,
        one_standing_a_line(draw(st.lists(stop, max_size=3))),
        draw(
            st.dictionaries(load, st.none() | hour, max_size=1 if quiet else 5),
        ),
        draw(st.lists(fill, max_size=1 if quiet else 4)),
        draw(st.lists(shipped, max_size=3)),
        draw(
            st.lists(
                st.builds(lambda a, b, c: (a, b, *c), lot, place, spans(True)),
                max_size=2,
            )
        ),
        draw(
            st.lists(
                st.builds(lambda a, b, c: (a, b, *c), case, lot, known), max_size=4
            )
        ),
        one_lasting_a_case(
            draw(
                st.lists(
                    st.builds(lambda a, b, c: (a, b, *c), case, pallet, known),
                    max_size=3,
                )
            )
        ),
        draw(st.dictionaries(case, pallet, max_size=1)),
        draw(st.lists(lot, max_size=2)),
        homes,
        draw(st.dictionaries(lot, day_of)),
        draw(st.dictionaries(lot, st.sampled_from(ARTWORKS), max_size=3)),
        draw(
            st.dictionaries(
                lot,
                st.tuples(st.integers(0, SUPPLIERS - 1), st.none() | day_of),
                max_size=3,
            )
        ),
        draw(st.sampled_from(({0, 1}, {0, 1}, {0}))),
        applied,
        draw(st.dictionaries(lot, st.sampled_from(((0, 2), (9, 10))), max_size=2)),
        draw(st.dictionaries(lot, st.integers(1, ITEMS), max_size=4)),
        draw(st.lists(st.tuples(st.integers(0, SHIPMENTS - 1), kind), max_size=3)),
        draw(st.dictionaries(lot, hour, max_size=4)),
    )


def corrected(
    line: int, hour: int, measured: str, result: str, later: int | None
) -> tuple[int, int, str, str, int | None]:
    """A check; only a failed one is corrected."""
    at = None if later is None or result == "pass" else hour + later
    return line, hour, measured, result, at


def one_standing_a_line(
    stops: list[tuple[int, int, int | None, int | None]],
) -> list[tuple[int, int, int | None, int | None]]:
    """Without further stops that last where one lasts."""
    lasting = {
        line: number for number, (line, _, end, _) in enumerate(stops) if end is None
    }
    return [
        stop
        for number, stop in enumerate(stops)
        if stop[2] is not None or lasting[stop[0]] == number
    ]


def in_order(
    hours: tuple[int | None, int | None],
) -> tuple[int | None, int | None]:
    """A beginning and an end, as far as they are known."""
    start, end = hours
    if start is not None and end is not None and end < start:
        return end, start
    return hours


def one_lasting_a_case(
    stays: list[tuple[int, int, int | None, int | None]],
) -> list[tuple[int, int, int | None, int | None]]:
    """Without further stays that last where one lasts."""
    lasting = {
        case: number for number, (case, *_, end) in enumerate(stays) if end is None
    }
    return [
        stay
        for number, stay in enumerate(stays)
        if stay[3] is not None or lasting[stay[0]] == number
    ]


def cleanings(
    line: st.SearchStrategy[int],
) -> st.SearchStrategy[tuple[int, int, int, str, str]]:
    return st.builds(
        lambda on, span, kind, result: (on, *span, kind, result),
        line,
        spans(False),
        st.sampled_from(CLEANINGS),
        st.sampled_from(("pass", "pass", "fail", "withdrawn")),
    )


def labels() -> st.SearchStrategy[list[Segment]]:
    """Labels that went on in two runs, mostly all of them."""

    def split(
        cut: int, end: int, first: int, second: int, length: int
    ) -> list[Segment]:
        found = [
            (0, cut, first * STEP, (first + length) * STEP),
            (cut, end, second * STEP, (second + length) * STEP),
        ]
        return [segment for segment in found if segment[0] < segment[1]]

    moment = st.integers(0, STEPS)
    ends = st.sampled_from((ITEMS, ITEMS, ITEMS, ITEMS - 2))
    return st.builds(
        split, st.integers(0, ITEMS - 2), ends, moment, moment, st.integers(0, 2)
    )


def one_open_run_a_line(
    runs: list[tuple[int, int, int, int | None]],
) -> list[tuple[int, int, int, int | None]]:
    """Without further runs that go on where one goes on: nobody can book those."""
    going_on: set[int] = set()
    kept = []
    for run in runs:
        _, line, _, end = run
        if end is not None or line not in going_on:
            kept.append(run)
        if end is None:
            going_on.add(line)
    return kept
