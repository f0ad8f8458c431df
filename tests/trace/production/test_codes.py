"""Codes of a batch, and of rolls printed before it: issued once, bound once."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from line_two import LI, RING, issue

from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict, InvalidInput, NotFound, TooLarge
from lotmark.trace.identity.codes import CodeKey, ItemCode, Serial
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.keys import KeyRing
from lotmark.trace.identity.tables import CodeBinding, CodeSeries
from lotmark.trace.parties.tables import Lot
from lotmark.trace.production import batches, codes, rolls
from lotmark.trace.stock.item_status import item_status


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
