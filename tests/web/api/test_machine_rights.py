"""What each operation needs: every one of them against every right a key can have."""

import uuid
from typing import Any

import pytest
from flask import Flask
from machines import Hire, Machine, problem

from lotmark.trace.api_keys import MACHINE_RIGHTS, SIGNED_RIGHTS
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
    "list_unbatched": ("GET", "/unbatched", "trace.read", None),
    "get_unbatched": ("GET", "/unbatched/1", "trace.read", None),
    "post_unbatched": ("POST", "/unbatched", "stock.move", {}),
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
    "deliver_shipment": ("POST", "/shipments/1/delivered", "stock.move", {}),
    "post_runs": ("POST", "/runs", "line.record", {}),
    "post_cycles": ("POST", "/cycles", "line.record", {}),
    "post_cleanings": ("POST", "/cleanings", "line.record", {}),
    "post_checks": ("POST", "/checks", "line.record", {}),
    "post_imports": ("POST", "/imports", "data.import", None),
    "post_samples": ("POST", "/samples", "sample.keep", {}),
    "post_inspections": ("POST", "/inspections", "inspection.record", {}),
    "list_block_keys": ("GET", "/blocks/keys", "codes.issue", None),
    "get_block": ("GET", "/blocks/1", "codes.issue", None),
    "get_readiness": ("GET", "/lots/1/readiness", "trace.read", None),
    "get_distribution": ("GET", "/lots/1/distribution", "trace.read", None),
    "get_dossier": ("GET", "/lots/1/dossier.pdf", "trace.read", None),
    "get_register": ("GET", "/registers/sales.pdf", "trace.read", None),
    "list_papers": ("GET", "/papers", "trace.read", None),
    "get_file": ("GET", f"/files/{'0' * 64}", "trace.read", None),
    "list_counts": ("GET", "/counts", "trace.read", None),
    "get_count": ("GET", "/counts/PD-26-0001", "trace.read", None),
    "list_spare": ("GET", "/spare-stock", "trace.read", None),
    "resolve_code": ("GET", "/resolve", "trace.read", None),
    "list_lists": ("GET", "/lists", "trace.read", None),
    "read_list": ("GET", "/lists/lots", "trace.read", None),
    "send_list": ("GET", "/lists/lots/csv", "trace.read", None),
    "propose": ("POST", "/picks", "trace.read", {}),
    "get_changes": ("GET", "/scopes/1/changes", "scope.compute", None),
    "keep_scope": ("POST", "/scopes/kept", "scope.compute", {}),
    "renew": ("POST", "/scopes/1/renew", "scope.compute", None),
    "what_if": ("POST", "/what-if", "scope.compute", {}),
    "list_worst": ("GET", "/blast-radius", "scope.compute", None),
    "post_import_orders": ("POST", "/import-orders", "data.import", None),
    "get_import_order": ("GET", "/import-orders/DR-26-0001", "data.import", None),
    "get_export": ("GET", "/export.zip", "trace.read", None),
    "plan_lot": ("POST", "/lots/1/plan", "batch.plan", {}),
    "test_lot": ("POST", "/lots/1/test", "batch.test", None),
    "change_status": ("POST", "/lines/1/status", "line.status", {}),
    "start_lot": ("POST", "/lots/1/start", "batch.open", {}),
    "begin_filling": ("POST", "/tanks", "batch.finish", {}),
    "put_in": ("POST", "/tanks/1/fills", "batch.finish", {}),
    "draw_off": ("POST", "/tanks/1/draws", "batch.finish", {}),
    "end_filling": ("POST", "/tanks/1/empty", "inspection.record", {}),
    "correct_check": ("POST", "/checks/1/correction", "line.status", {}),
    "withdraw_one_cleaning": ("POST", "/cleanings/1/withdrawal", "line.status", {}),
    "post_receipts": ("POST", "/receipts", "stock.move", {}),
    "post_transfers": ("POST", "/transfers", "stock.move", {}),
    "post_withdrawals": ("POST", "/withdrawals", "stock.move", {}),
    "post_sightings": ("POST", "/sightings", "stock.move", {}),
    "post_returns": ("POST", "/returns", "stock.move", {}),
    "refuse_shipment": ("POST", "/shipments/1/refused", "stock.move", {}),
    "begin_unit": ("POST", "/units/open", "unit.build", {}),
    "change_unit": ("POST", "/units/1/state", "unit.build", {}),
    "pack_unit": ("POST", "/units/1/pack", "unit.build", {}),
    "unpack_unit": ("POST", "/units/1/take-out", "unit.build", {}),
    "repack_unit": ("POST", "/units/1/repack", "unit.build", {}),
    "split_one": ("POST", "/units/1/split", "unit.build", {}),
    "load_pallet": ("POST", "/units/1/cases", "unit.build", {}),
    "unload_pallets": ("POST", "/units/cases-off", "unit.build", {}),
    "post_papers": ("POST", "/lots/1/papers", "paper.add", {}),
    "post_chart": ("POST", "/cycles/1/chart", "inspection.record", {}),
    "remove_kept": ("POST", "/samples/1/remove", "sample.keep", {}),
    "get_label": ("GET", "/lots/1/label", "labels.print", None),
    "list_operators": ("GET", "/operators", "codes.issue", None),
    "give_back": ("POST", "/blocks/1/returns", "labels.print", {}),
    "post_clearance": ("POST", "/lots/1/clearance", "batch.open", {}),
    "list_all_printers": ("GET", "/printers", "labels.print", None),
    "get_print_job": ("GET", "/print-jobs/DY-26-0001", "labels.print", None),
    "post_print_jobs": ("POST", "/print-jobs", "labels.print", {}),
    "pause_print_job": ("POST", "/print-jobs/x/pause", "labels.print", None),
    "resume_print_job": ("POST", "/print-jobs/x/resume", "labels.print", {}),
    "cancel_print_job": ("POST", "/print-jobs/x/cancel", "labels.print", None),
    "count_complaints": ("GET", "/complaints/counts", "complaint.read", None),
}
"""Method, address, right and body of each operation with a right of its own."""

