"""Affected cases and pallets: a mixed one is affected if anything in it is."""

from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scope_shift import Shift
from scope_story import Story, check

from lotmark.recall.scope.criteria import Criteria, LotCriterion
from lotmark.recall.scope.document import scope_document
from lotmark.recall.scope.units import affected_units
from lotmark.trace.db import Database, Session
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.production.tables import LotInput
from lotmark.trace.stock.tables import LogisticUnit, UnitContent

Content = tuple[int, int, tuple[int, int] | None, bool]
"""Case, lot, items or one counted pack, whether it was taken out."""
CASES, PALLETS, LOTS = 4, 2, 3


def unit(session: Session, number: int, level: str, parent: int | None = None) -> int:
    row = LogisticUnit(sscc=f"{number:018}", level=level, parent_id=parent)
    session.add(row)
    session.flush()
    return row.id


def put(session: Session, case: int, lot: int, lo: int, hi: int) -> UnitContent:
    row = UnitContent(unit_id=case, lot_id=lot, quantity=hi - lo, lo=lo, hi=hi)
    session.add(row)
    session.flush()
    return row


def test_a_mixed_case_and_its_pallet_are_affected(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        story = Story(session, now)
        pallet = unit(session, 9, "pallet")
        mixed, pure, other = (unit(session, n, "case", pallet) for n in (1, 2, 3))
        put(session, mixed, story.a.id, 0, 5)
        put(session, mixed, story.c.id, 0, 7)
        put(session, pure, story.a.id, 5, 15)
        put(session, other, story.c.id, 7, 9)
        session.get_one(LogisticUnit, mixed).location_id = story.plant.places["W1"]
        criteria = Criteria((LotCriterion(story.a.id),), origin="logistics")
        document = scope_document(story.scope(criteria))
    check(document)
    units = document["units"]
    assert (units["total"], units["mixed"]) == (3, 2)
    told = [
        (int(one["sscc"]), one["place"], one["quantity"], one["lots"], one["others"])
        for one in units["listed"]
    ]
    assert told == [
        (1, "W1", 5, ["A"], ["C"]),
        (9, "", 15, ["A"], ["C"]),
        (2, "", 10, ["A"], []),
    ]


def test_repacked_packs_are_listed_in_pairs(database: Database, now: datetime) -> None:
    with database.writing() as session:
        story = Story(session, now)
        for source, target, old in (
            (story.a, story.b, "0-3"),
            (story.c, story.b, "5"),
        ):
            edge = LotInput(input_id=source.id, output_id=target.id, kind="repack")
            edge.quantity, edge.at, edge.old_items, edge.new_items = 1, now, old, "9"
            session.add(edge)
        session.flush()
        criteria = Criteria((LotCriterion(story.a.id),), origin="logistics")
        document = scope_document(story.scope(criteria))
    check(document)
    assert document["repacked"] == [
        {"old_lot": "A", "old_items": "0-3", "new_lot": "B", "new_items": "9"}
    ]


def test_of_a_narrowed_batch_only_cases_with_such_packs(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        shift = Shift(session, now)
        first, second = (unit(session, n, "case") for n in (1, 2))
        put(session, first, shift.a.id, 990, 1010)
        put(session, second, shift.a.id, 1500, 1510)
        (one,) = shift.scope().units.listed
        assert (int(one.sscc), one.quantity) == (1, 10)
        assert one.lots == (shift.a.code,)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    contents=st.lists(
        st.tuples(
            st.integers(0, CASES - 1),
            st.integers(0, LOTS - 1),
            st.none() | st.integers(0, 6).map(lambda first: (first, first + 2)),
            st.booleans(),
        ),
        max_size=8,
    ),
    stands=st.dictionaries(st.integers(0, CASES - 1), st.integers(0, PALLETS - 1)),
    wanted=st.dictionaries(
        st.integers(0, LOTS - 1),
        st.none() | st.sets(st.integers(0, 7), min_size=1),
        min_size=1,
    ),
)
def test_units_are_what_a_walk_through_the_store_finds(
    database: Database,
    now: datetime,
    contents: list[Content],
    stands: dict[int, int],
    wanted: dict[int, set[int] | None],
) -> None:
    with database.writing() as session:
        story = Story(session, now)
        lots = [story.a.id, story.b.id, story.c.id]
        pallets = [unit(session, 100 + n, "pallet") for n in range(PALLETS)]
        cases = [
            unit(session, n, "case", pallets[stands[n]] if n in stands else None)
            for n in range(CASES)
        ]
        for case, lot, items, gone in contents:
            row = put(session, cases[case], lots[lot], *(items or (0, 1)))
            if items is None:
                row.lo = row.hi = None
            row.removed_at = now if gone else None
        session.flush()
        asked = {
            lots[lot]: None if items is None else ItemSet.from_numbers(items)
            for lot, items in wanted.items()
        }
        found = affected_units(session, asked)
        session.rollback()
    assert {
        int(one.sscc): (set(one.lots), set(one.others)) for one in found.listed
    } == walked(contents, stands, wanted)
    assert found.total == len(found.listed)
    assert found.mixed == sum(bool(one.others) for one in found.listed)


def walked(
    contents: list[Content],
    stands: dict[int, int],
    wanted: dict[int, set[int] | None],
) -> dict[int, tuple[set[str], set[str]]]:
    """Every unit opened, one content after the other."""
    inside: dict[int, tuple[set[str], set[str]]] = {}
    for case, lot, items, gone in contents:
        if gone:
            continue
        meant = wanted.get(lot)
        bad = lot in wanted
        if meant is not None and items is not None:
            bad = bool(meant & set(range(*items)))
        holders = [case] + ([100 + stands[case]] if case in stands else [])
        for holder in holders:
            sets = inside.setdefault(holder, (set(), set()))
            sets[0 if bad else 1].add("ABC"[lot])
    return {number: sets for number, sets in inside.items() if sets[0]}
