"""Goods in, picked, shipped, returned and taken: each with its paper."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from stockroom import DONG, QIAN, WANG, Plant, add_lot, move

from lotmark.trace.audit import AuditRow
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput, LotmarkError
from lotmark.trace.identity.gs1 import Sscc
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.tables import ItemMark
from lotmark.trace.parties.tables import Article, Location, Lot, Partner, Site
from lotmark.trace.stock.building import close_unit, open_unit
from lotmark.trace.stock.cargo import Cargo
from lotmark.trace.stock.goods_in import Delivery, receive_lot
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.loose import Loose
from lotmark.trace.stock.packing import pack_count, pack_items
from lotmark.trace.stock.pallets import put_on_pallet
from lotmark.trace.stock.picking import Proposal, propose_pick
from lotmark.trace.stock.queries import balances
from lotmark.trace.stock.returns import Returned, bring_back, take_back
from lotmark.trace.stock.service import identify_items
from lotmark.trace.stock.shipping import (
    Transport,
    deliver_goods,
    on_the_way,
    ship_goods,
)
from lotmark.trace.stock.sscc import issue_ssccs
from lotmark.trace.stock.tables import LogisticUnit, Movement, Shipment
from lotmark.trace.stock.transfers import move_between, take_away

TODAY = date(2026, 11, 24)
DRIVER = Transport("云岭货运", "示A·00001", "020-0000-0101")


def items(text: str) -> ItemSet:
    return ItemSet.parse(text)


@pytest.fixture
def site(database: Database, plant: Plant) -> int:
    with database.writing() as session:
        works = Site(code="YL1", name="本厂", name_en="Main works")
        session.add(works)
        session.flush()
        session.execute(sa.update(Location).values(site_id=works.id))
        return works.id


def dated(
    session: Session, plant: Plant, now: datetime, made: int, expires: date | None
) -> Lot:
    lot = add_lot(session, plant, items=made)
    lot.expires_on = expires
    move(session, plant, lot, "made > W1", made, at=now)
    return lot


def shop(session: Session, code: str = "C01") -> int:
    return session.scalars(sa.select(Partner.id).filter_by(code=code)).one()


def at(session: Session, plant: Plant, lot: Lot, code: str) -> int:
    here = balances(session, [lot.id])[lot.id].balances.get(plant.places[code])
    return here.quantity if here else 0


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


def test_what_expires_first_goes_first(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        late = dated(session, plant, now, 50, date(2027, 5, 1))
        none = dated(session, plant, now, 50, None)
        soon = dated(session, plant, now, 30, date(2027, 1, 1))
        older = dated(session, plant, now, 30, date(2027, 1, 1))
        older.produced_on, soon.produced_on = date(2026, 6, 1), date(2026, 7, 1)
        proposal = propose(session, plant, 120)
        assert [(pick.lot.id, pick.quantity) for pick in proposal.picks] == [
            (older.id, 30),
            (soon.id, 30),
            (late.id, 50),
            (none.id, 10),
        ]
        assert (proposal.missing, proposal.skipped) == (0, ())
        assert propose(session, plant, 200).missing == 40


def test_what_may_not_leave_is_passed_over_with_the_reason(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lots = [dated(session, plant, now, 20, date(2027, 1, 1)) for _ in range(6)]
        held, fresh, bad, old, part, good = lots
        fresh.status, bad.status, old.expires_on = (
            "testing",
            "recalled",
            TODAY - timedelta(days=1),
        )
        held_now = place_hold(session, [held.id], reason="胀袋", actor=QIAN, now=now)
        some = {part.id: items("0-4")}
        place_hold(session, [part.id], items=some, reason="x", actor=QIAN, now=now)
        proposal = propose(session, plant, 100)
        assert [pick.lot.id for pick in proposal.picks] == [good.id]
        assert {(one.lot.id, one.why) for one in proposal.skipped} == {
            (held.id, "held"),
            (fresh.id, "not_released"),
            (bad.id, "withdrawn"),
            (old.id, "expired"),
            (part.id, "scan_needed"),
        }
        numbers = {one.lot.id: one.holds for one in proposal.skipped}
        assert numbers[held.id] == (held_now[0].number,)
        seen = plant.places["W1"], items("3-9")
        identify_items(session, part.id, *seen, actor=WANG, now=now)
        first, second = propose(session, plant, 25).picks
        assert (first.lot.id, first.items) == (part.id, items("5-9"))
        assert (second.lot.id, second.items) == (good.id, None)


def propose(
    session: Session, plant: Plant, quantity: int, place: str = "W1"
) -> Proposal:
    there = session.get_one(Location, plant.places[place])
    return propose_pick(session, plant.article_id, quantity, [there], TODAY)


def sent(
    session: Session, plant: Plant, site: int, cargo: Cargo, now: datetime
) -> Shipment:
    return ship_goods(session, shop(session), site, cargo, DRIVER, WANG, now)


def cased(
    session: Session, plant: Plant, lot: Lot, now: datetime, some: str = ""
) -> str:
    (sscc,) = issue_ssccs(session, "9506000")
    open_unit(session, sscc, "case", plant.places["W1"], WANG, now)
    if some:
        pack_items(session, sscc.digits, lot.id, items(some), WANG, now)
    else:
        pack_count(session, sscc.digits, lot.id, 10, WANG, now)
    close_unit(session, sscc.digits, WANG, now)
    return sscc.digits


def test_a_shipment_carries_cases_items_and_counts(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lot = dated(session, plant, now, 100, None)
        (number,) = issue_ssccs(session, "9506000")
        pallet = open_unit(session, number, "pallet", plant.places["W1"], WANG, now)
        cases = [
            cased(session, plant, lot, now, "0-9"),
            cased(session, plant, lot, now),
        ]
        put_on_pallet(session, pallet.sscc, cases, WANG, now)
        there = plant.places["W1"]
        loose = (Loose(lot.id, there, 7), Loose(lot.id, there, items=items("50-52")))
        shipment = sent(session, plant, site, Cargo(loose, (pallet.sscc,)), now)
        assert at(session, plant, lot, "C01/T") == 30
        assert shipment.driver_phone == DRIVER.driver_phone
        rest = on_the_way(session, shipment)[lot.id]
        assert (rest.items, rest.unscanned) == (items("0-9,50-52"), 17)
        deliver_goods(session, shipment, WANG, now, {lot.id: 12})
        assert (at(session, plant, lot, "C01"), shipment.delivered_at) == (12, None)
        with pytest.raises(Conflict) as more:
            deliver_goods(session, shipment, WANG, now, {lot.id: 19})
        assert code_of(more) == "delivered_too_much"
        deliver_goods(session, shipment, WANG, now)
        assert at(session, plant, lot, "C01") == 30
        assert shipment.delivered_at == now
        where = session.scalars(sa.select(LogisticUnit.location_id)).all()
        assert set(where) == {plant.places["C01"]}
        with pytest.raises(Conflict) as nothing:
            deliver_goods(session, shipment, WANG, now)
        assert code_of(nothing) == "nothing_on_the_way"


def test_goods_on_hold_are_not_shipped(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lot = dated(session, plant, now, 40, None)
        case = cased(session, plant, lot, now, "0-9")
        place_hold(session, [lot.id], reason="胀袋", actor=QIAN, now=now)
    with pytest.raises(Conflict) as refused, database.writing() as session:
        sent(session, plant, site, Cargo((), (case,)), now)
    assert code_of(refused) == "lot_on_hold"
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Shipment.id))) == 0


def test_what_is_refused_at_the_door_comes_back_in_its_cases(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lot = dated(session, plant, now, 100, None)
        case = cased(session, plant, lot, now, "0-9")
        loose = Loose(lot.id, plant.places["W1"], 5)
        shipment = sent(session, plant, site, Cargo((loose,), (case,)), now)
        bring_back(session, shipment, WANG, now, "拒收")
        assert on_the_way(session, shipment) == {}
        assert at(session, plant, lot, "R1") == 15
        unit = session.scalars(sa.select(LogisticUnit).filter_by(sscc=case)).one()
        assert unit.location_id == plant.places["R1"]


@pytest.mark.parametrize(
    ("danger", "place"),
    [
        ("", "R1"),
        ("quality", "R1"),
        ("health", "Q1"),
        ("marked", "Q1"),
        ("recalled", "Q1"),
    ],
)
def test_feared_goods_come_straight_to_quarantine(
    database: Database,
    plant: Plant,
    site: int,
    now: datetime,
    danger: str,
    place: str,
) -> None:
    with database.writing() as session:
        lot = dated(session, plant, now, 40, None)
        move(session, plant, lot, "W1 > C01", 20, at=now)
        if danger in ("quality", "health"):
            place_hold(
                session, [lot.id], hazard=danger, reason="x", actor=QIAN, now=now
            )
        if danger == "marked":
            mark = {"lo": 0, "hi": 9, "kind": "recalled", "at": now}
            session.add(ItemMark(lot_id=lot.id, **mark))
        if danger == "recalled":
            lot.status = "recalled"
        session.flush()
        back = returned(session, plant, lot, site, now)
        assert at(session, plant, lot, place) == 8
        assert (lot.id in back.endangered) == (place == "Q1")


def returned(
    session: Session, plant: Plant, lot: Lot, site: int, now: datetime
) -> Returned:
    loose = Loose(lot.id, plant.places["C01"], 8)
    return take_back(session, Cargo((loose,)), site, WANG, now)


def test_more_than_a_customer_had_does_not_come_back(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lot = dated(session, plant, now, 40, None)
        move(session, plant, lot, "W1 > C01", 7, at=now)
        with pytest.raises(Conflict) as refused:
            returned(session, plant, lot, site, now)
        assert code_of(refused) == "stock_short"


def test_a_mixed_pallet_with_one_feared_lot_goes_to_quarantine_whole(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        good, bad = (dated(session, plant, now, 40, None) for _ in range(2))
        (number,) = issue_ssccs(session, "9506000")
        pallet = open_unit(session, number, "pallet", plant.places["W1"], WANG, now)
        cases = [cased(session, plant, lot, now) for lot in (good, bad)]
        put_on_pallet(session, pallet.sscc, cases, WANG, now)
        shipment = sent(session, plant, site, Cargo((), (pallet.sscc,)), now)
        deliver_goods(session, shipment, WANG, now)
        place_hold(session, [bad.id], hazard="health", reason="x", actor=QIAN, now=now)
        take_back(session, Cargo((), (pallet.sscc,)), site, WANG, now)
        assert at(session, plant, good, "Q1") == 10
        assert at(session, plant, bad, "Q1") == 10


@pytest.mark.parametrize("grade", ["quantity", "case", "item"])
def test_sold_food_never_becomes_an_ingredient(
    database: Database, plant: Plant, site: int, now: datetime, grade: str
) -> None:
    """domain.md §3.5 Q9, followed by count, by case and by pack."""
    with database.writing() as session:
        lot = dated(session, plant, now, 40, None)
        lot.grade = grade
        some = items("0-9")
        if grade == "item":
            going = Cargo((Loose(lot.id, plant.places["W1"], items=some),))
            back = Cargo((Loose(lot.id, plant.places["C01"], items=some),))
        elif grade == "case":
            case = cased(session, plant, lot, now)
            going = back = Cargo((), (case,))
        else:
            going = Cargo((Loose(lot.id, plant.places["W1"], 10),))
            back = Cargo((Loose(lot.id, plant.places["C01"], 10),))
        deliver_goods(session, sent(session, plant, site, going, now), WANG, now)
        take_back(session, back, site, WANG, now)
        one = {"items": "3"} if grade == "item" else {"quantity": 1}
        for way in ("R1 > consumed", "W1 > consumed"):
            if way.startswith("W1"):
                inside = Cargo((Loose(lot.id, plant.places["R1"], 10),))
                if grade == "item":
                    inside = Cargo((Loose(lot.id, plant.places["R1"], items=some),))
                if grade == "case":
                    inside = Cargo((), (case,))
                move_between(
                    session,
                    inside,
                    plant.places["W1"],
                    WANG,
                    now,
                    reason="开箱看过, 钱宁",
                )
            with pytest.raises(
                Conflict, match=r"Food Safety Law, article\s34\(1\)"
            ) as no:
                move(session, plant, lot, way, at=now, **one)
            assert code_of(no) == "sold_goods"


@pytest.mark.parametrize(
    ("use", "place"),
    [
        ("sample", "sample"),
        ("staff_sale", "consumer"),
        ("donation", "consumer"),
        ("lost", "lost"),
    ],
)
def test_goods_leave_for_other_uses(
    database: Database, plant: Plant, site: int, now: datetime, use: str, place: str
) -> None:
    with database.writing() as session:
        lot = dated(session, plant, now, 40, None)
        cargo = Cargo((Loose(lot.id, plant.places["W1"], 3),))
        take_away(session, use, cargo, "福利院", WANG, now)
        assert at(session, plant, lot, place) == 3
        told = session.scalars(sa.select(Movement.reason)).all()
        assert told[-1] == f"{use}: 福利院"
        place_hold(session, [lot.id], reason="x", actor=QIAN, now=now)
        if use != "sample":
            with pytest.raises(Conflict):
                take_away(session, use, cargo, "again", WANG, now)


def test_a_loss_needs_words_and_a_keeper(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lot = dated(session, plant, now, 40, None)
        cargo = Cargo((Loose(lot.id, plant.places["W1"], 3),))
        with pytest.raises(InvalidInput) as silent:
            take_away(session, "lost", cargo, " ", WANG, now)
        assert code_of(silent) == "reason_missing"
        with pytest.raises(Forbidden):
            take_away(session, "lost", cargo, "rats", DONG, now)
        with pytest.raises(InvalidInput) as nothing:
            take_away(session, "lost", Cargo(), "rats", WANG, now)
        assert code_of(nothing) == "cargo_empty"


def test_unknown_units_and_places_are_named(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        ghost = Sscc.build("123456", 5).digits
        with pytest.raises(LotmarkError, match=ghost):
            move_between(session, Cargo((), (ghost,)), plant.places["W2"], WANG, now)
        lot = dated(session, plant, now, 4, None)
        cargo = Cargo((Loose(lot.id, plant.places["W1"], 3),))
        with pytest.raises(InvalidInput) as elsewhere:
            move_between(session, cargo, plant.places["C01"], WANG, now)
        assert code_of(elsewhere) == "place_not_ours"
