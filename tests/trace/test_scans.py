"""Scans: counted once a visitor, kept by month on PostgreSQL, forgotten in time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from crowd import CROWD, at_once

from lotmark.trace import scans
from lotmark.trace.db import Database


@pytest.fixture
def log(database: Database) -> Iterator[Database]:
    opened = scans.open_scans(database.url)
    yield opened
    opened.dispose()


def scan(log: Database, at: datetime, visitor: str = "chen") -> None:
    with log.writing() as session:
        scans.record_scan(session, 1, 7, visitor, at)


def add(log: Database, now: datetime) -> None:
    with log.writing() as session:
        scans.add_partitions(session, now)


def tables(log: Database) -> set[str]:
    return {
        name for name in sa.inspect(log.engine).get_table_names() if "scan_" in name
    }


def lies_in(log: Database, at: datetime) -> str:
    where = sa.text("SELECT tableoid::regclass::text FROM scan WHERE at = :at")
    with log.reading() as session:
        return str(session.scalars(where, {"at": at}).one())


def test_a_reload_is_not_a_second_scan(log: Database, now: datetime) -> None:
    for minutes, visitor in ((0, "chen"), (5, "chen"), (6, "li"), (40, "chen")):
        scan(log, now + timedelta(minutes=minutes), visitor)
    with log.reading() as session:
        assert scans.scan_summary(session, 1, 7) == scans.ScanSummary(3, now)


def test_a_scan_lies_in_the_partition_of_its_month(
    log: Database, now: datetime
) -> None:
    add(log, now)
    if log.is_sqlite:
        assert not tables(log) - {"alembic_version_scan"}
        return
    names = {"scan_202611", "scan_202612", "scan_202701"}
    assert names <= tables(log)
    for at, name in (
        (now, "scan_202611"),
        (datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), "scan_202611"),
        (datetime(2026, 12, 1, tzinfo=UTC), "scan_202612"),
        (datetime(2027, 2, 1, tzinfo=UTC), "scan_other"),
    ):
        scan(log, at, visitor=name + str(at))
        assert lies_in(log, at) == name


def test_partitions_are_made_once(log: Database, now: datetime) -> None:
    assert at_once(lambda: add(log, now)) == [None] * CROWD
    add(log, now + timedelta(days=31))
    if not log.is_sqlite:
        assert "scan_202702" in tables(log)


def test_a_month_that_began_without_its_partition_stays_where_it_is(
    log: Database, now: datetime
) -> None:
    scan(log, now)
    add(log, now)
    scan(log, now + timedelta(hours=1))
    if not log.is_sqlite:
        assert lies_in(log, now + timedelta(hours=1)) == "scan_other"
        assert "scan_202612" in tables(log)
    with log.reading() as session:
        assert scans.scan_summary(session, 1, 7).count == 2


def test_old_scans_go_by_the_month_and_the_rest_by_the_row(
    log: Database, now: datetime
) -> None:
    add(log, now)
    kept = datetime(2026, 12, 20, tzinfo=UTC)
    for at in (now, datetime(2026, 12, 10, tzinfo=UTC), kept):
        scan(log, at)
    with log.writing() as session:
        scans.forget_scans(session, datetime(2026, 12, 15, tzinfo=UTC))
    with log.reading() as session:
        assert scans.scan_summary(session, 1, 7) == scans.ScanSummary(1, kept)
    assert "scan_202611" not in tables(log)
    if not log.is_sqlite:
        assert "scan_202612" in tables(log)
