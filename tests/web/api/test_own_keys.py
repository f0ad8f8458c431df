"""A person's own key acts as the person: never more, and never a second person."""

import re
from datetime import timedelta

import pytest
import small_plant
from flask import Flask
from machines import Hire, Machine, problem, told
from staff_pages import change, shown

from lotmark.trace import clock, people
from lotmark.trace.api_keys import issue_own_key, own_rights
from lotmark.trace.errors import InvalidInput
from lotmark.web.installation import Installation

FORM = {"name": "tablet", "days": "30", "password": small_plant.PASSWORD}


def program_of(app: Flask, house: Installation, login: str) -> Machine:
    """A program with every right that a person may give to a key."""
    now = clock.now()
    with house.plant.writing() as session:
        user = people.find_user(session, login)
        assert user is not None
        rights = own_rights(people.actor_for(session, user))
        _, text = issue_own_key(
            session, user, "tablet", rights, now, now + timedelta(days=1)
        )
    return Machine(app.test_client(), text)


@pytest.fixture
def held(erp: Machine, lot_id: int) -> str:
    hold = {"lots": [{"lot_id": lot_id}], "hazard": "label", "reason": "smudged"}
    return str(told(erp.post("/holds", hold), 201)["number"])


def test_two_persons_lift_a_hold(app: Flask, house: Installation, held: str) -> None:
    qian, fang = (program_of(app, house, login) for login in ("qian", "fang"))
    asked = told(
        qian.post(f"/holds/{held}/release-request", {"reason": "re-test passed"})
    )
    assert [one["state"] for one in asked["holds"]] == ["release_requested"]
    assert problem(qian.post(f"/holds/{held}/release"), 409) == "second_person"
    lifted = told(fang.post(f"/holds/{held}/release"))
    assert [one["state"] for one in lifted["holds"]] == ["released"]


def test_a_key_is_no_second_person(
    app: Flask, house: Installation, log_in: small_plant.LogIn, held: str, lot_id: int
) -> None:
    """Who asked in the browser cannot sign with a key, however it was come by."""
    qian = log_in("qian")
    page = f"/quality/holds/{held}/request"
    change(qian, page, reason="re-test passed", lot=str(lot_id))
    program = program_of(app, house, "qian")
    told(program.post(f"/holds/{held}/release-request", {"reason": "re-test passed"}))
    assert problem(program.post(f"/holds/{held}/release"), 409) == "second_person"


def test_a_count_takes_two_persons(app: Flask, house: Installation) -> None:
    wang, qian = (program_of(app, house, login) for login in ("wang", "qian"))
    sheet = told(wang.post("/counts", {"place": "FG1", "due_on": "2026-12-31"}), 201)
    number = sheet["number"]
    done = told(wang.post(f"/counts/{number}/submit"))
    assert (done["state"], done["counted_by"]) == ("counted", "wang")
    assert problem(wang.post(f"/counts/{number}/book"), 403) == "right_missing"
    assert told(qian.post(f"/counts/{number}/book"))["booked_by"] == "qian"


def test_it_does_what_its_person_may_today(app: Flask, house: Installation) -> None:
    program = program_of(app, house, "qian")
    told(program.get("/lots"))
    assert problem(program.post("/movements", {}), 403) == "right_missing"
    with house.plant.writing() as session:
        user = people.find_user(session, "qian")
        assert user is not None
        for role in session.query(people.UserRole).filter_by(user_id=user.id):
            session.delete(role)
    assert problem(program.get("/lots"), 403) == "right_missing"
    with house.plant.writing() as session:
        user = people.find_user(session, "qian")
        assert user is not None
        user.active = False
    assert problem(program.get("/lots"), 401) == "key_invalid"


def test_nobody_gives_more_than_they_have(house: Installation) -> None:
    now = clock.now()
    with house.plant.writing() as session:
        li = people.find_user(session, "li")
        assert li is not None
        for rights in (["hold.release"], ["key.manage"], []):
            with pytest.raises(InvalidInput, match="rights"):
                issue_own_key(session, li, "x", rights, now, now + timedelta(days=1))


def test_the_key_of_another_is_nobodys_business(
    log_in: small_plant.LogIn, hire_machine: Hire
) -> None:
    machine = hire_machine("trace.read")
    li = log_in("li")
    for page in (f"/me/keys/{machine.key[:12]}/revoke", "/me/keys/lm_x/revoke"):
        assert li.get(page).status_code == 404
        assert change(li, page).status_code == 404
    told(machine.get("/lots"))


def test_made_by_oneself_with_the_password(
    app: Flask, log_in: small_plant.LogIn
) -> None:
    qian = log_in("qian")
    assert "You have no key" in shown(qian, "/me/keys")
    wrong = change(qian, "/me/keys", **FORM | {"password": "x"}, right="trace.read")
    assert wrong.status_code == 403
    assert "This is not your password" in wrong.text
    for days in ("0", "365"):
        refused = change(qian, "/me/keys", **FORM | {"days": days}, right="trace.read")
        assert refused.status_code == 400
    made = change(qian, "/me/keys", **FORM, right="trace.read")
    (text,) = re.findall(r'data-copy="(lm_[A-Za-z0-9]{43})"', made.text)
    program = Machine(app.test_client(), text)
    told(program.get("/lots"))
    assert "qian/tablet" in shown(qian, "/me/keys")
    assert text[:12] in shown(log_in("xu"), "/admin/keys")
    change(qian, f"/me/keys/{text[:12]}/revoke")
    assert problem(program.get("/lots"), 401) == "key_invalid"
