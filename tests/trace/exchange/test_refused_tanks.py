"""Fills of tanks and what was drawn from them: rows that cannot be imported."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from plant_files import bring
from refusing import CYCLES, DRAWN, TANKS, Wrong, check_refused

from lotmark.trace.db import Database
from lotmark.trace.exchange.rows import ImportRefused
from lotmark.trace.parties.tables import Location
from lotmark.trace.production.tables import CycleLoad, TankFill
from lotmark.trace.stock.tables import Stock

TANK = f"""{DRAWN}
YL1,T1,tank,T-1,2026-11-10 08:00,2026-11-10 12:00,pass,P-1,10,2026-11-10 09:00
YL1,R1,retort,R-1,2026-11-10 08:00,2026-11-10 12:00,pass,,,
"""

WRONG_LOADS: list[Wrong] = [
    (
        DRAWN,
        "YL1,R1,retort,R-1,2026-11-10 08:00,,pass,P-1,10,2026-11-10 09:00\n"
        "YL1,T1,tank,T-1,2026-11-10 08:00,,pass,P-1,10,2026-11-10 07:59\n"
        "YL1,T1,tank,T-2,2026-11-10 08:00,2026-11-10 09:00,pass,P-1,1,soon\n"
        "YL1,T1,tank,T-3,2026-11-10 08:00,,pass,,,2026-11-10 09:00\n"
        "YL1,T1,tank,T-4,2026-11-10 08:00,2026-11-10 09:00,pass,,,\n"
        "YL1,T1,tank,T5,2026-11-10 07:00,2026-11-10 09:00,pass,P-1,1,2026-11-10 10:00",
        [
            (2, "drawn_at", "cycle_no_tank"),
            (3, "drawn_at", "tank_not_then"),
            (4, "drawn_at", "time_unreadable"),
            (5, "lot", "cell_missing"),
            (7, "drawn_at", "tank_not_then"),
        ],
    ),
]
WRONG_FILLS = [
    ("YL1,T-9,B-7,BEEF,,1,kg,2026-11-10 09:00,RM1", "cycle", "cycle_not_imported"),
    ("YL2,T-1,B-7,BEEF,,1,kg,2026-11-10 09:00,RM1", "cycle", "cycle_not_imported"),
    ("YL1,R-1,B-7,BEEF,,1,kg,2026-11-10 09:00,RM1", "cycle", "cycle_no_tank"),
    ("YL1,T-1,B-9,BEEF,,1,kg,2026-11-10 09:00,RM1", "lot", "lot_unknown"),
    ("YL1,T-1,B-7,BEEF,,1,kg,2026-11-10 12:01,RM1", "at", "tank_not_then"),
    ("YL1,T-1,B-7,BEEF,,1,kg,2026-11-10 07:59,RM1", "at", "tank_not_then"),
    (
        "YL1,T-1,B-7,BEEF,,0,kg,2026-11-10 09:00,RM1",
        "quantity",
        "quantity_not_positive",
    ),
    ("YL1,T-1,B-7,BEEF,,901,kg,2026-11-10 09:00,RM1", "quantity", "stock_short"),
    ("YL1,T-1,OLD,BEEF,,1,kg,2026-11-10 09:00,RM1", "lot", "lot_expired"),
    ("YL1,T-1,B-7,BEEF,,1,kg,2026-11-10 09:00,C1", "place", "place_not_ours"),
]


@pytest.mark.parametrize("wrong", WRONG_LOADS)
def test_what_was_drawn_is_checked(
    plant: Database, now: datetime, wrong: Wrong
) -> None:
    check_refused(plant, now, wrong)


def _refused(plant: Database, now: datetime, fills: str) -> list[tuple[int, str, str]]:
    files = [("c.csv", TANK.encode()), ("f.csv", fills.encode())]
    with pytest.raises(ImportRefused) as refused:
        bring(plant, files, now)
    assert {row.file for row in refused.value.rows} == {"f.csv"}
    return [(row.line, row.column, row.code) for row in refused.value.rows]


@pytest.mark.parametrize(("row", "column", "code"), WRONG_FILLS)
def test_a_bad_fill_is_told_with_its_place(
    plant: Database, now: datetime, row: str, column: str, code: str
) -> None:
    assert _refused(plant, now, f"{TANKS}\n{row}\n") == [(2, column, code)]


def test_a_fill_is_not_told_twice(plant: Database, now: datetime) -> None:
    row = "YL1,T-1,B-7,BEEF,{},1,kg,2026-11-10 09:00,RM1\n"
    fills = f"{TANKS}\n{row.format('')}{row.format('S1')}"
    assert _refused(plant, now, fills) == [(3, "at", "already_there")]


def test_only_what_comes_along_is_booked_already(
    plant: Database, now: datetime
) -> None:
    fills = f"{TANKS},booked\nYL1,T-1,B-7,BEEF,,1,kg,2026-11-10 09:00,RM1,yes\n"
    assert _refused(plant, now, fills) == [(2, "booked", "booked_elsewhere")]


def test_a_bad_tank_is_told_once(plant: Database, now: datetime) -> None:
    tank = f"{CYCLES}\nYL1,T1,tank,T-1,2026-11-10 08:00,2026-11-10 07:00,pass,,\n"
    fills = f"{TANKS}\nYL1,T-1,B-7,BEEF,,1,kg,2026-11-10 09:00,RM1\n"
    with pytest.raises(ImportRefused) as refused:
        bring(plant, [("c.csv", tank.encode()), ("f.csv", fills.encode())], now)
    [row] = refused.value.rows
    assert (row.file, row.column, row.code) == ("c.csv", "end", "times_reversed")


def test_a_fill_takes_its_goods_off_the_stock(plant: Database, now: datetime) -> None:
    fills = f"{TANKS}\nYL1,T-1,B-7,BEEF,S1,300,kg,2026-11-10 08:30,\n"
    bring(plant, [("c.csv", TANK.encode()), ("f.csv", fills.encode())], now)
    with plant.reading() as session:
        [fill] = session.scalars(sa.select(TankFill))
        [load] = session.scalars(sa.select(CycleLoad).filter_by(cycle_id=fill.cycle_id))
        assert (fill.quantity, fill.at.hour, load.quantity) == (300_000_000, 0, 10)
        assert load.drawn_at is not None
        left = sa.select(Stock.quantity).join(Location, Location.code == "RM1")
        here = left.where(Stock.location_id == Location.id)
        assert session.scalar(here.filter_by(lot_id=fill.lot_id)) == 600_000_000
