"""A batch on a line: opened, packed, finished; codes: test_codes, then: test_release.

Li runs line 2.
"""

import multiprocessing
import threading
from datetime import date, datetime, timedelta
from typing import Any

import code_writer
import pytest
import sqlalchemy as sa
from line_two import LI, RING, issue, open_batch

from lotmark.trace import audit
from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict, InvalidInput
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.tables import ItemSegment
from lotmark.trace.parties.tables import Line, Lot
from lotmark.trace.production import batches, codes
from lotmark.trace.production.marks import mark_items
from lotmark.trace.production.tables import LineRun
from lotmark.trace.stock.queries import positions


def test_numbers_are_proposed_in_order(
    database: Database, line_id: int, now: datetime
) -> None:
    with database.writing() as session:
        first = open_batch(session, line_id, now)
        second = open_batch(session, line_id, now + timedelta(hours=2))
        assert (first.code, second.code) == ("L2-261124-01", "L2-261124-02")
        assert second.expires_on == date(2027, 5, 23)
        runs = session.scalars(sa.select(LineRun).order_by(LineRun.id)).all()
        assert [run.ended_at is None for run in runs] == [False, True]


def test_a_line_with_an_underscore_counts_its_own_batches(
    database: Database, line_id: int, now: datetime
) -> None:
    with database.writing() as session:
        session.get_one(Line, line_id).code = "L_"
        for code in ("LX-261124-07", "L_-261124-02", "L_-261124-²", "L_-261124-x"):
            open_batch(session, line_id, now, code=code)
        assert open_batch(session, line_id, now).code == "L_-261124-03"


def test_two_lines_that_take_one_number_at_once(
    database: Database, line_id: int, now: datetime
) -> None:
    with database.writing() as session:
        line = session.get_one(Line, line_id)
        other = Line(site_id=line.site_id, code="L3", name="3", name_en="3")
        session.add(other)
    start = threading.Barrier(6, timeout=60)
    pause = threading.Event()
    ends: list[str] = []

    def work(line_id: int) -> None:
        start.wait()
        try:
            with database.writing() as session:
                open_batch(session, line_id, now, code="B-1")
                pause.wait(0.3)  # the others try while this one is uncommitted
        except Conflict as refusal:
            ends.append(refusal.code)
        else:
            ends.append("opened")

    threads = [
        threading.Thread(target=work, args=(number,))
        for number in (line_id, other.id) * 3
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["batch_exists"] * 5 + ["opened"]
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Lot.id))) == 1
        running = sa.select(LineRun).where(LineRun.ended_at.is_(None))
        assert len(session.scalars(running).all()) == 1


def test_labels_on_packs_are_stock_at_the_line(
    database: Database, lot_id: int, now: datetime
) -> None:
    with database.writing() as session:
        items = issue(session, lot_id, 10, now)
        batches.record_applied(session, lot_id, items, LI, now)
        (at_line,) = positions(session, {lot_id: None})
        assert (at_line.kind, at_line.quantity_max) == ("line", 10)
        assert at_line.items_known == items
        with pytest.raises(Conflict):
            batches.record_applied(session, lot_id, items, LI, now)


def test_items_without_codes_cannot_be_packed(
    database: Database, lot_id: int, now: datetime
) -> None:
    with database.writing() as session:
        issue(session, lot_id, 10, now)
        with pytest.raises(InvalidInput, match="issued for items 10-19"):
            batches.record_applied(session, lot_id, ItemSet.range(0, 20), LI, now)


