"""Machines order labels from printers, watch the job and steer it."""

import pytest
from machines import Hire, problem, told
from press_room import PressRoom, room_in

from lotmark.trace import clock
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.people import system
from lotmark.trace.production.clearance import confirm_clearance
from lotmark.trace.production.codes import serials_of
from lotmark.web.installation import Installation


@pytest.fixture
def room(house: Installation) -> PressRoom:
    found = room_in(house)
    found.add_at("127.0.0.1:9")
    return found


def test_a_job_is_ordered_watched_paused_resumed_and_cancelled(
    room: PressRoom, hire_machine: Hire
) -> None:
    machine = hire_machine("labels.print", "codes.issue")
    (printer,) = told(machine.get("/printers"))["items"]
    assert (printer["code"], printer["status"]) == ("P1", "unknown")
    order = {"lot_id": room.lot_id, "count": 50, "printer": "P1"}
    job = told(machine.post("/print-jobs", order, "once"), 201)
    assert told(machine.post("/print-jobs", order, "once"), 201) == job
    assert (job["state"], job["left"]) == ("created", "0-49")
    path = f"/print-jobs/{job['number']}"
    room.send(job["number"], 1)
    waits = told(machine.get(path))
    assert (waits["state"], waits["sent"]) == ("paused", "0")
    codes = serials(room, 10)
    for last in ("", codes[4]):
        refused = machine.post(f"{path}/resume", {"last": last})
        assert problem(refused, 409) == "first_label_due"
    assert told(machine.post(f"{path}/resume", {"last": codes[0]}))["confirmed"] == "0"
    room.send(job["number"], 19)
    assert told(machine.post(f"{path}/pause"))["state"] == "paused"
    resumed = told(machine.post(f"{path}/resume", {"last": codes[9]}))
    assert resumed["confirmed"] == "0-9"
    assert resumed["needs_scan"] == "10-19"
    assert told(machine.get(path))["left"] == "20-49"
    ended = told(machine.post(f"{path}/cancel"))
    assert (ended["state"], ended["cancelled"]) == ("paused", "20-49")
    assert ended["reason"].startswith("Some labels may have come out")


def serials(room: PressRoom, count: int) -> list[str]:
    items = ItemSet.range(0, count)
    with room.house.plant.reading() as session:
        found = serials_of(session, room.house.keys, room.lot_id, items)
        return [serial for _, serial in found]


def test_no_order_passes_the_gates_of_the_line(
    house: Installation, hire_machine: Hire
) -> None:
    room = room_in(house, cleared=False)
    room.add_at("127.0.0.1:9")
    machine = hire_machine("labels.print", "codes.issue")
    order = {"lot_id": room.lot_id, "count": 1, "printer": "P1"}
    refused = machine.post("/print-jobs", order)
    assert problem(refused, 409) == "line_not_cleared"
    with house.plant.writing() as session:
        confirm_clearance(session, room.lot_id, system(), clock.now())
    number = told(machine.post("/print-jobs", order, "once"), 201)["number"]
    room.send(number, 1, out=True)
    assert room.job(number).state == "finished"
    assert told(machine.post("/print-jobs", order, "once"), 201)["number"] == number
    refused = machine.post("/print-jobs", order)
    assert problem(refused, 409) == "first_label_due"


def test_what_cannot_be_ordered(room: PressRoom, hire_machine: Hire) -> None:
    machine = hire_machine("labels.print", "codes.issue")
    order = {"lot_id": room.lot_id, "count": 5, "printer": "P1"}
    for wrong, status, code in (
        ({"count": 0}, 400, "values_invalid"),
        ({"count": -1}, 400, "values_invalid"),
        ({"count": 10**9}, 413, "count_too_large"),
        ({"printer": "P9"}, 404, "printer_unknown"),
        ({"lot_id": 999}, 404, "lot_unknown"),
    ):
        refused = machine.post("/print-jobs", {**order, **wrong})
        assert problem(refused, status) == code
    assert problem(machine.get("/print-jobs/DY-26-0001"), 404) == "job_unknown"
    alone = hire_machine("labels.print", name="reader")
    assert problem(alone.post("/print-jobs", order), 403) == "right_missing"
    job = told(machine.post("/print-jobs", order), 201)
    assert job["left"] == "0-4", "nothing was issued before"
    refused = machine.post(f"/print-jobs/{job['number']}/resume", {})
    assert problem(refused, 409) == "job_not_paused"