SIGNED: dict[str, tuple[str, str, Any]] = {
    "release_lot": ("/lots/1/release", "batch.release", {}),
    "reject_lot": ("/lots/1/reject", "batch.release", {}),
    "close_lot": ("/lots/1/close", "batch.release", None),
    "request_lifting": ("/holds/FC-1/release-request", "hold.propose", {}),
    "decline_lifting": ("/holds/FC-1/decline", "hold.propose", {}),
    "sign_lifting": ("/holds/FC-1/release", "hold.release", None),
    "post_counts": ("/counts", "stock.count", {}),
    "note_figures": ("/counts/PD-1/figures", "stock.count", {}),
    "hand_in": ("/counts/PD-1/submit", "stock.count", None),
    "say_why": ("/counts/PD-1/reasons", "stock.count", {}),
    "give_up": ("/counts/PD-1/cancel", "stock.count", None),
    "book": ("/counts/PD-1/book", "stock.book_count", None),
    "set_spare": ("/spare-stock", "master.edit", {}),
}
"""Address, right and body of each POST that a person signs."""
DEPENDS = {"post_items", "post_inputs", "name_unbatched"}
"""What is sent decides."""
RESTART = ("/lines/1/restart", "inspection.record")
"""A machine may have the right, and yet a person has to answer for it."""

KINDS = {
    "printed": "labels.print",
    "applied": "batch.finish",
    "voided": "labels.void",
    "sampled": "sample.keep",
    "missing": "labels.void",
    "reprinted": "labels.print",
}
"""The right that a report of items takes, by what it says."""


def test_every_operation_is_listed(app: Flask) -> None:
    served = {
        rule.endpoint for rule in app.url_map.iter_rules() if "/api/v1/" in rule.rule
    }
    named = {*DOORS, *SIGNED, *DEPENDS, "restart_line"}
    assert served == {*(f"api.{name}" for name in named), "openapi"}
    assert {**rights(), "restart_line": RESTART[1]} == {
        endpoint.removeprefix("api."): right
        for endpoint, right in RIGHTS.items()
        if right is not None
    }
    opened = set(KINDS.values()) | {door[2] for door in DOORS.values()}
    assert opened == set(MACHINE_RIGHTS)
    assert {right for _, right, _ in SIGNED.values()} < set(SIGNED_RIGHTS)


def rights() -> dict[str, str]:
    doors = {name: right for name, (_, _, right, _) in DOORS.items()}
    return doors | {name: right for name, (_, right, _) in SIGNED.items()}


def test_the_document_names_the_rights() -> None:
    named = {
        operation["operationId"]: operation["x-right"]
        for operations in document()["paths"].values()
        for operation in operations.values()
    }
    assert named == {
        **rights(),
        **dict.fromkeys(DEPENDS, "depends"),
        "restart_line": RESTART[1],
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
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


def test_no_machine_signs(erp: Machine) -> None:
    """With every right a machine can have, what persons sign stays shut."""
    for path, _, body in SIGNED.values():
        assert problem(erp.post(path, body), 403) == "right_missing", path
    restart = {"lot_id": 1, "kind": "metal", "value": "1.5", "result": "pass"}
    refused = erp.post(RESTART[0], {**restart, "reason": "new belt"})
    assert problem(refused, 403) == "person_needed"
    rework = {"input_id": 1, "output_id": 2, "place": "FG1", "quantity": 1}
    for kind in ("rework", "repack"):
        refused = erp.post("/inputs", {**rework, "kind": kind, "reason": "x"})
        assert problem(refused, 403) == "right_missing"


def test_a_person_passes_every_door(person: Machine) -> None:
    for path, _, body in SIGNED.values():
        assert person.post(path, body).status_code in (400, 404), path


def test_a_right_is_asked_before_the_body_is_read(hire_machine: Hire) -> None:
    reader = hire_machine("trace.read", name="reader")
    assert problem(reader.post("/holds", "no json"), 403) == "right_missing"


def _knock(machine: Machine, method: str, path: str, body: Any) -> Any:
    return machine.get(path) if method == "GET" else machine.post(path, body)
