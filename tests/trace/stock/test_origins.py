"""Where goods may come from: no case is moved, sent or taken back from elsewhere."""

from datetime import datetime

import pytest
from loads import at, cased, send, stands, stored
from stockroom import QIAN, WANG, Plant, add_lot, move

from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, LotmarkError
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.tables import ItemMark
from lotmark.trace.parties.tables import Location
from lotmark.trace.stock.cargo import Cargo
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.imbalances import find_imbalances
from lotmark.trace.stock.loose import Loose
from lotmark.trace.stock.packing import see_unit
from lotmark.trace.stock.queries import balances
from lotmark.trace.stock.returns import Returned, bring_back, take_back
from lotmark.trace.stock.shipping import deliver_goods, on_the_way
from lotmark.trace.stock.transfers import move_between, take_away

ITEMS = ItemSet.parse


def refused(code: str) -> "pytest.RaisesExc[LotmarkError]":
    return pytest.RaisesExc(LotmarkError, check=lambda error: error.code == code)


def back(
    session: Session,
    plant: Plant,
    site: int,
    now: datetime,
    cargo: Cargo,
    sender: str = "C01",
) -> Returned:
    place = session.get_one(Location, plant.places[sender])
    return take_back(session, cargo, site, WANG, now, sender=place)


def test_a_case_at_a_customer_is_neither_moved_nor_sent_on(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lot = stored(session, plant, now)
        case = cased(session, plant, lot, now, "0-9")
        shipment = send(session, plant, site, now, case)
        for _ in ("on the way", "delivered"):
            with refused("unit_not_here"):
                move_between(session, Cargo((), (case,)), plant.places["W1"], WANG, now)
            with refused("unit_not_here"):
                send(session, plant, site, now, case, to="C02")
            with refused("unit_not_here"):
                take_away(session, "lost", Cargo((), (case,)), "rats", WANG, now)
            if on_the_way(session, shipment):
                deliver_goods(session, shipment, WANG, now)
        assert (at(session, plant, lot, "C01"), stands(session, plant, case)) == (
            10,
            "C01",
        )


def test_what_never_left_or_went_to_another_does_not_come_back(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lot = stored(session, plant, now)
        here, sold = (cased(session, plant, lot, now) for _ in range(2))
        deliver_goods(session, send(session, plant, site, now, sold), WANG, now)
        with refused("unit_never_left"):
            back(session, plant, site, now, Cargo((), (here,)))
        with refused("unit_of_other"):
            back(session, plant, site, now, Cargo((), (sold,)), "C02")
        back(session, plant, site, now, Cargo((), (sold,)))
        assert (at(session, plant, lot, "R1"), stands(session, plant, sold)) == (
            10,
            "R1",
        )


def test_two_trucks_to_one_customer_are_kept_apart(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    """The same lot, only counted, in a case on each: one arrives, one is refused."""
    with database.writing() as session:
        lot = stored(session, plant, now)
        one, two = (cased(session, plant, lot, now) for _ in range(2))
        first, second = (send(session, plant, site, now, case) for case in (one, two))
        deliver_goods(session, first, WANG, now)
        assert [stands(session, plant, case) for case in (one, two)] == [
            "C01",
            "C01/T",
        ]
        bring_back(session, second, WANG, now, "拒收")
        assert [stands(session, plant, case) for case in (one, two)] == ["C01", "R1"]
        assert (at(session, plant, lot, "C01"), at(session, plant, lot, "R1")) == (
            10,
            10,
        )
        assert on_the_way(session, second) == {}
        assert find_imbalances(session) == []


def test_one_refused_case_is_scanned_at_the_door_and_the_rest_arrives(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lot = stored(session, plant, now)
        cases = [cased(session, plant, lot, now, some) for some in ("0-9", "10-19")]
        shipment = send(session, plant, site, now, *cases)
        back(session, plant, site, now, Cargo((), (cases[1],)))
        assert on_the_way(session, shipment)[lot.id].items == ITEMS("0-9")
        deliver_goods(session, shipment, WANG, now)
        assert [stands(session, plant, case) for case in cases] == ["C01", "R1"]
        assert shipment.delivered_at == now
        assert on_the_way(session, shipment) == {}


def test_where_cases_are_that_nobody_scanned_is_not_made_up(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    """Twelve of thirty arrived, the others came back: nobody said in which cases."""
    with database.writing() as session:
        lot = stored(session, plant, now)
        cases = [cased(session, plant, lot, now) for _ in range(3)]
        shipment = send(session, plant, site, now, *cases)
        deliver_goods(session, shipment, WANG, now, {lot.id: 12})
        bring_back(session, shipment, WANG, now, "拒收")
        assert (at(session, plant, lot, "C01"), at(session, plant, lot, "R1")) == (
            12,
            18,
        )
        assert {stands(session, plant, case) for case in cases} == {None}
        see_unit(session, cases[0], plant.places["R1"], WANG, now)
        assert stands(session, plant, cases[0]) == "R1"
        with refused("unit_overfull"):  # eighteen came back
            see_unit(session, cases[1], plant.places["R1"], WANG, now)
        with refused("unit_placed"):
            see_unit(session, cases[0], plant.places["R1"], WANG, now)


def test_what_a_consumer_brings_comes_off_the_shop_that_has_it(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lot = stored(session, plant, now)
        goods = Loose(lot.id, plant.places["W1"], items=ITEMS("0-9"))
        first = send(session, plant, site, now, loose=(goods,))
        brought = Cargo((Loose(lot.id, plant.places["consumer"], items=ITEMS("3")),))
        with refused("not_delivered"):
            back(session, plant, site, now, brought, "consumer")
        deliver_goods(session, first, WANG, now)
        back(session, plant, site, now, brought, "consumer")
        assert (at(session, plant, lot, "C01"), at(session, plant, lot, "R1")) == (9, 1)
        plain = Loose(lot.id, plant.places["W1"], 5)
        other = send(session, plant, site, now, loose=(plain,), to="C02")
        deliver_goods(session, other, WANG, now)
        counted = Cargo((Loose(lot.id, plant.places["consumer"], 1),))
        with refused("seller_unknown"):
            back(session, plant, site, now, counted, "consumer")
        gift = Cargo((Loose(lot.id, plant.places["W1"], 2),))
        take_away(session, "staff_sale", gift, "", WANG, now)
        back(session, plant, site, now, counted, "consumer")
        assert at(session, plant, lot, "consumer") == 1


def test_goods_that_nobody_booked_as_delivered_name_their_shipment(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lot = stored(session, plant, now)
        goods = Loose(lot.id, plant.places["W1"], 10)
        shipment = send(session, plant, site, now, loose=(goods,))
        returned = Cargo((Loose(lot.id, plant.places["C01"], 3),))
        with pytest.raises(Conflict, match=shipment.number) as late:
            back(session, plant, site, now, returned)
        assert late.value.code == "not_delivered"
        with refused("stock_short"):
            back(
                session,
                plant,
                site,
                now,
                Cargo((Loose(lot.id, plant.places["C02"], 3),)),
                "C02",
            )


def test_packs_in_cases_are_not_sent_as_loose_ones(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    """Else the case would still hold what the warehouse no longer has."""
    with database.writing() as session:
        lot = stored(session, plant, now, 25)
        scanned = cased(session, plant, lot, now, "0-9")
        cased(session, plant, lot, now)
        with refused("goods_packed"):
            send(
                session, plant, site, now, loose=(Loose(lot.id, plant.places["W1"], 6),)
            )
        some = Loose(lot.id, plant.places["W1"], items=ITEMS("20-21"))
        with refused("goods_packed"):
            more = Loose(lot.id, plant.places["W1"], 4)
            send(session, plant, site, now, loose=(some, more))
        out = Loose(lot.id, plant.places["W1"], items=ITEMS("0-1"))
        five = Loose(lot.id, plant.places["W1"], 5)
        send(session, plant, site, now, loose=(out, five))
        send(session, plant, site, now, scanned)
        assert at(session, plant, lot, "W1") == 10
        with refused("stock_short"):
            send(
                session,
                plant,
                site,
                now,
                loose=(Loose(lot.id, plant.places["W1"], 11),),
            )


@pytest.mark.parametrize("place", ["R1", "H1"])
def test_goods_set_apart_go_back_only_with_a_word(
    database: Database, plant: Plant, site: int, now: datetime, place: str
) -> None:
    """domain.md §3.5 Q10."""
    good = plant.places["W2"]
    with database.writing() as session:
        lot = stored(session, plant, now)
        move(session, plant, lot, f"W1 > {place}", 10, at=now)
        apart = Cargo((Loose(lot.id, plant.places[place], 4),))
    with refused("check_missing"), database.writing() as session:
        move_between(session, apart, good, WANG, now)
    with database.writing() as session:
        move_between(session, apart, good, WANG, now, reason="开箱检查, 钱宁")
        assert at(session, plant, lot, "W2") == 4
        mark = {"lo": 0, "hi": 9, "kind": "recalled", "at": now}
        session.add(ItemMark(lot_id=lot.id, **mark))
    with refused("feared_kept"), database.writing() as session:
        move_between(session, apart, good, WANG, now, reason="开箱检查")
    with database.reading() as session:
        assert at(session, plant, lot, "W2") == 4


def test_out_of_quarantine_no_word_helps(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    """domain.md §3.5 Q10, Appendix B 14: two persons decide, not a scan."""
    with database.writing() as session:
        lot = stored(session, plant, now)
        move(session, plant, lot, "W1 > Q1", 10, at=now)
        apart = Cargo((Loose(lot.id, plant.places["Q1"], 4),))
    with refused("quarantine_kept"), database.writing() as session:
        move_between(
            session, apart, plant.places["W2"], WANG, now, reason="开箱检查, 钱宁"
        )
    with database.reading() as session:
        assert at(session, plant, lot, "Q1") == 10


def test_held_goods_go_back_only_when_the_hold_is_lifted(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lot = stored(session, plant, now)
        place_hold(session, [lot.id], reason="x", actor=QIAN, now=now)
        move(session, plant, lot, "W1 > H1", 10, at=now)
        apart = Cargo((Loose(lot.id, plant.places["H1"], 4),))
        with refused("lot_on_hold"):
            move_between(session, apart, plant.places["W1"], WANG, now, reason="x")


def test_a_pack_of_a_batch_only_counted_comes_back_from_the_one_who_can_have_it(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    """Nobody ever read a pack of it before a consumer brought one."""
    with database.writing() as session:
        lot = add_lot(session, plant, items=10)
        move(session, plant, lot, "made > W1", 10, at=now)
        move(session, plant, lot, "W1 > C01", 5, at=now)
        move(session, plant, lot, "W1 > C02/T", 2, at=now)
        pack = Loose(lot.id, plant.places["consumer"], items=ITEMS("3"))
        back(session, plant, site, now, Cargo((pack,)), "consumer")
        held = balances(session, [lot.id])[lot.id].balances
        assert held[plant.places["R1"]].known == ITEMS("3")
        assert held[plant.places["C01"]].quantity == 4
