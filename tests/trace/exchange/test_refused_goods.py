"""Cases, shipments and movements that cannot be imported."""

from datetime import datetime

import pytest
from refusing import CASES, MOVES, NEW, PALLET, S1, S3, SHIPS, Wrong, check_refused

from lotmark.trace.db import Database

WRONG: list[Wrong] = [
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
]


@pytest.mark.parametrize("wrong", WRONG)
def test_every_bad_row_is_told_and_nothing_changes(
    plant: Database, now: datetime, wrong: Wrong
) -> None:
    check_refused(plant, now, wrong)
