"""A scope that spreads through what files tell is the same in the other house."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import sqlalchemy as sa
from plant_files import BASE, bring
from plant_life import Life, begin
from same_plants import empty_house, exported, facts

from lotmark.recall.scope.criteria import (
    CheckFailed,
    Criteria,
    Criterion,
    InputLot,
    Packed,
)
from lotmark.recall.scope.service import find_affected
from lotmark.trace import people
from lotmark.trace.db import Database, Session
from lotmark.trace.exchange.reading import File
from lotmark.trace.identity.gs1 import Sscc
from lotmark.trace.parties.lots import find_line, find_place
from lotmark.trace.parties.tables import Article, Lot
from lotmark.trace.production.batches import open_batch
from lotmark.trace.production.cleanings import withdraw_cleaning
from lotmark.trace.production.lines import (
    change_line,
    record_correction,
    record_restart_check,
)
from lotmark.trace.production.tables import Cleaning, ProcessCheck
from lotmark.trace.production.tanks import (
    draw_from_tank,
    empty_tank,
    fill_tank,
    open_tank,
)
from lotmark.trace.stock.building import open_unit
from lotmark.trace.stock.packing import pack_count
from lotmark.trace.stock.pallets import put_on_pallet, take_off_pallet
from lotmark.trace.stock.tables import LogisticUnit

ME = people.system()
Asked = Callable[[Session], Criterion]


def _plant(database: Database, now: datetime) -> Life:
    life = begin(database, Random(0), now)  # noqa: S311 - nothing is drawn
    bring(database, [("lots.csv", BASE["lots.csv"].encode())], now)
    return life


def _batch(session: Session, life: Life, code: str) -> Lot:
    article = session.scalars(sa.select(Article).filter_by(code="PACK")).one()
    line = find_line(session, "YL1/L1")
    told = (article, line, code, life.now.date(), 100, ME, life.now)
    return open_batch(session, *told)


def _affected(database: Database, asked: Asked) -> tuple[str, set[str]]:
    with database.reading() as session:
        scope = find_affected(session, Criteria((asked(session),)))
        first = [one for one, why in scope.affected.items() if why.tier == 1]
        return scope.hash, {session.get_one(Lot, one).code for one in first}


def _lot(session: Session, code: str, **like: object) -> Lot:
    found = sa.select(Lot).filter_by(code=code, **like).order_by(Lot.id).limit(1)
    return session.scalars(found).unique().one()


def _carried(life: Life, template: Path, folder: Path, asked: Asked) -> set[str]:
    """The lots in the first tier of a scope, which is the same in another house."""
    files: list[File] = exported(life.database)
    told, lots = _affected(life.database, asked)
    with empty_house(template, folder / "b") as other:
        bring(other, files, life.now)
        assert exported(other) == files
        assert facts(other) == facts(life.database)
        assert _affected(other, asked) == (told, lots)
    return lots


def test_through_a_tank(
    database: Database, sqlite_template: Path, tmp_path: Path, now: datetime
) -> None:
    """Two batches are drawn, one before the bad lot went in."""
    life = _plant(database, now - timedelta(hours=9))
    with database.writing() as session:
        beef = _lot(session, "B-7")
        early, late = (_batch(session, life, code) for code in ("P-1", "P-2"))
        store = find_place(session, "RM1").id
        site = find_line(session, "YL1/L1").site_id
        tank = open_tank(session, site, "T1", "T-1", life.now, ME, life.now).id
        hour = [life.now + timedelta(hours=after) for after in range(5)]
        for batch, at in ((early, hour[1]), (late, hour[3])):
            draw_from_tank(
                session, tank, batch.id, quantity=1_000, at=at, actor=ME, now=at
            )
        fill_tank(
            *(session, tank, beef.id),
            place_id=store,
            quantity=1_000,
            at=hour[2],
            actor=ME,
            now=hour[4],
        )
        empty_tank(session, tank, now, ME, now)
    life.now = now

    def beef_is_bad(session: Session) -> Criterion:
        return InputLot(_lot(session, "B-7").id)

    lots = _carried(life, sqlite_template, tmp_path, beef_is_bad)
    assert lots == {"B-7", "P-2"}


def _check(session: Session, lot: Lot, at: datetime, result: str) -> ProcessCheck:
    told = {"kind": "vacuum", "value": "-0.09", "result": result, "at": at}
    check = ProcessCheck(lot_id=lot.id, line_id=lot.line_id, **told)
    session.add(check)
    session.flush()
    return check


def _failed(session: Session) -> Criterion:
    failed = sa.select(ProcessCheck).filter_by(result="fail")
    return CheckFailed(session.scalars(failed).one().id)


def test_to_the_first_good_check_after_a_correction(
    database: Database, sqlite_template: Path, tmp_path: Path, now: datetime
) -> None:
    """The next batch begins after it, and is sound."""
    life = _plant(database, now - timedelta(hours=9))
    hour = [life.now + timedelta(hours=after) for after in range(9)]
    with database.writing() as session:
        early = _batch(session, life, "P-1")
        failed = _check(session, early, hour[1], "fail")
        record_correction(session, failed.id, "换密封圈", hour[2], ME, hour[2])
        _check(session, early, hour[3], "pass")
        life.now = hour[4]
        _batch(session, life, "P-2")
    life.now = now
    lots = _carried(life, sqlite_template, tmp_path, _failed)
    assert lots == {"P-1"}


def test_past_a_cleaning_that_was_withdrawn(
    database: Database, sqlite_template: Path, tmp_path: Path, now: datetime
) -> None:
    """Recorded anew, with the same times, it failed."""
    life = _plant(database, now - timedelta(hours=9))
    hour = [life.now + timedelta(hours=after) for after in range(9)]
    with database.writing() as session:
        line = find_line(session, "YL1/L1").id
        early = _batch(session, life, "P-1")
        _check(session, early, hour[1], "fail")
        told = {"line_id": line, "kind": "full", "result": "pass"}
        gone = Cleaning(started_at=hour[2], ended_at=hour[3], **told)
        session.add(gone)
        session.flush()
        withdraw_cleaning(session, gone.id, "误录", ME, hour[3])
        life.now = hour[4]
        _batch(session, life, "P-2")
        told["result"] = "fail"
        session.add(Cleaning(started_at=hour[2], ended_at=hour[3], **told))
    life.now = now
    lots = _carried(life, sqlite_template, tmp_path, _failed)
    assert lots == {"P-1", "P-2"}


def test_to_where_the_line_was_put_right(
    database: Database, sqlite_template: Path, tmp_path: Path, now: datetime
) -> None:
    """Nothing says that the failed check was corrected, but the line was stopped."""
    life = _plant(database, now - timedelta(hours=9))
    hour = [life.now + timedelta(hours=after) for after in range(9)]
    with database.writing() as session:
        early = _batch(session, life, "P-1")
        line = find_line(session, "YL1/L1").id
        _check(session, early, hour[1], "fail")
        change_line(session, line, "rectify", "漏气", ME, hour[2])
        record_restart_check(
            *(session, line, early.id),
            kind="vacuum",
            value="-0.09",
            limits="",
            result="pass",
            reason="已更换",
            actor=ME,
            now=hour[3],
        )
        life.now = hour[4]
        _batch(session, life, "P-2")
    life.now = now
    lots = _carried(life, sqlite_template, tmp_path, _failed)
    assert lots == {"P-1"}


def test_from_a_former_pallet(
    database: Database, sqlite_template: Path, tmp_path: Path, now: datetime
) -> None:
    """What stood on it for an hour, and stands elsewhere now."""
    life = _plant(database, now - timedelta(hours=9))
    pallet, case = (Sscc.build("9506000", n).digits for n in (1, 2))
    with database.writing() as session:
        beef, store = _lot(session, "B-7"), find_place(session, "RM1").id
        for sscc, level in ((pallet, "pallet"), (case, "case")):
            open_unit(session, Sscc(sscc), level, store, ME, life.now)
        pack_count(session, case, beef.id, 1_000, ME, life.now)
        put_on_pallet(session, pallet, [case], ME, life.now)
        later = life.now + timedelta(hours=1)
        take_off_pallet(session, [case], ME, later)

    def was_on_it(session: Session) -> Criterion:
        unit = session.scalars(sa.select(LogisticUnit).filter_by(sscc=pallet)).one()
        return Packed(unit.id, life.now - timedelta(hours=9), now)

    life.now = now
    assert _carried(life, sqlite_template, tmp_path, was_on_it) == {"B-7"}
