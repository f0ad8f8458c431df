"""Machines order labels from printers, watch the job and steer it."""

import pytest
from machines import Hire, problem, told
from press_room import PressRoom, room_in

from lotmark.trace.identity.items import ItemSet
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
    room.send(job["number"], 20)
    assert told(machine.post(f"{path}/pause"))["state"] == "paused"
    with room.house.plant.reading() as session:
        ninth = ItemSet.range(9, 10)
        ((_, serial),) = serials_of(session, room.house.keys, room.lot_id, ninth)
    resumed = told(machine.post(f"{path}/resume", {"last": serial}))
    assert resumed["confirmed"] == "0-9"
    assert resumed["needs_scan"] == "10-19"
    assert told(machine.get(path))["left"] == "20-49"
    ended = told(machine.post(f"{path}/cancel"))
    assert (ended["state"], ended["cancelled"]) == ("paused", "20-49")
    assert ended["reason"].startswith("Some labels may have come out")


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
