"""Wang moves stock: what is booked, what is refused, and with which words."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from stockroom import LI, WANG, Plant, add_lot, move

from lotmark.trace.audit import AuditRow
from lotmark.trace.db import Database
from lotmark.trace.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    LotmarkError,
    NotFound,
    TooLarge,
)
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Lot
from lotmark.trace.stock.queries import balances
from lotmark.trace.stock.service import (
    Move,
    identify_items,
    make_stock,
    move_many,
)
from lotmark.trace.stock.tables import Movement


def quantities(session: Session, plant: Plant, lot_id: int) -> dict[str, int]:
    codes = {place_id: code for code, place_id in plant.places.items()}
    found = balances(session, [lot_id])[lot_id].balances.items()
    return {codes[place]: here.quantity for place, here in found if here.quantity}


def test_thirty_cases_on_paper(database: Database, plant: Plant, now: datetime) -> None:
    with database.writing() as session:
        lot = add_lot(session, plant)
        make_stock(
            session,
            lot,
            plant.places["W1"],
            quantity=720,
            at=now,
            document="finished",
            actor=LI,
            now=now,
        )
        move(session, plant, lot, "W1 > C01/T", 240, at=now)
        move(session, plant, lot, "C01/T > C01", 240, at=now)
    with database.reading() as session:
        found = quantities(session, plant, lot.id)
        assert found == {"made": -720, "W1": 480, "C01": 240}
        rows = session.scalars(sa.select(Movement).order_by(Movement.id)).all()
        assert [(row.quantity, row.lo, row.actor) for row in rows] == [
            (720, None, "li"),
            (240, None, "wang"),
            (240, None, "wang"),
        ]


def test_scanned_items_are_booked_run_by_run(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = add_lot(session, plant, items=100)
        move(session, plant, lot, "made > W1", items="0-99", at=now)
        move(session, plant, lot, "W1 > C01", items="0-9,50", at=now)
    with database.reading() as session:
        ledger = balances(session, [lot.id])[lot.id]
        shop = ledger.balances[plant.places["C01"]]
        assert (shop.quantity, str(shop.known)) == (11, "0-9,50")
        rows = session.scalars(sa.select(Movement).order_by(Movement.id)).all()
        assert [(row.lo, row.hi) for row in rows] == [(0, 100), (0, 10), (50, 51)]


def test_a_later_scan_is_remembered(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = add_lot(session, plant, items=10)
        move(session, plant, lot, "made > W1", items="0-9", at=now)
        move(session, plant, lot, "W1 > C01", 4, at=now)
    with database.writing() as session:
        seen = ItemSet.range(0, 4)
        shop = plant.places["C01"]
        identify_items(session, lot.id, shop, seen, actor=WANG, now=now)
    with database.reading() as session:
        ledger = balances(session, [lot.id])[lot.id]
        assert str(ledger.balances[shop].known) == "0-3"
        assert str(ledger.balances[plant.places["W1"]].known) == "4-9"
        assert not ledger.balances[plant.places["W1"]].possible


@pytest.mark.parametrize(
    ("route", "quantity", "items", "error", "code"),
    [
        ("W1 > C01", 0, None, InvalidInput, "quantity_invalid"),
        ("W1 > C01", -3, None, InvalidInput, "quantity_invalid"),
        ("W1 > C01", None, None, InvalidInput, "quantity_invalid"),
        ("W1 > C01", 3, "1-2", InvalidInput, "quantity_contradicts"),
        ("W1 > C01", None, "", InvalidInput, "items_empty"),
        ("W1 > C01", None, "8-12", InvalidInput, "item_unknown"),
        ("W1 > W1", 1, None, InvalidInput, "place_invalid"),
        ("W1 > made", 1, None, InvalidInput, "place_invalid"),
        ("W1 > C01", 11, None, Conflict, "stock_short"),
        ("W2 > C01", None, "3", Conflict, "stock_short"),
        ("made > W1", None, "3", Conflict, "item_made_twice"),
        ("made > C01", 5, None, InvalidInput, "place_invalid"),
        ("made > consumed", 5, None, InvalidInput, "place_invalid"),
        ("made > lost", 5, None, InvalidInput, "place_invalid"),
        ("made > supplied", 5, None, InvalidInput, "place_invalid"),
        ("supplied > W1", 5, None, InvalidInput, "source_contradicts"),
        ("made > W1", 2**53, None, TooLarge, "quantity_too_large"),
        ("W1 > W2", 2**80, None, TooLarge, "quantity_too_large"),
    ],
)
def test_what_cannot_be_is_refused(
    database: Database,
    plant: Plant,
    now: datetime,
    route: str,
    quantity: int | None,
    items: str | None,
    error: type[Exception],
    code: str,
) -> None:
    with database.writing() as session:
        lot = add_lot(session, plant, items=10)
        move(session, plant, lot, "made > W1", items="0-9", at=now)
    with pytest.raises(error) as refusal, database.writing() as session:
        move(session, plant, lot, route, quantity, items, at=now)
    assert getattr(refusal.value, "code", "") == code
    with database.reading() as session:
        assert quantities(session, plant, lot.id) == {"made": -10, "W1": 10}


def test_a_bought_lot_is_supplied_not_made(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = add_lot(session, plant, origin="S01")
        move(session, plant, lot, "supplied > W1", 10, at=now)
    with pytest.raises(InvalidInput) as refusal, database.writing() as session:
        move(session, plant, lot, "made > W1", 10, at=now)
    assert refusal.value.code == "source_contradicts"


@pytest.mark.parametrize(
    ("ahead", "document", "code"),
    [
        (timedelta(days=1), "D-1", ""),
        (timedelta(days=1, seconds=1), "D-1", "time_ahead"),
        (timedelta(0), "", "document_missing"),
        (timedelta(0), " \t", "document_missing"),
    ],
)
def test_a_move_has_a_paper_and_a_time_that_can_be(
    database: Database,
    plant: Plant,
    now: datetime,
    ahead: timedelta,
    document: str,
    code: str,
) -> None:
    made, store = plant.places["made"], plant.places["W1"]
    found = ""
    try:
        with database.writing() as session:
            lot = add_lot(session, plant)
            one = Move(lot.id, made, store, now + ahead, document, quantity=1)
            move_many(session, [one], actor=WANG, now=now)
    except InvalidInput as refusal:
        found = refusal.code
    assert found == code


def test_unknown_lots_and_places_are_named(
    database: Database, plant: Plant, now: datetime
) -> None:
    line, store = plant.places["L1"], plant.places["W1"]
    with pytest.raises(NotFound, match="No lot 999"), database.writing() as session:
        one = Move(999, line, store, now, "D-1", quantity=1)
        move_many(session, [one], actor=WANG, now=now)
    with pytest.raises(NotFound, match="No place 999"), database.writing() as session:
        lot = add_lot(session, plant)
        one = Move(lot.id, line, 999, now, "D-1", quantity=1)
        move_many(session, [one], actor=WANG, now=now)


def test_li_makes_and_uses_up_but_does_not_ship(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = add_lot(session, plant)
        move(session, plant, lot, "made > W1", 10, actor=LI, at=now)
        move(session, plant, lot, "W1 > consumed", 2, actor=LI, at=now)
    with pytest.raises(Forbidden), database.writing() as session:
        move(session, plant, lot, "W1 > C01", 1, actor=LI, at=now)


def sell_and_return(
    session: Session, plant: Plant, back: str | None, at: datetime
) -> Lot:
    """Ten of a hundred items are sold; one comes back to the shelf, scanned or not."""
    lot = add_lot(session, plant, items=100)
    one = 1 if back is None else None
    move(session, plant, lot, "made > W1", items="0-99", at=at)
    move(session, plant, lot, "W1 > C01", items="0-9", at=at)
    move(session, plant, lot, "C01 > R1", one, back, at=at)
    move(session, plant, lot, "R1 > W1", one, back, at=at)
    return lot


@pytest.mark.parametrize(
    ("back", "used"),
    [
        (None, None),  # any can could be the one that came back
        (None, "20"),
        ("5", None),
        ("5", "5"),
    ],
)
def test_sold_goods_never_go_into_new_food(
    database: Database, plant: Plant, now: datetime, back: str | None, used: str | None
) -> None:
    with database.writing() as session:
        lot = sell_and_return(session, plant, back, now)
    with (
        pytest.raises(Conflict, match="Food Safety Law, article 34") as refusal,
        database.writing() as session,
    ):
        one = 1 if used is None else None
        move(session, plant, lot, "W1 > consumed", one, used, at=now)
    assert refusal.value.code == "sold_goods"


def test_scanned_goods_that_were_never_sold_may_be_used(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = sell_and_return(session, plant, "5", now)
        move(session, plant, lot, "W1 > consumed", items="20-29", at=now)


def test_goods_used_up_before_others_came_back_may_be_booked_late(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = add_lot(session, plant)
        move(session, plant, lot, "made > W1", 10, at=now)
        move(session, plant, lot, "W1 > C01", 5, at=now)
        move(session, plant, lot, "C01 > R1", 1, at=now)
        move(session, plant, lot, "W1 > consumed", 1, at=now - timedelta(hours=1))


def test_destroyed_goods_do_not_come_back(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = add_lot(session, plant)
        move(session, plant, lot, "made > W1", 10, at=now)
        move(session, plant, lot, "W1 > destroyed", 5, at=now)
    with pytest.raises(Conflict, match="destroyed"), database.writing() as session:
        move(session, plant, lot, "destroyed > W1", 5, at=now)


@pytest.mark.parametrize(("bad", "code"), [(1, "stock_short"), (3, "place_unknown")])
def test_one_bad_move_among_many_books_none(
    database: Database, plant: Plant, now: datetime, bad: int, code: str
) -> None:
    made, store, shop = (plant.places[code] for code in ("made", "W1", "C01"))
    with database.writing() as session:
        lot = add_lot(session, plant)
    moves = [
        Move(lot.id, made, store, now, "D-1", quantity=5),
        Move(lot.id, store, shop, now, "D-2", quantity=6),
        Move(lot.id, store, shop, now, "D-3", quantity=4),
        Move(lot.id, store, 999, now, "D-4", quantity=1),
    ]
    some = [moves[0], moves[2], moves[bad]]
    with pytest.raises(LotmarkError) as refused, database.writing() as session:
        move_many(session, some, actor=WANG, now=now)
    assert refused.value.code == code
    with database.writing() as session:
        assert quantities(session, plant, lot.id) == {}
        move_many(session, some[:2], actor=WANG, now=now)
        assert quantities(session, plant, lot.id)["C01"] == 4


def test_many_moves_take_as_many_statements_as_few(
    database: Database, plant: Plant, now: datetime
) -> None:
    made, store = plant.places["made"], plant.places["W1"]

    def statements(number_of_lots: int) -> int:
        with database.writing() as session:
            lots = [add_lot(session, plant).id for _ in range(number_of_lots)]
        sent: list[str] = []

        def note(*call: object) -> None:
            sent.append(str(call[2]))

        sa.event.listen(database.engine, "before_cursor_execute", note)
        with database.writing() as session:
            moves = [Move(lot, made, store, now, "D", quantity=5) for lot in lots]
            move_many(session, moves, actor=WANG, now=now)
        sa.event.remove(database.engine, "before_cursor_execute", note)
        return len(sent)

    assert statements(1) == statements(200)


def test_one_audit_row_tells_what_moved(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = add_lot(session, plant, items=10)
        move(session, plant, lot, "made > W1", items="0-4,7", at=now)
    with database.reading() as session:
        row = session.scalars(sa.select(AuditRow)).one()
    assert (row.actor, row.action, row.subject) == (
        "wang",
        "stock.move",
        f"lot:{lot.id}",
    )
    assert '"from":"made","items":"0-4,7"' in row.data
