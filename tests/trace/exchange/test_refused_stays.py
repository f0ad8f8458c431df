"""Stays of cases on pallets: bad rows are told, good ones come in."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from plant_files import bring
from refusing import CASES, NEW, PALLET, S1, STAYS

from lotmark.trace.db import Database
from lotmark.trace.exchange.rows import ImportRefused
from lotmark.trace.stock.stays import stays_of
from lotmark.trace.stock.tables import LogisticUnit

OTHER = "095060000000000060"
UNITS = f"{CASES}\n{NEW},{PALLET},P-1,80-119,\n{PALLET},,,,\n{OTHER},,,,\n"
GOOD = f"{NEW},{OTHER},2026-11-10 08:00,2026-11-10 09:00"
WRONG = [
    (f"{S1},{PALLET},2026-11-10 08:00,2026-11-10 09:00", "sscc", "unit_not_imported"),
    (f"{NEW},{S1},2026-11-10 08:00,2026-11-10 09:00", "pallet", "unit_not_imported"),
    (f"{PALLET},{OTHER},2026-11-10 08:00,", "sscc", "unit_not_imported"),
    (f"{NEW},{OTHER},2026-11-10 09:00,2026-11-10 08:00", "until", "times_reversed"),
    (f"{NEW},{OTHER},2026-11-10 09:00,", "until", "stay_over"),
    (f"{NEW},{OTHER},2026-12-10 09:00,", "since", "time_ahead"),
    (f"{NEW},,2026-11-10 09:00,", "pallet", "cell_missing"),
]


def _files(rows: str) -> list[tuple[str, bytes]]:
    stays = f"{STAYS}\n{rows}\n"
    return [("c.csv", UNITS.encode()), ("s.csv", stays.encode())]


def _refused(plant: Database, now: datetime, rows: str) -> list[tuple[int, str, str]]:
    with pytest.raises(ImportRefused) as refused:
        bring(plant, _files(rows), now)
    assert {row.file for row in refused.value.rows} == {"s.csv"}
    return [(row.line, row.column, row.code) for row in refused.value.rows]


@pytest.mark.parametrize(("row", "column", "code"), WRONG)
def test_a_bad_stay_is_told_with_its_place(
    plant: Database, now: datetime, row: str, column: str, code: str
) -> None:
    assert _refused(plant, now, row) == [(2, column, code)]


def test_a_case_is_on_one_pallet_at_a_time(plant: Database, now: datetime) -> None:
    lasting = f"{NEW},{PALLET},2026-11-10 08:59,"
    assert _refused(plant, now, f"{GOOD}\n{lasting}") == [(3, "since", "stays_overlap")]
    twice = f"{NEW},{OTHER},2026-11-10 08:00:00,2026-11-10 09:00"
    assert _refused(plant, now, f"{GOOD}\n{twice}") == [(3, "since", "already_there")]
    unknown = f"{NEW},{PALLET},,2026-11-10 08:01"
    assert _refused(plant, now, f"{GOOD}\n{unknown}") == [(2, "since", "stays_overlap")]


def test_stays_come_in(plant: Database, now: datetime) -> None:
    bring(plant, _files(f"{GOOD}\n{NEW},{PALLET},2026-11-10 09:00,"), now)
    with plant.reading() as session:
        case = session.scalars(sa.select(LogisticUnit).filter_by(sscc=NEW)).one()
        here, before = stays_of(session, case)
        assert (here.unit.sscc, here.until) == (PALLET, None)
        assert (before.unit.sscc, before.until) == (OTHER, here.since)
