"""Runs, cycles, cleanings, checks and consumption that cannot be imported."""

from datetime import datetime

import pytest
from refusing import CHECKS, CLEAN, CYCLES, RUNS, USED, Wrong, check_refused

from lotmark.trace.db import Database

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
