"""Packs and counts in cases: packed, taken out, split, and never one in two cases."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from crowd import at_once
from packed import PREFIX, book, code_of, items, move_unit, new_unit, stocked
from stockroom import DONG, LI, QIAN, WANG, Plant, add_lot, move

from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden, LotmarkError
from lotmark.trace.identity.gs1 import Sscc
from lotmark.trace.identity.items import EMPTY, ItemSet
from lotmark.trace.identity.tables import ItemSegment
from lotmark.trace.parties.tables import Lot
from lotmark.trace.stock.building import (
    close_unit,
    open_unit,
    reopen_unit,
)
from lotmark.trace.stock.cargo import Cargo, Paper
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.packing import (
    pack_count,
    pack_items,
    repack,
    split_unit,
    take_out,
)
from lotmark.trace.stock.pallets import put_on_pallet, take_off_pallet
from lotmark.trace.stock.queries import balances
from lotmark.trace.stock.sscc import issue_ssccs
from lotmark.trace.stock.tables import LogisticUnit, UnitContent
from lotmark.trace.stock.units import Contents, items_of_units


def _one_deed(
    session: Session,
    plant: Plant,
    turn: int,
    pallets: list[str],
    cases: list[str],
    lots: list[Lot],
    now: datetime,
) -> None:
    target = ("W2", "W1")[turn // 3 % 2]
    if turn % 4 == 0:
        move_unit(session, plant, pallets[turn % 2], target, Paper("X", now), now)
    elif turn % 4 == 1:
        both = Cargo((), (cases[3], cases[turn % 3]))
        place = plant.places[target]
        book(session, both, place, Paper("X", now), now)
    elif turn % 4 == 2:
        take_off_pallet(session, [cases[2], cases[1]], WANG, now)
    else:
        some = Contents(ItemSet.range(0, 1), 0)
        repack(session, cases[0], cases[2], lots[0].id, some, WANG, now)


def test_a_pack_is_in_one_case_at_a_time(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        one, two = (new_unit(session, plant, now) for _ in range(2))
        pack_items(session, one, lot.id, items("0-23"), WANG, now)
        for case in (one, two):
            with pytest.raises(Conflict, match=f"Items 23 of lot {lot.code} are in"):
                pack_items(session, case, lot.id, items("23-30"), WANG, now)
        later = now + timedelta(hours=1)
        take_out(session, one, lot.id, Contents(items("23"), 0), WANG, later)
        pack_items(session, two, lot.id, items("23-30"), WANG, later)
        assert items_of_units(session, [one]) == {lot.id: Contents(items("0-22"), 0)}
        assert items_of_units(session, [two]) == {lot.id: Contents(items("23-30"), 0)}


def test_history_stays_when_goods_leave(
    database: Database, plant: Plant, now: datetime
) -> None:
    later = now + timedelta(hours=2)
    with database.writing() as session:
        lot = stocked(session, plant, now)
        case = new_unit(session, plant, now)
        pack_items(session, case, lot.id, items("0-23"), WANG, now)
        pack_count(session, case, lot.id, 10, WANG, now)
        take_out(session, case, lot.id, Contents(items("5,9-11"), 4), WANG, later)
    with database.reading() as session:
        rows = session.scalars(sa.select(UnitContent)).all()
        assert {row.packed_at for row in rows} == {now}
        told = sorted(
            (row.removed_at is not None, row.lo or -1, row.hi or -1, row.quantity)
            for row in rows
        )
    assert told == [
        (False, -1, -1, 6),
        (False, -1, 5, 5),
        (False, 6, 9, 3),
        (False, 12, 24, 12),
        (True, -1, -1, 4),
        (True, 5, 6, 1),
        (True, 9, 12, 3),
    ]


def test_only_what_can_be_there_is_packed(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        move(session, plant, lot, "W1 > W2", items="50-99", at=now)
        case = new_unit(session, plant, now)
        with pytest.raises(Conflict) as refused:
            pack_items(session, case, lot.id, items("49-50"), WANG, now)
        assert code_of(refused) == "item_elsewhere"
    with database.writing() as session:
        pack_count(session, case, lot.id, 50, WANG, now)
        with pytest.raises(Conflict) as full:
            pack_count(session, case, lot.id, 1, WANG, now)
        assert code_of(full) == "unit_overfull"
        assert "W1 has 50" in str(full.value)
        with pytest.raises(Conflict) as beside:
            pack_items(session, case, lot.id, items("0"), WANG, now)
        assert code_of(beside) == "unit_overfull"


def test_packing_sees_items_where_only_a_count_was_known(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = add_lot(session, plant, items=60)
        move(session, plant, lot, "made > W1", 60, at=now)
        case = new_unit(session, plant, now)
        pack_items(session, case, lot.id, items("3-5"), LI, now)
        here = balances(session, [lot.id])[lot.id].balances[plant.places["W1"]]
        assert here.known == items("3-5")


def test_held_goods_are_packed_and_stay(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        place_hold(session, [lot.id], reason="胀袋", actor=QIAN, now=now)
        case = new_unit(session, plant, now)
        pack_items(session, case, lot.id, items("0-9"), WANG, now)
        paper = Paper("D-1", now)
        with pytest.raises(Conflict) as refused:
            move_unit(session, plant, case, "W2", paper, now)
        assert code_of(refused) == "lot_on_hold"
    with database.writing() as session:
        move_unit(session, plant, case, "H1", paper, now)


def test_voided_labels_are_put_aside(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        span = {"lot_id": lot.id, "lo": 4, "hi": 6, "t0": now, "t1": now}
        session.add(ItemSegment(**span, kind="voided", actor="li"))
        session.flush()
        case = new_unit(session, plant, now)
        with pytest.raises(Conflict, match="Labels 4 of lot"):
            pack_items(session, case, lot.id, items("0-4"), WANG, now)


def test_a_closed_case_takes_nothing_in(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        case = new_unit(session, plant, now)
        with pytest.raises(Conflict, match="is empty"):
            close_unit(session, case, WANG, now)
        pack_items(session, case, lot.id, items("0"), WANG, now)
        close_unit(session, case, WANG, now)
        with pytest.raises(Conflict) as refused:
            pack_items(session, case, lot.id, items("1"), WANG, now)
        assert code_of(refused) == "unit_not_open"
        reopen_unit(session, case, WANG, now)
        pack_items(session, case, lot.id, items("1"), WANG, now)
        close_unit(session, case, WANG, now)
        unit = take_out(session, case, lot.id, Contents(items("1"), 0), WANG, now)
        assert unit.state == "open"


def test_goods_change_cases_and_a_case_is_split(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        one, two = (new_unit(session, plant, now) for _ in range(2))
        pack_items(session, one, lot.id, items("0-19"), WANG, now)
        pack_count(session, one, lot.id, 10, WANG, now)
        repack(session, one, two, lot.id, Contents(items("0-4"), 3), WANG, now)
        (new,) = issue_ssccs(session, PREFIX)
        half = {lot.id: Contents(items("5-9"), 0)}
        split_unit(session, one, new, half, WANG, now)
        assert items_of_units(session, [one]) == {lot.id: Contents(items("10-19"), 7)}
        assert items_of_units(session, [two]) == {lot.id: Contents(items("0-4"), 3)}
        assert items_of_units(session, [new.digits]) == half
        away = new_unit(session, plant, now, place="W2")
        with pytest.raises(Conflict) as refused:
            repack(session, one, away, lot.id, Contents(EMPTY, 1), WANG, now)
        assert code_of(refused) == "units_apart"
        with pytest.raises(Conflict) as short:
            repack(session, one, two, lot.id, Contents(EMPTY, 8), WANG, now)
        assert code_of(short) == "not_in_unit"


def test_who_may_not_pack_reads_why(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session, pytest.raises(Forbidden):
        open_unit(session, Sscc.build(PREFIX, 9), "case", plant.places["W1"], DONG, now)


def test_eight_hands_pack_one_item_into_eight_cases(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        cases = [new_unit(session, plant, now) for _ in range(8)]
    free = iter(cases)

    def pack() -> str:
        case = next(free)
        with database.writing() as session:
            pack_items(session, case, lot.id, items("7"), WANG, now)
        return case

    got = at_once(pack)
    won = [one for one in got if isinstance(one, str)]
    lost = [one.code for one in got if isinstance(one, LotmarkError)]
    assert (len(won), set(lost)) == (1, {"item_packed"})
    with database.reading() as session:
        assert items_of_units(session, won) == {lot.id: Contents(items("7"), 0)}


def test_hands_that_cross_wait_and_never_block(
    database: Database, plant: Plant, now: datetime
) -> None:
    """Pallets, cases and lots taken in every order: refused at most, never stuck."""
    with database.writing() as session:
        lots = [stocked(session, plant, now) for _ in range(2)]
        pallets = [new_unit(session, plant, now, "pallet") for _ in range(2)]
        cases = [new_unit(session, plant, now) for _ in range(4)]
        for n, case in enumerate(cases):
            some = ItemSet.range(n * 10, n * 10 + 10)
            pack_items(session, case, lots[n % 2].id, some, WANG, now)
            put_on_pallet(session, pallets[n // 2], [case], WANG, now)
    turns = iter(range(8))

    def push() -> int:
        turn, done = next(turns), 0
        for step in range(6):
            with suppress(LotmarkError), database.writing() as session:
                _one_deed(session, plant, turn + step, pallets, cases, lots, now)
                done += 1
        return done

    assert sum(one for one in at_once(push) if isinstance(one, int)) > 0
    with database.reading() as session:
        for n, case in enumerate(cases):
            held = items_of_units(session, [case]).get(lots[n % 2].id)
            here = session.scalars(sa.select(LogisticUnit).filter_by(sscc=case)).one()
            ledger = balances(session, [lots[n % 2].id])[lots[n % 2].id]
            assert held is not None
            assert not held.items - ledger.balances[here.location_id or 0].known
