"""The notice machine in any order, by anybody, against what must always hold."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta

import notice_scene
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from notice_drafts import GOOD
from notice_scene import Scene, who

from lotmark.recall.notices import (
    approval,
    barrier,
    deliveries,
    drafting,
    publishing,
    queries,
    reading,
)
from lotmark.recall.notices.channels import Channel
from lotmark.recall.notices.deliveries import OUTCOMES, Outcome, Result
from lotmark.recall.notices.machine import OPEN, OUT, SHOWN
from lotmark.recall.notices.tables import PARTS, Notice, NoticeDelivery
from lotmark.recall.recalls.tables import RecallJurisdiction
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import LotmarkError

CAST = st.sampled_from(("luo", "gu", "fang", "dong", "qian", "wang", "li"))
CHANNELS = (Channel("shop", "e_commerce", "webhook", "店铺"),)
RUNS = 80 if os.environ.get("LOTMARK_LONG") else 12


def machine(
    database: Database, scene: Scene, start: datetime, reached: set[str]
) -> type:
    """The machine's class for a database with a running recall.

    ``reached`` gets the states that notices came to.
    """

    class Notices(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            writing = database.engine.execution_options(lotmark_write=True)
            self.link = writing.connect()
            self.outer = self.link.begin()
            self.session = database_session(self.link)
            self.now = start
            self.wrote: dict[int, set[str]] = {}

        def teardown(self) -> None:
            self.session.close()
            self.outer.rollback()
            self.link.close()

        @initialize(stage=st.sampled_from(("nothing", "approved", "publishing")))
        def begin(self, stage: str) -> None:
            if stage == "nothing":
                return
            notice = notice_scene.approved(self.session, scene.real, self.now)
            self.wrote[notice.id] = {"luo"}
            if stage == "publishing":
                luo = who(self.session, "luo")
                publishing.publish_notice(self.session, notice, CHANNELS, luo, self.now)

        @property
        def last(self) -> Notice | None:
            rows = sa.select(Notice).order_by(Notice.id.desc()).limit(1)
            return self.session.scalar(rows)

        def deed(self, act: Callable[[Notice], object]) -> bool:
            """Do it, or be refused with nothing changed; whether it was done."""
            self.now += timedelta(seconds=20)
            notice = self.last
            if notice is None:
                return False
            step = self.session.begin_nested()
            try:
                act(notice)
            except LotmarkError:
                step.rollback()
                self.session.expire_all()
                return False
            step.commit()
            return True

        @rule(login=CAST, correction=st.booleans())
        def draft(self, login: str, correction: bool) -> None:
            before = self.last
            step = self.session.begin_nested()
            try:
                notice = drafting.draft_notice(
                    self.session,
                    scene.real,
                    who(self.session, login),
                    self.now,
                    kind="correction" if correction else "",
                    change="电话有误" if correction else "",
                )
            except LotmarkError:
                step.rollback()
                return
            step.commit()
            if before is None or notice.id != before.id:
                self.wrote[notice.id] = {login}

        @rule(login=CAST, bad=st.booleans(), words=st.sampled_from(("", "已送检。")))
        def write(self, login: str, bad: bool, words: str) -> None:
            def act(notice: Notice) -> None:
                (wording,) = reading.wordings_of(self.session, notice)
                fields = {name: GOOD["zh"][name] for name in wording.fields}
                fields["reason"] += words
                fields["hazard"] = "不详" if bad else fields["hazard"]
                new = notice_scene.reworded(wording, **fields)
                dates = (notice.content["starts_on"], notice.content["ends_on"])
                actor = who(self.session, login)
                changed = new != wording
                drafting.revise_notice(
                    self.session, notice, [new], dates, None, actor, self.now
                )
                if changed:
                    self.wrote[notice.id].add(login)
                    assert approval.signatures(self.session, notice) == []

            self.deed(act)

        @rule(login=CAST)
        def submit(self, login: str) -> None:
            actor = who(self.session, login)
            self.deed(
                lambda one: approval.submit_notice(self.session, one, actor, self.now)
            )

        @rule(login=CAST, part=st.sampled_from(PARTS))
        def sign(self, login: str, part: str) -> None:
            actor = who(self.session, login)
            self.deed(
                lambda one: approval.sign_notice(
                    self.session, one, part, one.digest, actor, self.now
                )
            )

        @rule(login=CAST)
        def decline(self, login: str) -> None:
            actor = who(self.session, login)
            self.deed(
                lambda one: approval.decline_notice(
                    self.session, one, "改", actor, self.now
                )
            )

        @rule(login=CAST)
        def publish(self, login: str) -> None:
            actor = who(self.session, login)
            self.deed(
                lambda one: publishing.publish_notice(
                    self.session, one, CHANNELS, actor, self.now
                )
            )

        @rule(login=CAST)
        def publish_alone(self, login: str) -> None:
            actor = who(self.session, login)
            self.deed(
                lambda one: publishing.publish_alone(
                    self.session, one, CHANNELS, "夜间", actor, self.now
                )
            )

        @rule(login=CAST)
        def countersign(self, login: str) -> None:
            actor = who(self.session, login)
            self.deed(
                lambda one: publishing.countersign_notice(
                    self.session, one, actor, self.now
                )
            )

        @rule(level=st.sampled_from(("I", "II", None)))
        def change_level(self, level: str | None) -> None:
            for row in self.session.scalars(sa.select(RecallJurisdiction)):
                row.level = level
            self.session.flush()

        @rule(login=CAST)
        def refresh(self, login: str) -> None:
            actor = who(self.session, login)

            def act(notice: Notice) -> None:
                before = notice.content
                drafting.refresh_notice(self.session, notice, actor, self.now)
                if notice.content != before:
                    self.wrote[notice.id].add(login)

            self.deed(act)

        @precondition(lambda self: self.last and self.last.state in SHOWN)
        @rule(login=CAST, pick=st.integers(0, 9), outcome=st.sampled_from(OUTCOMES))
        def do_task(self, login: str, pick: int, outcome: Outcome) -> None:
            rows = list(self.session.scalars(sa.select(NoticeDelivery.id)))
            actor = who(self.session, login)
            self.deed(
                lambda _one: deliveries.note_by_hand(
                    self.session, rows[pick % len(rows)], outcome, "办", actor, self.now
                )
            )

        @rule()
        def do_all_tasks(self) -> None:
            tasks = sa.select(NoticeDelivery.id).where(NoticeDelivery.state == "manual")
            wang = who(self.session, "wang")
            for id_ in self.session.scalars(tasks).all():
                deliveries.note_by_hand(
                    self.session, id_, "done", "已办", wang, self.now
                )

        @rule(error=st.sampled_from(("", "503")), final=st.booleans())
        def send(self, error: str, final: bool) -> None:
            waiting = sa.select(NoticeDelivery.id).where(
                NoticeDelivery.state.in_(deliveries.WAITING)
            )
            begun = deliveries.begin_sending(
                self.session, list(self.session.scalars(waiting))
            )
            results = [Result(one.id, error=error, final=final) for one in begun]
            deliveries.note_results(self.session, results, self.now)
            assert all(
                one.state in (("bounced", "retry", "manual") if error else ("sent",))
                for one in begun
            )

        @rule()
        def wait(self) -> None:
            self.now += timedelta(minutes=16)
            if self.last is not None and self.last.state in OUT:
                barrier.check_out(self.session, self.last, self.now)

        @invariant()
        def four_eyes_are_two_persons(self) -> None:
            for notice in self.session.scalars(sa.select(Notice)):
                reached.add(notice.state)
                signers = {
                    one.login for one in approval.signatures(self.session, notice)
                }
                wrote = self.wrote.get(notice.id, set())
                assert not signers & wrote
                assert wrote <= approval.authors(self.session, notice)
                if notice.state == "approved":
                    assert len(signers) >= approval.signers_needed(notice)
                if notice.state in SHOWN and notice.alone_by is None:
                    assert signers
                    assert len(signers | wrote) >= 2
                if notice.countersigned_by:
                    assert notice.countersigned_by != notice.alone_by

        @invariant()
        def one_is_open_and_one_is_out(self) -> None:
            states = list(self.session.scalars(sa.select(Notice.state)))
            assert sum(state in OPEN for state in states) <= 1
            assert sum(state in OUT for state in states) <= 1

        @invariant()
        def published_means_out_on_all_that_go_together(self) -> None:
            for notice in self.session.scalars(sa.select(Notice)):
                rows = self.session.scalars(
                    sa.select(NoticeDelivery.sent_at).where(
                        NoticeDelivery.notice_id == notice.id, NoticeDelivery.together
                    )
                ).all()
                if notice.state == "published":
                    assert rows
                    assert all(rows)
                if notice.state in OUT:
                    shown = queries.public_notice(self.session, scene.real)
                    assert shown.version == notice.version
                    assert any(rows)  # our own page never waits

    return Notices


def database_session(link: sa.Connection) -> Session:
    return Session(
        link, expire_on_commit=False, join_transaction_mode="create_savepoint"
    )


@pytest.mark.timeout(1200)
def test_whatever_people_do(database: Database, scene: Scene, now: datetime) -> None:
    reached: set[str] = set()
    run_state_machine_as_test(
        machine(database, scene, now, reached),
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert {"publishing", "published"} <= reached
