"""A line that went wrong runs again only after its re-sample passed ([004])."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from batch_work import LI, LIN, QIAN, SUN

from lotmark.trace.audit import AuditRow
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput, NotFound
from lotmark.trace.parties.tables import Article, Line
from lotmark.trace.people import Actor
from lotmark.trace.production.batches import open_batch
from lotmark.trace.production.lines import (
    change_line,
    record_correction,
    record_restart_check,
)
from lotmark.trace.production.tables import LineRun, LineStop, ProcessCheck


def restart(
    session: Session, lot: int, result: str, now: datetime, actor: Actor = QIAN
) -> str:
    line = record_restart_check(
        session,
        2,
        lot,
        kind="vacuum",
        value="−0.091 MPa",
        limits="≤ −0.085 MPa",
        result=result,
        reason="seal bar changed, 20 packs sampled again",
        actor=actor,
        now=now,
    )
    return line.status


def opened(session: Session, now: datetime) -> str:
    article, line = session.get_one(Article, 1), session.get_one(Line, 2)
    return open_batch(session, article, line, "L2-8", now.date(), 10, LI, now).code


def test_stop_and_start(plant: Database, made: int, now: datetime) -> None:
    with plant.writing() as session:
        assert change_line(session, 2, "stop", "no steam", LIN, now).status == "stopped"
        with pytest.raises(Conflict, match="Line L2 is stopped"):
            opened(session, now)
        run = session.scalars(sa.select(LineRun)).one()
        assert run.ended_at is None  # a pause within the run
        change_line(session, 2, "start", "steam is back", LIN, now)
        assert opened(session, now) == "L2-8"


def test_putting_right_ends_with_a_passed_check(
    plant: Database, made: int, now: datetime
) -> None:
    later = now + timedelta(hours=1)
    with plant.writing() as session:
        change_line(session, 2, "rectify", "vacuum lost on 3 of 20 packs", LIN, now)
        assert session.scalars(sa.select(LineRun)).one().ended_at == now
        with pytest.raises(Conflict, match="Line L2 is rectifying"):
            opened(session, now)
        with pytest.raises(Conflict, match="rectifying: start is possible only"):
            change_line(session, 2, "start", "should do", LIN, now)
        assert restart(session, made, "fail", later) == "rectifying"
        with pytest.raises(Conflict, match="Line L2 is rectifying"):
            opened(session, later)
        assert restart(session, made, "pass", later) == "running"
        assert opened(session, later) == "L2-8"
        results = session.scalars(sa.select(ProcessCheck.result).order_by("id"))
        assert list(results) == ["fail", "pass"]
    with plant.reading() as session:
        reasons = session.scalars(
            sa.select(AuditRow.data).where(AuditRow.action == "line.reason")
        ).all()
        assert "vacuum lost on 3 of 20 packs" in reasons[0]
        assert "20 packs sampled again" in reasons[2]


@pytest.mark.parametrize(
    ("person", "right"), [(LIN, "inspection.record"), (SUN, "line.status")]
)
def test_the_restart_is_for_qa(
    plant: Database, made: int, now: datetime, person: Actor, right: str
) -> None:
    """domain.md §3.4 P6: neither production alone nor an inspector alone."""
    with plant.writing() as session:
        change_line(session, 2, "rectify", "vacuum lost", LIN, now)
        for result in ("pass", "fail"):
            with pytest.raises(Forbidden, match=f"{right} is needed"):
                restart(session, made, result, now, person)


def test_changes_that_cannot_be(plant: Database, made: int, now: datetime) -> None:
    with plant.writing() as session:
        with pytest.raises(InvalidInput, match="a reason in writing"):
            change_line(session, 2, "stop", "  ", LIN, now)
        with pytest.raises(InvalidInput, match="one of stop, start, rectify"):
            change_line(session, 2, "restart", "quick", LIN, now)
        with pytest.raises(Forbidden):
            change_line(session, 2, "stop", "no steam", LI, now)
        with pytest.raises(NotFound):
            change_line(session, 99, "stop", "no steam", LIN, now)


def test_the_sample_is_of_what_the_line_made(
    plant: Database, made: int, now: datetime
) -> None:
    with plant.writing() as session:
        article, line = session.get_one(Article, 1), session.get_one(Line, 1)
        other = open_batch(session, article, line, "L1-1", now.date(), 10, LI, now)
        change_line(session, 2, "rectify", "vacuum lost", LIN, now)
        with pytest.raises(Conflict, match="L1-1 never ran on line L2"):
            restart(session, other.id, "pass", now)


def test_stops_are_kept_with_what_ended_them(
    plant: Database, made: int, now: datetime
) -> None:
    hour = timedelta(hours=1)
    with plant.writing() as session:
        change_line(session, 2, "stop", "no steam", LIN, now)
        change_line(session, 2, "start", "steam is back", LIN, now + hour)
        change_line(session, 2, "stop", "vacuum", LIN, now + 2 * hour)
        change_line(session, 2, "rectify", "seal bar", LIN, now + 3 * hour)
        restart(session, made, "fail", now + 4 * hour)
        restart(session, made, "pass", now + 5 * hour)
        pause, repair = session.scalars(sa.select(LineStop).order_by(LineStop.id))
        assert (pause.started_at, pause.ended_at) == (now, now + hour)
        assert (pause.rectified_at, pause.check_id) == (None, None)
        assert repair.started_at == now + 2 * hour
        assert repair.rectified_at == now + 3 * hour
        assert repair.ended_at == now + 5 * hour
        passed = session.get_one(ProcessCheck, repair.check_id)
        assert (passed.result, passed.kind) == ("pass", "vacuum")


def test_a_failed_check_is_corrected_once(
    plant: Database, made: int, now: datetime
) -> None:
    with plant.writing() as session:
        change_line(session, 2, "rectify", "vacuum lost", LIN, now)
        restart(session, made, "fail", now)
        (bad,) = session.scalars(sa.select(ProcessCheck.id))
        with pytest.raises(Forbidden):
            record_correction(session, bad, "seal bar changed", now, LI, now)
        with pytest.raises(Conflict) as early:
            before = now - timedelta(minutes=1)
            record_correction(session, bad, "seal bar changed", before, LIN, now)
        assert early.value.code == "check_not_failed"
        for _ in range(2):  # sent twice is done once
            done = record_correction(session, bad, "seal bar changed", now, LIN, now)
            assert (done.corrected_at, done.corrected_by) == (now, "lin")
        with pytest.raises(Conflict) as other:
            record_correction(session, bad, "pump repaired", now, LIN, now)
        assert other.value.code == "already_corrected"
        restart(session, made, "pass", now)
        good = session.scalars(sa.select(ProcessCheck.id).filter_by(result="pass"))
        with pytest.raises(Conflict):
            record_correction(session, good.one(), "nothing", now, LIN, now)
