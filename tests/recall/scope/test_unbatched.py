"""Goods that left without a batch: everybody who may have some is told."""

import os
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import stockroom
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scope_story import Story, check
from unbatched_oracle import DAYS, LOTS, MADE, Left, Sales, all_sales, expected

from lotmark.recall.scope.criteria import (
    Criteria,
    Criterion,
    Delivered,
    LotCriterion,
    Shipped,
)
from lotmark.recall.scope.document import scope_document
from lotmark.recall.scope.service import compute_scope
from lotmark.trace.db import Database, Session
from lotmark.trace.parties.tables import Article, Lot, Partner, Site
from lotmark.trace.stock.service import Move, move_many
from lotmark.trace.stock.shipping import Transport
from lotmark.trace.stock.tables import Shipment
from lotmark.trace.stock.unbatched import Named, name_batches, record_unbatched

EXAMPLES = 400 if os.environ.get("LOTMARK_LONG") else 40
"""On each engine."""
START = datetime(2026, 11, 1, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
NOW = START + timedelta(days=DAYS + 1)


def at(day: int, hour: int = 0) -> datetime:
    return START + timedelta(days=day, hours=hour)


class Firm:
    """The sales of a plan in a database."""

    def __init__(self, session: Session, sales: Sales) -> None:
        self.session = session
        self.site = Site(code="YL1", name="本厂", name_en="Main works")
        session.add(self.site)
        self.plant = stockroom.build(session)
        other = Article(code="P2", kind="product", name="火腿", name_en="Ham")
        session.add(other)
        session.flush()
        self.articles = [self.plant.article_id, other.id]
        self.shops = [
            session.query(Partner).filter_by(code=code).one().id
            for code in ("C01", "C02")
        ]
        self.lots = [self._lot(number, sales) for number in range(LOTS)]
        self.left = [self._left(number, one) for number, one in enumerate(sales.left)]

    def _lot(self, number: int, sales: Sales) -> int:
        life = sales.lives[number]
        lot = stockroom.add_lot(self.session, self.plant)
        lot.code, lot.ai10, lot.article_id = f"B{number}", f"B{number}", 0
        lot.article_id = self.articles[life.article]
        if life.produced is not None:
            lot.produced_on = at(life.produced).date()
        self.session.flush()
        moves = [self._move(lot, "made", "W1", MADE, 0)]
        if life.kept:
            moves.append(self._move(lot, "W1", "sample", life.kept, 0))
        for day, many in life.sent:
            moves.append(self._ship(lot, day, many))
        move_many(self.session, moves, actor=stockroom.WANG, now=NOW)
        if life.released is None:
            lot.status, lot.status_since = "recalled", NOW
        else:
            lot.status, lot.status_since = "released", at(life.released, -11)
        self.session.flush()
        return lot.id

    def _move(
        self,
        lot: Lot,
        source: str,
        target: str,
        many: int,
        day: int,
        shipment: int | None = None,
    ) -> Move:
        places = self.plant.places
        ends = places[source], places[target]
        return Move(lot.id, *ends, at(day, 3), "D", many, shipment_id=shipment)

    def _ship(self, lot: Lot, day: int, many: int) -> Move:
        shipment = Shipment(
            number=f"SH-{lot.code}-{day}-{self.session.query(Shipment).count()}",
            site_id=self.site.id,
            consignee_id=self.shops[0],
            shipped_at=at(day, 3),
        )
        self.session.add(shipment)
        self.session.flush()
        return self._move(lot, "W1", "C01/T", many, day, shipment.id)

    def _left(self, number: int, one: Left) -> str:
        row = record_unbatched(
            self.session,
            self.shops[one.shop],
            self.site.id,
            self.articles[one.article],
            one.quantity,
            at(one.day, 11 if number % 2 else -11),
            Transport(),
            stockroom.WANG,
            NOW,
        )
        return row.shipment.number


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sales=all_sales(), affected=st.sets(st.integers(0, LOTS - 1), min_size=1))
def test_everybody_who_may_have_some_is_told_and_nobody_else(
    database: Database, sales: Sales, affected: set[int]
) -> None:
    with database.writing() as session:
        firm = Firm(session, sales)
        facts = tuple(LotCriterion(firm.lots[number]) for number in sorted(affected))
        scope = compute_scope(session, Criteria(facts), NOW)
        session.rollback()
    unbatched = scope.whereabouts.unbatched
    found = {
        (firm.left.index(one.shipment), tuple(int(lot[1:]) for lot in one.lots))
        for one in unbatched
    }
    wanted = expected(sales, sorted(affected))
    assert found == wanted
    for number, code in enumerate(("C01", "C02")):
        theirs = [n for n, _ in wanted if sales.left[n].shop == number]
        told = [
            (one.unbatched, one.unbatched_with)
            for one in scope.whereabouts.consignees
            if one.code == code and one.unbatched
        ]
        much = sum(sales.left[n].quantity for n in theirs)
        papers = tuple(sorted(firm.left[n] for n in theirs))
        assert told == ([(much, papers)] if theirs else [])


