"""The audit chain shows every change and every gap, also after many writers."""

import threading
from datetime import datetime

import pytest
import sqlalchemy as sa

from lotmark.trace import audit
from lotmark.trace.db import Database


def note(database: Database, count: int, now: datetime) -> None:
    for number in range(count):
        with database.writing() as session:
            audit.record(session, "li", "test.do", f"thing:{number}", now, n=number)


def test_rows_are_chained_at_commit(database: Database, now: datetime) -> None:
    note(database, 3, now)
    with database.reading() as session:
        assert audit.verify(session) == (3, None)


def test_what_is_rolled_back_leaves_no_row(database: Database, now: datetime) -> None:
    with pytest.raises(RuntimeError), database.writing() as session:
        audit.record(session, "li", "test.do", "thing:1", now)
        raise RuntimeError
    note(database, 1, now)
    with database.reading() as session:
        assert audit.verify(session) == (1, None)


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("UPDATE audit SET actor = 'wang' WHERE id = 2", audit.Break(2, "changed")),
        ("UPDATE audit SET data = '[]' WHERE id = 3", audit.Break(3, "changed")),
        ("DELETE FROM audit WHERE id = 2", audit.Break(2, "missing")),
    ],
)
def test_damage_is_found(
    database: Database, now: datetime, damage: str, found: audit.Break
) -> None:
    note(database, 4, now)
    with database.writing() as session:
        session.execute(sa.text(damage))
    with database.reading() as session:
        assert audit.verify(session)[1] == found


def test_many_writers_make_one_chain(database: Database, now: datetime) -> None:
    threads = [
        threading.Thread(target=note, args=(database, 10, now)) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert audit.verify(session) == (60, None)
