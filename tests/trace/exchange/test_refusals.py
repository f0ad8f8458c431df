"""What cannot be imported is told with line, column and reason, and nothing changes."""

from datetime import datetime

import pytest
from plant_files import BASE, File, base_files, bring, row_counts

from lotmark.trace import people
from lotmark.trace.db import Database
from lotmark.trace.errors import Forbidden, TooLarge
from lotmark.trace.exchange import imports, reading
from lotmark.trace.exchange.imports import ImportRefused, import_files
from lotmark.trace.parties.lots import find_lot
from lotmark.trace.people import Actor
from lotmark.trace.stock.holds import place_hold

LOTS = "article,lot,supplier,line,site,produced_on,expires_on,received_on,quantity,unit"
LOTS += ",place,grade,status,certificate,planned,coded"
RUNS = "lot,line,site,start,end,team"
CYCLES = "site,equipment,kind,number,start,end,result,lot,quantity"
USED = "output_lot,input_article,input_lot,supplier,quantity,unit,at,kind,place"
CASES = "sscc,parent,lot,items,quantity"
SHIPS = "number,consignee,shipped_at,delivered_at,lot,quantity,unit,items,sscc,place"
MOVES = "document,lot,from,to,quantity,unit,items,sscc,at,reason"
CLEAN = "line,site,start,end,kind,result"
CHECKS = "lot,line,site,at,kind,value,result"
S1, S2, S3 = "095060000000000015", "095060000000000022", "095060000000000039"
NEW, PALLET = "095060000000000046", "095060000000000053"

Bad = tuple[int, str, str]

