"""The door: how often one may try, what is noted of it, and what is not."""

import html
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from small_plant import PASSWORD, LogIn
from staff_pages import change
from werkzeug.test import TestResponse

from lotmark.trace import audit, clock, people
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


def test_a_form_outlives_the_log_in_it_was_filled_in_under(
    house: Installation, door: FlaskClient
) -> None:
    reason = "第 3 包\n胀袋 </textarea><b>"
    asked = door.post("/quality/lots/1/hold", data={"reason": reason, "hazard": "h"})
    assert asked.status_code == 403
    carried = re.findall(
        r'<textarea name="(carried-\w+)" hidden>\n(.*?)</textarea>', asked.text, re.S
    )
    form = {name: html.unescape(text) for name, text in carried}
    assert form == {"carried-reason": reason, "carried-hazard": "h"}
    form |= {"next": "/quality/lots/1/hold", "login": "qian", "password": PASSWORD}
    wrong = door.post("/login", data=form | {"password": "wrong"})
    assert html.escape(reason, quote=False) in wrong.text
    offered = door.post("/login", data=form).text
    assert '<form method="post" action="/quality/lots/1/hold">' in offered
    assert html.escape(reason, quote=False) in offered
    assert "<b>" not in offered


def test_who_logged_in_in_another_tab_goes_on(log_in: LogIn) -> None:
    stale = {"login": "li", "password": PASSWORD, "csrf_token": "old", "next": "/line"}
    client = log_in("li")
    answer = client.post("/login", data=stale)
    assert answer.location == "/login?next=/line"
    assert client.get(answer.location).status_code == 302


def test_whoever_has_no_room_can_still_log_out(
    house: Installation, log_in: LogIn
) -> None:
    with house.plant.writing() as session:
        now = clock.now()
        people.add_user(session, "fan", "范", PASSWORD, ["finance"], now)
    client = log_in("fan")
    assert client.get("/login").location == "/me"
    assert 'action="/logout"' in client.get("/me").text
