"""Whoever shows no key in use is refused; a key is never seen again."""

import hashlib
import logging
from collections.abc import Iterator
from datetime import timedelta

import limits
import pytest
import small_plant
import sqlalchemy as sa
from flask import Flask
from machines import Machine, problem, told

from lotmark.trace import clock, people
from lotmark.trace.api_keys import (
    MACHINE_RIGHTS,
    ApiKey,
    find_key,
    issue_key,
    list_keys,
    revoke_key,
)
from lotmark.trace.audit import AuditRow
from lotmark.trace.db import Base
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput, NotFound
from lotmark.trace.rules import rights
from lotmark.web.app import create_app
from lotmark.web.installation import Installation
from lotmark.web.limits import limiter

TWO_PERSONS = {"hold.release", "hold.propose", "caution.end", "batch.release"}
RULING = {"key.manage", "user.add", "rework.approve", "stock.book_count", "stock.count"}


def test_no_key_no_answer(app: Flask, erp: Machine) -> None:
    for shown in (
        "",
        "lm_",
        erp.key[:-1],
        erp.key + "x",
        erp.key[:12] + "0" * 34,
        "\N{SNOWMAN}",
    ):
        refused = Machine(app.test_client(), shown).get("/lots")
        assert problem(refused, 401) == "key_invalid"
        assert refused.headers["WWW-Authenticate"] == 'Bearer realm="Lotmark"'


@pytest.mark.parametrize("scheme", ["Basic", "Token", "", "bearerlm_"])
def test_another_scheme_is_no_key(app: Flask, erp: Machine, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {erp.key}"}
    refused = app.test_client().get("/api/v1/lots", headers=headers)
    assert problem(refused, 401) == "key_invalid"


def test_a_log_in_is_no_key(log_in: small_plant.LogIn) -> None:
    assert problem(log_in("dong").get("/api/v1/lots"), 401) == "key_invalid"


def test_an_ended_key_is_refused(app: Flask, house: Installation) -> None:
    now = clock.now()
    with house.plant.writing() as session:
        system = people.system()
        old, text = issue_key(
            session, "cam", ["trace.read"], system, now, now + timedelta(days=1)
        )
        _, other = issue_key(session, "plc", ["trace.read"], system, now)
        revoke_key(session, "plc", system, now)
    assert problem(Machine(app.test_client(), other).get("/lots"), 401)
    told(Machine(app.test_client(), text).get("/lots"))
    with house.plant.writing() as session:
        session.get_one(ApiKey, old.id).expires_at = now - timedelta(seconds=1)
    assert problem(Machine(app.test_client(), text).get("/lots"), 401)


def test_a_key_is_kept_nowhere(
    erp: Machine,
    lot_id: int,
    house: Installation,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    told(erp.get(f"/lots/{lot_id}"))
    with house.plant.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(sa.select(table)):
                assert erp.key[12:] not in str(row), table.name
    assert erp.key[12:] not in caplog.text


def test_what_a_machine_does_stands_under_its_name(
    lot_id: int, house: Installation
) -> None:
    with house.plant.reading() as session:
        rows = session.execute(
            sa.select(AuditRow.action, AuditRow.actor).where(
                AuditRow.subject == f"lot:{lot_id}"
            )
        )
        assert {tuple(row) for row in rows} == {
            ("batch.open", "key:erp"),
            ("codes.issue", "key:erp"),
        }


def test_machines_have_no_right_of_persons() -> None:
    assert set(MACHINE_RIGHTS) <= set(rights().rights)
    assert not set(MACHINE_RIGHTS) & (TWO_PERSONS | RULING)


def test_li_may_not_make_keys(house: Installation) -> None:
    with house.plant.writing() as session:
        li = small_plant.actor(session, "li")
        with pytest.raises(Forbidden):
            issue_key(session, "cam", ["trace.read"], li, clock.now())
        with pytest.raises(Forbidden):
            revoke_key(session, "cam", li, clock.now())


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("", ["trace.read"], "name_invalid"),
        ("a\nb", ["trace.read"], "name_invalid"),
        ("x" * 65, ["trace.read"], "name_invalid"),
        ("cam", [], "key_rights_invalid"),
        ("cam", ["hold.release"], "key_rights_invalid"),
    ],
)
def test_what_no_key_can_be(
    house: Installation, name: str, given: list[str], code: str
) -> None:
    with house.plant.writing() as session, pytest.raises(InvalidInput) as refused:
        issue_key(session, name, given, people.system(), clock.now())
    assert refused.value.code == code


