"""Badges and PINs: who works at a line changes in a second, and gets no further."""

from datetime import timedelta

import pytest
import small_plant
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from small_plant import PASSWORD, PEOPLE
from staff_pages import change, fill_in, said, shown

from lotmark.trace import badges, clock, people
from lotmark.trace.audit import AuditRow
from lotmark.trace.badges import Badge
from lotmark.trace.db import Session
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput
from lotmark.trace.stock.tables import Hold
from lotmark.web.installation import Installation

PIN = "40713"


def user(session: Session, login: str) -> people.User:
    found = people.find_user(session, login)
    assert found is not None
    return found


@pytest.fixture
def badge(house: Installation) -> str:
    """Li's badge; her PIN is set too."""
    with house.plant.writing() as session:
        li = user(session, "li")
        hand = people.actor_for(session, li)
        badges.set_pin(session, li, PIN, hand, clock.now())
        return badges.issue_badge(session, li, hand, clock.now())


@pytest.fixture
def screen(app: Flask) -> FlaskClient:
    """A screen at line 2 at which nobody is logged in."""
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.set_cookie("line", "2")
    return client


def who(client: FlaskClient) -> str:
    page = shown(client, "/line/products")
    return next((name for name, _ in PEOPLE.values() if name in page), "nobody")


def test_a_badge_opens_the_line_and_nothing_else(
    screen: FlaskClient, badge: str, house: Installation
) -> None:
    assert screen.get("/line").location == "/line/operator"
    assert fill_in(screen, "/line/operator", badge=badge).location == "/line"
    assert who(screen) == "李敏"
    for path in ("/me", "/me/keys", "/me/badge", "/stock", "/quality", "/admin/badges"):
        assert screen.get(path).location.startswith("/login?next="), path
    assert screen.get("/line/jobs").status_code == 200  # still at work here
    with house.plant.reading() as session:
        (row,) = session.scalars(sa.select(people.LoginSession))
        assert row.at_line
        done = sa.select(AuditRow.action).where(AuditRow.action == "login.line")
        assert len(session.scalars(done).all()) == 1


def test_rights_by_badge_are_line_rights_at_most(
    screen: FlaskClient, house: Installation
) -> None:
    with house.plant.writing() as session:
        zhao = user(session, "zhao")
        hand = people.actor_for(session, zhao)
        assert hand.may("hold.place")
        text = badges.issue_badge(session, zhao, hand, clock.now())
    fill_in(screen, "/line/operator", badge=text)
    opened = fill_in(screen, "/line/products/1", code="B-1", planned="10").location
    assert "Finish batch" in shown(screen, f"{opened}/more")
    refused = screen.post("/quality/lots/1/hold", data={"reason": "x"})
    assert refused.status_code in (400, 403)
    with house.plant.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Hold.id))) == 0


def test_a_scan_changes_the_operator_at_once(
    screen: FlaskClient, badge: str, house: Installation, log_in: small_plant.LogIn
) -> None:
    zhao = log_in("zhao")
    zhao.set_cookie("line", "2")
    assert who(zhao) == "赵强"
    scanned = fill_in(zhao, "/line/scan", code=badge.lower())
    assert scanned.location == "/line"
    assert who(zhao) == "李敏"
    with house.plant.reading() as session:
        assert len(session.scalars(sa.select(people.LoginSession)).all()) == 1


def test_a_pin_does_what_a_badge_does(screen: FlaskClient, badge: str) -> None:
    wrong = fill_in(screen, "/line/operator", user="li", pin="11111")
    assert wrong.status_code == 403
    assert "That is not the PIN." in said(wrong)
    nobody = fill_in(screen, "/line/operator", user="wang", pin=PIN)
    assert said(nobody) == said(wrong)  # whoever guesses learns nothing
    assert fill_in(screen, "/line/operator", user="li", pin=PIN).location == "/line"
    assert who(screen) == "李敏"


def test_five_wrong_pins_and_it_waits(
    screen: FlaskClient, badge: str, house: Installation
) -> None:
    for _ in range(5):
        fill_in(screen, "/line/operator", user="li", pin="00000")
    waits = fill_in(screen, "/line/operator", user="li", pin=PIN)
    assert "this PIN waits five minutes" in said(waits)
    with house.plant.writing() as session:
        row = session.scalars(sa.select(Badge)).one()
        assert row.pin_hash is not None
        assert row.pin_hash.startswith("$argon2")
        assert PIN not in row.pin_hash
        row.missed_at = clock.now() - timedelta(minutes=6)
    assert fill_in(screen, "/line/operator", user="li", pin=PIN).location == "/line"


def test_a_new_badge_ends_the_old_one(
    screen: FlaskClient, badge: str, house: Installation, log_in: small_plant.LogIn
) -> None:
    li = log_in("li")
    wrong = change(li, "/me/badge/new", password="not it")
    assert "This is not your password." in said(wrong)
    page = change(li, "/me/badge/new", password=PASSWORD)
    assert '<svg class="qr"' in page.text
    refused = fill_in(screen, "/line/operator", badge=badge)
    assert "This badge opens nothing" in said(refused)
    assert change(li, "/me/badge/pin", password=PASSWORD, pin="1234").status_code == 400
    assert (
        change(li, "/me/badge/pin", password=PASSWORD, pin="80215").status_code == 200
    )
    assert fill_in(screen, "/line/operator", user="li", pin="80215").location == "/line"


def test_an_administrator_hands_out_badges(
    log_in: small_plant.LogIn, house: Installation, screen: FlaskClient
) -> None:
    xu = log_in("xu")
    page = shown(xu, "/admin/badges")
    assert "李敏" in page
    assert "王库" not in page  # the stores have no line
    assert "The badge of 李敏" in change(xu, "/admin/badges/li/new").text
    assert change(xu, "/admin/badges/li/pin", pin="62094").status_code == 200
    assert fill_in(screen, "/line/operator", user="li", pin="62094").location == "/line"
    assert change(xu, "/admin/badges/wang/new").status_code == 409
    assert change(xu, "/admin/badges/nobody/new").status_code == 404


def test_badges_are_ones_own_or_given(house: Installation) -> None:
    with house.plant.writing() as session:
        li, wang = user(session, "li"), user(session, "wang")
        zhao = small_plant.actor(session, "zhao")
        with pytest.raises(Forbidden):
            badges.issue_badge(session, li, zhao, clock.now())
        stores = small_plant.actor(session, "wang")
        with pytest.raises(Conflict, match="no rights at a line"):
            badges.issue_badge(session, wang, stores, clock.now())
        for weak in ("123", "1234", "7777", "12a4", "1234567"):
            with pytest.raises(InvalidInput, match="4 to 6 digits"):
                hand = small_plant.actor(session, "li")
                badges.set_pin(session, li, weak, hand, clock.now())
