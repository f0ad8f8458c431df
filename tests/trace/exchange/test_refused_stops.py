"""Corrections of checks and stops of lines that cannot be imported."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from plant_files import bring
from refusing import CORRECTED, STOPS, Bad, Wrong, check_refused

from lotmark.trace.db import Database
from lotmark.trace.exchange.rows import ImportRefused
from lotmark.trace.production.tables import LineStop, ProcessCheck

CHECKED = f"""{CORRECTED}
P-1,YL1/L1,2026-11-10 09:00,vacuum,fail,2026-11-10 09:20,换密封圈,1
P-1,YL1/L1,2026-11-10 09:30,vacuum,pass,,,2
P-3,YL1/L2,2026-11-10 09:30,vacuum,pass,,,3
"""
WRONG: list[Wrong] = [
    (
        CORRECTED,
        "P-1,YL1/L1,2026-11-10 09:00,vacuum,pass,2026-11-10 09:20,换密封圈,1\n"
        "P-1,YL1/L1,2026-11-10 09:01,vacuum,fail,2026-11-10 09:00,换密封圈,2\n"
        "P-1,YL1/L1,2026-11-10 09:02,vacuum,fail,2026-11-10 09:20,,3\n"
        "P-1,YL1/L1,2026-11-10 09:03,vacuum,fail,,换密封圈,4\n"
        "P-1,YL1/L1,2026-11-10 09:04,vacuum,fail,2026-12-10 09:00,换密封圈,5",
        [
            (2, "corrected_at", "check_not_failed"),
            (3, "corrected_at", "check_not_failed"),
            (4, "correction", "cell_missing"),
            (5, "corrected_at", "cell_missing"),
            (6, "corrected_at", "time_ahead"),
        ],
    ),
    (
        STOPS,
        "YL1/L9,2026-11-10 09:00,,2026-11-10 09:20,,换膜\n"
        "YL1/L1,2026-11-10 09:01,,2026-11-10 09:00,,换膜\n"
        "YL1/L1,2026-11-10 09:02,,2026-11-10 09:20,,\n"
        "YL1/L1,2026-11-10 09:03,2026-11-10 09:00,2026-11-10 09:20,,换膜\n"
        "YL1/L1,2026-11-10 09:04,2026-11-10 09:30,2026-11-10 09:20,,换膜\n"
        "YL1/L1,2026-11-10 09:05,2026-11-10 09:10,2026-11-10 09:20,,换膜\n"
        "YL1/L1,2026-11-10 09:06,,2026-11-10 09:20,7,换膜\n"
        "YL1/L1,2026-11-10 09:07,,,,换膜",
        [
            (2, "line", "line_unknown"),
            (3, "end", "times_reversed"),
            (4, "reason", "cell_missing"),
            (5, "rectified_at", "times_reversed"),
            (6, "end", "times_reversed"),
            (7, "check", "restart_unchecked"),
            (8, "check", "check_unknown"),
            (9, "end", "line_running"),
        ],
    ),
    (
        STOPS,
        "YL1/L1,2026-11-10 09:00,,2026-11-10 09:20,,换膜\n"
        "YL1/L1,2026-11-10 09:00,,2026-11-10 09:30,,换膜",
        [(3, "start", "already_there")],
    ),
]
NOT_THAT = [
    "YL1/L1,2026-11-10 08:50,2026-11-10 08:50,2026-11-10 09:30,1,整改",
    "YL1/L1,2026-11-10 08:50,2026-11-10 08:50,2026-11-10 09:29,2,整改",
    "YL1/L1,2026-11-10 09:31,2026-11-10 09:31,2026-11-10 09:40,2,整改",
    "YL1/L1,2026-11-10 08:50,2026-11-10 08:50,2026-11-10 09:30,3,整改",
    "YL1/L1,2026-11-10 08:50,2026-11-10 08:50,,2,整改",
]


def _refused(plant: Database, now: datetime, *texts: str) -> list[Bad]:
    files = [(f"{n}.csv", text.encode()) for n, text in enumerate(texts)]
    with pytest.raises(ImportRefused) as refused:
        bring(plant, files, now)
    return [(row.line, row.column, row.code) for row in refused.value.rows]


@pytest.mark.parametrize("wrong", WRONG)
def test_every_bad_row_is_told_and_nothing_changes(
    plant: Database, now: datetime, wrong: Wrong
) -> None:
    check_refused(plant, now, wrong)


@pytest.mark.parametrize("row", NOT_THAT)
def test_a_line_runs_again_after_a_passed_check_of_its_own(
    plant: Database, now: datetime, row: str
) -> None:
    found = _refused(plant, now, CHECKED, f"{STOPS}\n{row}\n")
    assert found == [(2, "check", "check_not_passed")]


def test_a_stop_whose_check_is_bad_is_not_told_too(
    plant: Database, now: datetime
) -> None:
    checks = CHECKED.replace(
        "P-1,YL1/L1,2026-11-10 09:30", "P-9,YL1/L1,2026-11-10 09:30"
    )
    stop = "YL1/L1,2026-11-10 08:50,2026-11-10 08:50,2026-11-10 09:30,2,整改"
    found = _refused(plant, now, checks, f"{STOPS}\n{stop}\n")
    assert found == [(3, "lot", "lot_unknown")]


def test_a_line_stands_still_once(plant: Database, now: datetime) -> None:
    lines = "site,code,name,status\nYL1,L7,7 号线,stopped\n"
    stops = f"{STOPS}\nYL1/L7,2026-11-10 09:00,,,,停\nYL1/L7,2026-11-10 09:30,,,,停\n"
    assert _refused(plant, now, lines, stops) == [(3, "end", "stops_overlap")]


def test_a_stop_and_a_correction_come_in(plant: Database, now: datetime) -> None:
    stop = "YL1/L1,2026-11-10 08:50,2026-11-10 08:55,2026-11-10 09:30,2,封口漏气"
    texts = CHECKED, f"{STOPS}\n{stop}\n"
    bring(plant, [(f"{n}.csv", text.encode()) for n, text in enumerate(texts)], now)
    with plant.reading() as session:
        [found] = session.scalars(sa.select(LineStop))
        check = session.get_one(ProcessCheck, found.check_id)
        assert (check.result, check.at, found.reason) == (
            *("pass", found.ended_at, "封口漏气"),
        )
        [bad] = session.scalars(sa.select(ProcessCheck).filter_by(result="fail"))
        assert (bad.correction, bad.corrected_by) == ("换密封圈", "system")
        assert bad.corrected_at is not None
    again = _refused(plant, now, f"{STOPS}\n{stop.replace('2,封', ',封')}\n")
    assert again == [(2, "check", "restart_unchecked")]
    pause = f"{STOPS}\nYL1/L1,2026-11-10 08:50,,2026-11-10 09:30,,停\n"
    assert _refused(plant, now, pause) == [(2, "start", "already_there")]
