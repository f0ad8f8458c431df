"""A batch in test, and an ingredient."""

import batch_work
import pytest
import small_plant
from flask.testing import FlaskClient

from lotmark.trace import clock
from lotmark.trace.parties.tables import Partner
from lotmark.web.installation import Installation


@pytest.fixture(autouse=True)
def made(house: Installation) -> None:
    """Batch 1: 100 packs at line 2, in test; lot 2: 25 kg of beef at FG1."""
    now = clock.now()
    with house.plant.writing() as session:
        session.add(
            Partner(code="S01", kind="supplier", name="牧场", name_en="Pastures")
        )
        session.flush()
        batch_work.make(session, "L2-1", now)
        batch_work.receive(session, "BY261001", now)


@pytest.fixture
def qian(log_in: small_plant.LogIn) -> FlaskClient:
    return log_in("qian")
