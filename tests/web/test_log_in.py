"""The door: how often one may try, what is noted of it, and what is not."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from small_plant import PASSWORD, LogIn
from staff_pages import change
from werkzeug.test import TestResponse

from lotmark.trace import audit
from lotmark.web.app import create_app
from lotmark.web.installation import Installation
from lotmark.web.limits import limiter


def knock(client: FlaskClient, login: str, password: str = "") -> TestResponse:
    form = {"login": login, "password": password or "wrong"}
    return client.post("/login", data=form, buffered=True)


def noted(house: Installation) -> list[tuple[str, str, str]]:
    with house.plant.reading() as session:
        row = audit.AuditRow
        wanted = sa.select(row.actor, row.action, row.subject)
        rows = wanted.where(row.action.like("log%")).order_by(row.id)
        return [(who, what, whom) for who, what, whom in session.execute(rows)]


@pytest.fixture
def door(app: Flask) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


@pytest.fixture
def watched_door(house: Installation) -> Iterator[FlaskClient]:
    """A door that counts."""
    app = create_app(
        house, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=True
    )
    yield app.test_client()
    limiter.reset()
    limiter.enabled = False


def test_coming_and_going_are_noted(house: Installation, log_in: LogIn) -> None:
    client = log_in("li")
    assert change(client, "/logout").status_code == 302
    assert noted(house) == [("li", "login", "user:li"), ("li", "logout", "user:li")]
    assert client.get("/line").status_code == 302


def test_a_refusal_is_noted_for_a_name_we_know_only(
    house: Installation, door: FlaskClient
) -> None:
    for typed in (" LI ", "my secret password", ""):
        assert knock(door, typed).status_code == 403
    assert noted(house) == [("stranger", "login.refuse", "user:li")]


@pytest.mark.parametrize("typed", ["li\x00", "\x00", "x" * 10_000, "=1+1", "李👩‍🔬"])
def test_odd_names_are_wrong_names(
    house: Installation, door: FlaskClient, typed: str
) -> None:
    answer = knock(door, typed, PASSWORD)
    assert answer.status_code == 403
    assert "The log-in name or the password is wrong" in answer.text or "密码" in (
        answer.text
    )
    assert noted(house) == []


def test_a_name_has_five_tries_a_minute(watched_door: FlaskClient) -> None:
    tried = [
        knock(watched_door, login).status_code
        for login in ("li", " LI", "li", "Li ", "li", "li")
    ]
    assert tried == [403] * 5 + [429]
    assert knock(watched_door, "li", PASSWORD).status_code == 429
    assert knock(watched_door, "qian", PASSWORD).status_code == 302


def test_an_address_has_ten_tries_a_minute(watched_door: FlaskClient) -> None:
    tried = [knock(watched_door, f"name {n}").status_code for n in range(11)]
    assert tried == [403] * 10 + [429]


def test_who_is_let_in_is_not_counted(
    house: Installation, watched_door: FlaskClient
) -> None:
    for _ in range(12):
        assert knock(watched_door, "qian", PASSWORD).status_code == 302
