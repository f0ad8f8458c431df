"""Printed codes are read in another installation, if it has the same keys."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from plant_files import base_files, bring, row_counts
from plant_life import RING
from same_plants import empty_house, exported, facts

from lotmark.trace import people
from lotmark.trace.db import Database
from lotmark.trace.exchange.rows import ImportRefused
from lotmark.trace.identity.codes import CodeKey, ItemCode, Serial
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.keys import KeyRing
from lotmark.trace.identity.known_keys import remember_keys
from lotmark.trace.parties.lots import find_line
from lotmark.trace.parties.tables import Article, Lot
from lotmark.trace.production.batches import open_batch
from lotmark.trace.production.codes import issue_codes, serials_of
from lotmark.trace.production.items import void_items
from lotmark.trace.production.rolls import bind_roll, issue_roll
from lotmark.trace.stock.resolving import find_item

OTHER = KeyRing((CodeKey(1, bytes(32)),))


@pytest.fixture
def house(database: Database, now: datetime) -> Database:
    """A plant with an open batch: codes of its own, and a roll bound in part."""
    me = people.system()
    with database.writing() as session:
        remember_keys(session, RING)
    bring(database, base_files(), now)
    with database.writing() as session:
        beef = session.scalars(sa.select(Article).filter_by(code="PACK")).one()
        line = find_line(session, "YL1/L1")
        roll = issue_roll(session, 50, 1, me, now)
        lot = open_batch(session, beef, line, "P-9", now.date(), 100, me, now)
        issue_codes(session, lot.id, 30, 1, me, now)
        first, last = (ItemCode(roll.series, item) for item in (5, 24))
        bind_roll(session, lot.id, first, last, me, now)
        void_items(session, lot.id, ItemSet.range(12, 14), "废标", me, now)
    return database


def _printed(database: Database, items: ItemSet) -> dict[int, str]:
    """What labels of batch P-9 carry, by item."""
    with database.reading() as session:
        lot = session.scalars(sa.select(Lot).filter_by(code="P-9")).one()
        return dict(serials_of(session, RING, lot.id, items))


def test_printed_codes_are_read_after_the_move(
    house: Database, sqlite_template: Path, tmp_path: Path, now: datetime
) -> None:
    printed = _printed(house, ItemSet.range(0, 50))
    files = exported(house)
    with empty_house(sqlite_template, tmp_path / "b") as other:
        bring(other, files, now)
        assert exported(other) == files
        assert facts(other) == facts(house)
        with other.reading() as session:
            for item, serial in printed.items():
                url = f"HTTPS://QR.EXAMPLE/T/{serial}"
                found = find_item(session, RING, url)
                assert found is not None
                assert found.lot is not None
                assert (found.lot.code, found.lot_item) == ("P-9", item)
        with other.writing() as session:  # and none of them is given out again
            before = set(printed.values())
            lot = session.scalars(sa.select(Lot).filter_by(code="P-9")).one()
            issue_codes(session, lot.id, 10, 1, people.system(), now)
            issue_roll(session, 10, 1, people.system(), now)
            new = serials_of(session, RING, lot.id, ItemSet.range(50, 60))
            assert not before & {serial for _, serial in new}


def test_codes_of_another_key_are_refused(
    house: Database, stranger: Database, now: datetime
) -> None:
    files = exported(house)
    before = row_counts(stranger)
    with pytest.raises(ImportRefused) as refused:
        bring(stranger, files, now)
    codes = {row.code for row in refused.value.rows}
    assert codes == {"code_key_other"}
    assert all(row.column == "key_check" for row in refused.value.rows)
    assert row_counts(stranger) == before


def test_without_the_keys_every_label_gets_a_new_code(
    house: Database, stranger: Database, now: datetime
) -> None:
    files = [
        pair for pair in exported(house) if pair[0] not in ("codes.csv", "bindings.csv")
    ]
    bring(stranger, files, now)
    with stranger.reading() as session:
        lot = session.scalars(sa.select(Lot).filter_by(code="P-9")).one()
        assert lot.next_item == 50
        serials = list(serials_of(session, OTHER, lot.id, ItemSet.range(0, 50)))
        assert len({serial for _, serial in serials}) == 50
        for _, serial in serials:
            assert OTHER.read(Serial.parse(serial))


@pytest.fixture
def stranger(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    target = tmp_path / "another.db"
    target.write_bytes(sqlite_template.read_bytes())
    opened = Database(f"sqlite:///{target}")
    with opened.writing() as session:
        remember_keys(session, OTHER)
    yield opened
    opened.dispose()
