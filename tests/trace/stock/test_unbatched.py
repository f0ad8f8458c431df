"""Goods that left without a batch: no stock moves until somebody names it."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
import stockroom
from loads import DRIVER, at
from stockroom import LI, QIAN, WANG, Plant

from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Forbidden, LotmarkError
from lotmark.trace.parties.tables import Article, Lot, Partner
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.shipping import deliver_goods, on_the_way
from lotmark.trace.stock.tables import Movement, Shipment, Unbatched
from lotmark.trace.stock.unbatched import (
    Named,
    likely_lots,
    list_unbatched,
    name_batches,
    record_unbatched,
)

DAY = timedelta(days=1)


def gone(
    session: Session,
    plant: Plant,
    site: int,
    now: datetime,
    quantity: int = 30,
    ago: timedelta = DAY,
    number: str = "",
    delivered_at: datetime | None = None,
) -> Unbatched:
    shop = session.scalars(sa.select(Partner.id).where(Partner.code == "C01")).one()
    what = shop, site, plant.article_id, quantity, now - ago, DRIVER, WANG, now
    later = delivered_at
    return record_unbatched(session, *what, number=number, delivered_at=later)


def batch(
    session: Session, plant: Plant, now: datetime, much: int, expires: int = 0
) -> Lot:
    lot = stockroom.add_lot(session, plant)
    lot.expires_on = (now + expires * DAY).date()
    stockroom.move(session, plant, lot, "made > W1", much, at=now - 3 * DAY)
    return lot


def test_nothing_moves_until_a_batch_is_named(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lot = batch(session, plant, now, 100)
        row = gone(session, plant, site, now, delivered_at=now)
        assert at(session, plant, lot, "W1") == 100
        w1 = plant.places["W1"]
        assert name_batches(session, row.id, [Named(lot.id, w1, 20)], WANG, now) == 10
        assert at(session, plant, lot, "C01") == 20
        assert name_batches(session, row.id, [Named(lot.id, w1, 10)], WANG, now) == 0
        assert (at(session, plant, lot, "W1"), at(session, plant, lot, "C01")) == (
            70,
            30,
        )
        moves = session.execute(
            sa.select(Movement.at, Movement.shipment_id, Movement.document).where(
                Movement.to_id == plant.places["C01/T"]
            )
        ).all()
        paper = session.scalars(sa.select(Shipment)).one()
        assert moves == [(now - DAY, paper.id, paper.number)] * 2
        assert list_unbatched(session, 10) == ([], 0)
        with pytest.raises(LotmarkError) as again:
            name_batches(session, row.id, [Named(lot.id, w1, 1)], WANG, now)
        assert again.value.code == "unbatched_unknown"


def test_what_is_on_the_way_is_delivered_as_any_other(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lot = batch(session, plant, now, 100)
        row = gone(session, plant, site, now, number="送货单 17")
        shipment = row.shipment
        assert shipment.number == "送货单 17"
        name_batches(
            session, row.id, [Named(lot.id, plant.places["W1"], 30)], WANG, now
        )
        assert on_the_way(session, shipment)[lot.id].quantity == 30
        deliver_goods(session, shipment, WANG, now)
        assert at(session, plant, lot, "C01") == 30
        with pytest.raises(LotmarkError) as twice:
            gone(session, plant, site, now, number="送货单 17")
        assert twice.value.code == "shipment_number_taken"


def test_the_estimate_is_in_turn_and_after_what_left_before(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        late = batch(session, plant, now, 50, expires=90)
        early = batch(session, plant, now, 40, expires=60)
        second = gone(session, plant, site, now, 30)
        gone(session, plant, site, now, 25, ago=2 * DAY)
        found = likely_lots(session, second)
        assert [(one.lot.id, one.there, one.estimate) for one in found] == [
            (early.id, 40, 15),
            (late.id, 50, 15),
        ]
        assert at(session, plant, early, "W1") == 40


def test_a_batch_that_may_not_leave_did_leave_and_quality_says_so(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lot = batch(session, plant, now, 100)
        row = gone(session, plant, site, now)
        place_hold(
            session,
            [lot.id],
            items={},
            hazard="health",
            reason="胀袋",
            actor=QIAN,
            now=now,
        )
        told = [Named(lot.id, plant.places["W1"], 30)]
        with pytest.raises(Forbidden):
            name_batches(session, row.id, told, WANG, now)
        assert name_batches(session, row.id, told, QIAN, now) == 0
        assert at(session, plant, lot, "C01/T") == 30


def test_what_cannot_be_is_refused(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lot = batch(session, plant, now, 100)
        other = Article(code="P2", kind="product", name="火腿", name_en="Ham")
        session.add(other)
        session.flush()
        ham = stockroom.add_lot(session, plant)
        ham.article_id = other.id
        row = gone(session, plant, site, now)
        w1, shop = plant.places["W1"], plant.places["C01"]
        for told, code in (
            ([], "cargo_empty"),
            ([Named(lot.id, w1, 31)], "named_too_much"),
            ([Named(lot.id, w1, -1)], "named_too_much"),
            ([Named(lot.id, shop, 3)], "place_not_ours"),
            ([Named(ham.id, w1, 3)], "lot_of_other_article"),
            ([Named(lot.id, plant.places["W2"], 3)], "stock_short"),
        ):
            with pytest.raises(LotmarkError) as refused:
                name_batches(session, row.id, told, WANG, now)
            assert refused.value.code == code
        for much, ago, later, code in (
            (0, DAY, None, "quantity_invalid"),
            (9, -2 * DAY, None, "time_ahead"),
            (9, DAY, now - 2 * DAY, "times_reversed"),
        ):
            with pytest.raises(LotmarkError) as refused:
                gone(session, plant, site, now, much, ago, "", later)
            assert refused.value.code == code
        with pytest.raises(Forbidden):
            name_batches(session, row.id, [Named(lot.id, w1, 3)], LI, now)
