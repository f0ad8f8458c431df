"""Affected packs: between two numbers, held apart from free, and what a scan buys."""

from datetime import datetime

import stockroom
from scope_shift import Shift
from scope_story import Story, check

from lotmark.recall.scope.criteria import Criteria, LotCriterion
from lotmark.recall.scope.document import scope_document
from lotmark.recall.scope.service import Scope
from lotmark.trace.db import Database
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.queries import positions


def places(scope: Scope) -> dict[str, tuple[int, int]]:
    """Least and most, empty places left out."""
    return {
        total.place: (total.quantity_min, total.quantity_max)
        for total in scope.whereabouts.positions
        if total.quantity_max
    }


def test_scanned_packs_are_exactly_where_they_were_scanned(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        shift = Shift(session, now)
        shift.move("W1 > C01/T", "900-1099")
        shift.move("W1 > C02/T", "1500-1599")
        shift.move("C01/T > C01", "900-949")
        scope = shift.scope()
    assert places(scope) == {
        "own": (900, 900),
        "transit": (50, 50),
        "consignee": (50, 50),
    }
    found = scope.whereabouts
    # C02 got none of the affected packs: it need not be rung
    assert [(one.code, one.quantity_max, one.coming) for one in found.consignees] == [
        ("C01", 50, 50)
    ]
    assert [(truck.number, truck.quantity) for truck in found.on_the_way] == [
        ("SH-C01/T-900-1099", 100)
    ]
    assert [(here.code, here.quantity_min) for here in found.places] == [("W1", 900)]
    assert scope.lots[0].scan is None


def test_packs_sent_unscanned_may_be_at_every_holder(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        shift = Shift(session, now)
        shift.move("W1 > C01/T", 300)
        shift.move("C01/T > C01", 300)
        shift.move("W1 > C02/T", 1500)
        scope = shift.scope()
        document = scope_document(scope)
    check(document)
    assert scope.made == 1000
    assert places(scope) == {
        "own": (0, 200),
        "transit": (500, 1000),
        "consignee": (0, 300),
    }
    assert [
        (one.code, one.quantity_min, one.quantity_max, one.coming)
        for one in scope.whereabouts.consignees
    ] == [("C02", 0, 0, 1000), ("C01", 0, 300, 0)]
    assert document["places"] == [
        {
            "place": "W1",
            "kind": "warehouse",
            "name": "W1",
            "name_en": "W1",
            "min": 0,
            "max": 200,
        }
    ]


def test_a_scan_is_proposed_where_it_tells_most(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        shift = Shift(session, now)
        shift.move("W1 > C01", 1960)
        scope = shift.scope()
    assert places(scope) == {"own": (0, 40), "consignee": (960, 1000)}
    scan = scope.lots[0].scan
    assert scan is not None
    assert scan.sentence == (
        "Scan the 40 packs at W1: then the numbers at C01 are exact too."
    )
    assert (scan.before, scan.after) == (80, 0)


def test_a_scan_that_settles_nothing_else_says_what_it_leaves(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        shift = Shift(session, now)
        shift.move("W1 > C01", 900)
        shift.move("W1 > C02", 900)
        scope = shift.scope()
    scan = scope.lots[0].scan
    assert scan is not None
    assert scan.sentence == (
        "Scan the 900 packs at C01: what is open shrinks from 2000 to about 400 packs."
    )


def test_packs_without_numbers_were_on_no_truck_that_left_before_them(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        shift = Shift(session, now)
        shift.move("W1 > C01", 300)  # all that was there had a number
        shift.make(shift.a, quantity=500)
    with database.reading() as session:
        (found,) = positions(session, {shift.a.id: ItemSet.range(0, 2000)})[1:]
    assert (found.place.code, found.quantity_min, found.quantity_max) == (
        "C01",
        300,
        300,
    )


def test_two_warehouses_are_one_stock(database: Database, now: datetime) -> None:
    with database.writing() as session:
        shift = Shift(session, now)
        shift.move("W1 > W2", 1200)
        scope = shift.scope()
    assert places(scope) == {"own": (1000, 1000)}
    assert {
        (here.code, here.quantity_min, here.quantity_max)
        for here in scope.whereabouts.places
    } == {("W1", 0, 800), ("W2", 200, 1000)}


def test_what_is_on_hold_is_not_free_stock(database: Database, now: datetime) -> None:
    with database.writing() as session:
        story = Story(session, now)
        story.move(story.a, "W1 > H1", 5)
        story.move(story.a, "W1 > Q1", 3)
        story.move(story.a, "W1 > C01", 10)
        free = story.scope(Criteria((LotCriterion(story.a.id),), origin="label"))
        place_hold(
            session, [story.a.id], reason="bulging", actor=stockroom.QIAN, now=now
        )
        held = story.scope(Criteria((LotCriterion(story.a.id),), origin="label"))
    assert places(free) == {  # batch B took rework: 100 packs
        "own": (182, 182),
        "hold": (5, 5),
        "quarantine": (3, 3),
        "consignee": (10, 10),
    }
    assert places(held) == places(free) | {"own": (100, 100), "hold": (87, 87)}
    assert held.made == sum(least for least, _ in places(held).values()) == 200
    assert held.hash == free.hash


def test_held_packs_of_a_free_batch(database: Database, now: datetime) -> None:
    with database.writing() as session:
        shift = Shift(session, now)
        shift.move("W1 > C01", 1900)
        shift.move("W1 > H1", 20)
        place_hold(
            session,
            [shift.a.id],
            items={shift.a.id: ItemSet.range(990, 1010)},
            reason="bulging",
            actor=stockroom.QIAN,
            now=now,
        )
        whole = shift.scope(narrow="")
        narrowed = shift.scope()
    # 100 packs are left with us, at most 20 of them on hold besides the hold area's
    assert places(whole) == {
        "own": (60, 80),
        "hold": (20, 40),
        "consignee": (1900, 1900),
    }
    assert whole.lots[0].scan is not None
    assert places(narrowed) == {
        "own": (0, 80),
        "hold": (0, 30),
        "consignee": (900, 1000),
    }
