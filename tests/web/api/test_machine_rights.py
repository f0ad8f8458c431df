"""What each operation needs: every one of them against every right a key can have."""

import uuid
from typing import Any

import pytest
from flask import Flask
from machines import Hire, Machine, problem

from lotmark.trace.api_keys import MACHINE_RIGHTS
from lotmark.web.api.room import RIGHTS
from lotmark.web.api.spec import document

REPORT = {"device": "cam", "items": "0-1", "reason": "x"}

DOORS: dict[str, tuple[str, str, str, Any]] = {
    "list_articles": ("GET", "/articles", "trace.read", None),
    "list_partners": ("GET", "/partners", "trace.read", None),
    "list_sites": ("GET", "/sites", "trace.read", None),
    "list_lines": ("GET", "/lines", "trace.read", None),
    "list_places": ("GET", "/places", "trace.read", None),
    "list_lots": ("GET", "/lots", "trace.read", None),
    "get_lot": ("GET", "/lots/1", "trace.read", None),
    "trace_lot": ("GET", "/lots/1/trace", "trace.read", None),
    "balance_lot": ("GET", "/lots/1/balance", "trace.read", None),
    "list_codes": ("GET", "/lots/1/codes", "labels.print", None),
    "list_reports": ("GET", "/lots/1/reports", "trace.read", None),
    "list_runs": ("GET", "/runs", "trace.read", None),
    "list_cycles": ("GET", "/cycles", "trace.read", None),
    "list_cleanings": ("GET", "/cleanings", "trace.read", None),
    "list_checks": ("GET", "/checks", "trace.read", None),
    "list_inspections": ("GET", "/inspections", "trace.read", None),
    "list_samples": ("GET", "/samples", "trace.read", None),
    "list_inputs": ("GET", "/inputs", "trace.read", None),
    "list_stock": ("GET", "/stock", "trace.read", None),
    "list_movements": ("GET", "/movements", "trace.read", None),
    "list_shipments": ("GET", "/shipments", "trace.read", None),
    "list_holds": ("GET", "/holds", "trace.read", None),
    "get_unit": ("GET", "/units/106141412345678908", "trace.read", None),
    "list_blocks": ("GET", "/blocks", "codes.issue", None),
    "list_block_codes": ("GET", "/blocks/1/codes", "codes.issue", None),
    "list_scopes": ("GET", "/scopes", "scope.compute", None),
    "get_scope": ("GET", "/scopes/1", "scope.compute", None),
    "compute": ("POST", "/scopes", "scope.compute", {}),
    "verify": ("POST", "/verify", "trace.read", {}),
    "post_lots": ("POST", "/lots", "batch.open", {}),
    "finish_lot": ("POST", "/lots/1/finish", "batch.finish", None),
    "post_codes": ("POST", "/lots/1/codes", "codes.issue", {}),
    "post_blocks": ("POST", "/blocks", "codes.issue", {}),
    "bind_codes": ("POST", "/blocks/1/bind", "codes.issue", {}),
    "post_movements": ("POST", "/movements", "stock.move", {}),
    "post_holds": ("POST", "/holds", "hold.place", {}),
    "post_units": ("POST", "/units", "unit.build", {}),
    "post_shipments": ("POST", "/shipments", "stock.move", {}),
    "deliver_shipment": ("POST", "/shipments/1/delivered", "stock.move", None),
    "post_runs": ("POST", "/runs", "data.import", {}),
    "post_cycles": ("POST", "/cycles", "data.import", {}),
    "post_cleanings": ("POST", "/cleanings", "data.import", {}),
    "post_checks": ("POST", "/checks", "data.import", {}),
    "post_imports": ("POST", "/imports", "data.import", None),
    "post_inputs": ("POST", "/inputs", "batch.finish", {}),
    "post_samples": ("POST", "/samples", "sample.keep", {}),
    "post_inspections": ("POST", "/inspections", "inspection.record", {}),
    "count_complaints": ("GET", "/complaints/counts", "complaint.read", None),
}
"""Method, address, right and body of each operation with a right of its own."""

KINDS = {
    "printed": "labels.print",
    "applied": "batch.finish",
    "voided": "labels.void",
    "sampled": "sample.keep",
    "missing": "labels.void",
}
"""The right that a report of items takes, by what it says."""


def test_every_operation_is_listed(app: Flask) -> None:
    served = {
        rule.endpoint for rule in app.url_map.iter_rules() if "/api/v1/" in rule.rule
    }
    assert served == {*(f"api.{name}" for name in DOORS), "api.post_items", "openapi"}
    assert {name: right for name, (_, _, right, _) in DOORS.items()} == {
        endpoint.removeprefix("api."): right
        for endpoint, right in RIGHTS.items()
        if right is not None
    }
    opened = set(KINDS.values()) | {door[2] for door in DOORS.values()}
    assert opened == set(MACHINE_RIGHTS)


def test_the_document_names_the_rights() -> None:
    named = {
        operation["operationId"]: operation["x-right"]
        for operations in document()["paths"].values()
        for operation in operations.values()
    }
    assert named == {
        **{name: right for name, (_, _, right, _) in DOORS.items()},
        "post_items": "depends",
    }


@pytest.mark.parametrize("right", MACHINE_RIGHTS)
def test_a_key_opens_its_own_doors(hire_machine: Hire, lot_id: int, right: str) -> None:
    machine = hire_machine(right, name="one right")
    wrong = []
    for name, (method, path, needed, body) in DOORS.items():
        found = _knock(machine, method, path, body)
        if (found.status_code == 403) == (needed == right):
            wrong.append((name, found.status_code))
        if needed != right:
            assert problem(found, 403) == "right_missing"
    for kind, needed in KINDS.items():
        body = {**REPORT, "kind": kind, "id": str(uuid.uuid4())}
        found = machine.post(f"/lots/{lot_id}/items", body)
        if (found.status_code == 403) == (needed == right):
            wrong.append((kind, found.status_code))
    assert wrong == []


def test_a_right_is_asked_before_the_body_is_read(hire_machine: Hire) -> None:
    reader = hire_machine("trace.read", name="reader")
    assert problem(reader.post("/holds", "no json"), 403) == "right_missing"


def _knock(machine: Machine, method: str, path: str, body: Any) -> Any:
    return machine.get(path) if method == "GET" else machine.post(path, body)