@pytest.mark.parametrize("kind", ["voided", "sampled", "missing"])
def test_what_was_taken_away_is_not_packed(
    database: Database, lot_id: int, now: datetime, kind: str
) -> None:
    with database.writing() as session:
        items = issue(session, lot_id, 10, now)
        mark_items(session, lot_id, ItemSet.range(3, 5), kind, LI, now)
        with pytest.raises(Conflict, match="Items 3-4 of batch") as refusal:
            batches.record_applied(session, lot_id, items, LI, now)
        assert refusal.value.code == "item_voided"
        batches.record_applied(session, lot_id, items - ItemSet.range(3, 5), LI, now)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"planned": 0}, "planned number of packs from 1, got 0"),
        ({"planned": -5}, "planned number of packs from 1, got -5"),
        ({"code": "L2-261124-01"}, "exists already"),
        ({"code": "l2 261124 01"}, "exists already"),
        ({"code": "7" * 65}, "at most 64 characters"),
        ({"code": "A" * 10_000}, "at most 64 characters"),
        ({"code": "<script>"}, "without < and >"),
        ({"code": "B\x00"}, "can be read"),
        ({"code": "B\n1"}, "can be read"),
        ({"code": "B\u202e1"}, "can be read"),
        ({"code": "---"}, "letter or digit"),
        ({"code": " "}, "letter or digit"),
        ({"day": date(9999, 12, 31)}, "from 2000-01-01 to 2099-12-31, got 9999-12-31"),
        ({"day": date(1999, 12, 31)}, "got 1999-12-31"),
    ],
)
def test_bad_batches_are_refused(
    database: Database,
    line_id: int,
    lot_id: int,
    now: datetime,
    change: dict[str, Any],
    sentence: str,
) -> None:
    with (
        pytest.raises((InvalidInput, Conflict), match=sentence),
        database.writing() as session,
    ):
        open_batch(session, line_id, now, **change)
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Lot.id))) == 1


def test_a_rectifying_line_takes_no_batch(
    database: Database, line_id: int, now: datetime
) -> None:
    with database.writing() as session:
        session.get_one(Line, line_id).status = "rectifying"
    with (
        pytest.raises(Conflict, match="Line L2 is rectifying"),
        database.writing() as session,
    ):
        open_batch(session, line_id, now)


def test_packs_are_timed_by_who_saw_them(
    database: Database, lot_id: int, now: datetime
) -> None:
    later = now + timedelta(hours=3)
    with database.writing() as session:
        items = issue(session, lot_id, 10, now)
        first, rest = items.take(4), items - items.take(4)
        at = now + timedelta(hours=1), now + timedelta(hours=2)
        batches.record_applied(
            session, lot_id, first, LI, later, since=at[0], until=at[1]
        )
        batches.record_applied(session, lot_id, rest, LI, later)
        rows = session.scalars(
            sa.select(ItemSegment).where(ItemSegment.kind == "applied")
        ).all()
        # who does not say when is believed only that it was within the run
        assert [(row.t0, row.t1) for row in rows] == [at, (now, later)]


@pytest.mark.parametrize(
    ("since", "until", "sentence"),
    [(2, 1, "Expected a time from"), (0, 40, "Expected a time in the past")],
)
def test_times_of_packs_that_cannot_be(
    database: Database,
    lot_id: int,
    now: datetime,
    since: int,
    until: int,
    sentence: str,
) -> None:
    hour = timedelta(hours=1)
    with (
        pytest.raises(InvalidInput, match=sentence),
        database.writing() as session,
    ):
        items = issue(session, lot_id, 10, now)
        span = {"since": now + since * hour, "until": now + until * hour}
        batches.record_applied(session, lot_id, items, LI, now, **span)


def test_eight_processes_share_no_code_and_lose_no_pack(
    database_url: str, database: Database, lot_id: int, now: datetime
) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [
        spawn.Process(target=code_writer.work, args=(database_url, lot_id, 4, now))
        for _ in range(8)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=90)
    assert [process.exitcode for process in processes] == [0] * 8
    made = 8 * 4 * 7
    with database.reading() as session:
        assert session.get_one(Lot, lot_id).next_item == made
        everything = ItemSet.range(0, made)
        serials = [s for _, s in codes.serials_of(session, RING, lot_id, everything)]
        assert len(set(serials)) == made
        at = {
            here.place.code: here.quantity_max
            for here in positions(session, {lot_id: None})
        }
        assert at == {"YL1/L2": 8 * 4 * 2, "FG": 8 * 4 * 5}
        assert audit.verify(session)[1] is None
