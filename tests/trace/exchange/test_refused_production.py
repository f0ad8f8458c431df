"""Runs, cycles, cleanings, checks and consumption that cannot be imported."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from plant_files import bring
from refusing import CHECKS, CLEAN, CYCLES, RUNS, USED, Wrong, check_refused

from lotmark.trace.db import Database
from lotmark.trace.exchange.rows import ImportRefused
from lotmark.trace.parties.tables import Lot
from lotmark.trace.production.inspections import inspections_of

WRONG: list[Wrong] = [
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
]


@pytest.mark.parametrize("wrong", WRONG)
def test_every_bad_row_is_told_and_nothing_changes(
    plant: Database, now: datetime, wrong: Wrong
) -> None:
    check_refused(plant, now, wrong)


def test_what_the_laboratory_failed_is_not_used(plant: Database, now: datetime) -> None:
    """As the services ask it: the last receiving inspection before the use counts."""
    failed = "lot,article,supplier,kind,at,result\n"
    failed += "B-7,BEEF,S1,receiving,2026-11-02 08:00,fail\n"
    used = f"{USED}\nP-1,BEEF,B-7,S1,1,kg,2026-11-10 08:00,consumption,RM1\n"
    files = [("i.csv", failed.encode()), ("c.csv", used.encode())]
    with pytest.raises(ImportRefused) as refused:
        bring(plant, files, now)
    [row] = refused.value.rows
    assert (row.file, row.column, row.code) == ("c.csv", "input_lot", "lot_failed")
    passed = failed + "B-7,BEEF,S1,receiving,2026-11-03 08:00,pass\n"
    bring(plant, [("i.csv", passed.encode()), files[1]], now)


def test_a_released_batch_has_its_inspection(plant: Database) -> None:
    with plant.reading() as session:
        lot = session.scalars(sa.select(Lot).filter_by(code="P-1")).one()
        [found] = inspections_of(session, lot.id)
        assert (found.kind, found.result, found.certificate) == (
            *("outgoing", "pass"),
            "C-1",
        )
