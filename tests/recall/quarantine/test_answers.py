"""Consignees answer on their page or by telephone; the board knows who is silent."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from recovering import Going, later, move_b

from lotmark.recall.quarantine.answers import (
    acknowledge,
    answers_of,
    lines_of,
    record_answer,
    standing,
)
from lotmark.recall.quarantine.calls import nudge_silent, record_call
from lotmark.recall.quarantine.effectiveness import (
    coverage,
    draw_sample,
    record_check,
)
from lotmark.recall.quarantine.figures import Figures
from lotmark.recall.quarantine.guards import everyone_answered, nothing_over
from lotmark.recall.quarantine.ledgers import reckon
from lotmark.recall.quarantine.links import (
    close_out,
    find_link,
    issue_links,
    renew_link,
)
from lotmark.recall.quarantine.reckoning import percent
from lotmark.recall.quarantine.tables import ConsigneeCall, ConsigneeLink
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput, NotFound
from lotmark.trace.parties.tables import Partner


def link_of(session: Session, code: str) -> ConsigneeLink:
    return session.scalars(
        sa.select(ConsigneeLink).join(Partner).where(Partner.code == code)
    ).one()


def test_each_consignee_has_a_page_of_its_own(
    database: Database, going: Going, now: datetime
) -> None:
    with database.writing() as session:
        assert issue_links(session, going.recall(session), going.plant.dong, now) == 0
        one, two = link_of(session, "C01"), link_of(session, "C02")
        assert len(one.token) >= 32
        assert one.token != two.token
        assert find_link(session, one.token).id == one.id
        old = one.token
        renew_link(session, one.id, going.plant.dong, now)
        for wrong in (old, "", "x\0y", "招"):
            with pytest.raises(NotFound):
                find_link(session, wrong)
        with pytest.raises(Forbidden):
            issue_links(session, going.recall(session), going.plant.wang, now)


def test_an_answer_is_corrected_and_its_history_kept(
    database: Database, going: Going, now: datetime
) -> None:
    b = going.plant.story.b.id
    with database.writing() as session:
        link = link_of(session, "C01")
        first = Figures(received=40, on_hand=40)
        once = record_answer(session, link.id, {b: first}, "k1", now)
        twice = record_answer(session, link.id, {b: first}, "k1", later(now, 1))
        assert once.id == twice.id
        assert link.acknowledged_at == link.answered_at == link.told_at == now
        second = Figures(received=40, on_hand=10, sold_on=25, returned=50)
        record_answer(
            session, link.id, {b: second}, "k2", later(now, 2), subs_told=True
        )
        assert standing(session, link.recall_id) == {(b, link.partner_id): second}
        kept = lines_of(session, [one.id for one in answers_of(session, link.id)])
        assert [lines[b] for lines in kept.values()] == [first, second]
        (row,) = [
            row
            for row in reckon(session, going.recall(session), now).rows
            if row.partner_id == link.partner_id
        ]
        assert "returned_more" in row.flags
        assert "sum_over" in row.flags
        assert row.ledger.recovered == 0, "said is not booked"
    with database.writing() as session, pytest.raises(InvalidInput):
        c = going.plant.story.c.id
        record_answer(session, link.id, {c: first}, "k3", now)
    with database.writing() as session, pytest.raises(InvalidInput):
        record_answer(session, link.id, {b: Figures(received=-1)}, "k4", now)


def test_only_the_silent_are_nudged_and_once(
    database: Database, going: Going, now: datetime
) -> None:
    dong, b = going.plant.dong, going.plant.story.b.id
    with database.writing() as session:
        recall = going.recall(session)
        one, two = link_of(session, "C01"), link_of(session, "C02")
        assert not everyone_answered(session, recall)
        record_answer(session, one.id, {b: Figures(received=40)}, "k1", now)
        calls = nudge_silent(session, recall.id, dong, now)
        assert [call.link_id for call in calls] == [two.id]
        assert nudge_silent(session, recall.id, dong, later(now, 5)) == []
        done = record_call(session, two.id, "no_answer", dong, later(now, 6))
        assert done.id == calls[0].id
        assert two.told_at is None
        assert len(nudge_silent(session, recall.id, dong, later(now, 7))) == 1
        record_call(
            session, two.id, "reached", dong, later(now, 8), spoke_with="老板娘"
        )
        assert two.told_at == later(now, 8)
        close_out(session, two.id, "已停业,房东说三个月前搬走", dong, now)
        assert nudge_silent(session, recall.id, dong, later(now, 9)) == []
        assert everyone_answered(session, recall)
        record_answer(
            session,
            two.id,
            {b: Figures()},
            "k2",
            later(now, 10),
            actor=dong,
            way="phone",
        )
        assert two.closed_at is None, "who answers after all is open again"
        with pytest.raises(Forbidden):
            record_call(session, two.id, "reached", going.plant.qian, now)
        assert session.scalar(sa.select(sa.func.count(ConsigneeCall.id))) == 2


def test_the_ledger_counts_what_was_booked(
    database: Database, going: Going, now: datetime
) -> None:
    b = going.plant.story.b
    with database.writing() as session:
        move_b(session, going, "C01 > Q1", 30, later(now, 60))
        move_b(session, going, "W1 > Q1", 50, later(now, 61))
        link = link_of(session, "C01")
        said = Figures(received=40, returned=30, destroyed=4, used=5, on_hand=1)
        record_answer(session, link.id, {b.id: said}, "k1", later(now, 62))
        recall = going.recall(session)
        found = reckon(session, recall, later(now, 63))
        (row,) = [r for r in found.rows if r.partner_id == link.partner_id]
        assert (row.ledger.shipped, row.ledger.recovered) == (40, 30)
        assert (row.ledger.unaccounted, row.flags) == (1, ())
        assert percent(row.ledger.accounted) == "97.50"
        (mine,) = [one for one in found.lots if one.lot.id == b.id]
        assert (mine.production.own, mine.production.shipped) == (50, 50)
        assert mine.production.unexplained == 0
        assert percent(mine.control) == "84.00"  # (50 + 30 + 4) of 100
        assert nothing_over(session, recall)
        too_much = Figures(received=40, returned=30, destroyed=14)
        record_answer(session, link.id, {b.id: too_much}, "k2", later(now, 70))
        found = reckon(session, recall, later(now, 71))
        assert [r.partner_id for r in found.over] == [link.partner_id]
        assert not nothing_over(session, recall)


def test_checks_count_when_all_three_are_confirmed(
    database: Database, going: Going, now: datetime
) -> None:
    with database.writing() as session:
        recall, dong = going.recall(session), going.plant.dong
        assert not coverage(session, recall).is_reached
        made = draw_sample(session, recall, dong, now, seed="4f1c")
        assert (made.level, made.permille, made.seed) == ("A", 1000, "4f1c")
        with pytest.raises(Conflict):
            draw_sample(session, recall, dong, later(now, 1))
        one, two = link_of(session, "C01"), link_of(session, "C02")
        for link, acted in ((one, True), (two, False)):
            record_check(
                session,
                recall,
                link.partner_id,
                dong,
                now,
                method="phone",
                received=True,
                understood=True,
                acted=acted,
            )
        found = coverage(session, recall)
        assert found.verified == {one.partner_id}
        assert percent(found.rate) == "50.00"
        again = record_check(
            session,
            recall,
            two.partner_id,
            dong,
            now + timedelta(hours=1),
            method="visit",
            received=True,
            understood=True,
            acted=True,
        )
        assert again.attempt == 2
        assert coverage(session, recall).is_reached


def test_acknowledging_is_no_answer(
    database: Database, going: Going, now: datetime
) -> None:
    with database.writing() as session:
        link = link_of(session, "C01")
        acknowledge(session, link.id, "刘店长", now)
        acknowledge(session, link.id, "刘店长", later(now, 9))
        assert (link.acknowledged_at, link.answered_at) == (now, None)
        calls = nudge_silent(session, link.recall_id, going.plant.dong, now)
        assert len(calls) == 2