def test_a_name_is_given_once(house: Installation) -> None:
    now = clock.now()
    with house.plant.writing() as session:
        issue_key(session, "cam", ["trace.read"], people.system(), now)
    with house.plant.writing() as session, pytest.raises(Conflict) as refused:
        issue_key(session, "cam", ["trace.read"], people.system(), now)
    assert refused.value.code == "key_name_taken"
    with house.plant.writing() as session, pytest.raises(InvalidInput) as late:
        issue_key(session, "plc", ["trace.read"], people.system(), now, now)
    assert late.value.code == "key_expired"


def test_revoked_once_for_all(house: Installation) -> None:
    now = clock.now()
    with house.plant.writing() as session:
        key, text = issue_key(session, "cam", ["trace.read"], people.system(), now)
        assert find_key(session, text, now) is key
        revoke_key(session, key.prefix, people.system(), now)
    with house.plant.writing() as session:
        again = revoke_key(session, "cam", people.system(), now + timedelta(days=1))
        assert again.revoked_at == now
        assert find_key(session, text, now) is None
        assert [key.state(now) for key in list_keys(session)] == ["revoked"]
        with pytest.raises(NotFound):
            revoke_key(session, "plc", people.system(), now)


@pytest.fixture
def strict(house: Installation) -> Iterator[Flask]:
    """The application with its limits."""
    yield create_app(house, TESTING=True, RATELIMIT_ENABLED=True)
    limiter.reset()
    limiter.enabled = False


def test_each_key_has_its_own_limit(strict: Flask, house: Installation) -> None:
    texts = []
    with house.plant.writing() as session:
        for name in ("busy", "calm"):
            given = name, ["trace.read"], people.system(), clock.now()
            texts.append(issue_key(session, *given)[1])
    busy, calm = (Machine(strict.test_client(), text) for text in texts)
    minute = limits.parse("1200/minute")
    limiter.limiter.hit(
        minute,
        f"key:{hashlib.sha256(busy.key.encode()).hexdigest()}",
        "machine",
        cost=1197,
    )
    for path in ("/sites", "/lines", "/articles"):
        told(busy.get(path))
    assert problem(busy.get("/sites"), 429) == "too_many_requests"
    told(calm.get("/sites"))


def test_half_a_key_uses_up_nobodys_limit(strict: Flask, house: Installation) -> None:
    """The beginning of a key stands on screens: whoever read it there gets nowhere."""
    with house.plant.writing() as session:
        given = "busy", ["trace.read"], people.system(), clock.now()
        text = issue_key(session, *given)[1]
    stranger = Machine(strict.test_client(), text[:12] + "0" * 34)
    with_limit = limits.parse("1200/minute")
    key = f"key:{hashlib.sha256(stranger.key.encode()).hexdigest()}"
    limiter.limiter.hit(with_limit, key, "machine", cost=1200)
    assert problem(stranger.get("/sites"), 429) == "too_many_requests"
    told(Machine(strict.test_client(), text).get("/sites"))


def test_guessing_is_slowed_down(strict: Flask) -> None:
    guesses = [f"lm_{n:043}" for n in range(61)]
    found = [Machine(strict.test_client(), key).get("/lots") for key in guesses]
    assert {problem(one, 401) for one in found[:60]} == {"key_invalid"}
    assert problem(found[60], 429) == "too_many_requests"
