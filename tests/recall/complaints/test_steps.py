"""From received to closed: who, in which order, and what the complainant is told."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from complaining import Scene, complain

from lotmark.recall.complaints import queries, service
from lotmark.trace.audit import AuditRow
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput, NotFound, TooLarge

HOUR = timedelta(hours=1)


def test_the_whole_way(database: Database, scene: Scene, now: datetime) -> None:
    with database.writing() as session:
        token = complain(session, now).token
        taken = service.acknowledge(session, "KS-26-0001", scene.zhou, now + HOUR)
        assert (taken.owner, taken.due_at) == ("zhou", now + timedelta(hours=48))
        service.investigate(session, "ks-26-0001", scene.zhou, now + HOUR)
        answer = service.propose_answer(
            session, "KS-26-0001", " 全额退款 ", scene.he, now + 2 * HOUR
        )
        assert (answer.answer, answer.owner) == ("全额退款", "zhou")
        assert answer.due_at == now + 2 * HOUR + timedelta(days=7)
        done = service.close(session, "KS-26-0001", "", scene.zhou, now + 3 * HOUR)
        assert (done.state, done.due_at) == ("closed", None)
    with database.reading() as session:
        told = queries.case_by_token(session, token).events
    assert [event.what for event in told] == [
        "file",
        "acknowledge",
        "investigate",
        "propose_answer",
        "close",
    ]


def test_the_first_to_respond_stays_the_owner(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        complain(session, now)
        service.acknowledge(session, "KS-26-0001", scene.zhou, now)
        service.acknowledge(session, "KS-26-0001", scene.zhou, now)  # sent twice
    with (
        pytest.raises(Conflict, match="possible only from received"),
        database.writing() as session,
    ):
        service.acknowledge(session, "KS-26-0001", scene.he, now)
    with database.reading() as session:
        case = queries.case(session, "KS-26-0001")
    assert case.complaint.owner == "zhou"
    assert [event.what for event in case.events] == ["file", "acknowledge"]


def test_li_may_not_handle_complaints(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        complain(session, now)
    steps: list[Callable[[Session], object]] = [
        lambda s: service.acknowledge(s, "KS-26-0001", scene.li, now),
        lambda s: service.propose_answer(s, "KS-26-0001", "好", scene.li, now),
        lambda s: service.mark_invalid(s, "KS-26-0001", "错", scene.li, now),
        lambda s: service.add_note(s, "KS-26-0001", "注", scene.li, now, public=False),
        lambda s: queries.contact_of(s, service.find(s, "KS-26-0001"), scene.li),
        lambda s: queries.health_text_of(s, 1, scene.zhou),
    ]
    for step in steps:
        with pytest.raises(Forbidden), database.writing() as session:
            step(session)


def test_an_answer_can_be_put_better_until_the_case_is_closed(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        complain(session, now, kind="other")
        service.acknowledge(session, "KS-26-0001", scene.zhou, now)
        for text in ("退款", "退款", "全额退款和道歉"):
            service.propose_answer(session, "KS-26-0001", text, scene.zhou, now)
        case = queries.case(session, "KS-26-0001")
    assert case.complaint.answer == "全额退款和道歉"
    texts = [event.text for event in case.events if event.what == "propose_answer"]
    assert texts == ["退款", "全额退款和道歉"]
    with database.reading() as session:
        audited = " ".join(session.scalars(sa.select(AuditRow.data)))
    assert "退款" not in audited  # an answer may name the person, the audit may not


def test_an_answer_needs_words(database: Database, scene: Scene, now: datetime) -> None:
    with database.writing() as session:
        complain(session, now)
    for text, error in ((" ", InvalidInput), ("长" * 2001, TooLarge)):
        with pytest.raises(error), database.writing() as session:
            service.propose_answer(session, "KS-26-0001", text, scene.zhou, now)


def test_a_case_is_not_closed_before_it_is_answered(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        complain(session, now)
        service.acknowledge(session, "KS-26-0001", scene.zhou, now)
    with pytest.raises(Conflict), database.writing() as session:
        service.close(session, "KS-26-0001", "", scene.zhou, now)


def test_spam_is_put_aside_with_a_reason_but_never_an_illness(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        complain(session, now, kind="other", text="buy my watches")
        complain(session, now, kind="ill")
        put = service.mark_invalid(session, "KS-26-0001", "广告", scene.he, now)
        assert (put.state, put.due_at) == ("invalid", None)
    with (
        pytest.raises(Conflict, match="KS-26-0002 concerns somebody's health"),
        database.writing() as session,
    ):
        service.mark_invalid(session, "KS-26-0002", "广告", scene.he, now)


def test_only_public_notes_reach_the_complainant(
    database: Database, scene: Scene, now: datetime
) -> None:
    number = "KS-26-0001"
    with database.writing() as session:
        token = complain(session, now).token
        service.add_note(session, number, "内部", scene.zhou, now, public=False)
        service.add_note(session, number, "请寄回样品", scene.zhou, now, public=True)
    with database.reading() as session:
        told = queries.case_by_token(session, token).events
        known = queries.case(session, number).events
    assert [event.text for event in told] == ["", "请寄回样品"]
    assert [event.text for event in known] == ["", "内部", "请寄回样品"]


def test_unknown_numbers_and_links(database: Database, scene: Scene) -> None:
    with database.reading() as session:
        with pytest.raises(NotFound, match="No complaint ks-26-0009 is recorded"):
            queries.case(session, "ks-26-0009")
        with pytest.raises(NotFound):
            queries.case_by_token(session, "")


def test_quality_and_health_are_traced_before_they_are_answered(
    database: Database, scene: Scene, now: datetime
) -> None:
    number = "KS-26-0001"
    with database.writing() as session:
        complain(session, now)
        service.acknowledge(session, number, scene.zhou, now)
    with (
        pytest.raises(Conflict, match="begin the trace verification before"),
        database.writing() as session,
    ):
        service.propose_answer(session, number, "没事", scene.zhou, now)
    with database.writing() as session:
        service.investigate(session, number, scene.zhou, now)
        service.propose_answer(session, number, "胀气，退款", scene.zhou, now)


def test_only_the_owner_or_a_supervisor_answers_and_closes(
    database: Database, scene: Scene, now: datetime
) -> None:
    number = "KS-26-0001"
    with database.writing() as session:
        complain(session, now, kind="other")
        service.acknowledge(session, number, scene.he, now)
    steps: list[Callable[[Session], object]] = [
        lambda s: service.propose_answer(s, number, "好", scene.zhou, now),
        lambda s: service.close(s, number, "", scene.zhou, now),
    ]
    for step in steps:
        with (
            pytest.raises(Forbidden, match="in the hands of he"),
            database.writing() as session,
        ):
            step(session)


def test_an_answer_never_covers_one_that_its_writer_did_not_see(
    database: Database, scene: Scene, now: datetime
) -> None:
    number = "KS-26-0001"
    with database.writing() as session:
        complain(session, now, kind="other")
        service.acknowledge(session, number, scene.zhou, now)
    with database.reading() as session:
        seen = queries.case(session, number).complaint.version
    with database.writing() as session:
        service.propose_answer(session, number, "退款", scene.he, now, seen=seen)
    with (
        pytest.raises(Conflict, match="changed while you were writing"),
        database.writing() as session,
    ):
        service.propose_answer(session, number, "换货", scene.zhou, now, seen=seen)
    with database.reading() as session:
        assert queries.case(session, number).complaint.answer == "退款"


def test_a_note_sent_twice_is_one_note(
    database: Database, scene: Scene, now: datetime
) -> None:
    number = "KS-26-0001"
    with database.writing() as session:
        complain(session, now)
        for later in (0, 5, 3600):
            at = now + timedelta(seconds=later)
            service.add_note(session, number, "已电话", scene.zhou, at, public=True)
    with database.reading() as session:
        events = queries.case(session, number).events
    assert [event.what for event in events] == ["file", "note", "note"]


def test_an_agent_cannot_put_a_complaint_aside(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        complain(session, now)
    with pytest.raises(Forbidden), database.writing() as session:
        service.mark_invalid(session, "KS-26-0001", "广告", scene.zhou, now)


def test_an_agent_sees_the_contact_of_their_own_cases(
    database: Database, scene: Scene, now: datetime
) -> None:
    number = "KS-26-0001"
    with database.writing() as session:
        complain(session, now, contact="130 0000 0000", consent=True)
        with pytest.raises(Forbidden):
            queries.contact_of(session, service.find(session, number), scene.zhou)
        case = service.acknowledge(session, number, scene.zhou, now)
        assert queries.contact_of(session, case, scene.zhou) == "130 0000 0000"
