"""The small plant, brought in by the importer."""

from datetime import datetime

import pytest
from plant_files import base_files, bring

from lotmark.trace.db import Database


@pytest.fixture
def plant(database: Database, now: datetime) -> Database:
    """A database with the small plant of ``plant_files``, on each engine."""
    bring(database, base_files(), now)
    return database
