"""A small plant, and a batch of 100 packs on its line 2."""

from datetime import datetime

import batch_work
import line_two
import pytest

from lotmark.trace.db import Database


@pytest.fixture
def plant(database: Database) -> Database:
    with database.writing() as session:
        batch_work.build(session)
    return database


@pytest.fixture
def made(plant: Database, now: datetime) -> int:
    """The id of a batch whose 100 packs are at the line, still in production."""
    with plant.writing() as session:
        return batch_work.make(session, "L2-1", now).id


@pytest.fixture
def line_id(database: Database) -> int:
    """Line 2 of a plant that makes beef."""
    return line_two.build_line(database)


@pytest.fixture
def lot_id(database: Database, line_id: int, now: datetime) -> int:
    """A batch of a thousand packs, open on it."""
    with database.writing() as session:
        return line_two.open_batch(session, line_id, now).id
