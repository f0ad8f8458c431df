"""A batch counts whole, unless packing times, breaks and a person say otherwise."""

from collections.abc import Callable
from datetime import datetime

import pytest
from scope_shift import WHY, Shift
from scope_story import check

from lotmark.recall.scope.criteria import (
    CheckFailed,
    CleaningFailed,
    Criterion,
    LineWindow,
    LotCriterion,
)
from lotmark.recall.scope.document import scope_document
from lotmark.recall.scope.service import Scope
from lotmark.trace.db import Database
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.tables import ItemSegment


def told(scope: Scope) -> list[str]:
    return [reason.code for reason in scope.lots[0].why]


def test_packs_are_told_from_their_batch_by_the_time_they_were_filled(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        shift = Shift(session, now)
        took = shift.lot(10)
        shift.make(took, ItemSet.range(0, 10))
        shift.rework(shift.a, took)
        whole = shift.scope(narrow=" ")
        scope = shift.scope()
        document = scope_document(scope)
    check(document)
    assert [(lot.items, lot.affected) for lot in whole.lots] == [
        (None, 2000),
        (None, 10),
    ]
    assert scope.lots[0].items == ItemSet.range(0, 1000)
    assert scope.lots[1].items is None  # narrowing stops at the first edge
    assert (scope.made, whole.made) == (1010, 2010)
    assert scope.hash != whole.hash
    assert "narrow" not in whole.criteria
    first = document["lots"][0]
    assert document["criteria"]["narrow"] == WHY
    assert document["narrowed"]
    assert (first["narrowed"], first["whole"]) == (True, False)
    assert (first["items"], first["packs_timed"], first["packs"]) == (
        "0-999",
        2000,
        2000,
    )
    assert first["why"][-1] == (
        "Only the packs filled in the suspect time are affected: packing times are "
        "known of 2000 of its 2000 packs."
    )


def test_the_justification_is_part_of_the_hash(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        shift = Shift(session, now)
        hashes = {shift.scope(narrow=text).hash for text in (WHY, WHY + "2", f" {WHY}")}
    assert len(hashes) == 2


def without_a_cleaning_before(shift: Shift) -> None:
    shift.cleanings[0].result = "fail"


def without_a_cleaning_after(shift: Shift) -> None:
    shift.cleanings[1].result = shift.cleanings[2].result = "fail"


def labelled_elsewhere(shift: Shift) -> None:
    shift.line.labels_at_packing = False


def with_another_line_on_the_pack(shift: Shift) -> None:
    shift.a.line_id = None


def with_packs_without_a_number(shift: Shift) -> None:
    shift.make(shift.a, quantity=1)


def with_three_labels_unaccounted(shift: Shift) -> None:
    shift.a.next_item += 3


def with_rework_of_an_affected_batch(shift: Shift) -> None:
    other = shift.lot(1)
    shift.run(other, 9, 10)
    shift.rework(other, shift.a)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (without_a_cleaning_before, "not_narrowed_open"),
        (without_a_cleaning_after, "not_narrowed_open"),
        (labelled_elsewhere, "not_narrowed_labels"),
        (with_another_line_on_the_pack, "not_narrowed_labels"),
        (with_packs_without_a_number, "not_narrowed_numbers"),
        (with_three_labels_unaccounted, "not_narrowed_times"),
        (with_rework_of_an_affected_batch, "not_narrowed_other"),
    ],
)
def test_otherwise_the_batch_counts_whole_and_says_why(
    database: Database, now: datetime, change: Callable[[Shift], None], code: str
) -> None:
    with database.writing() as session:
        shift = Shift(session, now)
        change(shift)
        session.flush()
        scope = shift.scope()
    (lot,) = (lot for lot in scope.lots if lot.lot_id == shift.a.id)
    assert lot.items is None
    assert lot.affected == lot.quantity
    assert code in [reason.code for reason in lot.why]


def test_a_batch_named_by_itself_counts_whole(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        shift = Shift(session, now)
        named: Criterion = LotCriterion(shift.a.id, ItemSet.parse("3"))
        scope = shift.scope(shift.morning, named)
    assert scope.lots[0].items is None
    assert "not_narrowed_other" in told(scope)


def test_packs_without_a_time_are_affected_up_to_one_in_a_thousand(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        shift = Shift(session, now, packs=1998)
        shift.a.next_item = 2002
        for lo, kind in ((1998, "missing"), (1999, "printed"), (2000, "voided")):
            row = ItemSegment(
                lot_id=shift.a.id,
                lo=lo,
                hi=lo + 1 + (kind == "voided"),
                kind=kind,
                t0=now,
                t1=now,
                actor="li",
            )
            session.add(row)
        session.flush()
        (lot,) = shift.scope().lots
    assert lot.narrowed is not None
    assert (lot.narrowed.timed, lot.narrowed.packs) == (1998, 2000)
    assert str(lot.items) == "0-998,1998-1999"
    assert lot.affected == 999  # neither label is on a pack that was made


def test_a_failed_cleaning_joins_what_it_should_have_parted(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        shift = Shift(session, now)
        scope = shift.scope(CleaningFailed(shift.cleanings[1].id), narrow="")
    assert [reason.sentence for reason in scope.lots[0].why] == [
        f"It ran on line YL1/L1 in the suspect time, from {stamped(shift, 9)} to "
        f"{stamped(shift, 18)}."
    ]


def test_a_failed_check_reaches_back_to_the_last_good_one_of_its_kind(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        shift = Shift(session, now)
        shift.check(8.5, "pass")  # during the cleaning: no good
        shift.check(10, "pass")
        shift.check(10.2, "pass", "seal")
        bad = shift.check(10.5, "fail")
        early = shift.lot(1)
        shift.run(early, 9.2, 9.8)
        by_check = shift.scope(CheckFailed(bad.id), narrow="", origin="label")
        by_time = shift.scope(narrow="", origin="label")
    assert [lot.code for lot in by_check.lots] == [shift.a.code]
    assert {lot.code for lot in by_time.lots} == {shift.a.code, early.code}
    assert [reason.sentence for reason in by_check.lots[0].why] == [
        f"It ran on line YL1/L1 in the suspect time, from {stamped(shift, 10)} to "
        f"{stamped(shift, 12)}.",
        "The suspect time on line YL1/L1 starts with the last good check (metal), "
        f"{stamped(shift, 10)}.",
    ]


def test_for_an_allergen_only_its_own_cleaning_counts(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        shift = Shift(session, now)
        shift.clean(5, "allergen")
        early = shift.lot(1)
        shift.run(early, 6.5, 7.5)
        moment = LineWindow(shift.line.id, shift.at(10.5), shift.at(10.5))
        plain = shift.scope(moment, narrow="")
        allergen = shift.scope(moment, narrow="", hazard="allergen")
    assert [lot.code for lot in plain.lots] == [shift.a.code]
    assert {lot.code for lot in allergen.lots} == {shift.a.code, early.code}
    assert allergen.criteria["hazard"] == "allergen"
    assert plain.unbounded == allergen.unbounded == ()


def test_a_start_that_somebody_must_approve_is_told(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        shift = Shift(session, now)
        scope = shift.scope(narrow="", hazard="allergen")
    assert scope.unbounded == ("YL1/L1",)
    assert scope_document(scope)["unbounded"] == ["YL1/L1"]


def stamped(shift: Shift, hour: float) -> str:
    return f"{shift.at(hour):%Y-%m-%dT%H:%M:%SZ}"
