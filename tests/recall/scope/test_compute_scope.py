"""A scope says where everything is: nothing is lost, nobody is forgotten."""

import hashlib
import json
from contextlib import suppress
from datetime import datetime, timedelta

import stockroom
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scope_story import Story, check

from lotmark.recall.scope.criteria import (
    Criteria,
    Cycle,
    InputLot,
    LineWindow,
    LotCriterion,
    Shipped,
)
from lotmark.recall.scope.document import scope_document
from lotmark.recall.scope.service import Scope, compute_scope
from lotmark.recall.scope.wording import read_criteria, write_criteria
from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict, InvalidInput
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.production.tables import EquipmentCycle, LineRun, LotInput


def tiers(scope: Scope) -> dict[str, int]:
    return {lot.code: lot.tier for lot in scope.lots}


def places(scope: Scope) -> dict[str, int]:
    """Where units are, empty places left out; each number is exact."""
    found = {}
    for total in scope.whereabouts.positions:
        assert total.quantity_min == total.quantity_max
        if total.quantity_max:
            found[total.place] = total.quantity_max
    return found


def test_a_batch_its_rework_and_what_may_share_the_cause(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        story = Story(session, now)
        scope = story.scope(Criteria((LotCriterion(story.a.id),)))
    assert tiers(scope) == {"A": 1, "B": 1, "C": 3, "S": 3}
    why = {lot.code: [reason.sentence for reason in lot.why] for lot in scope.lots}
    assert why == {
        "A": ["This lot is named as unsafe."],
        "B": ["It took rework from lot P1/A, which is affected."],
        "C": ["It contains lot SPICE/S, which also went into a suspect batch."],
        "S": [
            "It went into 1 of the 1 suspect batches and into 1 other lots: the hazard "
            "may come from here."
        ],
    }
    assert [lot.code for lot in scope.lots if lot.counted] == ["A", "B"]
    assert scope.made == 200
    assert [(lot.code, lot.in_hand, lot.unit) for lot in scope.materials] == [
        ("S", 5_000, "mg")
    ]


def test_every_unit_is_in_one_place_and_trucks_can_be_stopped(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        story = Story(session, now)
        there = story.ship("SH-1", story.a, "C01", 30)
        story.deliver(there, story.a, "C01", 30)
        story.move(story.a, "C01 > consumer", 30)
        story.ship("SH-2", story.b, "C02", 20)
        story.move(story.b, "W1 > sample", 2)
        story.move(story.b, "W1 > destroyed", 3)
        story.ship("SH-3", story.c, "C02", 20)
        scope = story.scope(Criteria((LotCriterion(story.a.id),)))
    assert places(scope) == {
        "own": 145,
        "sample": 2,
        "transit": 20,
        "consumer": 30,
        "destroyed": 3,
    }
    assert sum(places(scope).values()) == scope.made
    found = scope.whereabouts
    assert [(truck.number, truck.quantity) for truck in found.on_the_way] == [
        ("SH-2", 20)
    ]
    assert [
        (one.code, one.quantity_max, one.coming, one.shipped, one.shipments)
        for one in found.consignees
    ] == [("C02", 0, 20, 20, ("SH-2",)), ("C01", 0, 0, 30, ("SH-1",))]


def test_a_decision_counts_a_possible_lot_in_and_a_confirmed_one_never_out(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        story = Story(session, now)
        criteria = Criteria((LotCriterion(story.a.id),))
        decided = {story.c.id: True, story.a.id: False}
        plain = story.scope(criteria)
        scope = compute_scope(session, criteria, now, decided)
    assert [lot.code for lot in scope.lots if lot.counted] == ["A", "B", "C"]
    assert scope.made == 300
    assert scope.hash == plain.hash


def test_a_bad_input_takes_all_that_consumed_it(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        story = Story(session, now)
        scope = story.scope(Criteria((InputLot(story.s.id),)))
    assert tiers(scope) == {"A": 1, "B": 1, "C": 1, "S": 1}
    assert scope.made == 300


def test_the_hash_is_the_same_whatever_the_ids(
    database: Database, now: datetime
) -> None:
    hashes = set()
    for spare in (0, 3):
        with database.writing() as session:
            story = Story(session, now, spare=spare)
            facts = (
                LotCriterion(story.b.id, ItemSet.parse("3,5-9")),
                LotCriterion(story.a.id),
            )
            first = story.scope(Criteria(facts)).hash
            story.move(story.a, "W1 > H1", 5)
            hashes |= {first, story.scope(Criteria(facts[::-1])).hash}
            session.rollback()
    text = (
        '{"criteria":{"facts":[{"items":"3,5-9","lot":["P1","","B"]},'
        '{"lot":["P1","","A"]}],"format":1,"origin":"unknown"},"format":1,'
        '"lots":[["P1","","A",1,null],["P1","","B",1,null],["P1","","C",3,null],'
        '["SPICE","SUP1","S",3,null]]}'
    )
    assert hashes == {hashlib.sha256(text.encode()).hexdigest()}


def test_the_hash_changes_with_criteria_and_membership(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        story = Story(session, now)
        facts = (LotCriterion(story.a.id),)
        hashes = [story.scope(Criteria(facts)).hash]
        hashes.append(story.scope(Criteria(facts, origin="label")).hash)
        session.add(
            LotInput(
                input_id=story.b.id,
                output_id=story.c.id,
                kind="rework",
                quantity=1,
                at=now,
            )
        )
        session.flush()
        hashes.append(story.scope(Criteria(facts)).hash)
    assert len(set(hashes)) == 3


def test_criteria_survive_being_written_and_read(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        story = Story(session, now)
        cycle = EquipmentCycle(
            site_id=story.site.id,
            number="R1-0461",
            equipment="R1",
            kind="retort",
            started_at=now,
            result="fail",
        )
        session.add(cycle)
        shipment = story.ship("SH-1", story.a, "C01", 30)
        criteria = Criteria(
            (
                Cycle(cycle.id),
                InputLot(story.s.id),
                LineWindow(story.line.id, now - timedelta(hours=1), now),
                LotCriterion(story.a.id, ItemSet.parse("0-9")),
                LotCriterion(story.a.id),
                Shipped(shipment.id),
            ),
            origin="line",
        )
        document = json.loads(json.dumps(write_criteria(session, criteria)))
        again = read_criteria(session, document)
        assert set(again.facts) == set(criteria.facts)
        assert again.origin == "line"
        assert write_criteria(session, again) == document


def test_a_scope_with_nothing_made_still_stands(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        story = Story(session, now)
        empty = stockroom.add_lot(session, story.plant)
        scope = story.scope(Criteria((LotCriterion(empty.id),)))
        document = scope_document(scope)
    assert scope.made == 0
    assert places(scope) == {}
    assert [lot["items"] for lot in document["lots"]] == [""]
    check(document)


def test_the_document_fits_its_schema(database: Database, now: datetime) -> None:
    with database.writing() as session:
        story = Story(session, now)
        story.ship("SH-1", story.a, "C01", 30)
        session.add(LineRun(lot_id=story.a.id, line_id=story.line.id, started_at=now))
        session.flush()
        window = LineWindow(story.line.id, now, now)
        facts = (window, LotCriterion(story.a.id, ItemSet.parse("7")))
        document = scope_document(story.scope(Criteria(facts)))
    check(document)
    lot = document["lots"][0]
    assert (lot["lot"], lot["items"], lot["quantity"]) == ("A", "0-99", 100)
    assert lot["why"] == [
        "Items 7 are named as unsafe; the whole batch counts with them.",
        "It ran on line YL1/L1 in the suspect time, which starts "
        "2026-11-22T16:00:00Z and is not ended by a clean break yet.",
        "No passed cleaning of line YL1/L1 is recorded before; "
        "2026-11-22T16:00:00Z, the start of the day before, was taken. Somebody must "
        "approve that.",
    ]


PLACES = ("W1", "R1", "H1", "Q1", "C01", "C01/T", "sample", "consumer", "lost")


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from("ABC"),
            st.sampled_from(PLACES),
            st.sampled_from((*PLACES, "destroyed", "consumed")),
            st.integers(1, 100),
        ),
        max_size=12,
    )
)
def test_positions_always_add_up_to_what_was_made(
    database: Database, now: datetime, steps: list[tuple[str, str, str, int]]
) -> None:
    with database.writing() as session:
        story = Story(session, now)
        lots = {"A": story.a, "B": story.b, "C": story.c}
        for lot, source, target, quantity in steps:
            with suppress(Conflict, InvalidInput):
                story.move(lots[lot], f"{source} > {target}", quantity)
        scope = story.scope(Criteria((InputLot(story.s.id),)))
        session.rollback()
    assert scope.made == 300
    assert sum(places(scope).values()) == 300
    assert sum(lot.quantity for lot in scope.lots if lot.kind == "product") == 300
