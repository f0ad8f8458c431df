"""Cases and pallets: filled, closed, emptied, and never two with one pack."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from crowd import at_once
from stockroom import DONG, LI, QIAN, WANG, Plant, add_lot, move

from lotmark.trace.audit import AuditRow
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput, LotmarkError
from lotmark.trace.identity.gs1 import Sscc
from lotmark.trace.identity.items import EMPTY, ItemSet
from lotmark.trace.identity.tables import ItemSegment
from lotmark.trace.parties.tables import Lot
from lotmark.trace.stock.building import (
    close_unit,
    dissolve_unit,
    open_unit,
    reopen_unit,
)
from lotmark.trace.stock.cargo import Cargo, Paper, move_cargo
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.loose import Loose
from lotmark.trace.stock.origins import check_ours
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

PREFIX = "9506000"


def items(text: str) -> ItemSet:
    return ItemSet.parse(text)


def new_unit(
    session: Session,
    plant: Plant,
    now: datetime,
    level: str = "case",
    place: str = "W1",
) -> str:
    (sscc,) = issue_ssccs(session, PREFIX)
    open_unit(session, sscc, level, plant.places[place], WANG, now)
    return sscc.digits


def stocked(session: Session, plant: Plant, now: datetime, made: int = 100) -> Lot:
    lot = add_lot(session, plant, items=made)
    move(session, plant, lot, "made > L1", items=f"0-{made - 1}", at=now)
    move(session, plant, lot, "L1 > W1", items=f"0-{made - 1}", at=now)
    return lot


def code_of(refused: pytest.ExceptionInfo[LotmarkError]) -> str:
    return refused.value.code


def test_numbers_check_and_are_never_given_twice(
    database: Database, plant: Plant, now: datetime
) -> None:
    third = Sscc.build(PREFIX, 3)
    with database.writing() as session:
        session.add(LogisticUnit(sscc=third.digits))  # an import brought it
        session.flush()
        first = issue_ssccs(session, PREFIX, 2)
        second = issue_ssccs(session, PREFIX, 2)
    assert first == [Sscc.build(PREFIX, 1), Sscc.build(PREFIX, 2)]
    assert third not in second
    assert len({*first, *second}) == 4
    taken = at_once(lambda: _one_number(database))
    assert len(set(map(str, taken))) == 8
    assert not {str(sscc) for sscc in (*first, *second)} & set(map(str, taken))


def _one_number(database: Database) -> Sscc:
    with database.writing() as session:
        (sscc,) = issue_ssccs(session, PREFIX)
    return sscc


def test_without_a_company_prefix_there_are_no_new_numbers(
    database: Database, plant: Plant
) -> None:
    with database.writing() as session, pytest.raises(InvalidInput) as refused:
        issue_ssccs(session, "")
    assert code_of(refused) == "company_prefix_missing"
    assert "LOTMARK_GS1_PREFIX" in str(refused.value)


def test_the_same_number_twice_is_refused(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        case = new_unit(session, plant, now)
        dissolve_unit(session, case, WANG, now)
        with pytest.raises(Conflict, match=f"Number {case} is on a case or pallet"):
            open_unit(session, Sscc(case), "case", plant.places["W1"], WANG, now)


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
        _move(session, plant, pallets[turn % 2], target, Paper("X", now), now)
    elif turn % 4 == 1:
        both = Cargo((), (cases[3], cases[turn % 3]))
        place = plant.places[target]
        _book(session, both, place, Paper("X", now), now)
    elif turn % 4 == 2:
        take_off_pallet(session, [cases[2], cases[1]], WANG, now)
    else:
        some = Contents(ItemSet.range(0, 1), 0)
        repack(session, cases[0], cases[2], lots[0].id, some, WANG, now)


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
            _move(session, plant, case, "W2", paper, now)
        assert code_of(refused) == "lot_on_hold"
    with database.writing() as session:
        _move(session, plant, case, "H1", paper, now)


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


def test_a_pallet_takes_cases_and_gives_them_back(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        pallet, other = (new_unit(session, plant, now, "pallet") for _ in range(2))
        cases = [new_unit(session, plant, now) for _ in range(2)]
        for n, case in enumerate(cases):
            pack_items(
                session, case, lot.id, ItemSet.range(n * 9, n * 9 + 9), WANG, now
            )
        put_on_pallet(session, pallet, cases, WANG, now)
        for again in (pallet, other):
            with pytest.raises(Conflict, match="is on a pallet already"):
                put_on_pallet(session, again, cases[:1], WANG, now)
        with pytest.raises(Conflict) as wrong:
            put_on_pallet(session, cases[0], [cases[1]], WANG, now)
        assert code_of(wrong) == "not_a_pallet"
        with pytest.raises(Conflict) as nested:
            put_on_pallet(session, pallet, [other], WANG, now)
        assert code_of(nested) == "not_a_case"
        take_off_pallet(session, cases[:1], WANG, now)
        put_on_pallet(session, other, cases[:1], WANG, now)
        assert items_of_units(session, [other])[lot.id].items == items("0-8")
        dissolve_unit(session, pallet, WANG, now)
        left = session.scalars(sa.select(LogisticUnit).filter_by(sscc=cases[1])).one()
        assert left.parent_id is None
        told = session.scalars(
            sa.select(AuditRow.action).where(AuditRow.action == "unit.take_off")
        ).all()
    assert told == []  # rows are chained at the commit
    with database.reading() as session:
        chain = sa.select(AuditRow.action).where(AuditRow.action.startswith("unit."))
        assert session.scalars(chain).all().count("unit.take_off") == 1


def test_moving_a_pallet_moves_what_is_inside(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        other = add_lot(session, plant)
        move(session, plant, other, "made > W1", 30, at=now)
        pallet = new_unit(session, plant, now, "pallet")
        one, two, loose = (new_unit(session, plant, now) for _ in range(3))
        pack_items(session, one, lot.id, items("0-9"), WANG, now)
        pack_count(session, two, other.id, 12, WANG, now)
        pack_items(session, loose, lot.id, items("20-29"), WANG, now)
        put_on_pallet(session, pallet, [one, two], WANG, now)
        _move(session, plant, pallet, "W2", Paper("DB-1", now), now)
        w2 = plant.places["W2"]
        ledgers = balances(session, [lot.id, other.id])
        assert ledgers[lot.id].balances[w2].known == items("0-9")
        assert ledgers[other.id].balances[w2].quantity == 12
        where = session.execute(sa.select(LogisticUnit.sscc, LogisticUnit.location_id))
        assert {sscc for sscc, place in where if place == w2} == {pallet, one, two}
        _move(session, plant, one, "W1", Paper("DB-2", now), now)
        alone = session.scalars(sa.select(LogisticUnit).filter_by(sscc=one)).one()
        assert alone.parent_id is None
        empty = new_unit(session, plant, now)
        with pytest.raises(Conflict) as nothing:
            _move(session, plant, empty, "W2", Paper("DB-3", now), now)
        assert code_of(nothing) == "unit_empty"


def test_an_item_that_leaves_alone_comes_out_of_its_case(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        case = new_unit(session, plant, now)
        pack_items(session, case, lot.id, items("0-9"), WANG, now)
        close_unit(session, case, WANG, now)
        one = Loose(lot.id, plant.places["W1"], items=items("3"))
        sample = plant.places["sample"]
        _book(session, Cargo((one,)), sample, Paper("Y-1", now), now)
        assert items_of_units(session, [case])[lot.id].items == items("0-2,4-9")
        unit = session.scalars(sa.select(LogisticUnit).filter_by(sscc=case)).one()
        assert unit.state == "open"


def test_a_unit_without_a_place_moves_from_where_its_items_are(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        session.add_all(
            [LogisticUnit(sscc=Sscc.build("123456", n).digits) for n in (1, 2)]
        )
        session.flush()
        known, counted = session.scalars(
            sa.select(LogisticUnit).order_by(LogisticUnit.id)
        ).all()
        span = {"unit_id": known.id, "lot_id": lot.id, "quantity": 5, "lo": 0, "hi": 5}
        session.add(UnitContent(**span))
        session.add(UnitContent(unit_id=counted.id, lot_id=lot.id, quantity=5))
        session.flush()
        _move(session, plant, known.sscc, "W2", Paper("DB-1", now), now)
        with pytest.raises(Conflict) as unknown:
            _move(session, plant, counted.sscc, "W2", Paper("DB-2", now), now)
        assert code_of(unknown) == "unit_place_unknown"
        told = {"unit_place_id": plant.places["W1"]}
        _move(session, plant, counted.sscc, "W2", Paper("DB-2", now), now, **told)
        assert counted.location_id == plant.places["W2"]


def test_who_may_not_pack_reads_why(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session, pytest.raises(Forbidden):
        open_unit(session, Sscc.build(PREFIX, 9), "case", plant.places["W1"], DONG, now)


def _move(
    session: Session,
    plant: Plant,
    sscc: str,
    target: str,
    paper: Paper,
    now: datetime,
    **told: int,
) -> None:
    _book(session, Cargo((), (sscc,)), plant.places[target], paper, now, **told)


def _book(
    session: Session, cargo: Cargo, place: int, paper: Paper, now: datetime, **told: int
) -> None:
    ours = told.get("unit_place_id")
    move_cargo(
        session,
        cargo,
        lambda _: place,
        paper,
        WANG,
        now,
        check=check_ours,
        unit_place_id=ours,
    )
