"""A plant with its places, for the tests of the stock room."""

import pytest
import stockroom

from lotmark.trace.db import Database


@pytest.fixture
def plant(database: Database) -> stockroom.Plant:
    with database.writing() as session:
        return stockroom.build(session)
