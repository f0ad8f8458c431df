"""While files are read and checked others go on; what they change counts."""

from collections.abc import Callable
from datetime import datetime

import pytest
from plant_files import bring, contents, row_counts

from lotmark.trace import audit, people
from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict
from lotmark.trace.exchange.imports import TRIES, ImportRefused, bring_files
from lotmark.trace.parties.lots import find_lot, find_place
from lotmark.trace.stock.books import load_ledgers
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.service import move_stock

MOVE = b"document,lot,from,to,quantity,at\nD1,P-2,FG1,QZ1,1000,2026-11-12 08:00\n"
OTHER = b"code,name,time_zone\nY9,new,\n"


def bring_while(
    database: Database,
    content: bytes,
    now: datetime,
    act: Callable[[], object],
    *,
    times: int = 1,
) -> int:
    """Import a file; somebody acts once it is checked and before it is written.

    They act after the first ``times`` checks; gives how often it was checked.
    """
    acted: list[str] = []

    def progress(step: str, done: int, total: int) -> None:
        if step == "check":
            acted.append(step)
            if len(acted) <= times:
                act()

    bring_files(
        database,
        [("x.csv", content)],
        people.system(),
        now,
        key_version=1,
        progress=progress,
    )
    return len(acted)


def hold(database: Database, now: datetime) -> None:
    with database.writing() as session:
        lot = find_lot(session, "P-2")
        place_hold(session, [lot.id], reason="胀袋", actor=people.system(), now=now)


def move(database: Database, quantity: int, target: str, now: datetime) -> None:
    with database.writing() as session:
        source, there = find_place(session, "FG1"), find_place(session, target)
        move_stock(
            *(session, find_lot(session, "P-2").id, source.id, there.id),
            quantity=quantity,
            at=now,
            document="T-1",
            actor=people.system(),
            now=now,
        )


def test_goods_held_while_a_file_is_checked_do_not_leave(
    plant: Database, now: datetime
) -> None:
    out = MOVE.replace(b"QZ1", b"C1/T")
    with pytest.raises(ImportRefused) as refused:
        bring_while(plant, out, now, lambda: hold(plant, now))
    assert [(row.line, row.code) for row in refused.value.rows] == [(2, "lot_on_hold")]
    with plant.reading() as session:
        assert find_lot(session, "P-2").status == "released"


def test_goods_moved_meanwhile_are_not_moved_twice(
    plant: Database, now: datetime
) -> None:
    with pytest.raises(ImportRefused) as refused:
        bring_while(plant, MOVE, now, lambda: move(plant, 1, "RT1", now))
    assert [row.code for row in refused.value.rows] == ["stock_short"]


def test_what_does_not_matter_is_no_hindrance(plant: Database, now: datetime) -> None:
    bring_while(plant, MOVE, now, lambda: bring(plant, [("y.csv", OTHER)], now))
    counts = row_counts(plant)
    assert counts["import_file"] == 10
    assert counts["site"] == 3


def test_what_does_not_matter_is_not_checked_again(
    plant: Database, now: datetime
) -> None:
    def note() -> None:
        with plant.writing() as session:
            audit.record(session, "li", "lot.look", "lot:1", now)

    assert bring_while(plant, MOVE, now, note) == 1


def test_others_move_the_lot_while_its_file_is_checked(
    plant: Database, now: datetime
) -> None:
    part = MOVE.replace(b"1000", b"10")
    assert bring_while(plant, part, now, lambda: move(plant, 1, "RT1", now)) == 2
    with plant.reading() as session:
        lot, qz = find_lot(session, "P-2"), find_place(session, "QZ1")
        assert load_ledgers(session, [lot.id])[lot.id].balances[qz.id].quantity == 10


def test_if_somebody_always_acts_they_wait_in_the_end(
    plant: Database, now: datetime
) -> None:
    part = MOVE.replace(b"1000", b"10")
    checks = bring_while(
        plant, part, now, lambda: move(plant, 1, "RT1", now), times=TRIES
    )
    assert checks == TRIES + 1
    assert row_counts(plant)["import_file"] == 9


def test_a_code_taken_meanwhile_is_told(plant: Database, now: datetime) -> None:
    same = OTHER + b"Y8,other,\n"
    with pytest.raises(ImportRefused) as refused:
        bring_while(plant, same, now, lambda: bring(plant, [("y.csv", OTHER)], now))
    assert [(row.line, row.code) for row in refused.value.rows] == [
        (2, "already_there")
    ]


def test_the_same_file_imported_meanwhile_is_told(
    plant: Database, now: datetime
) -> None:
    with pytest.raises(Conflict) as refused:
        bring_while(plant, OTHER, now, lambda: bring(plant, [("y.csv", OTHER)], now))
    assert refused.value.code == "import_meanwhile"
    assert "x.csv" in str(refused.value)


def test_nobody_waits_while_files_are_read_and_checked(
    plant: Database, now: datetime
) -> None:
    before = contents(plant)
    seen: list[bool] = []
    bring_while(plant, OTHER, now, lambda: seen.append(contents(plant) == before))
    assert seen == [True]
    # writing beside it succeeded in every test above, on SQLite too, where a second
    # writer would have waited for the first until it gave up
