"""What cannot be imported is told, whatever the reason, and nothing changes."""

from datetime import datetime

import pytest
from plant_files import BASE, File, base_files, bring, row_counts
from refusing import CHECKS, CLEAN, CYCLES, LOTS, MOVES, RUNS, SHIPS, USED

from lotmark.trace import people
from lotmark.trace.db import Database
from lotmark.trace.errors import Forbidden, TooLarge
from lotmark.trace.exchange import reading
from lotmark.trace.exchange.imports import ImportRefused, import_files
from lotmark.trace.parties.lots import find_lot
from lotmark.trace.people import Actor
from lotmark.trace.stock.holds import place_hold


@pytest.mark.parametrize("status", ["produced", "testing", "rejected", "recalled"])
def test_what_was_not_released_cannot_have_been_shipped(
    plant: Database, now: datetime, status: str
) -> None:
    lots = f"{LOTS}\nPACK,N-1,,L1,YL1,2026-11-11,,,500,袋,FG1,,{status},,,\n"
    ships = f"{SHIPS}\nF1,C1,2026-11-12 08:00,,N-1,10,,,,FG1\n"
    with pytest.raises(ImportRefused, match="article 52") as refused:
        bring(plant, [("l.csv", lots.encode()), ("s.csv", ships.encode())], now)
    assert [(row.file, row.line, row.code) for row in refused.value.rows] == [
        ("s.csv", 2, "lot_not_released")
    ]


def test_one_bad_row_in_many_files_undoes_them_all(
    database: Database, now: datetime
) -> None:
    before = row_counts(database)
    files = base_files()
    bad = ("moves.csv", f"{MOVES}\nD,P-2,FG1,C1,1001,,,,2026-11-12 08:00,\n".encode())
    with pytest.raises(ImportRefused) as refused:
        bring(database, [bad, *files], now)
    [row] = refused.value.rows
    assert (row.file, row.line, row.code) == ("moves.csv", 2, "stock_short")
    assert row_counts(database) == before


def test_a_refusal_caught_within_the_transaction_leaves_nothing(
    plant: Database, now: datetime
) -> None:
    before = row_counts(plant)
    rows = "code,name,time_zone\nY3,x,\nYL1,x,\n"
    with plant.writing() as session, pytest.raises(ImportRefused):
        import_files(
            session, [("x", rows.encode())], people.system(), now, key_version=1
        )
    assert row_counts(plant) == before


def test_what_refers_to_a_bad_row_is_not_told_again(
    database: Database, now: datetime
) -> None:
    files = dict(BASE)
    files["articles.csv"] = files["articles.csv"].replace("134352", "134353")
    files["runs.csv"] = f"{RUNS}\nP-1,L1,YL1,2026-11-10 08:00,,\n"
    named: list[File] = [(name, text.encode()) for name, text in files.items()]
    with pytest.raises(ImportRefused) as refused:
        bring(database, named, now)
    [row] = refused.value.rows
    assert (row.file, row.line, row.column) == ("articles.csv", 4, "gtin")


def test_held_stock_is_told_with_its_line(plant: Database, now: datetime) -> None:
    with plant.writing() as session:
        lot = find_lot(session, "P-2")
        place_hold(session, [lot.id], reason="胀袋", actor=people.system(), now=now)
    before = row_counts(plant)
    rows = "D1,P-3,FG1,C1/T,1,,,,2026-11-12 08:00,\n"
    rows += "D2,P-2,FG1,C1/T,1,,,,2026-11-12 08:00,\n"
    with pytest.raises(ImportRefused) as refused:
        bring(plant, [("x.csv", f"{MOVES}\n{rows}".encode())], now)
    [row] = refused.value.rows
    assert (row.line, row.code) == (3, "lot_on_hold")
    assert "FC-26-0001" in str(row)
    assert row_counts(plant) == before


def test_returned_goods_are_no_raw_material(plant: Database, now: datetime) -> None:
    ship = f"{SHIPS}\nF1,C1,2026-11-12 08:00,2026-11-12 09:00,P-2,40,,,,FG1\n"
    back = f"{MOVES}\nT1,P-2,C1,RT1,10,,,,2026-11-14 08:00,退货\n"
    bring(plant, [("s.csv", ship.encode()), ("m.csv", back.encode())], now)
    used = f"{USED}\nP-3,PACK,P-2,,10,,2026-11-15 08:00,rework,RT1\n"
    with pytest.raises(ImportRefused) as refused:
        bring(plant, [("used.csv", used.encode())], now)
    [row] = refused.value.rows
    assert (row.line, row.code) == (2, "sold_goods")


