"""A recall under way: batch B at two customers and in the store."""

from datetime import datetime

import pytest
import recalling
from recovering import Going

from lotmark.recall.quarantine.links import issue_links
from lotmark.recall.recalls.locking import lock_scope, propose_scope
from lotmark.recall.recalls.steps import decide
from lotmark.trace.db import Database


@pytest.fixture(params=["I"])
def level(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def going(database: Database, now: datetime, level: str) -> Going:
    with database.writing() as session:
        plant = recalling.build(session, now)
        recall = recalling.assess(session, plant, now)
        decide(session, recall.number, recalling.decision(level), plant.dong, now)
        version = propose_scope(session, recall.number, plant.scope, plant.dong, now)
        lock_scope(session, recall.number, version.hash, plant.qian, now)
        issue_links(session, recall, plant.dong, now)
    return Going(plant, recall.number)