def test_a_possible_consignee_is_told_why_until_the_batch_is_named(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        story = Story(session, now)
        shop = session.query(Partner).filter_by(code="C02").one()
        row = record_unbatched(
            *(session, shop.id, story.site.id, story.a.article_id, 30, now),
            *(Transport(driver_phone="139"), stockroom.WANG, now),
            number="SH-8841",
        )
        criteria = Criteria((LotCriterion(story.a.id),), origin="label")
        scope = story.scope(criteria)
        document = scope_document(scope)
        check(document)
        (one,) = document["unbatched"]
        assert one["why"] == (
            "30 of article P1 left with shipment SH-8841 and no batch was written "
            "down, on a day when A, B could be sent: it may be among them."
        )
        (reached,) = document["consignees"]
        assert (reached["code"], reached["unbatched"]) == ("C02", 30)
        assert (reached["min"], reached["max"], reached["shipped"]) == (0, 0, 0)
        # it is counted where the books have it, and once
        assert sum(total["max"] for total in document["positions"]) == scope.made
        named = Named(story.c.id, story.plant.places["W1"], 30)
        name_batches(session, row.id, [named], stockroom.WANG, now)
        after = story.scope(criteria).whereabouts
        assert (after.unbatched, after.consignees) == ((), ())


def test_a_shipment_without_a_batch_names_what_may_have_been_in_it(
    database: Database, now: datetime
) -> None:
    """Batch C took rework of A. Whoever was sent it before is named by nothing."""
    hour = timedelta(hours=1)
    with database.writing() as session:
        story = Story(session, now)
        shop = session.query(Partner).filter_by(code="C02").one()
        row = record_unbatched(
            *(session, shop.id, story.site.id, story.a.article_id, 30, now),
            *(Transport(), stockroom.WANG, now),
            number="SH-8841",
        )
        asked: list[Criterion] = [
            Shipped(row.shipment_id),
            Delivered(shop.id, now - hour, now),
            Delivered(shop.id, now - hour, now - hour / 2),
        ]
        tiers = []
        for fact in asked:
            scope = story.scope(Criteria((fact,), origin="logistics"))
            tiers.append({lot.code: lot.tier for lot in scope.lots})
            assert scope.made == 0  # nothing counts before somebody decides
        assert tiers[0] == tiers[1] != {}
        assert set(tiers[0].values()) == {3}
        assert tiers[2] == {}
        scope = compute_scope(
            session, Criteria((asked[0],), "logistics"), now, {story.a.id: True}
        )
        (counted,) = (lot for lot in scope.lots if lot.counted)
        assert counted.why[0].sentence == (
            "Goods left with shipment SH-8841 and no batch was written down, on a day "
            "when it could be sent: it may have been among them."
        )
        assert [one.code for one in scope.whereabouts.consignees][-1] == "C02"
