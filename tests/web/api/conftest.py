"""Machines with keys, and the batch they work on."""

from datetime import timedelta

import pytest
from flask import Flask
from machines import Hire, Machine, applied, told

from lotmark.trace import clock, people
from lotmark.trace.api_keys import (
    MACHINE_RIGHTS,
    issue_key,
    issue_own_key,
    own_rights,
)
from lotmark.web.installation import Installation


@pytest.fixture
def hire_machine(app: Flask, house: Installation) -> Hire:
    def hire(*rights: str, name: str = "erp") -> Machine:
        given = rights or MACHINE_RIGHTS
        with house.plant.writing() as session:
            _, text = issue_key(session, name, given, people.system(), clock.now())
        return Machine(app.test_client(), text)

    return hire


@pytest.fixture
def erp(hire_machine: Hire) -> Machine:
    """A machine that may do whatever a machine may."""
    return hire_machine()


@pytest.fixture
def person(app: Flask, house: Installation) -> Machine:
    """A program of somebody who may do everything, with all rights a key can have."""
    now = clock.now()
    with house.plant.writing() as session:
        roles = list(people.roles_known())
        user = people.add_user(session, "every", "Every", "a quiet plant", roles, now)
        rights = own_rights(people.actor_for(session, user))
        until = now + timedelta(days=1)
        _, text = issue_own_key(session, user, "program", rights, now, until)
    return Machine(app.test_client(), text)


@pytest.fixture
def lot_id(erp: Machine) -> int:
    """An open batch of 12,000 on line 2, with 200 codes."""
    order = {"article": "BJ200", "line": "L2", "planned": 12_000}
    opened = told(erp.post("/lots", order), 201)
    told(erp.post(f"/lots/{opened['id']}/codes", {"count": 200}), 201)
    return int(opened["id"])


@pytest.fixture
def packed(person: Machine, lot_id: int) -> int:
    """The batch with 100 packs on the line and 50 in the store."""
    applied(person, lot_id, "0-99")
    move = {"lot_id": lot_id, "source": "YL1/L2", "target": "FG1", "items": "0-49"}
    told(person.post("/movements", {"moves": [{**move, "document": "RK-1"}]}), 201)
    return lot_id


@pytest.fixture
def released(person: Machine, packed: int) -> int:
    """The same, released by the steps of the API."""
    kept = {"lot_id": packed, "place": "YL1/L2", "items": "98-99", "shelf": "B3"}
    told(person.post("/samples", kept), 201)
    told(person.post(f"/lots/{packed}/finish"))
    told(person.post(f"/lots/{packed}/test"))
    told(
        person.post(
            "/inspections",
            {
                "lot_id": packed,
                "kind": "outgoing",
                "result": "pass",
                "certificate": "JY-1",
            },
        ),
        201,
    )
    body = {"certificate": "JY-1"}
    assert told(person.post(f"/lots/{packed}/release", body))["status"] == "released"
    return packed
