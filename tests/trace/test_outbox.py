"""The outbox: at least once, never by two at a time, never given up silently."""

import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from lotmark.trace import outbox
from lotmark.trace.db import Database


def ask(database: Database, key: str, now: datetime) -> None:
    with database.writing() as session:
        outbox.enqueue(session, "test.do", {"key": key}, key, now)


def take(database: Database, now: datetime) -> list[outbox.Claim]:
    with database.writing() as session:
        return outbox.claim(session, now)


def test_asked_twice_is_one_effect(database: Database, now: datetime) -> None:
    ask(database, "a", now)
    ask(database, "a", now)
    assert [claim.payload for claim in take(database, now)] == [{"key": "a"}]


def test_a_claim_is_ours_until_the_lease_ends(
    database: Database, now: datetime
) -> None:
    ask(database, "a", now)
    (first,) = take(database, now)
    assert take(database, now + outbox.LEASE) == []
    (second,) = take(database, now + outbox.LEASE + timedelta(seconds=1))
    with database.writing() as session:
        assert not outbox.finish(session, first), "the first worker came back too late"
        assert outbox.finish(session, second)


def test_a_renewed_claim_stays_ours(database: Database, now: datetime) -> None:
    ask(database, "a", now)
    (first,) = take(database, now)
    later = now + outbox.LEASE - timedelta(seconds=1)
    with database.writing() as session:
        outbox.renew(session, first, later)
    assert take(database, later + outbox.LEASE) == []
    (second,) = take(database, later + outbox.LEASE + timedelta(seconds=1))
    with pytest.raises(outbox.ClaimLost), database.writing() as session:
        outbox.renew(session, first, later)
    with database.writing() as session:
        assert outbox.finish(session, second)


def test_what_cannot_be_helped_goes_to_a_person_at_once(
    database: Database, now: datetime
) -> None:
    ask(database, "a", now)
    (claimed,) = take(database, now)
    with database.writing() as session:
        assert outbox.give_up(session, claimed, "no handler")
    with database.reading() as session:
        row = session.scalars(sa.select(outbox.Effect)).one()
    assert (row.state, row.last_error, row.leased_until) == (
        "manual",
        "no handler",
        None,
    )


def test_a_failure_waits_longer_each_time_and_ends_with_a_person(
    database: Database, now: datetime
) -> None:
    ask(database, "a", now)
    waits = []
    while claims := take(database, now):
        with database.writing() as session:
            outbox.fail(session, claims[0], "no paper", now)
            row = session.scalars(sa.select(outbox.Effect)).one()
            if row.state == "manual":
                break
            waits.append(row.due_at - now)
            now = row.due_at
    assert tuple(waits) == outbox.BACKOFF
    assert row.last_error == "no paper"


def test_nothing_due_is_seen_without_writing(database: Database, now: datetime) -> None:
    ask(database, "a", now)
    with database.reading() as session:
        assert not outbox.is_due(session, now - timedelta(seconds=1))
        assert outbox.is_due(session, now)


def test_no_more_is_taken_than_was_asked_for_whatever_the_plan(
    database: Database, now: datetime
) -> None:
    for number in range(5):
        ask(database, str(number), now)
    with database.writing() as session:
        if session.get_bind().dialect.name == "postgresql":
            for way in ("hashjoin", "mergejoin", "material", "hashagg", "sort"):
                session.execute(sa.text(f"SET LOCAL enable_{way} = off"))
        assert len(outbox.claim(session, now, limit=2)) == 2


def test_many_workers_never_share_an_effect(database: Database, now: datetime) -> None:
    for number in range(40):
        ask(database, str(number), now)
    done: list[str] = []

    def work() -> None:
        while True:
            with database.writing() as session:
                claims = outbox.claim(session, now, limit=3)
            if not claims:
                return
            for claimed in claims:
                done.append(claimed.payload["key"])
                with database.writing() as session:
                    assert outbox.finish(session, claimed)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done, key=int) == [str(number) for number in range(40)]
