"""Who may open what: every route of the house against every role."""

import pytest
import small_plant
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lotmark.trace import clock, rules
from lotmark.web.installation import Installation

PUBLIC, STAFF = "anybody", "anybody who is logged in"

DISPOSING = "disposition.ask or disposition.approve or disposition.carry_out"

NEEDS = {
    "static": PUBLIC,
    "language": PUBLIC,
    "openapi": PUBLIC,
    "auth.log_in": PUBLIC,
    "auth.log_in_now": PUBLIC,
    "auth.log_out": PUBLIC,
    "auth.home": STAFF,
    "admin.components": STAFF,
    "admin.keys": "key.manage",
    "admin.add_key": "key.manage",
    "admin.end_key": "key.manage",
    "admin.end_key_now": "key.manage",
    "admin.printers": "printer.manage",
    "admin.add_one": "printer.manage",
    "admin.printer": "printer.manage",
    "admin.change_one": "printer.manage",
    "admin.print_errand": "printer.manage",
    "admin.measure": "printer.manage",
    "admin.remove_one": "printer.manage",
    "admin.own_keys": STAFF,
    "admin.add_own_key": STAFF,
    "admin.end_own_key": STAFF,
    "admin.end_own_key_now": STAFF,
    "admin.own_badge": STAFF,
    "admin.new_own_badge": STAFF,
    "admin.set_own_pin": STAFF,
    "admin.all_badges": "user.add",
    "admin.new_badge": "user.add",
    "admin.set_pin_of": "user.add",
    "admin.stocks": "master.edit",
    "admin.keep_stock": "master.edit",
    "admin.remove_stock": "master.edit",
    "admin.stock_picture": "master.edit",
    "admin.stock_file": "master.edit",
    "codes.orders": "codes.hand_out",
    "codes.order": "codes.hand_out",
    "codes.order_page": "codes.hand_out",
    "codes.fetch": "codes.hand_out",
    "codes.file": "codes.hand_out",
    "codes.give_back": "codes.hand_out",
    "notices.start": "notice.read",
    "notices.new": "notice.draft",
    "notices.channels": "notice.read",
    "notices.case": "notice.read",
    "notices.write": "notice.read",
    "notices.write_now": "notice.draft",
    "notices.check": "notice.read",
    "notices.photo": "notice.read",
    "notices.submit": "notice.draft",
    "notices.refresh": "notice.draft",
    "notices.sign": "notice.sign",
    "notices.decline": "notice.sign",
    "notices.publish": "notice.publish",
    "notices.alone": "notice.alone",
    "notices.countersign": "notice.countersign",
    "notices.board": "notice.read",
    "notices.done": "notice.deliver",
    "notices.proof": "notice.read",
    "desk.queue": "complaint.read",
    "desk.case": "complaint.read",
    "desk.photo": "complaint.read",
    "desk.accept": "complaint.handle",
    "desk.investigate": "complaint.handle",
    "desk.answer": "complaint.handle",
    "desk.close": "complaint.handle",
    "desk.put_aside": "complaint.supervise",
    "desk.note": "complaint.handle",
    "line.start": "batch.open",
    "line.lines": "batch.open",
    "line.choose_line": "batch.open",
    "line.products": "batch.open",
    "line.batch_form": "batch.open",
    "line.open_now": "batch.open",
    "line.planned_form": "batch.open",
    "line.start_now": "batch.open",
    "line.batch": "batch.open",
    "line.batch_progress": "batch.open",
    "line.plan_form": "batch.plan",
    "line.plan_now": "batch.plan",
    "line.label_picture": "batch.open",
    "line.print_form": "labels.print",
    "line.print_now": "labels.print",
    "line.packs_form": "batch.finish",
    "line.packs_now": "batch.finish",
    "line.finish_form": "batch.finish",
    "line.finish_now": "batch.finish",
    "line.more": "batch.open",
    "line.clearance_form": "batch.open",
    "line.clear_now": "batch.open",
    "line.void_form": "labels.void",
    "line.void_now": "labels.void",
    "line.counts": "batch.open",
    "line.count_form": "batch.open",
    "line.count_now": "labels.count",
    "line.rolls": "codes.issue",
    "line.order_roll_now": "codes.issue",
    "line.roll_file": "codes.issue",
    "line.bind_form": "codes.issue",
    "line.bind_now": "codes.issue",
    "line.reprint_form": "labels.print",
    "line.reprint_now": "labels.print",
    "line.pause_now": "labels.print",
    "line.resume_form": "labels.print",
    "line.resume_now": "labels.print",
    "line.settle_form": "labels.print",
    "line.settle_now": "labels.print",
    "line.lost_now": "labels.void",
    "line.cancel_form": "labels.print",
    "line.cancel_now": "labels.print",
    "line.specimen_picture": "batch.open",
    "line.first_form": "labels.print",
    "line.first_now": "labels.print",
    "line.scan": "batch.open",
    "line.scan_now": "batch.open",
    "line.commands": "batch.open",
    "line.operator": PUBLIC,
    "line.operator_now": PUBLIC,
    "line.jobs": "batch.open",
    "line.job": "batch.open",
    "line.job_progress": "batch.open",
    "line.job_file": "batch.open",
    "quality.overview": "trace.read",
    "quality.lot": "trace.read",
    "quality.trace": "trace.read",
    "quality.trace_file": "trace.read",
    "quality.scope": "scope.compute",
    "quality.scopes": "scope.compute",
    "quality.call_list": "scope.compute",
    "quality.kept_call_list": "scope.compute",
    "quality.units_file": "scope.compute",
    "quality.kept_units_file": "scope.compute",
    "quality.save": "scope.compute",
    "quality.kept_scope": "scope.compute",
    "quality.renew": "scope.compute",
    "quality.agree": "scope.narrow",
    "quality.test": "batch.test",
    "quality.pass_batch": "batch.release",
    "quality.hold": "hold.place",
    "quality.caution": "caution.start",
    "quality.ask_release": "hold.propose",
    "quality.release": "hold.release",
    "quality.decline": "hold.propose",
    "quality.reject": "batch.release",
    "quality.close": "batch.release",
    "quality.inspect": "inspection.record",
    "quality.sample": "sample.keep",
    "quality.take_sample": "sample.keep",
    "quality.paper": "paper.add",
    "quality.chart": "inspection.record",
    "quality.void": "labels.void",
    "quality.missing": "labels.void or batch.release",
    "quality.count": "batch.release",
    "quality.use": "batch.finish",
    "quality.rework": "rework.approve",
    "quality.repack": "rework.approve",
    "quality.file": "trace.read",
    "quality.dossier": "trace.read",
    "quality.registers": "trace.read",
    "quality.register_pdf": "trace.read",
    "quality.lines": "trace.read",
    "quality.change": "line.status",
    "quality.correct": "line.status",
    "quality.withdraw": "line.status",
    "quality.clean": "line.record",
    "quality.tanks": "trace.read",
    "quality.open_filling": "batch.finish",
    "quality.fill": "batch.finish",
    "quality.draw_off": "batch.finish",
    "quality.empty": "inspection.record",
    "quality.restart": "inspection.record",
    "recalls.board": "recall.read",
    "recalls.case": "recall.read",
    "recalls.file": "recall.read",
    "recalls.signal_form": "signal.raise",
    "recalls.raise_now": "signal.raise",
    "recalls.signal": "recall.read",
    "recalls.settle": "signal.settle",
    "recalls.assess": "recall.assess",
    "recalls.aware": "signal.aware",
    "recalls.decide_now": "recall.decide",
    "recalls.propose": "recall.assess",
    "recalls.accept": "recall.assess",
    "recalls.lock": "recall.lock",
    "recalls.ask": "recall.read",
    "recalls.take_now": "recall.read",
    "recalls.withdraw": "recall.read",
    "recalls.attest_now": "recall.attest",
    "recalls.countersign_now": "recall.countersign",
    "recalls.level": "recall.read",
    "recalls.report": "recall.assess",
    "recalls.place": "recall.assess",
    "records.index": "trace.read",
    "records.listing": "trace.read",
    "records.file": "trace.read",
    "imports.start": "data.import",
    "imports.send": "data.import",
    "imports.order": "data.import",
    "imports.progress": "data.import",
    "imports.bad_rows": "data.import",
    "imports.original": "data.import",
    "imports.kind": "data.import",
    "imports.template": "data.import",
    "stock.unit_link": "unit.build",
    "stock.unit_label": "unit.build",
    "stock.unit_label_picture": "unit.build",
    "stock.unit_label_file": "unit.build",
    "stock.overview": "stock.move or stock.book_count or unit.build",
    "stock.place": "stock.move",
    "stock.paper": "stock.move",
    "stock.receive_form": "stock.move",
    "stock.receive_now": "stock.move",
    "stock.move_form": "stock.move",
    "stock.move_now": "stock.move",
    "stock.take_form": "stock.move",
    "stock.take_now": "stock.move",
    "stock.seen_form": "stock.move",
    "stock.seen_now": "stock.move",
    "stock.pick": "stock.move",
    "stock.ship_form": "stock.move",
    "stock.ship_now": "stock.move",
    "stock.shipments": "stock.move",
    "stock.shipment": "stock.move",
    "stock.deliver": "stock.move",
    "stock.refuse_delivery": "stock.move",
    "stock.unbatched": "stock.move or batch.release",
    "stock.unbatched_form": "stock.move",
    "stock.record_now": "stock.move",
    "stock.naming": "stock.move or batch.release",
    "stock.name_now": "stock.move or batch.release",
    "stock.return_form": "stock.move",
    "stock.return_now": "stock.move",
    "stock.units": "unit.build",
    "stock.begin_unit": "unit.build",
    "stock.unit": "unit.build",
    "stock.pack": "unit.build",
    "stock.unpack": "unit.build",
    "stock.change_unit": "unit.build",
    "stock.place_unit": "unit.build",
    "stock.split": "unit.build",
    "stock.change_state": "unit.build",
    "stock.counts": "stock.count or stock.book_count",
    "stock.begin_count": "stock.count",
    "stock.count": "stock.count or stock.book_count",
    "stock.count_sheet": "stock.count or stock.book_count",
    "stock.find_counted": "stock.count",
    "stock.count_lot": "stock.count",
    "stock.note_lot": "stock.count",
    "stock.submit": "stock.count",
    "stock.reasons": "stock.count or stock.book_count",
    "stock.book": "stock.book_count",
    "stock.give_up": "stock.count",
    "stock.spare": "stock.move",
    "stock.set_spare": "master.edit",
    "recovery.consignees": "consignee.read",
    "recovery.issue": "consignee.record",
    "recovery.nudge": "consignee.record",
    "recovery.consignee": "consignee.read",
    "recovery.say_of": "consignee.record",
    "recovery.letter_pdf": "consignee.record",
    "recovery.ledger": "consignee.read",
    "recovery.checks": "consignee.read",
    "recovery.check": "effectiveness.check",
    "stock.zones": "stock.move",
    "stock.zone": "stock.move",
    "stock.scan_now": "stock.move",
    "stock.scans": "stock.move",
    "stock.dispositions": DISPOSING,
    "stock.disposition_form": "disposition.ask",
    "stock.ask_now": "disposition.ask",
    "stock.disposition": DISPOSING,
    "stock.decide_on": DISPOSING,
    "stock.certificate_pdf": DISPOSING,
}
"""What each route needs, one of several where it says "or"; routes of ``OPEN_ROOMS``
are for anybody."""

