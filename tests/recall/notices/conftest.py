"""A running recall and an exercise, each with a scope."""

from datetime import datetime

import notice_scene
import pytest
from notice_scene import Scene

from lotmark.trace.db import Database


@pytest.fixture
def scene(database: Database, now: datetime) -> Scene:
    with database.writing() as session:
        return notice_scene.set_up(session, now)
