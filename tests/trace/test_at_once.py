"""Eight do the same at the same moment: one does it, nobody meets a fault."""

from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from crowd import CROWD, at_once

from lotmark.trace import files, numbers, outbox, people
from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict


def test_the_same_photo_is_one_file(
    database: Database, tmp_path: Path, now: datetime
) -> None:
    def send() -> str:
        with database.writing() as session:
            return files.store(session, tmp_path, b"photo", "image/png", now).sha256

    names = set(at_once(send))
    assert len(names) == 1
    with database.reading() as session:
        assert session.scalars(sa.select(files.StoredFile.sha256)).all() == [*names]
    assert len([*tmp_path.glob("??/*")]) == 1


def test_the_same_effect_is_asked_for_once(database: Database, now: datetime) -> None:
    def ask() -> None:
        with database.writing() as session:
            outbox.enqueue(session, "test.do", {}, "a", now)

    assert at_once(ask) == [None] * CROWD
    with database.reading() as session:
        assert len(session.scalars(sa.select(outbox.Effect)).all()) == 1


def test_a_log_in_name_is_given_to_one(database: Database, now: datetime) -> None:
    def join() -> str:
        with database.writing() as session:
            roles = ["qa_manager"]
            return people.add_user(session, "li", "Li", "long enough", roles, now).login

    done = at_once(join)
    refused = [one.code for one in done if isinstance(one, Conflict)]
    assert refused == ["login_taken"] * (CROWD - 1)
    assert [one for one in done if not isinstance(one, Conflict)] == ["li"]


def test_a_unique_value_taken_meanwhile_is_a_conflict(
    database: Database, now: datetime
) -> None:
    """The net beneath: on PostgreSQL, where two can write at once."""
    with database.writing() as session:
        session.add(numbers.Counter(name="KS", year=2026, value=1))
    kind = sa.exc.IntegrityError if database.is_sqlite else Conflict
    with pytest.raises(kind) as refused, database.writing() as session:
        session.add(numbers.Counter(name="KS", year=2026, value=1))
    if isinstance(refused.value, Conflict):
        assert refused.value.code == "changed_meanwhile"
        assert isinstance(refused.value.__cause__, sa.exc.IntegrityError)


def test_other_broken_constraints_stay_faults(database: Database) -> None:
    broken = sa.text("INSERT INTO counter (name, year) VALUES ('KS', 2026)")
    with pytest.raises(sa.exc.IntegrityError), database.writing() as session:
        session.execute(broken)
