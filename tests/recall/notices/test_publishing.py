"""Publishing: our page at once, everything else asked for in the same transaction."""

from datetime import datetime, timedelta

import notice_scene
import pytest
import sqlalchemy as sa
from notice_scene import PACKS, Scene, who

from lotmark.recall.notices import barrier, deliveries, drafting, publishing, queries
from lotmark.recall.notices.channels import Channel
from lotmark.recall.notices.deliveries import EFFECT, Result
from lotmark.recall.notices.tables import Notice, NoticeDelivery
from lotmark.recall.recalls.tables import Recall
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, NotFound
from lotmark.trace.identity.tables import ItemMark
from lotmark.trace.outbox import Effect

MAIL = Channel("mail", "direct_contact", "email", "")
SHOP = Channel("tmall", "e_commerce", "webhook", "天猫旗舰店")
PA = Channel("pa", "factory_broadcast", "task", "厂区广播")
CHANNELS = (MAIL, SHOP, PA)
MINUTE = timedelta(minutes=1)


def publish(session: Session, number: str, now: datetime) -> Notice:
    notice = notice_scene.approved(session, number, now)
    publishing.publish_notice(session, notice, CHANNELS, who(session, "luo"), now)
    return notice


def rows(session: Session, notice: Notice) -> dict[str, NoticeDelivery]:
    found = session.scalars(
        sa.select(NoticeDelivery)
        .where(NoticeDelivery.notice_id == notice.id)
        .order_by(NoticeDelivery.id)
    )
    return {row.kind: row for row in found}


def try_sending(
    session: Session, row: NoticeDelivery, now: datetime, error: str
) -> None:
    assert deliveries.begin_sending(session, [row.id])
    deliveries.note_results(session, [Result(row.id, error=error)], now)


