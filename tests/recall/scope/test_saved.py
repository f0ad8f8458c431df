"""A kept scope says aloud when later records make another of it."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from scope_story import Story
from sqlalchemy.orm import Session
from stockroom import LI, QIAN

from lotmark.recall.scope.criteria import Criteria, InputLot, LotCriterion
from lotmark.recall.scope.saved import (
    changed_scopes,
    changes_since,
    changes_to,
    check_scopes,
    decisions,
    find_scope,
    list_scopes,
    renew_scope,
    save_scope,
)
from lotmark.recall.scope.tables import SavedScope, SavedScopeLot
from lotmark.trace.audit import AuditRow
from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict, Forbidden, NotFound
from lotmark.trace.parties.tables import Lot
from lotmark.trace.production.tables import LotInput


@pytest.fixture
def story(database: Database, now: datetime) -> Story:
    """The spice's story, and its scope from batch B, kept by Qian."""
    with database.writing() as session:
        told = Story(session, now)
        save_scope(session, Criteria((LotCriterion(told.b.id),)), "胀袋", QIAN, now)
    return told


def rework(database: Database, source: Lot, target: Lot, now: datetime) -> None:
    """A record that came late."""
    with database.writing() as session:
        session.add(
            LotInput(
                input_id=source.id,
                output_id=target.id,
                kind="rework",
                quantity=1,
                at=now,
            )
        )


def sweep(database: Database, now: datetime) -> list[str]:
    with database.writing() as session:
        return check_scopes(session, changed_scopes(session), now)


def audited(session: Session) -> list[str]:
    rows = sa.select(AuditRow.action).where(AuditRow.action.like("scope.%"))
    return list(session.scalars(rows.order_by(AuditRow.id)))


def test_a_kept_scope_has_its_lots_and_where_they_were(
    database: Database, story: Story, now: datetime
) -> None:
    with database.reading() as session:
        (saved,) = list_scopes(session, 10)
        rows = session.execute(
            sa.select(Lot.code, SavedScopeLot.tier, SavedScopeLot.counted)
            .join(Lot, Lot.id == SavedScopeLot.lot_id)
            .order_by(Lot.code)
        ).all()
        hash_now = story.scope(Criteria((LotCriterion(story.b.id),))).hash
    assert (saved.number, saved.title, saved.state) == ("FW-26-0001", "胀袋", "draft")
    assert (saved.computed_at, saved.computed_by) == (now, "qian")
    assert saved.hash == hash_now
    assert saved.positions["made"] == 200
    assert rows == [("A", 2, True), ("B", 1, True), ("C", 3, False), ("S", 3, False)]


def test_late_records_make_it_stale_and_say_what_changed(
    database: Database, story: Story, now: datetime
) -> None:
    assert sweep(database, now) == []
    later = now + timedelta(hours=3)
    rework(database, story.b, story.c, now)
    assert sweep(database, later) == ["FW-26-0001"]
    assert sweep(database, later + timedelta(hours=1)) == []  # said once
    with database.reading() as session:
        saved = find_scope(session, "FW-26-0001")
        assert (saved.state, saved.stale_at) == ("stale", later)
        assert saved.stale_hash not in (None, saved.hash)
        changes = changes_since(session, saved)
        assert audited(session) == ["scope.save", "scope.stale"]
    assert [(one.code, one.before, one.after) for one in changes] == [
        ("C", (3, None), (1, None))
    ]


def test_a_new_version_keeps_decisions_and_tells_the_difference(
    database: Database, story: Story, now: datetime
) -> None:
    rework(database, story.b, story.c, now)
    sweep(database, now)
    with database.writing() as session:
        new = renew_scope(session, "FW-26-0001", QIAN, now)
        old = find_scope(session, "FW-26-0001")
        assert (old.state, new.state, new.previous_id) == (
            "superseded",
            "draft",
            old.id,
        )
        assert (new.number, new.title) == ("FW-26-0001-2", "胀袋")
        assert [
            (one.code, one.before, one.after) for one in changes_to(session, new)
        ] == [("C", (3, None), (1, None))]
        third = renew_scope(session, "FW-26-0001-2", QIAN, now)
        assert third.number == "FW-26-0001-3"
        assert changes_to(session, third) == ()
    with database.writing() as session, pytest.raises(Conflict) as caught:
        renew_scope(session, "FW-26-0001", QIAN, now)
    assert caught.value.code == "scope_superseded"


def test_decisions_on_probable_lots_are_carried_on(
    database: Database, story: Story, now: datetime
) -> None:
    facts = Criteria((LotCriterion(story.b.id),))
    decided = {story.a.id: False, story.c.id: True}
    with database.writing() as session:
        saved = save_scope(session, facts, "", QIAN, now, decided)
        new = renew_scope(session, saved.number, QIAN, now)
        assert decisions(session, new) == decided | {story.s.id: False}
        assert new.positions["made"] == 200


def test_records_put_right_again_end_the_alarm(
    database: Database, story: Story, now: datetime
) -> None:
    rework(database, story.b, story.c, now)
    sweep(database, now)
    with database.writing() as session:
        session.execute(sa.delete(LotInput).where(LotInput.input_id == story.b.id))
    assert sweep(database, now) == []
    with database.reading() as session:
        saved = find_scope(session, "FW-26-0001")
        assert (saved.state, saved.stale_at, saved.stale_hash) == ("draft", None, None)
        assert audited(session) == ["scope.save", "scope.stale", "scope.current"]


def test_moves_alone_make_nothing_stale(
    database: Database, story: Story, now: datetime
) -> None:
    with database.writing() as session:
        story.session = session
        story.move(story.b, "W1 > Q1", 7)
    assert sweep(database, now) == []


def test_a_criterion_that_is_gone_makes_it_stale(
    database: Database, story: Story, now: datetime
) -> None:
    with database.writing() as session:
        save_scope(session, Criteria((InputLot(story.s.id),)), "", QIAN, now)
        session.get_one(Lot, story.s.id).code = "S-corrected"
    assert sweep(database, now) == ["FW-26-0001", "FW-26-0002"]
    with database.reading() as session:
        saved = find_scope(session, "FW-26-0002")
        assert (saved.state, saved.stale_hash) == ("stale", None)
        with pytest.raises(NotFound):
            changes_since(session, saved)


def test_stale_scopes_come_first(
    database: Database, story: Story, now: datetime
) -> None:
    with database.writing() as session:
        save_scope(session, Criteria((LotCriterion(story.c.id),)), "", QIAN, now)
        session.get_one(SavedScope, 1).state = "stale"
    with database.reading() as session:
        numbers = [saved.number for saved in list_scopes(session, 10)]
    assert numbers == ["FW-26-0001", "FW-26-0002"]


def test_who_may_not_compute_may_not_keep(
    database: Database, story: Story, now: datetime
) -> None:
    with database.writing() as session, pytest.raises(Forbidden):
        save_scope(session, Criteria((LotCriterion(story.b.id),)), "", LI, now)
    with database.writing() as session, pytest.raises(NotFound):
        renew_scope(session, "FW-26-9999", QIAN, now)
