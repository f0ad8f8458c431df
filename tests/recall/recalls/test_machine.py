"""The recall's machine against a naive model, with people who may do everything."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from itertools import pairwise

import recalling
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from recall_model import PAPERS, SIGNED_BY_TWO, TARGETS, Paper
from sqlalchemy.orm import Session

from lotmark.recall.recalls.alone import countersign
from lotmark.recall.recalls.attestations import attest
from lotmark.recall.recalls.cases import find_recall, start_assessment
from lotmark.recall.recalls.history import events_of, open_countersignatures
from lotmark.recall.recalls.locking import lock_scope, propose_scope
from lotmark.recall.recalls.scopes import counted_lots, current_scope, scope_versions
from lotmark.recall.recalls.steps import (
    ask_step,
    decide,
    take_step,
    withdraw_request,
)
from lotmark.trace import rules
from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict, LotmarkError
from lotmark.trace.people import Actor

ALL = frozenset(rules.rights().rights)
ONE = Actor("one", "一", ALL)
TWO = Actor("two", "二", ALL)
GUARDS = sorted(set().union(*PAPERS.values()))
ALONE = ("assessment", "decided", "started", "published", "expanded")
"""States one person alone may bring a recall to."""


class RecallMachine(RuleBasedStateMachine):
    """Deeds at random; each must go through exactly when it does on paper."""

    database: Database
    now: datetime
    signal: str
    scopes: Mapping[str, str]
    people: tuple[Actor, ...] = (ONE, TWO)

    def __init__(self) -> None:
        super().__init__()
        engine = self.database.engine.execution_options(lotmark_write=True)
        self.session = Session(engine, expire_on_commit=False)
        self.number = start_assessment(
            self.session, self.signal, "午餐肉 李斯特菌", ONE, self.now
        ).number
        self.paper = Paper()

    def teardown(self) -> None:
        self.session.rollback()
        self.session.close()

    def _try(self, deed: Callable[[], object], expected: bool) -> None:
        try:
            with self.session.begin_nested():
                deed()
            done = True
        except LotmarkError as error:
            assert isinstance(error, Conflict), error
            done = False
        assert done == expected, (self.paper, done)

    @rule()
    def decide(self) -> None:
        said = recalling.decision()
        self._try(
            lambda: decide(self.session, self.number, said, ONE, self.now),
            self.paper.decide(),
        )

    @rule(data=st.data(), size=st.sampled_from(["small", "middle", "big"]))
    def propose(self, data: st.DataObject, size: str) -> None:
        who, scope = self._who(data), self.scopes[size]
        self._try(
            lambda: propose_scope(
                self.session, self.number, scope, who, self.now, reason="新证据"
            ),
            self.paper.propose(who.login, size),
        )

    @rule(data=st.data())
    def lock(self, data: st.DataObject) -> None:
        who = self._who(data)
        recall = find_recall(self.session, self.number)
        newest = current_scope(self.session, recall.id)
        seen = newest.hash if newest else ""
        self._try(
            lambda: lock_scope(self.session, self.number, seen, who, self.now),
            self.paper.lock(who.login),
        )

    @rule(data=st.data(), step=st.sampled_from(sorted(SIGNED_BY_TWO)))
    def ask(self, data: st.DataObject, step: str) -> None:
        who = self._who(data)
        self._try(
            lambda: ask_step(self.session, self.number, step, "理由", who, self.now),
            self.paper.ask(who.login, step),
        )

    @rule(data=st.data(), step=st.sampled_from(sorted(TARGETS)))
    def take(self, data: st.DataObject, step: str) -> None:
        who = self._who(data)
        self._try(
            lambda: take_step(self.session, self.number, step, who, self.now, "理由"),
            self.paper.take(who.login, step),
        )

    @rule(guard=st.sampled_from(GUARDS))
    def sign(self, guard: str) -> None:
        self._try(
            lambda: attest(self.session, self.number, guard, "完成", ONE, self.now),
            self.paper.sign(guard),
        )

    @rule()
    def sign_everything(self) -> None:
        for guard in GUARDS:
            self.sign(guard)

    @rule(data=st.data())
    def countersign(self, data: st.DataObject) -> None:
        who = self._who(data)
        recall = find_recall(self.session, self.number)
        waiting = open_countersignatures(self.session, recall.id)
        if waiting:
            event = waiting[0].id
            self._try(
                lambda: countersign(self.session, self.number, event, who, self.now),
                self.paper.countersign(who.login),
            )

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        who = self._who(data)
        withdraw_request(self.session, self.number, who, self.now)
        self.paper.asked = None

    @invariant()
    def as_on_paper(self) -> None:
        recall = find_recall(self.session, self.number)
        assert recall.state == self.paper.state
        assert recall.provisional == self.paper.provisional
        asked = (recall.asked_step, recall.asked_by) if recall.asked_step else None
        assert asked == self.paper.asked

    @invariant()
    def no_two_persons_step_by_one(self) -> None:
        recall = find_recall(self.session, self.number)
        for event in events_of(self.session, recall.id):
            if event.what in SIGNED_BY_TWO:
                assert event.first_by not in (None, event.actor)
            if event.what.endswith("_alone"):
                assert event.counter_due_at is not None
                assert event.countersigned_by != event.actor

    @invariant()
    def locked_scopes_only_grow(self) -> None:
        recall = find_recall(self.session, self.number)
        versions = [
            one for one in scope_versions(self.session, recall.id) if one.locked_by
        ]
        members = [set(counted_lots(self.session, one.scope_id)) for one in versions]
        assert all(new >= old for new, old in pairwise(members))

    def _who(self, data: st.DataObject) -> Actor:
        return data.draw(st.sampled_from(self.people))


class OnePerson(RecallMachine):
    """The same with one person, by whatever way they try."""

    people = (ONE,)

    @invariant()
    def only_harm_is_stopped(self) -> None:
        assert self.paper.state in ALONE


def _run(machine: type[RecallMachine], database: Database, now: datetime) -> None:
    with database.writing() as session:
        plant = recalling.build(session, now)
        story = plant.story
        keep = partial(recalling.keep, session, story, ONE, now)
        scopes = {
            "small": keep(decided={story.a.id: False}),
            "middle": plant.scope,
            "big": keep(decided={story.c.id: True}),
        }
        signal = recalling.heard(session, plant, now).number
    here = {"database": database, "now": now, "signal": signal, "scopes": scopes}
    run_state_machine_as_test(
        type(machine.__name__, (machine,), here),
        settings=settings(
            max_examples=8,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_deeds_go_through_exactly_as_on_paper(
    database: Database, now: datetime
) -> None:
    _run(RecallMachine, database, now)


def test_one_person_passes_no_step_of_two(database: Database, now: datetime) -> None:
    _run(OnePerson, database, now)
