"""What was made or received adds up, or the balance says by how much it does not."""

from datetime import datetime

import pytest
from batch_work import keep, receive
from hypothesis import given
from hypothesis import strategies as st

from lotmark.trace.db import Database, Session
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Article, Lot
from lotmark.trace.people import system
from lotmark.trace.production.balances import Balance, balance_of_lot
from lotmark.trace.production.codes import issue_codes
from lotmark.trace.production.consumption import use_lot
from lotmark.trace.production.marks import mark_items
from lotmark.trace.production.tables import LotInput
from lotmark.trace.stock.service import make_stock, move_stock


def send(session: Session, lot: int, route: str, quantity: int, now: datetime) -> None:
    source, target = (find_place(session, code).id for code in route.split(" > "))
    move_stock(
        session,
        lot,
        source,
        target,
        quantity=quantity,
        at=now,
        document="D-1",
        actor=system(),
        now=now,
    )


def balance(session: Session, lot_id: int, now: datetime) -> Balance:
    return balance_of_lot(session, session.get_one(Lot, lot_id), now.date())


def test_the_worked_example_of_the_books(plant: Database, now: datetime) -> None:
    """domain.md Appendix B 9: 9,940 labels on packs, five packs nobody can find."""
    with plant.writing() as session:
        lot = Lot(article_id=1, code="B9", ai10="B9", status="released", grade="item")
        lot.next_item, lot.site_id = 10_000, 1
        session.add(lot)
        session.flush()
        packs = ItemSet.range(0, 9_940)
        mark_items(session, lot.id, ItemSet.range(0, 10_000), "printed", system(), now)
        mark_items(session, lot.id, packs, "applied", system(), now)
        store = find_place(session, "FG1").id
        make_stock(
            session,
            lot,
            store,
            items=packs,
            at=now,
            document="B9",
            actor=system(),
            now=now,
        )
        send(session, lot.id, "FG1 > sample", 30, now)
        send(session, lot.id, "FG1 > destroyed", 10, now)
        send(session, lot.id, "FG1 > K01/T", 7_900, now)
        send(session, lot.id, "K01/T > K01", 7_900, now)
        send(session, lot.id, "K01 > FG1", 105, now)
        send(session, lot.id, "FG1 > lost", 5, now)
        found = balance(session, lot.id, now)
    assert (found.base, found.stock, found.out) == (9_940, 2_100, 7_795)
    assert (found.tested + found.scrapped, found.lost) == (40, 5)
    assert found.unexplained == 5
    assert f"{found.percent:.2f}" == "99.95"
    assert (found.tolerance_ppm, found.verdict) == (0, "short")


def test_a_batch_counted_by_quantity_is_even_while_all_is_booked(
    plant: Database, made: int, now: datetime
) -> None:
    with plant.writing() as session:
        keep(session, made, now)
        found = balance(session, made, now)
        assert (found.base, found.stock, found.tested) == (100, 98, 2)
        assert (found.verdict, found.percent) == ("even", 100.0)


def test_more_packs_than_labels_is_wrong_too(
    plant: Database, made: int, now: datetime
) -> None:
    with plant.writing() as session:
        lot = session.get_one(Lot, made)
        make_stock(
            session,
            lot,
            find_place(session, "FG1").id,
            quantity=1,
            at=now,
            document="slip",
            actor=system(),
            now=now,
        )
        found = balance(session, made, now)
        assert (found.unexplained, found.verdict) == (-1, "over")
        assert found.percent == 101.0


def test_an_ingredient_is_consumed_left_or_back(
    plant: Database, made: int, now: datetime
) -> None:
    with plant.writing() as session:
        raw = receive(session, "BY261001", now)
        use_lot(
            session,
            raw.id,
            made,
            place_id=find_place(session, "FG1").id,
            quantity=20_500_000,
            at=now,
            actor=system(),
            now=now,
        )
        send(session, raw.id, "FG1 > destroyed", 500_000, now)
        found = balance(session, raw.id, now)
        assert (found.base, found.used, found.stock, found.scrapped) == (
            25_000_000,
            20_500_000,
            4_000_000,
            500_000,
        )
        assert found.verdict == "even"


@pytest.mark.parametrize(("told", "verdict"), [(400_000, "within"), (600_000, "over")])
def test_consumption_without_a_movement_shows(
    plant: Database, made: int, now: datetime, told: int, verdict: str
) -> None:
    """Bulk weight may be 2 % off: 500 g of 25 kg."""
    with plant.writing() as session:
        raw = receive(session, "BY261001", now)
        session.add(
            LotInput(
                input_id=raw.id,
                output_id=made,
                kind="consumption",
                quantity=told,
                at=now,
            )
        )
        session.flush()
        assert balance(session, raw.id, now).verdict == verdict


@given(
    st.tuples(*[st.integers(0, 10_000)] * 6),
    st.integers(0, 60_000),
    st.sampled_from([0, 5_000, 20_000]),
)
def test_found_and_unexplained_make_the_base(
    parts: tuple[int, int, int, int, int, int], base: int, ppm: int
) -> None:
    stock, used, tested, scrapped, out, lost = parts
    found = Balance(base, stock, used, tested, scrapped, out, lost, ppm)
    assert found.found + found.unexplained == base
    off = abs(base - sum(parts[:5]))
    wrong = off > base * ppm / 1_000_000
    assert (found.verdict in ("short", "over")) == wrong
    assert (found.verdict == "over") == (wrong and sum(parts[:5]) > base)
    assert (found.percent is None) == (base == 0)


def test_codes_not_printed_do_not_unbalance_a_batch(
    plant: Database, made: int, now: datetime
) -> None:
    with plant.writing() as session:
        session.get_one(Lot, made).planned = 200
        issue_codes(session, made, 50, 1, system(), now)
        assert balance(session, made, now).verdict == "even"
        assert session.get_one(Article, 1).base_unit == "piece"
