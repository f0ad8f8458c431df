"""Counting a place: blind, by one person; booked by another."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from crowd import at_once
from loads import cased, stored
from stockroom import JIN, QIAN, WANG, Plant, add_lot, move

from lotmark.trace.audit import AuditRow
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput, LotmarkError
from lotmark.trace.identity.items import EMPTY, ItemSet
from lotmark.trace.parties.tables import Lot
from lotmark.trace.people import Actor
from lotmark.trace.stock.counted import (
    due_counts,
    find_count,
    open_due_counts,
    results_of,
    sheet_of,
    variances,
)
from lotmark.trace.stock.counts import (
    book_count,
    cancel_count,
    give_reasons,
    note_count,
    open_count,
    submit_count,
)
from lotmark.trace.stock.holds import held_items, place_hold
from lotmark.trace.stock.imbalances import find_imbalances
from lotmark.trace.stock.packing import take_out
from lotmark.trace.stock.queries import balances
from lotmark.trace.stock.tables import StockCount
from lotmark.trace.stock.units import Contents

DUE = date(2026, 11, 30)
BOTH = Actor("both", "双权", WANG.rights | QIAN.rights)
"""Somebody of a small plant who may count and may book."""


def stocked(session: Session, plant: Plant, now: datetime, made: int = 50) -> Lot:
    lot = add_lot(session, plant)
    move(session, plant, lot, "made > W1", made, at=now)
    return lot


def counted(
    session: Session, plant: Plant, now: datetime, figures: dict[Lot, int]
) -> str:
    number = open_count(session, plant.places["W1"], DUE, WANG, now).number
    for lot, found in figures.items():
        note_count(session, number, lot.id, found, WANG, now)
    submit_count(session, number, WANG, now)
    return number


def at(session: Session, plant: Plant, lot: Lot, code: str) -> int:
    here = balances(session, [lot.id])[lot.id].balances.get(plant.places[code])
    return here.quantity if here else 0


def code_of(refused: pytest.ExceptionInfo[LotmarkError]) -> str:
    return refused.value.code


def test_the_sheet_shows_lots_and_no_figures(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        one, two = (stocked(session, plant, now) for _ in range(2))
        gone = stocked(session, plant, now)
        move(session, plant, gone, "W1 > W2", 50, at=now)
        count = open_count(session, plant.places["W1"], DUE, WANG, now)
        sheet = sheet_of(session, count)
        assert [(line.lot.id, line.counted) for line in sheet] == [
            (one.id, None),
            (two.id, None),
        ]
        assert not hasattr(sheet[0], "booked")
        note_count(session, count.number, gone.id, 2, WANG, now)
        assert [(line.lot.id, line.counted) for line in sheet_of(session, count)][
            -1
        ] == (gone.id, 2)


def test_what_lacks_is_lost_once_a_second_person_signs(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        short, right = (stocked(session, plant, now) for _ in range(2))
        number = counted(session, plant, now, {short: 44, right: 50})
        count = find_count(session, number)
        assert [(one.lot.id, one.difference) for one in variances(session, count)] == [
            (short.id, -6)
        ]
        with pytest.raises(Conflict) as silent:
            book_count(session, number, QIAN, now)
        assert code_of(silent) == "reasons_missing"
        move(session, plant, short, "W1 > W2", 10, at=now)  # goes on meanwhile
        give_reasons(session, number, {short.id: "破袋已报废"}, WANG, now)
        book_count(session, number, QIAN, now)
        assert at(session, plant, short, "W1") == 34
        assert at(session, plant, short, "lost") == 6
        assert at(session, plant, right, "W1") == 50
        book_count(session, number, QIAN, now)  # sent twice is done once
        assert at(session, plant, short, "lost") == 6
        assert find_imbalances(session) == []
    with database.reading() as session:
        told = session.scalars(sa.select(AuditRow.action)).all()
        assert "count.book" in told
        assert "count.reason" in told


def test_who_counted_never_books(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        number = open_count(session, plant.places["W1"], DUE, BOTH, now).number
        note_count(session, number, lot.id, 50, BOTH, now)
        with pytest.raises(Conflict) as other:
            note_count(session, number, lot.id, 49, WANG, now)
        assert code_of(other) == "count_of_other"
        submit_count(session, number, BOTH, now)
        with pytest.raises(Conflict) as same:
            book_count(session, number, BOTH, now)
        assert code_of(same) == "second_person"
        with pytest.raises(Forbidden):
            book_count(session, number, WANG, now)
        assert book_count(session, number, QIAN, now).booked_by == "qian"


def test_what_was_lost_and_is_found_comes_back(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        move(session, plant, lot, "W1 > lost", 5, at=now)
        number = counted(session, plant, now, {lot: 48})
        give_reasons(session, number, {lot.id: "在货架后面找到"}, WANG, now)
        book_count(session, number, QIAN, now)
        assert (at(session, plant, lot, "W1"), at(session, plant, lot, "lost")) == (
            48,
            2,
        )


def test_more_than_was_ever_lost_is_looked_for(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        number = counted(session, plant, now, {lot: 53})
        give_reasons(session, number, {lot.id: "?"}, WANG, now)
        with pytest.raises(Conflict, match="Look for a receipt") as refused:
            book_count(session, number, QIAN, now)
        assert code_of(refused) == "surplus_unbooked"
        assert "3 more" in str(refused.value)


def test_every_lot_on_the_sheet_is_counted(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        one, two = (stocked(session, plant, now) for _ in range(2))
        number = open_count(session, plant.places["W1"], DUE, WANG, now).number
        note_count(session, number, one.id, 50, WANG, now)
        note_count(session, number, one.id, 49, WANG, now)
        with pytest.raises(Conflict, match=two.code) as refused:
            submit_count(session, number, WANG, now)
        assert code_of(refused) == "count_incomplete"
        note_count(session, number, two.id, 0, WANG, now)
        submit_count(session, number, WANG, now)
        found = results_of(session, find_count(session, number))
        assert [(one.counted, one.booked) for one in found] == [(49, 50), (0, 50)]
        with pytest.raises(Conflict) as late:
            note_count(session, number, one.id, 1, WANG, now)
        assert code_of(late) == "wrong_state"


@pytest.mark.parametrize("figure", [-1, 2**53])
def test_impossible_figures_are_refused(
    database: Database, plant: Plant, now: datetime, figure: int
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        number = open_count(session, plant.places["W1"], DUE, WANG, now).number
        with pytest.raises(InvalidInput):
            note_count(session, number, lot.id, figure, WANG, now)


@pytest.mark.parametrize("kept", ["held", "some packs held", "recalled"])
def test_missing_goods_that_may_not_leave_are_signed_by_finance(
    database: Database, plant: Plant, now: datetime, kept: str
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        lot.next_item = 50
        number = counted(session, plant, now, {lot: 48})
        if kept == "recalled":
            lot.status = "recalled"
        else:
            some = {} if kept == "held" else {lot.id: ItemSet.range(0, 10)}
            place_hold(session, [lot.id], items=some, reason="x", actor=QIAN, now=now)
        with pytest.raises(Conflict) as silent:
            book_count(session, number, JIN, now)
        assert code_of(silent) == "reasons_missing"
        give_reasons(session, number, {lot.id: "查过监控，未找到"}, WANG, now)
    with pytest.raises(Forbidden) as refused, database.writing() as session:
        book_count(session, number, QIAN, now)
    assert code_of(refused) == "right_missing"
    with database.writing() as session:
        book_count(session, number, JIN, now)
        lot = session.get_one(Lot, lot.id)
        assert at(session, plant, lot, "lost") == 2
        assert (lot.id in held_items(session, [lot.id])) == (kept != "recalled")
        assert find_imbalances(session) == []
    with pytest.raises(Conflict), database.writing() as session:
        # one person never writes held goods off
        move(session, plant, lot, "W1 > lost", 1, at=now)
    with database.reading() as session:
        told = session.scalars(sa.select(AuditRow.action)).all()
        assert "lot.lost_though_kept" in told


def test_held_goods_that_are_found_again_come_back_under_their_hold(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        move(session, plant, lot, "W1 > lost", 5, at=now)
        place_hold(session, [lot.id], reason="x", actor=QIAN, now=now)
        number = counted(session, plant, now, {lot: 48})
        give_reasons(session, number, {lot.id: "在货架后面找到"}, WANG, now)
        book_count(session, number, QIAN, now)
        assert at(session, plant, lot, "W1") == 48


def test_a_place_is_counted_once_at_a_time(
    database: Database, plant: Plant, now: datetime
) -> None:
    def begin() -> str:
        with database.writing() as session:
            return open_count(session, plant.places["W1"], DUE, WANG, now).number

    got = at_once(begin)
    assert len([one for one in got if isinstance(one, str)]) == 1
    refused = {one.code for one in got if isinstance(one, LotmarkError)}
    assert refused == {"count_open"}
    with database.writing() as session, pytest.raises(InvalidInput):
        open_count(session, plant.places["C01"], DUE, WANG, now)


def test_each_month_every_warehouse_is_due(
    database: Database, plant: Plant, now: datetime
) -> None:
    def due() -> int:
        with database.writing() as session:
            return len(open_due_counts(session, now))

    assert sum(one for one in at_once(due) if isinstance(one, int)) == 2
    with database.writing() as session:
        lot = stocked(session, plant, now)
        one, two = due_counts(session)
        assert {one.due_on, two.due_on} == {DUE}
        cancel_count(session, one.number, WANG, now)
        note_count(session, two.number, lot.id, 0, WANG, now)
        for line in sheet_of(session, two):
            note_count(session, two.number, line.lot.id, 50, WANG, now)
        assert len(open_due_counts(session, now)) == 1  # the one given up
        december = datetime(2026, 11, 30, 17, tzinfo=UTC)  # 1 December at the plant
        assert open_due_counts(session, december) == []  # both are still under way
        submit_count(session, two.number, WANG, now)
        give_reasons(session, two.number, {lot.id: "x"}, WANG, now)
        if variances(session, two):
            move(session, plant, lot, "W1 > lost", 1, at=now)
        states = sa.select(StockCount.state).order_by(StockCount.id)
        assert session.scalars(states).all() == ["cancelled", "counted", "open"]
        later = december + timedelta(days=1)
        assert [c.due_on for c in due_counts(session)] == [DUE, DUE]
        assert open_due_counts(session, later) == []


def test_goods_that_move_while_the_rest_is_counted_are_no_difference(
    database: Database, plant: Plant, now: datetime
) -> None:
    later = now + timedelta(minutes=1)
    with database.writing() as session:
        one, two = (stocked(session, plant, now) for _ in range(2))
        number = open_count(session, plant.places["W1"], DUE, WANG, now).number
        note_count(session, number, one.id, 50, WANG, now)
        move(session, plant, one, "W1 > W2", 20, at=later)
        note_count(session, number, two.id, 49, WANG, now)
        submit_count(session, number, WANG, later)
        found = results_of(session, find_count(session, number))
        assert [(row.difference, row.moves) for row in found] == [(0, 1), (-1, 0)]
        give_reasons(session, number, {two.id: "破袋"}, WANG, now)
        book_count(session, number, QIAN, now)
        assert at(session, plant, one, "W1") == 30
        assert (at(session, plant, one, "lost"), at(session, plant, two, "lost")) == (
            0,
            1,
        )
        assert find_imbalances(session) == []


def test_what_lacks_of_packed_goods_first_comes_out_of_its_case(
    database: Database, plant: Plant, now: datetime
) -> None:
    """Else the case would still hold what is booked as lost."""
    with database.writing() as session:
        lot = stored(session, plant, now, 12)
        case = cased(session, plant, lot, now)
        number = counted(session, plant, now, {lot: 9})
        give_reasons(session, number, {lot.id: "箱内少 1 袋"}, WANG, now)
    with pytest.raises(Conflict) as refused, database.writing() as session:
        book_count(session, number, QIAN, now)
    assert code_of(refused) == "goods_packed"
    with database.writing() as session:
        take_out(session, case, lot.id, Contents(EMPTY, 1), WANG, now)
        book_count(session, number, QIAN, now)
        assert (at(session, plant, lot, "W1"), at(session, plant, lot, "lost")) == (
            9,
            3,
        )
