"""A plant with its places, for the tests of the stock room."""

import pytest
import stockroom
from loads import works

from lotmark.trace.db import Database


@pytest.fixture
def plant(database: Database) -> stockroom.Plant:
    with database.writing() as session:
        return stockroom.build(session)


@pytest.fixture
def site(database: Database, plant: stockroom.Plant) -> int:
    """Its site, with all the places."""
    with database.writing() as session:
        return works(session)
