"""The audit chain shows every change and every gap, also after many writers."""

import threading
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from crowd import unguard

from lotmark.trace import audit
from lotmark.trace.db import Database
from lotmark.trace.errors import InvalidInput


def note(database: Database, count: int, now: datetime) -> None:
    for number in range(count):
        with database.writing() as session:
            audit.record(session, "li", "test.do", f"thing:{number}", now, n=number)


def do_damage(database: Database, statement: str) -> None:
    with database.writing() as session:
        unguard(session, "audit")
        session.execute(sa.text(statement))


def test_rows_are_chained_at_commit(database: Database, now: datetime) -> None:
    note(database, 3, now)
    with database.reading() as session:
        rows, broken, head = audit.verify(session)
        assert (rows, broken, head.count) == (3, None, 3)


def test_what_is_rolled_back_leaves_no_row(database: Database, now: datetime) -> None:
    with pytest.raises(RuntimeError), database.writing() as session:
        audit.record(session, "li", "test.do", "thing:1", now)
        raise RuntimeError
    note(database, 1, now)
    with database.reading() as session:
        assert audit.verify(session)[:2] == (1, None)


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("UPDATE audit SET actor = 'wang' WHERE id = 2", audit.Break(2, "changed")),
        ("UPDATE audit SET data = '[]' WHERE id = 3", audit.Break(3, "changed")),
        ("DELETE FROM audit WHERE id = 2", audit.Break(2, "missing")),
        ("DELETE FROM audit WHERE id >= 3", audit.Break(3, "missing")),
        ("DELETE FROM audit", audit.Break(1, "missing")),
        ("UPDATE audit_head SET count = 3", audit.Break(4, "added")),
        ("UPDATE audit_head SET hash = 'a'", audit.Break(4, "changed")),
        ("DELETE FROM audit_head", audit.Break(1, "no_head")),
    ],
)
def test_damage_is_found(
    database: Database, now: datetime, damage: str, found: audit.Break
) -> None:
    note(database, 4, now)
    do_damage(database, damage)
    with database.reading() as session:
        assert audit.verify(session).broken == found


@pytest.mark.parametrize(
    ("cut", "first"), [("DELETE FROM audit", 1), ("DELETE FROM audit WHERE id > 2", 3)]
)
def test_rows_cut_off_are_still_missing_after_more_were_written(
    database: Database, now: datetime, cut: str, first: int
) -> None:
    note(database, 4, now)
    do_damage(database, cut)
    note(database, 2, now)
    with database.reading() as session:
        assert audit.verify(session).broken == audit.Break(first, "missing")


def test_without_a_head_the_house_still_works(
    database: Database, now: datetime
) -> None:
    note(database, 2, now)
    do_damage(database, "DELETE FROM audit_head")
    note(database, 2, now)
    with database.reading() as session:
        assert audit.verify(session).broken == audit.Break(1, "no_head")
        ids = session.scalars(sa.select(audit.AuditRow.id)).all()
    assert sorted(ids) == [1, 2, 3, 4]


def head_of(database: Database) -> audit.Head:
    with database.reading() as session:
        return audit.verify(session).head


def test_the_chain_goes_through_a_head_that_was_kept(
    database: Database, now: datetime
) -> None:
    note(database, 2, now)
    kept = audit.Head.parse(f" {head_of(database)}\n")
    note(database, 2, now)
    with database.reading() as session:
        assert audit.verify(session, kept)[:2] == (4, None)


@pytest.mark.parametrize(
    ("rows", "found"),
    [(2, audit.Break(3, "missing")), (5, audit.Break(3, "rewritten"))],
)
def test_a_rewritten_chain_shows_only_against_a_head_that_was_kept(
    database: Database, now: datetime, rows: int, found: audit.Break
) -> None:
    note(database, 3, now)
    kept = head_of(database)
    do_damage(database, "DELETE FROM audit")
    with database.writing() as session:
        session.execute(sa.update(audit.AuditHead).values(count=0, hash=audit.START))
    note(database, rows, now.replace(hour=5))
    with database.reading() as session:
        assert audit.verify(session).broken is None
        assert audit.verify(session, kept).broken == found


@pytest.mark.parametrize("text", ["", "3", "3:abc", f"x:{'0' * 64}", "9" * 5000])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="as audit verify prints it"):
        audit.Head.parse(text)


def test_the_seal_does_not_depend_on_the_zone(
    database: Database, now: datetime
) -> None:
    note(database, 1, now.astimezone(ZoneInfo("Asia/Shanghai")))
    with database.reading() as session:
        assert audit.verify(session)[:2] == (1, None)


def test_many_writers_make_one_chain(database: Database, now: datetime) -> None:
    threads = [
        threading.Thread(target=note, args=(database, 10, now)) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert audit.verify(session)[:2] == (60, None)
