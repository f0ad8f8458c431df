"""The worker draws labels, shows its progress, and survives being killed."""

import json
import os
import signal
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import lotmark_demo
import pytest
import sqlalchemy as sa
from crowd import at_once
from sqlalchemy.orm import Session

from lotmark.labels.engine import render
from lotmark.labels.engine.proof import read_pdf
from lotmark.labels.jobs import service as jobs
from lotmark.labels.jobs.tables import PrintJob
from lotmark.labels.jobs.turns import EFFECT
from lotmark.trace import clock, files, outbox
from lotmark.trace.audit import AuditRow
from lotmark.trace.errors import InvalidInput
from lotmark.trace.faults import read_fault
from lotmark.trace.parties.tables import Article, Line, Lot
from lotmark.trace.people import system
from lotmark.trace.production.batches import open_batch
from lotmark.trace.production.marks import marked_items
from lotmark.trace.scans import record_scan, scan_summary
from lotmark.web import worker
from lotmark.web.installation import Installation

BASE = "https://q.example.cn"


@pytest.fixture
def lot_id(house: Installation) -> int:
    now = clock.now()
    with house.plant.writing() as session:
        line = session.scalars(sa.select(Line)).unique().first()
        product = sa.select(Article).where(Article.kind == "product")
        article = session.scalars(product).first()
        assert line is not None
        assert article is not None
        lot = open_batch(session, article, line, "W-1", now.date(), 1000, system(), now)
        return lot.id


def order(
    house: Installation, lot_id: int, key: str = "k1", stock: str = "roll-60x40"
) -> PrintJob:
    with house.plant.writing() as session:
        return jobs.order_labels(
            session, lot_id, 12, stock, "pdf", 0, key, 1, BASE, system(), clock.now()
        )


def draw(house: Installation) -> None:
    """Draw the one job there is, whether or not it is due."""
    with house.plant.writing() as session:
        session.execute(
            sa.update(outbox.Effect).values(state="pending", due_at=clock.now())
        )
        (claimed,) = outbox.claim(session, clock.now())
    worker.draw_job(house, claimed)


def drawn(house: Installation, number: str) -> PrintJob:
    with house.plant.reading() as session:
        return jobs.find_job(session, number)


def test_an_order_becomes_a_file_of_its_codes(house: Installation, lot_id: int) -> None:
    job = order(house, lot_id)
    assert worker.work_once(house) == 1
    done = drawn(house, job.number)
    assert (done.state, done.done) == ("finished", 12)
    content = files.path_of(house.settings.files, done.sha256 or "").read_bytes()
    read = [code for page in read_pdf(content) for code in page]
    assert len(set(read)) == 12
    with house.plant.reading() as session:
        assert str(marked_items(session, lot_id, "printed")) == "0-11"
    assert worker.work_once(house) == 0


def test_a_double_click_is_one_job(house: Installation, lot_id: int) -> None:
    assert order(house, lot_id).id == order(house, lot_id).id
    with house.plant.reading() as session:
        assert session.get_one(Lot, lot_id).next_item == 12


def test_eight_clicks_at_once_are_one_job(house: Installation, lot_id: int) -> None:
    jobs_made = at_once(lambda: order(house, lot_id))
    assert len({job.id for job in jobs_made if isinstance(job, PrintJob)}) == 1
    assert len(jobs_made) == sum(isinstance(job, PrintJob) for job in jobs_made)
    with house.plant.reading() as session:
        assert session.get_one(Lot, lot_id).next_item == 12


def test_a_job_drawn_twice_is_the_same_file(house: Installation, lot_id: int) -> None:
    job = order(house, lot_id)
    draw(house)
    first = drawn(house, job.number)
    assert worker.work_once(house) == 0, "still ours"
    with house.plant.writing() as session:
        session.execute(sa.update(outbox.Effect).values(leased_until=None))
    draw(house)
    assert drawn(house, job.number).finished_at == first.finished_at
    with house.plant.reading() as session:
        assert marked_items(session, lot_id, "printed").count == 12


def test_what_cannot_be_drawn_says_why_and_is_not_tried_again(
    house: Installation, lot_id: int
) -> None:
    job = order(house, lot_id)
    with house.plant.writing() as session:
        session.get_one(Lot, lot_id).article.name = "牛肉 🥩"
    worker.work_once(house)
    failed = drawn(house, job.number)
    assert failed.state == "failed"
    assert "U+1F969" in str(read_fault(failed.error))
    assert worker.work_once(house) == 0
    with house.plant.reading() as session:
        row = session.scalars(sa.select(AuditRow).filter_by(action="labels.fail")).one()
        assert json.loads(row.data)["items"] == [0, 12]
        assert jobs.spoiled_codes(session, lot_id) == 12


def test_an_unknown_stock_issues_no_code(house: Installation, lot_id: int) -> None:
    with pytest.raises(InvalidInput, match="a4-24"):
        order(house, lot_id, stock="napkin")
    with house.plant.reading() as session:
        assert session.get_one(Lot, lot_id).next_item == 0