def test_what_cannot_be_used_up(database: Database, now: datetime) -> None:
    lots = dict(BASE)["batches.csv"]
    lots += "TRAY,P-4,L2,YL1,2026-11-11,9,袋,FG1,quantity,recalled,\n"
    moves = f"{MOVES}\nD1,P-3,FG1,RM1,10,,,,2026-11-11 08:00,\n"
    used = f"{USED}\nP-1,TRAY,P-4,,1,,2026-11-12 08:00,rework,FG1\n"
    used += "P-1,TRAY,P-3,,1,,2026-11-12 08:00,rework,\n"
    bring(
        database,
        [
            *(file for file in base_files() if file[0] != "batches.csv"),
            ("batches.csv", lots.encode()),
            ("moves.csv", moves.encode()),
        ],
        now,
    )
    with pytest.raises(ImportRefused) as refused:
        bring(database, [("used.csv", used.encode())], now)
    assert [(row.column, row.code) for row in refused.value.rows] == [
        ("input_lot", "lot_unusable"),
        ("place", "place_missing"),
    ]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (SHIPS, "F1,C1,2026-11-12 08:00,,P-2,10,,,,FG1"),
        (MOVES, "D1,P-1,FG1,sample,,,1-3,,2026-11-12 08:00,"),
        (USED, "P-1,BEEF,B-7,,1,kg,2026-11-10 09:00,,RM1"),
        (RUNS, "P-1,L1,YL1,2026-11-10 08:00,,"),
        (CYCLES, "YL1,R1,retort,R1-1,2026-11-10 08:00,,pass,P-1,10"),
        (CLEAN, "YL1/L1,,2026-11-10 09:00,2026-11-10 10:00,full,pass"),
        (CHECKS, "P-1,YL1/L1,,2026-11-10 09:00,vacuum,1,pass"),
    ],
)
def test_an_event_brought_in_twice_is_refused(
    plant: Database, now: datetime, header: str, row: str
) -> None:
    file = ("x.csv", f"{header}\n{row}\n".encode())
    bring(plant, [file], now)
    before = row_counts(plant)
    again = ("x.csv", file[1] + b"\n")  # the same rows, but not the same bytes
    with pytest.raises(ImportRefused) as refused:
        bring(plant, [again], now)
    assert {bad.line for bad in refused.value.rows} == {2}
    assert {bad.code for bad in refused.value.rows} <= {"already_there", "runs_overlap"}
    assert row_counts(plant) == before


@pytest.mark.parametrize("name", [n for n in BASE if n != "cases.csv"])
def test_a_file_brought_in_twice_is_refused(
    plant: Database, now: datetime, name: str
) -> None:
    before = row_counts(plant)
    with pytest.raises(ImportRefused) as refused:
        bring(plant, [(name, BASE[name].encode() + b"\n")], now)
    assert {row.code for row in refused.value.rows} == {"already_there"}
    assert len(refused.value.rows) == len(BASE[name].splitlines()) - 1
    assert row_counts(plant) == before


def test_unreadable_files_are_told_each_with_its_line(
    plant: Database, now: datetime
) -> None:
    before = row_counts(plant)
    files = [
        ("a.csv", b"\x00"),
        ("b.csv", b'code,name,time_zone\nY3,"x,\n'),
        ("c.csv", b"\ncolour\nred\n"),
        ("d.csv", b"code,name,time_zone\nY3,x,\n"),
    ]
    with pytest.raises(ImportRefused) as refused:
        bring(plant, files, now)
    assert [(row.file, row.line, row.code) for row in refused.value.rows] == [
        ("a.csv", 1, "encoding_unknown"),
        ("b.csv", 2, "csv_broken"),
        ("c.csv", 2, "header_unknown"),
    ]
    assert row_counts(plant) == before


def test_too_much_at_once_is_refused(
    plant: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = ("x.csv", b"code,name,time_zone\nY3,x,\n")
    monkeypatch.setattr(reading, "MAX_ROWS", 1)
    with pytest.raises(TooLarge):
        bring(plant, [file, ("y.csv", b"code,name,time_zone\nY4,x,\n")], now)
    monkeypatch.setattr(reading, "MAX_BYTES", 20)
    with pytest.raises(TooLarge):
        bring(plant, [file], now)


def test_not_everybody_may_import(plant: Database, now: datetime) -> None:
    wang = Actor("wang", "王仓", frozenset({"stock.move"}))
    with plant.writing() as session, pytest.raises(Forbidden):
        import_files(session, base_files(), wang, now, key_version=1)
