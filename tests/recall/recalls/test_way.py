"""A whole recall by three people, step by step, on both engines."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import recalling
import sqlalchemy as sa
from recalling import Plant

from lotmark.recall.recalls.alone import countersign
from lotmark.recall.recalls.attestations import attest, file_report
from lotmark.recall.recalls.cases import find_recall
from lotmark.recall.recalls.clocks import clocks_of
from lotmark.recall.recalls.history import events_of, open_countersignatures
from lotmark.recall.recalls.locking import lock_scope, propose_scope
from lotmark.recall.recalls.scopes import consignees_of, current_scope
from lotmark.recall.recalls.steps import ask_step, decide, take_step
from lotmark.recall.recalls.tables import Recall
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden
from lotmark.trace.identity.tables import ItemMark
from lotmark.trace.production.tables import LotInput
from lotmark.trace.stock.holds import held_items


@pytest.fixture
def plant(database: Database, now: datetime) -> Plant:
    with database.writing() as session:
        return recalling.build(session, now)


def refused(code: str) -> pytest.RaisesExc[Conflict]:
    return pytest.RaisesExc(Conflict, check=lambda error: error.code == code)


def sign(
    session: Session, recall: Recall, plant: Plant, now: datetime, *guards: str
) -> None:
    for guard in guards:
        attest(session, recall.number, guard, "已完成，见附件", plant.qian, now)


def to_locked(session: Session, plant: Plant, now: datetime) -> Recall:
    recall = recalling.assess(session, plant, now)
    decide(session, recall.number, recalling.decision(), plant.dong, now)
    version = propose_scope(session, recall.number, plant.scope, plant.dong, now)
    lock_scope(session, recall.number, version.hash, plant.qian, now)
    return recall


def to_published(session: Session, plant: Plant, now: datetime) -> Recall:
    recall = to_locked(session, plant, now)
    sign(session, recall, plant, now, "plan", "submission", "notices")
    take_step(session, recall.number, "start", plant.dong, now)
    ask_step(session, recall.number, "publish", "公告已定稿", plant.qian, now)
    take_step(session, recall.number, "publish", plant.dong, now)
    return recall


def test_three_people_run_it_to_the_end(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        recall = recalling.assess(session, plant, now)
        number = recall.number
        assert (number, recall.mode, recall.state) == (
            "ZH-26-0001",
            "real",
            "assessment",
        )
        decide(session, number, recalling.decision("II"), plant.dong, now)
        propose_scope(session, number, plant.scope, plant.dong, now)
        seen = current_scope(session, recall.id)
        assert seen is not None
        lock_scope(session, number, seen.hash, plant.qian, now)
        assert (recall.state, seen.state, seen.made) == ("scope_locked", "locked", 200)
        told = consignees_of(session, seen)
        assert [(one.code, one.quantity_min, one.coming) for one in told] == [
            ("C01", 40, 0),
            ("C02", 0, 10),
        ]
        with refused("recall_guard"):
            take_step(session, number, "start", plant.dong, now)
        sign(session, recall, plant, now, "plan", "submission")
        take_step(session, number, "start", plant.dong, now)
        sign(session, recall, plant, now, "notices")
        ask_step(session, number, "publish", "公告已定稿", plant.qian, now)
        both = replace(plant.qian, rights=plant.qian.rights | {"recall.publish"})
        with refused("second_person"):
            take_step(session, number, "publish", both, now)
        take_step(session, number, "publish", plant.dong, now)
        kinds = [clock.kind for clock in clocks_of(session, recall, now)]
        assert kinds == ["report", "completion", "scope", "start"]
        file_report(session, number, "cn_food", "第一次进展报告", plant.qian, now)
        sign(session, recall, plant, now, "effectiveness")
        take_step(session, number, "complete", plant.dong, now)
        sign(session, recall, plant, now, "advance_notice", "dispositions")
        ask_step(session, number, "dispose", "全部销毁", plant.wang, now)
        take_step(session, number, "dispose", plant.qian, now)
        sign(session, recall, plant, now, "summary", "root_cause", "capa", "settlement")
        take_step(session, number, "close", plant.dong, now)
        assert (recall.state, recall.ended_at) == ("closed", now)
        assert [event.what for event in events_of(session, recall.id)][-1] == "close"
        states = {clock.kind: clock.state for clock in clocks_of(session, recall, now)}
        assert set(states.values()) == {"met"}


def test_one_person_starts_at_night_and_another_signs(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        recall = recalling.assess(session, plant, now)
        number = recall.number
        with refused("recall_guard"):
            take_step(session, number, "start_alone", plant.qian, now, "凌晨无人")
        propose_scope(session, number, plant.scope, plant.qian, now)
        take_step(session, number, "start_alone", plant.qian, now, "凌晨无人")
        assert (recall.state, recall.provisional) == ("started", True)
        sign(session, recall, plant, now, "notices")
        take_step(session, number, "publish_alone", plant.qian, now, "凌晨无人")
        late = now + timedelta(hours=25)
        clocks = clocks_of(session, recall, late)
        assert [c.state for c in clocks if c.kind == "countersign"] == ["late"] * 2
        alone = open_countersignatures(session, recall.id)
        assert [event.what for event in alone] == ["start_alone", "publish_alone"]
        for event in alone:
            with refused("second_person"):
                countersign(session, number, event.id, plant.qian, late)
            with pytest.raises(Forbidden):
                countersign(session, number, event.id, plant.wang, late)
            countersign(session, number, event.id, plant.dong, late)
        clocks = clocks_of(session, recall, late)
        assert [c.state for c in clocks if c.kind == "countersign"] == ["met_late"] * 2
        sign(session, recall, plant, now, "plan", "submission", "effectiveness")
        with refused("recall_guard"):  # nobody has locked the scope yet
            take_step(session, number, "complete", plant.dong, late)
        version = current_scope(session, recall.id)
        assert version is not None
        lock_scope(session, number, version.hash, plant.dong, late)
        assert (recall.state, recall.provisional) == ("published", False)
        take_step(session, number, "complete", plant.dong, late)


def test_all_that_counts_is_held_and_marked(
    database: Database, plant: Plant, now: datetime
) -> None:
    a, b, c = plant.story.a, plant.story.b, plant.story.c
    with database.writing() as session:
        recall = recalling.assess(session, plant, now)
        assert set(held_items(session, [a.id, b.id, c.id])) == {b.id}
        propose_scope(session, recall.number, plant.scope, plant.qian, now)
        assert set(held_items(session, [a.id, b.id, c.id])) == {a.id, b.id}
    with database.writing() as session:
        number = recall.number
        decide(session, number, recalling.decision(), plant.dong, now)
        version = current_scope(session, recall.id)
        assert version is not None
        lock_scope(session, number, version.hash, plant.dong, now)
        recall = find_recall(session, number)
        sign(session, recall, plant, now, "plan", "submission", "notices")
        take_step(session, number, "start", plant.dong, now)
        ask_step(session, number, "publish", "公告已定稿", plant.qian, now)
        take_step(session, number, "publish", plant.dong, now)
        marks = session.execute(sa.select(ItemMark.lot_id, ItemMark.lo, ItemMark.hi))
        assert sorted(tuple(mark) for mark in marks) == [
            (a.id, 0, 100),
            (b.id, 0, 100),
        ]


def test_an_exercise_touches_nothing(
    database: Database, plant: Plant, now: datetime
) -> None:
    b = plant.story.b
    with database.writing() as session:
        recall = recalling.assess(session, plant, now, drill=True)
        assert (recall.number, recall.mode) == ("YL-26-0001", "drill")
        number = recall.number
        decide(session, number, recalling.decision(), plant.dong, now)
        propose_scope(session, number, plant.scope, plant.dong, now)
        version = current_scope(session, recall.id)
        assert version is not None
        lock_scope(session, number, version.hash, plant.qian, now)
        sign(session, recall, plant, now, "plan", "submission", "notices")
        take_step(session, number, "start", plant.dong, now)
        ask_step(session, number, "publish", "演练", plant.qian, now)
        take_step(session, number, "publish", plant.dong, now)
        assert recall.state == "published"
        assert held_items(session, [b.id]) == {}
        assert session.scalars(sa.select(ItemMark)).all() == []
        assert b.status == "released"


def test_an_expansion_has_its_own_t0_and_is_run_again(
    database: Database, plant: Plant, now: datetime
) -> None:
    later = now + timedelta(hours=30)
    with database.writing() as session:
        recall = to_published(session, plant, now)
        number, story = recall.number, plant.story
        wider = recalling.keep(
            session, story, plant.qian, later, decided={story.c.id: True}
        )
        propose_scope(
            session,
            number,
            wider,
            plant.dong,
            later,
            reason="C 批也检出",
            aware_at=later - timedelta(hours=1),
        )
        assert recall.state == "expanded"
        assert story.c.id in held_items(session, [story.c.id])
        starts = [c for c in clocks_of(session, recall, later) if c.kind == "start"]
        assert sorted((c.wave, c.state) for c in starts) == [(1, "met"), (2, "running")]
        (second,) = (c for c in starts if c.wave == 2)
        assert second.due_at == later + timedelta(hours=23)
        version = current_scope(session, recall.id)
        assert version is not None
        lock_scope(session, number, version.hash, plant.qian, later)
        with refused("recall_guard"):  # each expansion is reported anew
            take_step(session, number, "start", plant.dong, later)
        narrower = recalling.keep(session, story, plant.qian, later)
        with refused("scope_shrinks"):
            propose_scope(session, number, narrower, plant.dong, later, reason="错了")


def test_a_scope_that_records_changed_is_not_locked(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        recall = recalling.assess(session, plant, now)
        decide(session, recall.number, recalling.decision(), plant.dong, now)
        version = propose_scope(session, recall.number, plant.scope, plant.dong, now)
        with refused("scope_hash"):
            lock_scope(session, recall.number, "0" * 64, plant.qian, now)
        session.add(
            LotInput(
                input_id=plant.story.b.id,
                output_id=plant.story.c.id,
                kind="rework",
                quantity=1,
                at=now,
            )
        )
        with refused("scope_stale"):
            lock_scope(session, recall.number, version.hash, plant.qian, now)
