"""Machines with keys, and the batch they work on."""

import pytest
from flask import Flask
from machines import Hire, Machine, told

from lotmark.trace import clock, people
from lotmark.trace.api_keys import MACHINE_RIGHTS, issue_key
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
def lot_id(erp: Machine) -> int:
    """An open batch of 12,000 on line 2, with 200 codes."""
    order = {"article": "BJ200", "line": "L2", "planned": 12_000}
    opened = told(erp.post("/lots", order), 201)
    told(erp.post(f"/lots/{opened['id']}/codes", {"count": 200}), 201)
    return int(opened["id"])
