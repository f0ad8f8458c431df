"""Master data and lots that cannot be imported."""

from datetime import datetime

import pytest
from refusing import LOTS, Wrong, check_refused

from lotmark.trace.db import Database

WRONG: list[Wrong] = [
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
    (
        "code,name,time_zone",
        "Y3,x,,more\nY4,x\nY4,x\nY5,x,,,",
        [(2, "", "row_too_long"), (4, "", "row_twice")],
    ),
]


@pytest.mark.parametrize("wrong", WRONG)
def test_every_bad_row_is_told_and_nothing_changes(
    plant: Database, now: datetime, wrong: Wrong
) -> None:
    check_refused(plant, now, wrong)
