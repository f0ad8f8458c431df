"""An installation with a recall whose notice is approved."""

from datetime import datetime

import notice_scene
import pytest
from notice_scene import Scene

from lotmark.trace import clock
from lotmark.web.installation import Installation


@pytest.fixture
def scene(house: Installation) -> Scene:
    with house.plant.writing() as session:
        return notice_scene.add_recalls(session, clock.now())


@pytest.fixture
def now() -> datetime:
    return clock.now()
