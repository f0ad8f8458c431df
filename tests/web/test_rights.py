"""Who may open what: every route of the house against every role."""

import pytest
import small_plant
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lotmark.trace import clock, rules
from lotmark.web.installation import Installation

PUBLIC, STAFF = "anybody", "anybody who is logged in"

NEEDS = {
    "static": PUBLIC,
    "language": PUBLIC,
    "auth.log_in": PUBLIC,
    "auth.log_in_now": PUBLIC,
    "auth.log_out": PUBLIC,
    "admin.components": STAFF,
    "desk.queue": "complaint.read",
    "desk.case": "complaint.read",
    "desk.photo": "complaint.read",
    "desk.accept": "complaint.handle",
    "desk.investigate": "complaint.handle",
    "desk.answer": "complaint.handle",
    "desk.close": "complaint.handle",
    "desk.put_aside": "complaint.handle",
    "desk.note": "complaint.handle",
    "line.start": "labels.print",
    "line.lines": "labels.print",
    "line.choose_line": "labels.print",
    "line.products": "labels.print",
    "line.batch_form": "batch.open",
    "line.open_now": "batch.open",
    "line.batch": "labels.print",
    "line.label_picture": "labels.print",
    "line.print_form": "labels.print",
    "line.print_now": "labels.print",
    "line.packs_form": "batch.finish",
    "line.packs_now": "batch.finish",
    "line.finish_form": "batch.finish",
    "line.finish_now": "batch.finish",
    "line.jobs": "labels.print",
    "line.job": "labels.print",
    "line.job_progress": "labels.print",
    "line.job_file": "labels.print",
    "quality.overview": "trace.read",
    "quality.lot": "trace.read",
    "quality.trace": "trace.read",
    "quality.scope": "scope.compute",
    "quality.test": "batch.test",
    "quality.pass_batch": "batch.release",
    "quality.hold": "hold.place",
    "quality.caution": "caution.start",
    "quality.ask_release": "hold.propose",
    "quality.release": "hold.release",
}
"""What each route needs; routes of ``OPEN_ROOMS`` are for anybody."""

OPEN_ROOMS = ("public", "health", "api")
"""Rooms without a log-in: consumers, machines with their own keys, monitoring."""

ROOM_KEY = {"line": "labels.print", "desk": "complaint.read", "quality": "trace.read"}
"""What opens a room's door, whatever is done inside."""

VALUES = {
    "lot_id": 1,
    "article_id": 1,
    "number": "KS-26-9999",
    "sha256": "0" * 64,
    "code": "en",
    "filename": "lotmark.css",
}


@pytest.fixture
def one_of_each(house: Installation) -> None:
    """Every role has somebody, so that nothing falls to the director."""
    with house.plant.writing() as session:
        for role in rules.rights().roles:
            small_plant.hire_one(session, role, role, role, clock.now())


def test_every_route_is_listed(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    closed = {name for name in endpoints if name.split(".")[0] not in OPEN_ROOMS}
    assert closed == set(NEEDS)


def test_rights_are_known() -> None:
    assert set(NEEDS.values()) - {PUBLIC, STAFF} <= set(rules.rights().rights)


def test_every_role_meets_its_own_doors(
    app: Flask, one_of_each: None, log_in: small_plant.LogIn
) -> None:
    granted = rules.rights().granted
    wrong = []
    for role in rules.rights().roles:
        client = log_in(role)
        app.config["WTF_CSRF_ENABLED"] = False
        for endpoint, method, path in _doors(app):
            needed = NEEDS[endpoint], ROOM_KEY.get(endpoint.split(".")[0])
            may = all(
                right in (None, STAFF) or role in granted[str(right)]
                for right in needed
            )
            found = client.open(path, method=method)
            if (found.status_code == 403) == may:
                wrong.append((role, endpoint, found.status_code))
        app.config["WTF_CSRF_ENABLED"] = True
    assert wrong == []


def test_strangers_are_sent_to_the_log_in(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    for endpoint, method, path in _doors(app):
        found = client.open(path, method=method)
        if method == "GET":
            assert found.status_code == 302, endpoint
            assert found.location.startswith("/login?next="), endpoint
        else:
            assert found.status_code == 403, endpoint


def test_a_form_from_elsewhere_is_refused(
    app: Flask, log_in: small_plant.LogIn
) -> None:
    client = log_in("dong")
    for endpoint, method, path in _doors(app):
        if method == "POST":
            found = client.post(path)
            assert found.status_code == 400, endpoint
            assert "This form is no longer valid" in found.text


def test_wrong_role_reads_one_clear_sentence(log_in: small_plant.LogIn) -> None:
    refused = log_in("li").get("/desk")
    assert refused.status_code == 403
    assert "may not do this" in refused.text
    assert "Nothing was changed" in refused.text


def test_machines_get_a_problem_document(log_in: small_plant.LogIn) -> None:
    refused = _as_machine(log_in("li"), "/quality")
    assert refused.status_code == 403
    assert refused.mimetype == "application/problem+json"
    assert refused.json is not None
    assert refused.json["code"] == "right_missing"


def _as_machine(client: FlaskClient, path: str) -> TestResponse:
    return client.get(path, headers={"Accept": "application/json"})


def _doors(app: Flask) -> list[tuple[str, str, str]]:
    """Endpoint, method and an address of every route that is not for anybody."""
    adapter = app.url_map.bind("127.0.0.1")
    doors = []
    for rule in app.url_map.iter_rules():
        if NEEDS.get(rule.endpoint, PUBLIC) != PUBLIC:
            values = {name: VALUES[name] for name in rule.arguments}
            path = adapter.build(rule.endpoint, values)
            method = "POST" if "POST" in (rule.methods or ()) else "GET"
            doors.append((rule.endpoint, method, path))
    return doors