def test_a_fault_is_kept_and_tried_again_later(
    house: Installation, lot_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    order(house, lot_id)

    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setitem(worker.HANDLERS, EFFECT, broken)
    assert worker.work_once(house) == 1
    with house.plant.reading() as session:
        row = session.scalars(sa.select(outbox.Effect)).one()
        assert "disk full" in (row.last_error or "")
        assert row.due_at > clock.now()


def test_an_effect_nobody_knows_goes_to_a_person_at_once(
    house: Installation, lot_id: int
) -> None:
    with house.plant.writing() as session:
        outbox.enqueue(session, "notice.send", {}, "n1", clock.now())
    order(house, lot_id)
    assert [worker.work_once(house) for _ in range(3)] == [1, 1, 0]
    with house.plant.reading() as session:
        effects = session.scalars(sa.select(outbox.Effect)).all()
    assert {effect.kind: effect.state for effect in effects} == {
        "notice.send": "manual",
        EFFECT: "done",
    }
    (error,) = (effect.last_error for effect in effects if effect.last_error)
    assert error.startswith("No handler for notice.send; this version has ")
    assert EFFECT in error


def test_a_long_job_keeps_its_claim(
    house: Installation, lot_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawing takes three leases by the clock; a second worker finds nothing to do."""
    job = order(house, lot_id)
    began, passed = clock.now(), 0
    note = jobs.note_progress

    def note_slowly(session: Session, job_id: int, done: int) -> None:
        nonlocal passed
        with house.plant.reading() as other:
            assert not outbox.is_due(other, clock.now())
        note(session, job_id, done)
        passed += 1

    monkeypatch.setattr(worker, "NOTE_EVERY", -1)
    monkeypatch.setattr(render, "AT_ONCE", 1)
    monkeypatch.setattr(jobs, "note_progress", note_slowly)
    monkeypatch.setattr(clock, "now", lambda: began + passed * outbox.LEASE / 4)
    assert worker.work_once(house) == 1
    assert passed == 12
    assert drawn(house, job.number).state == "finished"


def test_a_worker_that_lost_its_claim_stops(
    house: Installation, lot_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = order(house, lot_id)
    monkeypatch.setattr(worker, "NOTE_EVERY", -1)
    monkeypatch.setattr(outbox, "LEASE", timedelta(seconds=-1))
    with house.plant.writing() as session:
        (first,) = outbox.claim(session, clock.now())
    with house.plant.writing() as session:
        (second,) = outbox.claim(session, clock.now())
    with pytest.raises(outbox.ClaimLost):
        worker.draw_job(house, first)
    assert drawn(house, job.number).state == "created"
    worker.draw_job(house, second)
    assert drawn(house, job.number).state == "finished"


def test_a_sweep_that_fails_keeps_nothing_waiting(
    house: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []

    def broken(*_: object) -> None:
        raise OSError("disk full")

    def fine(_house: Installation, now: datetime) -> None:
        done.append(now)

    monkeypatch.setattr(worker, "SWEEPS", (broken, fine))
    worker.sweep(house, clock.now())
    assert len(done) == 1


def test_sweeping_makes_room_for_scans_and_forgets_old_ones(
    house: Installation,
) -> None:
    now = clock.now()
    with house.scans.writing() as session:
        record_scan(session, 1, 1, "chen", now - timedelta(days=4000))
    worker.sweep(house, now)
    with house.scans.writing() as session:
        record_scan(session, 1, 1, "chen", now)
    with house.scans.reading() as session:
        assert scan_summary(session, 1, 1).count == 1
    if not house.scans.is_sqlite:
        assert f"scan_{now:%Y%m}" in sa.inspect(house.scans.engine).get_table_names()


def wait_for(condition: Callable[[], object], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


MANY = 60_000
"""Labels that take some seconds to draw, so that a worker can be killed meanwhile."""


def test_a_killed_worker_is_started_again_and_nothing_is_lost(tmp_path: Path) -> None:
    demo = lotmark_demo.build(tmp_path / "demo")
    with lotmark_demo.serving(demo):
        wait_for(lambda: lotmark_demo.worker_pid(demo))
        first = lotmark_demo.worker_pid(demo)
        house = demo.open()
        with house.plant.writing() as session:
            lot = (
                session.scalars(
                    sa.select(Lot).where(Lot.code == demo.document["open_lot"])
                )
                .unique()
                .one()
            )
            lot.planned = MANY
            session.flush()
            job = jobs.order_labels(
                session,
                lot.id,
                MANY // 2,
                "a4-24",
                "pdf",
                0,
                "kill",
                1,
                BASE,
                system(),
                clock.now(),
            )
        wait_for(lambda: drawn(house, job.number).state == "rendering")
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: lotmark_demo.worker_pid(demo) not in (0, first))
        with house.plant.writing() as session:  # as if the lease had run out
            session.execute(sa.update(outbox.Effect).values(leased_until=clock.now()))
        wait_for(lambda: drawn(house, job.number).state == "finished", 90)
        done = drawn(house, job.number)
        assert files.path_of(house.settings.files, done.sha256 or "").is_file()
        house.close()
