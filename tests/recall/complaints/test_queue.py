"""The desk's queue: grouped by symptom and batch, the most urgent first."""

from datetime import datetime, timedelta

import pytest
from complaining import Scene, complain

from lotmark.recall.complaints import queries, service
from lotmark.trace.db import Database
from lotmark.trace.stock.tables import Hold

DAY = timedelta(days=1)


@pytest.fixture
def busy(database: Database, scene: Scene, now: datetime) -> Scene:
    """Three swollen packs of one batch on three days, one ill, one old and closed."""
    with database.writing() as session:
        old = complain(session, now - 20 * DAY, lot_id=scene.lot_id)
        for ago in (2 * DAY, DAY, timedelta(minutes=5)):
            complain(session, now - ago, lot_id=scene.lot_id)
        complain(session, now - timedelta(minutes=40), kind="ill", pack_text="鸭脖")
        for step in (service.acknowledge, service.investigate):
            step(session, old.number, scene.he, now - 19 * DAY)
        service.propose_answer(session, old.number, "退款", scene.he, now)
        service.close(session, old.number, "", scene.he, now)
        second = now - 2 * DAY + timedelta(minutes=12)
        service.acknowledge(session, "KS-26-0002", scene.zhou, second)
    return scene


def test_groups(database: Database, busy: Scene, now: datetime) -> None:
    with database.reading() as session:
        swollen, ill = queries.queue(session, "open", now)
    assert swollen.lot is not None
    assert (swollen.kind, swollen.lot.code, swollen.count) == (
        "swollen",
        "L2-261118-03",
        3,
    )
    assert swollen.today == 1
    assert swollen.series == (0,) * 11 + (1, 1, 1)
    assert swollen.states == {"received": 2, "acknowledged": 1}
    assert swollen.owners == ("zhou",)
    assert swollen.due_at == now - DAY + timedelta(minutes=30)
    assert swollen.next_case.number == "KS-26-0003"
    assert not swollen.held
    assert (ill.kind, ill.lot, ill.count) == ("ill", None, 1)


def test_what_the_desk_can_show(database: Database, busy: Scene, now: datetime) -> None:
    shown: dict[str, set[str]] = {}
    with database.reading() as session:
        for show in queries.SHOWS:
            groups = queries.queue(session, show, now, "zhou")
            shown[show] = {case.number for group in groups for case in group.cases}
    assert shown == {
        "open": {"KS-26-0002", "KS-26-0003", "KS-26-0004", "KS-26-0005"},
        "waiting": {"KS-26-0003", "KS-26-0004", "KS-26-0005"},
        "mine": {"KS-26-0002"},
        "done": {"KS-26-0001"},
    }


def test_a_held_batch_is_seen(database: Database, busy: Scene, now: datetime) -> None:
    with database.writing() as session:
        session.add(
            Hold(
                number="FC-26-0001",
                lot_id=busy.lot_id,
                reason="胀袋",
                placed_by="qian",
                placed_at=now,
            )
        )
        session.flush()
        assert queries.queue(session, "open", now)[0].held


def test_a_case_knows_how_many_are_alike(database: Database, busy: Scene) -> None:
    with database.reading() as session:
        assert queries.case(session, "KS-26-0002").alike == 3
        assert queries.case(session, "KS-26-0005").alike == 0


def test_the_figures_of_today(database: Database, busy: Scene, now: datetime) -> None:
    with database.writing() as session:
        service.acknowledge(session, "KS-26-0004", busy.zhou, now)
        figures = queries.today(session, now)
    assert figures == queries.Today(late=2, soon=1, new=2, closed=1, response_minutes=5)


def test_an_empty_desk(database: Database, scene: Scene, now: datetime) -> None:
    with database.reading() as session:
        assert queries.queue(session, "open", now) == []
        assert queries.today(session, now) == queries.Today(0, 0, 0, 0, None)
