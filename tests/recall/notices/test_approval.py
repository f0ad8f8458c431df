"""Who approves a notice: others than wrote it, and at level I two of them."""

from datetime import datetime

import notice_scene
import pytest
import small_plant
import sqlalchemy as sa
from notice_scene import Scene, who

from lotmark.recall.notices import approval, drafting, reading
from lotmark.recall.notices.tables import Notice
from lotmark.recall.recalls.tables import RecallJurisdiction
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden


def raise_level(session: Session) -> None:
    for row in session.scalars(sa.select(RecallJurisdiction)):
        row.level = "I"
    session.flush()


def sign(
    session: Session, notice: Notice, part: str, login: str, now: datetime
) -> None:
    actor = who(session, login)
    approval.sign_notice(session, notice, part, notice.digest, actor, now)


def test_a_draft_begins_with_what_is_known(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        luo = who(session, "luo")
        notice = drafting.draft_notice(session, scene.real, luo, now)
        again = drafting.draft_notice(session, scene.real, luo, now)
        (wording,) = reading.wordings_of(session, notice)
        assert again is notice
        assert wording.title == "食品召回公告"
        assert wording.fields["reason"].startswith("部分产品")
        assert wording.fields["area"] == "广东"
        assert [one["code"] for one in notice.content["products"]] == [
            "L2-261111-01",
            "L2-261112-01",
        ]


def test_an_incomplete_notice_is_not_handed_in(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        luo = who(session, "luo")
        notice = drafting.draft_notice(session, scene.real, luo, now)
        with pytest.raises(Conflict, match="errors") as refused:
            approval.submit_notice(session, notice, luo, now)
        assert refused.value.code == "notice_lint"
        assert notice.state == "draft"


def test_others_sign_and_it_is_approved(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        notice = notice_scene.submitted(session, scene.real, now)
        sign(session, notice, "text", "gu", now)
        assert notice.state == "in_review"
        sign(session, notice, "text", "gu", now)
        sign(session, notice, "safety", "fang", now)
        assert notice.state == "approved"


def test_whoever_wrote_in_it_cannot_sign(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        notice = notice_scene.submitted(session, scene.real, now)
        (wording,) = reading.wordings_of(session, notice)
        changed = notice_scene.reworded(wording, apology="抱歉。")
        dates = (notice.content["starts_on"], notice.content["ends_on"])
        gu = who(session, "gu")
        drafting.revise_notice(session, notice, [changed], dates, None, gu, now)
        assert notice.state == "draft"
        approval.submit_notice(session, notice, who(session, "luo"), now)
        with pytest.raises(Conflict, match="second person"):
            sign(session, notice, "text", "gu", now)


def test_a_change_makes_signatures_void(
    database: Database, scene: Scene, now: datetime
) -> None:
    """domain.md §9.44."""
    with database.writing() as session:
        notice = notice_scene.approved(session, scene.real, now)
        (wording,) = reading.wordings_of(session, notice)
        dates = (notice.content["starts_on"], notice.content["ends_on"])
        changed = notice_scene.reworded(wording, reason="部分产品胀袋,已送检验。")
        luo = who(session, "luo")
        drafting.revise_notice(session, notice, [changed], dates, None, luo, now)
        assert notice.state == "draft"
        assert approval.signatures(session, notice) == []


def test_a_signature_is_under_what_was_read(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        notice = notice_scene.submitted(session, scene.real, now)
        fang = who(session, "fang")
        with pytest.raises(Conflict, match="something else"):
            approval.sign_notice(session, notice, "safety", "0" * 64, fang, now)


def test_level_one_takes_three_persons(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        raise_level(session)
        small_plant.hire_one(session, "yan", "严全", "legal_pr", now)
        user = session.scalars(
            sa.text("SELECT id FROM \"user\" WHERE login = 'yan'")
        ).one()
        session.execute(
            sa.text("INSERT INTO user_role (user_id, role) VALUES (:u, :r)"),
            [{"u": user, "r": role} for role in ("food_safety_director",)],
        )
        notice = notice_scene.submitted(session, scene.real, now)
        assert approval.parts_needed(notice) == ("text", "safety", "director")
        sign(session, notice, "text", "yan", now)
        sign(session, notice, "safety", "yan", now)
        with pytest.raises(Conflict, match="second person"):
            sign(session, notice, "director", "yan", now)
        assert notice.state == "in_review"
        sign(session, notice, "director", "dong", now)
        assert notice.state == "approved"


def test_rights_are_asked_for(database: Database, scene: Scene, now: datetime) -> None:
    with database.writing() as session:
        with pytest.raises(Forbidden):
            drafting.draft_notice(session, scene.real, who(session, "li"), now)
        notice = notice_scene.submitted(session, scene.real, now)
        with pytest.raises(Forbidden):
            sign(session, notice, "safety", "gu", now)


def test_a_declined_notice_goes_back_with_the_reason(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        notice = notice_scene.submitted(session, scene.real, now)
        sign(session, notice, "text", "gu", now)
        fang = who(session, "fang")
        approval.decline_notice(session, notice, "危害写得不够具体", fang, now)
        assert notice.state == "draft"
        assert approval.signatures(session, notice) == []