WRONG_ROWS: list[tuple[str, str, list[Bad]]] = [
    # master data
    (
        "code,name,time_zone",
        "YL1,again,Asia/Shanghai\nY/3,x,Asia/Shanghai\n,x,Asia/Shanghai\nY4,x,Nowhere",
        [
            (2, "code", "already_there"),
            (3, "code", "code_slash"),
            (4, "code", "cell_missing"),
            (5, "time_zone", "time_zone_unknown"),
        ],
    ),
    ("code,name,time_zone", "Y3,x,\nY3,y,", [(3, "code", "already_there")]),
    (
        "site,code,name",
        "YL9,L1,x\nYL1,L1,x",
        [(2, "site", "site_unknown"), (3, "code", "already_there")],
    ),
    (
        "site,code,kind,name",
        "YL1,FG1,warehouse,x\nYL1,Z,transit,x",
        [(2, "code", "already_there"), (3, "kind", "choice_unknown")],
    ),
    (
        "code,kind,name",
        "S1,supplier,x\nFG1,consignee,x\nC3,friend,x\nC4,consignee," + "x" * 201,
        [
            (2, "code", "already_there"),
            (3, "code", "already_there"),
            (4, "kind", "choice_unknown"),
            (5, "name", "text_too_long"),
        ],
    ),
    (
        "code,name,kind,unit,gtin,case_size,ingredients",
        "PACK,x,product,袋,,,\nA,x,product,袋,9506000134353,,\nB,x,product,袋,"
        "9506000134352,,\nC,x,product,stone,,,\nD,x,ingredient,kg,,10,\n"
        "E,x,product,袋,,-4,\nF,x,product,袋,,," + "x" * 10_001,
        [
            (2, "code", "already_there"),
            (3, "gtin", "gtin_check_digit"),
            (4, "gtin", "already_there"),
            (5, "unit", "unit_unknown"),
            (6, "case_size", "case_size_not_counted"),
            (7, "case_size", "quantity_not_positive"),
            (8, "ingredients", "text_too_long"),
        ],
    ),
    # lots
    (
        LOTS,
        "BEEF,B-7,S1,,,,,2026-11-01,5,kg,RM1,,,,,\n"
        "BEEF,b 7,S1,,,,,2026-11-01,5,kg,RM1,,,,,\n"
        "NONE,B-8,S1,,,,,2026-11-01,5,kg,RM1,,,,,\n"
        "BEEF,B-8,S9,,,,,2026-11-01,5,kg,RM1,,,,,\n"
        "BEEF,B-8,C1,,,,,2026-11-01,5,kg,RM1,,,,,\n"
        "BEEF,B-8,S1,L1,,,,2026-11-01,5,kg,RM1,,,,,\n"
        "BEEF,B-8,S1,,,,,,5,kg,RM1,,,,,\n"
        "BEEF,B-8,S1,,,,,2026-12-24,5,kg,RM1,,,,,\n"
        "BEEF,B-8,S1,,,,,2026-11-01,5,kg,,,,,,\n"
        "BEEF,B-8,S1,,,,,2026-11-01,5,kg,C1,,,,,\n"
        "BEEF,B-8,S1,,,,,2026-11-01,5,,RM1,,,,,\n"
        "BEEF,B-8,S1,,,,,2026-11-01,-5,kg,RM1,,,,,\n"
        "BEEF,B-8,S1,,,,,2026-11-01,5,kg,RM1,item,,,,\n"
        "BEEF,B-8,S1,,,2026-10-02,2026-10-01,2026-11-01,5,kg,RM1,,,,,\n"
        "BEEF,---,S1,,,,,2026-11-01,5,kg,RM1,,,,,",
        [
            (2, "lot", "already_there"),
            (3, "lot", "already_there"),
            (4, "article", "article_unknown"),
            (5, "supplier", "partner_unknown"),
            (6, "supplier", "partner_kind"),
            (7, "line", "own_lots_only"),
            (8, "received_on", "cell_missing"),
            (9, "received_on", "time_ahead"),
            (10, "place", "cell_missing"),
            (11, "place", "place_not_ours"),
            (12, "quantity", "unit_missing"),
            (13, "quantity", "quantity_not_positive"),
            (14, "grade", "own_lots_only"),
            (15, "expires_on", "dates_reversed"),
            (16, "lot", "batch_number_unusable"),
        ],
    ),
    (
        LOTS,
        "PACK,N-1,,,,2026-11-10,,,40,袋,FG1,,,,,\n"
        "PACK,N-2,,L1,,2026-11-10,,,40,袋,FG1,,,,,\n"
        "PACK,N-3,,L9,YL1,2026-11-10,,,40,袋,FG1,,,,,\n"
        "PACK,N-4,,YL2/L1,YL1,2026-11-10,,,40,袋,FG1,,,,,\n"
        "PACK,N-5,,L1,YL1,2026-11-10,,2026-11-10,40,袋,FG1,,,,,\n"
        "PACK,N-6,,L1,YL1,2026-11-10,,,40,袋,FG1,,released,,,\n"
        "PACK,N-7,,L1,YL1,2026-11-10,,,40,袋,FG1,,planned,,,\n"
        "PACK,N-8,,L1,YL1,2026-11-10,,,40,袋,FG1,case,,,,no\n"
        "BEEF,N-9,,L1,YL1,2026-11-10,,,40,kg,FG1,,,,,yes\n"
        "PACK,N-10,,L1,YL1,2026-11-10,,,10000001,袋,FG1,,,,,yes\n"
        "PACK,N-11,,L1,YL1,2026-11-10,,,40,袋,FG1,loose,,,0,",
        [
            (2, "site", "cell_missing"),
            (3, "line", "reference_ambiguous"),
            (4, "line", "line_unknown"),
            (5, "line", "line_unknown"),
            (6, "received_on", "supplier_missing"),
            (7, "certificate", "certificate_missing"),
            (8, "status", "status_contradicts"),
            (9, "coded", "grade_needs_codes"),
            (10, "coded", "codes_not_counted"),
            (11, "quantity", "count_too_large"),
            (12, "grade", "choice_unknown"),
            (12, "planned", "quantity_not_positive"),
        ],
    ),
    # production
    (
        RUNS,
        "P-1,YL1/L1,,2026-11-10 08:00,2026-11-10 07:00,\n"
        "P-9,YL1/L1,,2026-11-10 08:00,,\n"
        "B-7,YL1/L1,,2026-11-10 08:00,,\n"
        "P-1,YL1/L2,,2026-12-10 08:00,,\n"
        "P-1,YL1/L2,,2026-11-10,,",
        [
            (2, "end", "times_reversed"),
            (3, "lot", "lot_unknown"),
            (4, "lot", "reference_ambiguous"),
            (5, "start", "time_ahead"),
            (6, "start", "time_unreadable"),
        ],
    ),
    (
        RUNS,
        "P-1,YL1/L1,,2026-11-10 08:00,2026-11-10 12:00,\n"
        "P-2,YL1/L1,,2026-11-10 11:59,,\n"
        "P-3,YL1/L1,,2026-11-10 13:00,,",
        [(3, "start", "runs_overlap"), (4, "start", "runs_overlap")],
    ),
    (
        CYCLES,
        "YL1,R1,retort,R1-1,2026-11-10 08:00,,pass,P-1,10\n"
        "YL1,R1,retort,R1-1,2026-11-10 09:00,,pass,P-2,10\n"
        "YL1,R1,retort,R1-1,2026-11-10 08:00,2026-11-10 09:00,pass,P-1,11\n"
        "YL1,R1,oven,R1-2,2026-11-10 08:00,,pass,P-1,10\n"
        "YL1,R1,retort,R1-3,2026-11-10 08:00,,pass,P-1,0",
        [
            (3, "number", "rows_disagree"),
            (4, "number", "already_there"),
            (5, "kind", "choice_unknown"),
            (6, "quantity", "quantity_not_positive"),
        ],
    ),
    (
        CLEAN,
        "YL1/L1,,2026-11-10 08:00,2026-11-10 08:00,full,pass\n"
        "YL1/L1,,2026-11-10 09:00,2026-11-10 10:00,full,pass\n"
        "YL1/L1,,2026-11-10 09:00,2026-11-10 11:00,wet,pass\n"
        "YL1/L1,,2026-11-10 12:00,,wet,pass",
        [
            (2, "end", "times_reversed"),
            (4, "start", "already_there"),
            (5, "end", "cell_missing"),
        ],
    ),
    (
        CHECKS,
        "P-1,YL1/L1,,2026-11-10 09:00,vacuum,1,pass\n"
        "P-1,YL1/L1,,2026-11-10 09:00,vacuum,1,pass\n"
        "P-1,YL1/L1,,2026-11-10 09:00,vacuum,1,fail\n"
        "P-1,YL1/L1,,2026-11-10 09:00,smell,1,pass",
        [
            (3, "", "row_twice"),
            (4, "at", "already_there"),
            (5, "kind", "choice_unknown"),
        ],
    ),
    (
        USED,
        "P-1,BEEF,B-7,,901,kg,2026-11-10 09:00,,RM1\n"
        "P-1,BEEF,B-7,,1,袋,2026-11-10 09:00,,RM1\n"
        "P-1,BEEF,B-9,,1,kg,2026-11-10 09:00,,RM1\n"
        "P-1,SOY,B-7,S1,1,l,2026-11-10 09:00,,RM1\n"
        "P-1,PACK,P-1,,1,袋,2026-11-10 09:00,rework,FG1\n"
        "P-1,BEEF,OLD,,1,kg,2026-11-10 09:00,,RM1\n"
        "P-1,BEEF,B-7,,1,kg,2026-11-10 09:00,rework,RM1\n"
        "P-1,BEEF,B-7,,1,kg,2026-11-10 09:00,,C1\n"
        "B-7,BEEF,OLD,,1,kg,2026-11-10 09:00,,RM1\n"
        "P-1,BEEF,B-7,,0.0000001,kg,2026-11-10 09:00,,RM1",
        [
            (2, "quantity", "stock_short"),
            (3, "quantity", "unit_wrong"),
            (4, "input_lot", "lot_unknown"),
            (5, "input_lot", "lot_unknown"),
            (6, "input_lot", "lot_into_itself"),
            (7, "input_lot", "lot_expired"),
            (8, "kind", "rework_not_own"),
            (9, "place", "place_not_ours"),
            (10, "output_lot", "reference_ambiguous"),
            (11, "quantity", "quantity_too_fine"),
        ],
    ),
    (
        USED,
        "P-1,SOY,B-7,,1,l,2026-11-10 09:00,,\n"
        "P-1,SOY,B-7,,1,l,2026-11-10 09:00,,RM1\n"
        "P-1,TRAY,P-8,,1,,2026-11-10 09:00,rework,",
        [(3, "at", "already_there"), (4, "input_lot", "lot_unknown")],
    ),
    # goods
    (
        CASES,
        f"{NEW},{PALLET},P-1,80-119,\n{NEW},,P-2,,5\n{NEW},,,,\n{PALLET},,,,\n"
        f"{PALLET},,P-2,,3\n095060000000000060,,P-2,,3\n"
        "095060000000000060,,P-2,,4\n095060000000000077,,P-9,,4\n"
        "095060000000000084,095060000000000077,P-2,,4",
        [
            (3, "parent", "unit_two_parents"),
            (4, "sscc", "already_there"),
            (6, "sscc", "already_there"),
            (8, "lot", "already_there"),
            (9, "lot", "lot_unknown"),
        ],
    ),
    (
        CASES,
        f"{S1},,P-1,80-119,\n{NEW},,P-1,39-80,\n{PALLET},{S1},,,\n"
        f"095060000000000060,{S1},P-1,200-239,\n095060000000000077,,P-1,990-1000,\n"
        f"095060000000000084,,P-1,,\n095060000000000091,,P-1,300-339,41\n"
        "095060000000000016,,P-1,1,",
        [
            (2, "sscc", "already_there"),
            (3, "items", "item_in_two_cases"),
            (3, "items", "item_in_two_cases"),
            (4, "parent", "pallet_in_pallet"),
            (5, "parent", "pallet_unknown"),
            (6, "items", "item_unknown"),
            (7, "quantity", "cell_missing"),
            (8, "quantity", "quantity_contradicts"),
            (9, "sscc", "sscc_check_digit"),
        ],
    ),
    (
        SHIPS,
        "F1,S1,2026-11-12 08:00,,P-2,10,,,,FG1\n"
        "F2,C9,2026-11-12 08:00,,P-2,10,,,,FG1\n"
        "F3,C1,2026-11-12 08:00,2026-11-12 07:00,P-2,10,,,,FG1\n"
        "F4,C1,2026-11-12 08:00,,P-2,,,,,FG1\n"
        "F5,C1,2026-11-12 08:00,,P-2,1001,,,,FG1\n"
        "F6,C1,2026-11-12 08:00,,P-1,,,990-1001,,FG1\n"
        "F7,C1,2026-11-12 08:00,,P-1,3,,0-3,,FG1\n"
        f"F8,C1,2026-11-12 08:00,,P-1,,,0-3,{S1},FG1\n"
        f"F9,C1,2026-11-12 08:00,,P-2,,,,{S1},FG1\n"
        f"F10,C1,2026-11-12 08:00,,P-1,41,,,{S1},FG1\n"
        f"F11,C1,2026-11-12 08:00,,,,,,{NEW},FG1\n"
        "F12,C1,2026-11-12 08:00,,,10,,,,FG1\n"
        "F13,C1,2026-11-12 08:00,,P-2,10,,,,C2\n"
        "F14,C1,2026-11-12 08:00,,P-2,10,,,,FG1\n"
        "F14,C2,2026-11-12 08:00,,P-2,20,,,,FG1",
        [
            (2, "consignee", "partner_kind"),
            (3, "consignee", "partner_unknown"),
            (4, "delivered_at", "times_reversed"),
            (5, "quantity", "cell_missing"),
            (6, "quantity", "stock_short"),
            (7, "items", "item_unknown"),
            (8, "quantity", "quantity_contradicts"),
            (9, "items", "items_and_cases"),
            (10, "lot", "case_of_other_lot"),
            (11, "quantity", "quantity_contradicts"),
            (12, "sscc", "unit_unknown"),
            (13, "lot", "cell_missing"),
            (14, "place", "place_not_ours"),
            (16, "number", "rows_disagree"),
        ],
    ),
    (
        SHIPS,
        f"F1,C1,2026-11-12 08:00,,,,,,{S1} {S3},FG1\n"
        f"F2,C1,2026-11-12 08:00,,,,,,{S1},FG1\n"
        "F3,C2,2026-11-13 08:00,,P-1,,,5,,FG1",
        [(3, "sscc", "already_there"), (4, "items", "item_elsewhere")],
    ),
    (
        MOVES,
        "D1,P-2,FG1,NOWHERE,10,,,,2026-11-12 08:00,\n"
        "D2,P-2,FG1,FG1,10,,,,2026-11-12 08:00,\n"
        "D3,P-2,C1,FG1,10,,,,2026-11-12 08:00,\n"
        "D4,P-2,FG1,supplied,10,,,,2026-11-12 08:00,\n"
        "D5,P-2,FG1,QZ1,ten,,,,12:30,\n"
        "D6,P-2,FG1,QZ1,10,,,,2026-11-12 08:00,\n"
        "D6,P-2,FG1,QZ1,10,,,,2026-11-12 08:00,again",
        [
            (2, "to", "place_unknown"),
            (3, "quantity", "place_invalid"),
            (4, "quantity", "stock_short"),
            (5, "quantity", "place_invalid"),
            (6, "at", "time_unreadable"),
            (6, "quantity", "number_unreadable"),
            (8, "document", "already_there"),
        ],
    ),
    # rows as such
    (
        "code,name,time_zone",
        "Y3,x,,more\nY4,x\nY4,x\nY5,x,,,",
        [(2, "", "row_too_long"), (4, "", "row_twice")],
    ),
]