OPEN_ROOMS = ("public", "health", "api")
"""Rooms without a log-in: consumers, machines with their own keys, monitoring."""

ROOM_KEY = {
    "line": "batch.open",
    "desk": "complaint.read",
    "notices": "notice.read",
    "quality": "trace.read",
    "recalls": "recall.read",
    "recovery": "consignee.read",
}
"""What opens a room's door, whatever is done inside."""

VALUES = {
    "name": "roll-60x40",
    "lot_id": 1,
    "version": 1,
    "article_id": 1,
    "number": "KS-26-9999",
    "sha256": "0" * 64,
    "code": "en",
    "prefix": "lm_000000000",
    "login": "nobody",
    "filename": "lotmark.css",
    "list_name": "lots",
    "form": "csv",
    "sscc": "069012345000000011",
    "place_id": 1,
    "sample_id": 1,
    "cycle_id": 1,
    "check_id": 1,
    "cleaning_id": 1,
    "line_id": 99,
    "row_id": 99,
    "partner_id": 99,
    "zone_id": 99,
    "which": "sales",
    "kind": "lots",
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
    named = {right for needed in NEEDS.values() for right in needed.split(" or ")}
    assert named - {PUBLIC, STAFF} <= set(rules.rights().rights)


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
                right in (None, STAFF)
                or any(role in granted[one] for one in str(right).split(" or "))
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