def test_every_delivery_is_written_and_asked_for_once(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        notice = publish(session, scene.real, now)
        luo = who(session, "luo")
        publishing.publish_notice(session, notice, CHANNELS, luo, now)
        found = rows(session, notice)
        states = {kind: row.state for kind, row in found.items()}
        assert states == {
            "company_site": "sent",
            "factory_broadcast": "manual",
            "e_commerce": "queued",
            "direct_contact": "queued",
            "regulator_site": "manual",
            "media": "manual",
        }
        asked = session.scalars(sa.select(Effect).where(Effect.kind == EFFECT)).all()
        assert {one.payload["delivery"] for one in asked} == {
            found["e_commerce"].id,
            found["direct_contact"].id,
        }
        assert notice.state == "publishing"


def test_the_scan_page_and_the_public_page_know_at_once(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        publish(session, scene.real, now)
    with database.reading() as session:
        marks = session.scalars(sa.select(ItemMark)).all()
        assert {(one.lot_id, one.lo, one.hi) for one in marks} == {
            (lot, 0, PACKS) for lot in scene.lots[:2]
        }
        assert {(one.public_no, one.url) for one in marks} == {
            (scene.real, f"/recalls/{scene.real}")
        }
        assert queries.public_notice(session, scene.real).version == 1


def test_it_is_published_when_all_that_go_together_are_out(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        notice = publish(session, scene.real, now)
        found = rows(session, notice)
        wang = who(session, "wang")
        row = found["factory_broadcast"]
        deliveries.note_by_hand(
            session, row.id, "done", "仓库、车间各播三遍", wang, now + 4 * MINUTE
        )
        assert notice.state == "publishing"
        recall = notice.recall
        assert barrier.notices_are_out(session, recall)
        assert not barrier.notices_are_complete(session, recall)
        shop = found["e_commerce"]
        assert deliveries.begin_sending(session, [shop.id])
        deliveries.note_results(session, [Result(shop.id, "msg_1")], now + 15 * MINUTE)
        assert (notice.state, notice.alarm_at) == ("published", None)
        assert barrier.notices_are_complete(session, recall)


def test_sixteen_minutes_apart_is_an_alarm(
    database: Database, scene: Scene, now: datetime
) -> None:
    """Appendix B 11: PA 10:00, website 10:04, e-commerce 10:16."""
    ten = datetime.fromisoformat("2026-11-24T10:00+08:00")
    times = [ten, ten + 4 * MINUTE, ten + 16 * MINUTE]
    found = barrier.barrier(times, ten, times[-1], 15 * MINUTE)
    assert (found.out, found.late, found.minutes) == (True, True, 16)
    in_time = barrier.barrier([ten, ten + 15 * MINUTE], ten, ten, 15 * MINUTE)
    assert (in_time.out, in_time.late) == (True, False)
    with database.writing() as session:
        notice = publish(session, scene.real, now)
        late = now + 16 * MINUTE
        barrier.check_out(session, notice, late)
        assert (notice.state, notice.alarm_at) == ("publishing", late)
        alarm = sa.select(Effect).where(Effect.kind == barrier.ALARM)
        assert len(session.scalars(alarm).all()) == 1


def test_failures_are_tried_after_1_10_and_60_minutes_then_a_person_takes_over(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        notice = publish(session, scene.real, now)
        shop = rows(session, notice)["e_commerce"]
        key, at = shop.dedup_key, now
        for wait in (1, 10, 60):
            try_sending(session, shop, at, "503")
            assert shop.state == "retry"
            at += wait * MINUTE
            due = sa.select(Effect.due_at).where(
                Effect.dedup_key == f"{EFFECT}:{shop.id}:{shop.tries + 1}"
            )
            assert session.scalars(due).one() == at
        try_sending(session, shop, at, "503")
        assert (shop.state, shop.dedup_key) == ("manual", key)
        assert shop in queries.deliveries(session, notice)


def test_an_address_that_is_none_goes_to_a_person_at_once(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        notice = publish(session, scene.real, now)
        mail = rows(session, notice)["direct_contact"]
        assert deliveries.begin_sending(session, [mail.id])
        gone = Result(mail.id, error="550 no such user", final=True)
        deliveries.note_results(session, [gone], now)
        assert mail.state == "bounced"
        assert mail in queries.deliveries(session, notice)


def test_three_calls_without_an_answer_are_unreachable(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        notice = publish(session, scene.real, now)
        mail = rows(session, notice)["direct_contact"]
        try_sending(session, mail, now, "")
        assert deliveries.call_the_silent(session, notice, now) == 1
        assert deliveries.call_the_silent(session, notice, now) == 0
        call = rows(session, notice)["direct_contact"]
        zhou = who(session, "zhou")
        for state in ("manual", "manual", "unreachable"):
            deliveries.note_by_hand(session, call.id, "no_answer", "", zhou, now)
            assert call.state == state
        found = deliveries.note_by_hand(
            session, call.id, "acknowledged", "刘经理:已下架", zhou, now
        )
        assert found.state == "acknowledged"


def test_who_answered_is_not_called(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        notice = publish(session, scene.real, now)
        partner = rows(session, notice)["direct_contact"].partner_id
        assert partner is not None
        found = deliveries.acknowledge_partner(session, notice.recall_id, partner, now)
        assert found == 1
        assert deliveries.call_the_silent(session, notice, now) == 0


def test_an_exercise_marks_nothing_and_is_not_public(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        publish(session, scene.drill, now)
        assert session.scalars(sa.select(ItemMark)).all() == []
        assert queries.public_notices(session) == []
        with pytest.raises(NotFound):
            queries.public_notice(session, scene.drill)


def test_one_person_publishes_and_another_countersigns(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        notice = notice_scene.submitted(session, scene.real, now)
        dong, qian = who(session, "dong"), who(session, "qian")
        publishing.publish_alone(session, notice, CHANNELS, "夜间无人", dong, now)
        assert notice.state == "publishing"
        assert notice.counter_due_at == now + timedelta(hours=24)
        with pytest.raises(Conflict, match="second person"):
            publishing.countersign_notice(session, notice, dong, now)
        publishing.countersign_notice(session, notice, qian, now)
        assert notice.countersigned_by == "qian"


def test_only_a_running_recall_is_published(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        notice = notice_scene.approved(session, scene.real, now)
        notice.recall.started_at = None
        with pytest.raises(Conflict, match="not running"):
            publish_again(session, notice, now)


def publish_again(session: Session, notice: Notice, now: datetime) -> None:
    publishing.publish_notice(session, notice, CHANNELS, who(session, "luo"), now)


def test_a_larger_scope_asks_for_a_new_version(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        first = publish(session, scene.real, now)
        recall = session.get_one(Recall, first.recall_id)
        notice_scene.add_scope(session, recall, 2, scene.lots, now)
        assert not barrier.notices_are_approved(session, recall)
        second = notice_scene.approved(session, scene.real, now)
        assert (second.version, second.kind) == (2, "supersession")
        publish_again(session, second, now + MINUTE)
        assert first.state == "superseded"
        assert barrier.notices_are_out(session, recall)
        old = queries.public_notice(session, scene.real, 1)
        assert (old.version, old.newest) == (1, 2)
        marked = set(session.scalars(sa.select(ItemMark.lot_id)))
        assert marked == set(scene.lots)


def test_a_correction_says_what_it_puts_right(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        first = publish(session, scene.real, now)
        luo = who(session, "luo")
        with pytest.raises(Conflict, match="puts right"):
            drafting.draft_notice(session, scene.real, luo, now, kind="correction")
        drafting.draft_notice(
            session, scene.real, luo, now, kind="correction", change="电话号码有误"
        )
        second = notice_scene.approved(session, scene.real, now)
        publish_again(session, second, now)
        assert (first.state, second.change) == ("corrected", "电话号码有误")


def test_a_year_after_the_recall_it_is_retired_and_stays_readable(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        notice = publish(session, scene.real, now)
        notice.state = "published"
        notice.recall.state, notice.recall.ended_at = "closed", now
        session.flush()
        assert publishing.retire_due(session, now + timedelta(days=364)) == []
        assert publishing.retire_due(session, now + timedelta(days=365)) == [notice]
        assert queries.public_notice(session, scene.real).state == "retired"