@pytest.mark.parametrize(("header", "rows", "expected"), WRONG_ROWS)
def test_every_bad_row_is_told_and_nothing_changes(
    plant: Database, now: datetime, header: str, rows: str, expected: list[Bad]
) -> None:
    before = row_counts(plant)
    with pytest.raises(ImportRefused) as refused:
        bring(plant, [("x.csv", f"{header}\n{rows}\n".encode())], now)
    found = [(row.line, row.column, row.code) for row in refused.value.rows]
    assert sorted(found) == sorted(expected)
    assert all(str(row).startswith("x.csv:") for row in refused.value.rows)
    assert str(refused.value.rows[0]) in str(refused.value)
    assert row_counts(plant) == before


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
    with pytest.raises(ImportRefused) as refused:
        bring(plant, [file], now)
    assert {bad.line for bad in refused.value.rows} == {2}
    assert {bad.code for bad in refused.value.rows} <= {"already_there", "runs_overlap"}
    assert row_counts(plant) == before


@pytest.mark.parametrize("name", [n for n in BASE if n != "cases.csv"])
def test_a_file_brought_in_twice_is_refused(
    plant: Database, now: datetime, name: str
) -> None:
    before = row_counts(plant)
    with pytest.raises(ImportRefused) as refused:
        bring(plant, [(name, BASE[name].encode())], now)
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
    monkeypatch.setattr(imports, "MAX_ROWS", 1)
    with pytest.raises(TooLarge):
        bring(plant, [file, ("y.csv", b"code,name,time_zone\nY4,x,\n")], now)
    monkeypatch.setattr(reading, "MAX_BYTES", 20)
    with pytest.raises(TooLarge):
        bring(plant, [file], now)


def test_not_everybody_may_import(plant: Database, now: datetime) -> None:
    wang = Actor("wang", "王仓", frozenset({"stock.move"}))
    with plant.writing() as session, pytest.raises(Forbidden):
        import_files(session, base_files(), wang, now, key_version=1)
