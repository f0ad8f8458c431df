"""Goods in: each delivery with its paper, and what cannot be received."""

from datetime import date, datetime

import pytest
import sqlalchemy as sa
from loads import at
from stockroom import WANG, Plant

from lotmark.trace.audit import AuditRow
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, InvalidInput, LotmarkError
from lotmark.trace.parties.tables import Article, Partner
from lotmark.trace.stock.goods_in import Delivery, receive_lot
from lotmark.trace.stock.tables import Movement

TODAY = date(2026, 11, 24)


def code_of(refused: pytest.ExceptionInfo[LotmarkError]) -> str:
    return refused.value.code


def salt(session: Session, plant: Plant) -> Delivery:
    """What stands on a good delivery note."""
    article = Article(
        code="SALT", kind="ingredient", name="盐", name_en="Salt", base_unit="mg"
    )
    supplier = Partner(code="S01", kind="supplier", name="盐场", name_en="Salt works")
    session.add_all([article, supplier])
    session.flush()
    return Delivery(
        article_id=article.id,
        supplier_id=supplier.id,
        code="BT-261101",
        quantity=25_000_000,
        place_id=plant.places["W1"],
        received_on=TODAY,
        result="pass",
        produced_on=date(2026, 11, 1),
        expires_on=date(2028, 11, 1),
        certificate="合格证 0339",
        document="SH-77",
    )


def test_a_delivery_is_on_record(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        note = salt(session, plant)
        lot = receive_lot(session, note, WANG, now)
        assert (lot.origin, lot.status, lot.own) == ("S01", "released", False)
        assert (lot.received_on, lot.expires_on) == (TODAY, date(2028, 11, 1))
        assert at(session, plant, lot, "W1") == 25_000_000
        again = receive_lot(session, note, WANG, now)
        assert again.id == lot.id
        assert at(session, plant, lot, "W1") == 50_000_000
        papers = set(session.scalars(sa.select(Movement.document)))
        assert papers == {"SH-77"}
    with database.reading() as session:
        told = session.scalars(sa.select(AuditRow.action)).all()
        assert told.count("lot.receive") == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"result": "fail"}, "failed_goods_apart"),
        ({"expires_on": date(2026, 11, 23)}, "lot_expired"),
        ({"produced_on": date(2026, 11, 25)}, "dates_reversed"),
        ({"received_on": date(2026, 11, 25)}, "dates_reversed"),
        ({"expires_on": date(2926, 1, 1)}, "date_unbelievable"),
        ({"code": "A\x07"}, "batch_number_unreadable"),
        ({"quantity": 0}, "quantity_invalid"),
        ({"supplier_id": 0}, "supplier_wrong"),
        ({"result": "perhaps"}, "choice_invalid"),
    ],
)
def test_what_cannot_be_received(
    database: Database,
    plant: Plant,
    site: int,
    now: datetime,
    change: dict[str, object],
    code: str,
) -> None:
    with database.writing() as session:
        note = salt(session, plant)
        wrong = {name: getattr(note, name) for name in Delivery.__slots__} | change
        with pytest.raises(InvalidInput) as refused:
            receive_lot(session, Delivery(**wrong), WANG, now)
        assert code_of(refused) == code


def test_a_number_used_twice_by_a_supplier_is_noticed(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        note = salt(session, plant)
        receive_lot(session, note, WANG, now)
        values = {name: getattr(note, name) for name in Delivery.__slots__}
        other = Delivery(**{**values, "produced_on": date(2026, 10, 1)})
        with pytest.raises(Conflict, match="another produced_on"):
            receive_lot(session, other, WANG, now)
