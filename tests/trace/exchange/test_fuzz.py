"""Malformed files are imported or refused in our own words, and then change nothing.

150 files in a normal run; ``LOTMARK_FUZZ=1000`` makes it so many.
"""

import os
from datetime import datetime

from plant_files import File, contents
from spoilt_files import GOOD, spoilt_files

from lotmark.trace import people
from lotmark.trace.db import Database
from lotmark.trace.errors import TooLarge
from lotmark.trace.exchange.imports import ImportRefused, import_files

TIMES = int(os.environ.get("LOTMARK_FUZZ", "150"))
EVENTS = ("checks.csv", "cleanings.csv", "consumption.csv", "cycles.csv", "runs.csv")
GOODS = ("cases.csv", "movements.csv", "shipments.csv")


class Undo(Exception):
    """Take a successful import back: some damage does no harm."""


def attempt(database: Database, file: File, now: datetime) -> str:
    """``imported``, or the sentence that says why not."""
    try:
        with database.writing() as session:
            import_files(session, [file], people.system(), now, key_version=1)
            raise Undo
    except Undo:
        return "imported"
    except (ImportRefused, TooLarge) as error:
        if isinstance(error, ImportRefused):
            assert all(str(row) for row in error.rows)
        return str(error)


def test_the_files_are_good_before_they_are_spoilt(
    plant: Database, now: datetime
) -> None:
    for name in (*EVENTS, *GOODS):
        file = name, GOOD[name].encode()
        assert attempt(plant, file, now) == "imported", name


def test_malformed_files_are_imported_or_refused(
    plant: Database, now: datetime
) -> None:
    before = contents(plant)
    imported = 0
    for number, file in enumerate(spoilt_files(TIMES, seed=26)):
        said = attempt(plant, file, now)
        assert said, (number, file)
        imported += said == "imported"
        if plant.is_sqlite:
            assert contents(plant) == before, (number, file)
    assert contents(plant) == before
    assert 0 < imported < TIMES / 2
