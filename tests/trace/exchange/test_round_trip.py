"""What is exported and imported into an empty house is the same plant."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import random_files
import sqlalchemy as sa
from hypothesis import HealthCheck, given, reject, settings
from plant_files import base_files, bring
from plant_life import RING
from same_plants import as_workbooks, empty_house, exported, facts

from lotmark.trace import people
from lotmark.trace.db import Database
from lotmark.trace.exchange.reading import File
from lotmark.trace.exchange.rows import ImportRefused
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.known_keys import remember_keys
from lotmark.trace.parties.lots import find_line, find_place
from lotmark.trace.parties.tables import Article
from lotmark.trace.production.batches import open_batch, record_applied
from lotmark.trace.production.codes import issue_codes
from lotmark.trace.stock.service import move_stock
from lotmark.web.sample import sample_files

TODAY = date(2026, 11, 24)


@pytest.fixture
def house(database: Database) -> Database:
    """An empty house with its key."""
    with database.writing() as session:
        remember_keys(session, RING)
    return database


def test_the_sample_plant_comes_back_whole(
    house: Database, sqlite_template: Path, tmp_path: Path, now: datetime
) -> None:
    bring(house, sample_files(TODAY), now)
    files = exported(house)
    assert len(files) == 18
    with empty_house(sqlite_template, tmp_path / "b") as other:
        bring(other, files, now)
        assert facts(other) == facts(house)
        assert exported(other) == files
    with empty_house(sqlite_template, tmp_path / "c") as third:
        bring(third, as_workbooks(house), now)
        assert facts(third) == facts(house)
        assert exported(third) == files


def test_a_batch_made_in_the_house_comes_back(
    house: Database, sqlite_template: Path, tmp_path: Path, now: datetime
) -> None:
    """Labelled in two steps, then moved: what an import would have booked at once."""
    bring(house, base_files(), now)
    me = people.system()
    with house.writing() as session:
        beef = session.scalars(sa.select(Article).filter_by(code="PACK")).one()
        line = find_line(session, "YL1/L1")
        lot = open_batch(session, beef, line, "P-9", now.date(), 100, me, now)
        issue_codes(session, lot.id, 100, 1, me, now)
        for lo in (0, 60):
            items = ItemSet.range(lo, lo + 40 if lo else 60)
            record_applied(session, lot.id, items, me, now + timedelta(minutes=lo))
        move_stock(
            *(session, lot.id, find_place(session, "YL1/L1").id),
            find_place(session, "FG1").id,
            items=ItemSet.range(10, 50),
            at=now + timedelta(hours=2),
            document="RK-1",
            actor=me,
            now=now + timedelta(hours=2),
        )
    files = exported(house)
    assert (
        b"P-9,PACK,,,YL1/L1,2026-11-24,,2027-05-23,in_production,item,0,piece"
        in (dict(files)["lots.csv"])
    )
    with empty_house(sqlite_template, tmp_path / "b") as other:
        bring(other, files, now)
        assert facts(other) == facts(house)
        assert exported(other) == files


@settings(
    max_examples=12,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.filter_too_much,
        HealthCheck.too_slow,
    ],
)
@given(files=random_files.plants())
def test_any_plant_comes_back_whole(
    files: list[File], sqlite_template: Path, tmp_path: Path, now: datetime
) -> None:
    with (
        empty_house(sqlite_template, tmp_path / "a") as first,
        empty_house(sqlite_template, tmp_path / "b") as second,
    ):
        try:
            bring(first, files, now)
        except ImportRefused:
            reject()  # a plant that cannot be, e.g. goods moved that were not there
        taken = exported(first)
        bring(second, taken, now)
        assert facts(second) == facts(first)
        assert exported(second) == taken
