"""A scope that leaves something open is locked only when somebody accepted that."""

from datetime import datetime, timedelta

import pytest
import recalling

from lotmark.recall.recalls.locking import (
    accept_unresolved,
    lock_scope,
    propose_scope,
)
from lotmark.recall.recalls.scopes import unresolved
from lotmark.recall.recalls.steps import decide
from lotmark.recall.scope.criteria import Criteria, LineWindow
from lotmark.recall.scope.saved import save_scope
from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict, InvalidInput
from lotmark.trace.production.tables import LineRun


def test_it_is_accepted_with_a_reason(database: Database, now: datetime) -> None:
    with database.writing() as session:
        plant = recalling.build(session, now)
        story, begun = plant.story, now - timedelta(hours=9)
        session.add(
            LineRun(
                lot_id=story.b.id,
                line_id=story.line.id,
                started_at=begun,
                ended_at=begun + timedelta(hours=3),
            )
        )
        session.flush()
        window = LineWindow(story.line.id, begun, begun + timedelta(hours=1))
        dirty = save_scope(session, Criteria((window,)), "金属", plant.qian, now).number
        number = recalling.assess(session, plant, now).number
        decide(session, number, recalling.decision(), plant.dong, now)
        version = propose_scope(session, number, dirty, plant.dong, now)
        assert unresolved(version) == {"unbounded": ["YL1/L1"]}
        with pytest.raises(Conflict) as open_still:
            lock_scope(session, number, version.hash, plant.qian, now)
        assert open_still.value.code == "scope_unresolved"
        with pytest.raises(InvalidInput):
            accept_unresolved(session, number, " ", plant.dong, now)
        for _ in range(2):  # sent twice
            accept_unresolved(session, number, "整班都算", plant.dong, now)
        lock_scope(session, number, version.hash, plant.qian, now)
        assert (version.state, version.accepted_by) == ("locked", "dong")
