"""A batch on a line: opened, given codes, packed, finished; then: test_release.

Li runs line 2.
"""

import multiprocessing
import threading
from datetime import date, datetime, timedelta
from typing import Any

import code_writer
import pytest
import sqlalchemy as sa

from lotmark.trace import audit
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, InvalidInput, NotFound, TooLarge
from lotmark.trace.identity.codes import CodeKey, ItemCode, Serial
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.keys import KeyRing
from lotmark.trace.identity.tables import CodeBinding, CodeSeries, ItemSegment
from lotmark.trace.parties.tables import Article, Line, Location, Lot, Site
from lotmark.trace.people import Actor
from lotmark.trace.production import batches, codes, rolls
from lotmark.trace.production.marks import mark_items
from lotmark.trace.production.tables import LineRun
from lotmark.trace.stock.item_status import item_status
from lotmark.trace.stock.queries import positions

LI = Actor(
    "li",
    "Li",
    frozenset({"batch.open", "batch.finish", "codes.issue", "labels.print"}),
)
DAY = date(2026, 11, 24)
RING = KeyRing.of([CodeKey(1, bytes(range(32)))])


@pytest.fixture
def line_id(database: Database) -> int:
    """Line 2 of a plant that makes beef."""
    with database.writing() as session:
        site = Site(code="YL1", name="云岭", name_en="Yunling")
        session.add(site)
        session.flush()
        line = Line(site_id=site.id, code="L2", name="2 号线", name_en="Line 2")
        session.add(line)
        for code, kind in (("YL1/L2", "line"), ("FG", "warehouse")):
            session.add(
                Location(code=code, kind=kind, name=code, name_en=code, site_id=site.id)
            )
        session.add(
            Article(
                code="BEEF",
                kind="product",
                name="五香酱牛肉",
                name_en="Braised beef",
                gtin="09506000134352",
                shelf_life_days=180,
            )
        )
        session.flush()
        return line.id


def open_batch(
    session: Session,
    line_id: int,
    now: datetime,
    planned: int = 1000,
    code: str = "",
    day: date = DAY,
) -> Lot:
    line = session.get_one(Line, line_id)
    article = session.scalars(sa.select(Article)).one()
    number = code or batches.propose_batch(session, line, article, day)
    return batches.open_batch(session, article, line, number, day, planned, LI, now)


@pytest.fixture
def lot_id(database: Database, line_id: int, now: datetime) -> int:
    with database.writing() as session:
        return open_batch(session, line_id, now).id


def issue(session: Session, lot_id: int, count: int, now: datetime) -> ItemSet:
    ranges = codes.issue_codes(session, lot_id, count, 1, LI, now)
    return ItemSet.from_intervals(
        (r.lot_lo or 0, (r.lot_lo or 0) + r.hi - r.lo) for r in ranges
    )


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


def test_codes_are_consecutive_items_of_the_batch(
    database: Database, lot_id: int, now: datetime
) -> None:
    with database.writing() as session:
        assert str(issue(session, lot_id, 240, now)) == "0-239"
        assert str(issue(session, lot_id, 60, now)) == "240-299"
        assert session.scalar(sa.select(sa.func.count(CodeSeries.id))) == 1
    with database.reading() as session:
        made = list(codes.serials_of(session, RING, lot_id, ItemSet.range(238, 242)))
        assert [item for item, _ in made] == [238, 239, 240, 241]
        for item, serial in made:
            ((version, code),) = RING.read(Serial(serial))
            status = item_status(session, code.series, code.item, version)
            assert status is not None
            assert (status.lot_item, status.word) == (item, "printed")


def test_reprints_keep_the_key_version_they_were_issued_under(
    database: Database, lot_id: int, now: datetime
) -> None:
    ring = KeyRing.of([*RING.keys, CodeKey(2, bytes(32))])
    with database.writing() as session:
        issue(session, lot_id, 2, now)
        codes.issue_codes(session, lot_id, 2, 2, LI, now)
        serials = [
            s for _, s in codes.serials_of(session, ring, lot_id, ItemSet.range(0, 4))
        ]
    versions = [ring.read(Serial(serial))[0][0] for serial in serials]
    assert versions == [1, 1, 2, 2]


def test_serials_of_items_never_issued_are_refused(
    database: Database, lot_id: int, now: datetime
) -> None:
    with database.writing() as session:
        issue(session, lot_id, 2, now)
        with pytest.raises(NotFound, match="No codes were issued for items 2-4"):
            list(codes.serials_of(session, RING, lot_id, ItemSet.range(0, 5)))


@pytest.mark.parametrize(
    ("count", "error"),
    [(0, InvalidInput), (-1, InvalidInput), (10**9, TooLarge), (1051, Conflict)],
)
def test_bad_counts_issue_nothing(
    database: Database,
    lot_id: int,
    now: datetime,
    count: int,
    error: type[Exception],
) -> None:
    with pytest.raises(error), database.writing() as session:
        issue(session, lot_id, count, now)
    with database.reading() as session:
        assert session.get_one(Lot, lot_id).next_item == 0
        assert session.scalar(sa.select(sa.func.count(CodeSeries.id))) == 0


def test_a_finished_batch_takes_no_more_codes(
    database: Database, lot_id: int, now: datetime
) -> None:
    with database.writing() as session:
        batches.finish_batch(session, lot_id, LI, now)
    with (
        pytest.raises(Conflict, match="batch in production, but L2-261124-01 is prod"),
        database.writing() as session,
    ):
        issue(session, lot_id, 1, now)


def test_a_roll_is_bound_by_its_first_and_last_code(
    database: Database, lot_id: int, now: datetime
) -> None:
    with database.writing() as session:
        roll = rolls.issue_roll(session, 500, 1, LI, now)
        status = item_status(session, roll.series, 100, 1)
        assert status is not None
        assert status.word == "unbound"
        last, first = ItemCode(roll.series, 299), ItemCode(roll.series, 100)
        rolls.bind_roll(session, lot_id, last, first, LI, now)
        assert session.get_one(Lot, lot_id).next_item == 200
        bound = item_status(session, roll.series, 150, 1)
        assert bound is not None
        assert (bound.word, bound.lot_item) == ("printed", 50)
        beyond = item_status(session, roll.series, 300, 1)
        assert beyond is not None
        assert beyond.word == "unbound"


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ((0, 250), (0, 400), "already belong to a batch"),
        ((0, 10), (1, 20), "of two rolls"),
        ((0, 400), (0, 500), "No such code"),
    ],
)
def test_a_roll_is_bound_once_and_only_as_issued(
    database: Database,
    lot_id: int,
    now: datetime,
    first: tuple[int, int],
    last: tuple[int, int],
    sentence: str,
) -> None:
    with database.writing() as session:
        both = [rolls.issue_roll(session, 500, 1, LI, now) for _ in range(2)]
        a, b = both[0].series, both[1].series
        rolls.bind_roll(session, lot_id, ItemCode(a, 200), ItemCode(a, 299), LI, now)
    series = (a, b)
    with (
        pytest.raises((Conflict, NotFound), match=sentence),
        database.writing() as session,
    ):
        rolls.bind_roll(
            session,
            lot_id,
            ItemCode(series[first[0]], first[1]),
            ItemCode(series[last[0]], last[1]),
            LI,
            now,
        )
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(CodeBinding.id))) == 1


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
