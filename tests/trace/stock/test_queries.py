"""Where lots and items are said to be."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from stockroom import QIAN, WANG, Plant, add_lot, move

from lotmark.trace.db import Database
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.tables import (
    CodeBinding,
    CodeBlock,
    CodeSeries,
    ItemMark,
    ItemSegment,
)
from lotmark.trace.parties.tables import Lot
from lotmark.trace.stock.cautions import start_caution
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.item_status import ItemStatus
from lotmark.trace.stock.queries import item_status, positions
from lotmark.trace.stock.service import identify_items


def test_a_whole_lot_is_where_its_balances_say(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = add_lot(session, plant, items=100)
        move(session, plant, lot, "made > W1", items="0-99", at=now)
        move(session, plant, lot, "W1 > C01", 30, at=now)
        move(session, plant, lot, "W1 > Q1", 70, at=now)
    with database.reading() as session:
        found = positions(session, {lot.id: None, 999: None})
    assert [(p.kind, p.quantity_min, p.quantity_max) for p in found] == [
        ("quarantine", 70, 70),
        ("consignee", 30, 30),
    ]
    assert found[1].location_id == plant.places["C01"]
    assert found[1].partner_id is not None


def test_items_are_between_two_numbers_at_every_possible_holder(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = add_lot(session, plant, items=100)
        move(session, plant, lot, "made > W1", items="0-99", at=now)
        move(session, plant, lot, "W1 > C02", items="0-9", at=now)
        move(session, plant, lot, "W1 > C01", 30, at=now)
    with database.reading() as session:
        found = positions(session, {lot.id: ItemSet.range(5, 95)})
    assert {p.location_id: (p.quantity_min, p.quantity_max) for p in found} == {
        plant.places["W1"]: (55, 60),
        plant.places["C01"]: (25, 30),
        plant.places["C02"]: (5, 5),
    }
    known = {p.location_id: str(p.items_known) for p in found}
    assert known[plant.places["C02"]] == "5-9"


def test_many_lots_take_as_many_statements_as_few(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lots = [add_lot(session, plant) for _ in range(50)]
        for lot in lots:
            move(session, plant, lot, "made > W1", 5, at=now)
    with database.reading() as session:
        for some in (lots[:1], lots):
            sent = count_statements(session)
            assert len(positions(session, {lot.id: None for lot in some})) == len(some)
            assert len(sent) == 3


def count_statements(session: Session) -> list[str]:
    sent: list[str] = []

    def note(*call: object) -> None:
        sent.append(str(call[2]))

    sa.event.listen(session.connection(), "before_cursor_execute", note)
    return sent


@pytest.fixture
def lot(database: Database, plant: Plant, now: datetime) -> Lot:
    """Codes 1000 to 1099 of series 7 are its items 0 to 99; 1100 to 1199 are free."""
    with database.writing() as session:
        lot = add_lot(session, plant, items=100)
        session.add(CodeSeries(id=7, issued=1200, created_at=now))
        session.flush()
        session.add_all(
            [
                CodeBlock(
                    series_id=7,
                    first=1000,
                    count=200,
                    key_version=1,
                    issued_at=now,
                    issued_by="li",
                ),
                CodeBinding(
                    series_id=7,
                    lo=1000,
                    hi=1100,
                    lot_id=lot.id,
                    lot_lo=0,
                    bound_at=now,
                    bound_by="li",
                ),
                segment(lot, "printed", 0, 100, now),
                segment(lot, "applied", 0, 90, now + timedelta(minutes=1)),
                segment(lot, "voided", 90, 95, now),
                segment(lot, "missing", 95, 97, now),
            ]
        )
        session.flush()
        move(session, plant, lot, "made > W1", items="0-89", at=now)
        move(session, plant, lot, "W1 > C01/T", items="0-9", at=now + timedelta(days=1))
        move(session, plant, lot, "C01/T > C01", 5, at=now + timedelta(days=2))
    return lot


def segment(lot: Lot, kind: str, lo: int, hi: int, at: datetime) -> ItemSegment:
    return ItemSegment(lot_id=lot.id, lo=lo, hi=hi, kind=kind, t0=at, t1=at, actor="li")


def status(database: Database, item: int) -> ItemStatus:
    with database.reading() as session:
        found = item_status(session, 7, item, 1)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("series", "item", "key_version"),
    [(8, 1000, 1), (7, 999, 1), (7, 1200, 1), (7, 1000, 2)],
)
def test_what_was_never_issued_is_nothing(
    database: Database, lot: Lot, series: int, item: int, key_version: int
) -> None:
    with database.reading() as session:
        assert item_status(session, series, item, key_version) is None


def test_a_free_code_is_unbound(database: Database, lot: Lot, now: datetime) -> None:
    found = status(database, 1150)
    assert (found.word, found.lot, found.issued_at) == ("unbound", None, now)


@pytest.mark.parametrize(
    ("item", "word"),
    [(1020, "applied"), (1092, "voided"), (1096, "suspect"), (1097, "printed")],
)
def test_the_gravest_word_holds(
    database: Database, lot: Lot, item: int, word: str
) -> None:
    assert status(database, item).word == word


def test_all_that_the_page_needs(
    database: Database, plant: Plant, lot: Lot, now: datetime
) -> None:
    with database.writing() as session:
        session.add_all(
            [
                mark(lot, "suspect", 3, 6, now),
                mark(lot, "recalled", 3, 5, now),
            ]
        )
        held = {lot.id: ItemSet.parse("0-9")}
        place_hold(
            session,
            [lot.id],
            items=held,
            hazard="health",
            reason="x",
            actor=QIAN,
            now=now,
        )
        start_caution(session, [lot.id], QIAN, now)
    found = status(database, 1003)
    assert found.word == "recalled"
    assert found.lot is not None
    assert (found.lot.code, found.lot_item) == (lot.code, 3)
    assert found.lot.article.name_en == "Luncheon meat"
    assert [one.kind for one in found.segments] == ["printed", "applied"]
    assert [one.public_no for one in found.marks] == ["ZH-26-0001", "ZH-26-0001"]
    assert found.holds == ("FC-26-0001",)
    assert found.caution_at == now
    assert found.first_shipped_at == now + timedelta(days=1)
    assert found.known_at is None
    assert [place.code for place in found.possible_at] == ["C01", "C01/T"]
    assert status(database, 1005).word == "suspect"


def test_no_day_is_told_for_a_pack_nobody_read_as_it_left(
    database: Database, plant: Plant, lot: Lot, now: datetime
) -> None:
    """Thirty left uncounted by code, one of them is read at the shop later: the day of
    the first truck may not be its own."""
    later = now + timedelta(days=4)
    with database.writing() as session:
        move(session, plant, lot, "W1 > C02", 30, at=now + timedelta(days=3))
        move(session, plant, lot, "W1 > C02", items="20", at=later)
        here = ItemSet.parse("21")
        identify_items(
            session, lot.id, plant.places["C02"], here, actor=WANG, now=later
        )
    read, counted = status(database, 1020), status(database, 1021)
    assert read.known_at is not None
    assert counted.known_at is not None
    assert read.known_at.code == counted.known_at.code == "C02"
    assert read.left_at == later
    assert counted.left_at is None
    assert counted.first_shipped_at == now + timedelta(days=3)
    assert status(database, 1003).left_at == now + timedelta(days=1)


def test_an_item_not_shipped_says_so(
    database: Database, plant: Plant, lot: Lot
) -> None:
    found = status(database, 1050)
    assert found.known_at is not None
    assert found.known_at.code == "W1"
    assert (found.possible_at, found.holds, found.marks) == ((), (), ())


def mark(lot: Lot, kind: str, lo: int, hi: int, at: datetime) -> ItemMark:
    url = "/recalls/ZH-26-0001"
    number = "ZH-26-0001"
    return ItemMark(
        lot_id=lot.id, lo=lo, hi=hi, kind=kind, public_no=number, url=url, at=at
    )


def test_six_statements_tell_everything(database: Database, lot: Lot) -> None:
    with database.reading() as session:
        sent = count_statements(session)
        item_status(session, 7, 1003, 1)
    assert len(sent) == 6
