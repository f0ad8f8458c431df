"""What line machines report: late, twice, in any order, by a wrong clock."""

import uuid
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
import sqlalchemy as sa
from crowd import at_once
from flask import Flask
from machines import Hire, Machine, problem, told

from lotmark.trace import clock
from lotmark.trace.identity.tables import ItemSegment
from lotmark.trace.production.tables import DeviceReport
from lotmark.trace.stock.imbalances import find_imbalances
from lotmark.web.installation import Installation


def report(kind: str, items: str, **more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "device": "L2-camera",
        "kind": kind,
        "items": items,
        **({} if kind in ("printed", "applied") else {"reason": "torn"}),
        **more,
    }


def send(erp: Machine, lot_id: int, body: dict[str, Any]) -> Any:
    return told(erp.post(f"/lots/{lot_id}/items", body))


def state(erp: Machine, lot_id: int) -> Any:
    return told(erp.get(f"/lots/{lot_id}/balance"))["labels"]


def test_packs_are_made_where_the_camera_sees_them(
    erp: Machine, lot_id: int, house: Installation
) -> None:
    now = clock.now()
    since, until = (now - timedelta(minutes=m) for m in (4, 2))
    times = {"since": since.isoformat(), "until": until.isoformat()}
    answer = send(erp, lot_id, report("applied", "0-99,110", **times))
    assert answer["recorded"] == "0-99,110"
    assert answer["recorded_count"] == 101
    assert answer["flags"] == []
    assert answer["refused"] == []
    lot = told(erp.get(f"/lots/{lot_id}"))
    assert [(p["place"], p["quantity"], p["known"]) for p in lot["positions"]] == [
        ("YL1/L2", 101, "0-99,110")
    ]
    with house.plant.reading() as session:
        row = session.scalars(sa.select(ItemSegment).order_by(ItemSegment.lo)).first()
        assert row is not None
        assert (row.t0, row.t1, row.actor) == (since, until, "key:erp")
        assert find_imbalances(session) == []


def test_the_same_report_gets_the_first_answer(erp: Machine, lot_id: int) -> None:
    body = report("applied", "0-49")
    first = send(erp, lot_id, body)
    assert not first["repeated"]
    for _ in range(3):
        assert send(erp, lot_id, body) == {**first, "repeated": True}
    assert state(erp, lot_id)["applied"] == 50


def test_another_report_may_not_use_its_id(erp: Machine, lot_id: int) -> None:
    body = report("applied", "0-49")
    send(erp, lot_id, body)
    other = told(
        erp.post("/lots", {"article": "BJ200", "line": "L1", "planned": 9}), 201
    )
    for lot, changed in (
        (lot_id, {"items": "0-50"}),
        (lot_id, {"kind": "printed"}),
        (lot_id, {"device": "L1-camera"}),
        (other["id"], {}),
    ):
        refused = erp.post(f"/lots/{lot}/items", {**body, **changed})
        assert problem(refused, 409) == "report_contradicts"


def test_packs_seen_again_count_once(erp: Machine, lot_id: int) -> None:
    send(erp, lot_id, report("applied", "0-49"))
    answer = send(erp, lot_id, report("applied", "40-59"))
    assert (answer["recorded"], answer["already"]) == ("50-59", "40-49")
    assert state(erp, lot_id)["applied"] == 60


def test_any_order_comes_to_the_same(erp: Machine, house: Installation) -> None:
    """Printed, applied and voided of different items, in all six orders."""
    said = [("printed", "0-99"), ("applied", "0-79"), ("voided", "80-89")]
    found = []
    for order in permutations(said):
        lot = told(
            erp.post("/lots", {"article": "BJ200", "line": "L2", "planned": 500}), 201
        )
        told(erp.post(f"/lots/{lot['id']}/codes", {"count": 100}), 201)
        for kind, items in order:
            assert send(erp, lot["id"], report(kind, items))["recorded"] == items
        found.append((state(erp, lot["id"]), told(erp.get(f"/lots/{lot['id']}"))))
    states = [labels for labels, _ in found]
    assert states == [states[0]] * 6
    assert states[0]["open"] == 10
    assert {lot["positions"][0]["known"] for _, lot in found} == {"0-79"}
    with house.plant.reading() as session:
        assert find_imbalances(session) == []


def test_late_after_the_batch_is_finished(erp: Machine, lot_id: int) -> None:
    told(erp.post(f"/lots/{lot_id}/finish"))
    answer = send(erp, lot_id, report("applied", "0-9"))
    assert (answer["recorded"], answer["flags"]) == ("0-9", ["late"])


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("1970-01-01T00:00:00Z", "1970-01-01T00:10:00Z"),
        ("2090-01-01T00:00:00Z", "2090-01-01T00:10:00Z"),
        ("0002-01-01T00:00:00+14:00", "9998-12-31T23:59:59-12:00"),
        ("NOW", "-8h"),
    ],
)
def test_a_wrong_clock_is_flagged(
    erp: Machine, lot_id: int, since: str, until: str
) -> None:
    now = clock.now()
    if since == "NOW":
        since = until = (now - timedelta(hours=8)).isoformat()
    answer = send(erp, lot_id, report("applied", "0-9", since=since, until=until))
    assert answer["recorded"] == "0-9"
    assert answer["flags"] == ["clock_wrong"]
    # All that is sure: after the codes were issued, and before now.
    assert answer["until"] == answer["received_at"] > answer["since"]


def test_an_end_before_the_start_is_a_wrong_clock(erp: Machine, lot_id: int) -> None:
    now = clock.now()
    times = {
        "since": now.isoformat(),
        "until": (now - timedelta(minutes=1)).isoformat(),
    }
    assert send(erp, lot_id, report("printed", "0", **times))["flags"] == [
        "clock_wrong"
    ]


def test_what_contradicts_is_told_and_kept(erp: Machine, lot_id: int) -> None:
    send(erp, lot_id, report("voided", "10-19"))
    answer = send(erp, lot_id, report("applied", "0-29,500"))
    assert answer["recorded"] == "0-9,20-29"
    assert answer["refused"] == [
        {"reason": "not_issued", "count": 1, "items": "500", "serials": []},
        {"reason": "item_voided", "count": 10, "items": "10-19", "serials": []},
    ]
    answer = send(erp, lot_id, report("voided", "0-19"))
    assert (answer["recorded"], answer["already"]) == ("", "10-19")
    assert answer["refused"][0]["reason"] == "item_on_pack"
    reports = told(erp.get(f"/lots/{lot_id}/reports"))
    assert [len(one["refused"]) for one in reports["items"]] == [0, 2, 1]


def test_samples_and_missing_labels(erp: Machine, lot_id: int) -> None:
    send(erp, lot_id, report("printed", "0-199"))
    send(erp, lot_id, report("sampled", "0-4"))
    refused = erp.post(f"/lots/{lot_id}/items", report("missing", "5-9"))
    assert problem(refused, 403) == "missing_needs_qa"
    assert state(erp, lot_id) == {
        "issued": 200,
        "printed": 200,
        "applied": 0,
        "voided": 0,
        "sampled": 5,
        "missing": 0,
        "open": 195,
    }


def test_serials_stand_for_items(erp: Machine, lot_id: int) -> None:
    codes = told(erp.get(f"/lots/{lot_id}/codes", first=20, count=30))["codes"]
    other = told(
        erp.post("/lots", {"article": "BJ200", "line": "L1", "planned": 9}), 201
    )
    foreign = told(erp.post(f"/lots/{other['id']}/codes", {"count": 2}), 201)["codes"]
    serials = [code["serial"] for code in (*codes, *foreign, codes[0])]
    body = report("applied", "", serials=[*serials, "0" * 16])
    del body["items"]
    answer = send(erp, lot_id, body)
    assert answer["recorded"] == "20-49"
    assert answer["refused"] == [
        {
            "reason": "not_of_this_lot",
            "count": 3,
            "items": "",
            "serials": [*(code["serial"] for code in foreign), "0" * 16],
        }
    ]


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"items": "0-100000"}, 413, "items_too_many"),
        ({"items": ",".join(map(str, range(0, 30_000, 2)))}, 413, "items_too_many"),
        ({"items": "9-2"}, 400, "item_range_invalid"),
        ({"items": "-5"}, 400, "values_invalid"),
        ({"items": ""}, 400, "values_invalid"),
        ({"items": None}, 400, "values_invalid"),
        ({"serials": ["0" * 16]}, 400, "values_invalid"),
        ({"id": "7"}, 400, "values_invalid"),
        ({"kind": "eaten"}, 400, "values_invalid"),
        ({"since": "2026-11-24T10:00:00"}, 400, "values_invalid"),
        ({"since": 1764000000}, 400, "values_invalid"),
        ({"since": "0001-01-01T00:00:00+14:00"}, 400, "values_invalid"),
        ({"kind": "voided"}, 400, "reason_missing"),
    ],
)
def test_what_no_report_says(
    erp: Machine, lot_id: int, changed: dict[str, Any], status: int, code: str
) -> None:
    body = {**report("applied", "0-9"), **changed}
    assert problem(erp.post(f"/lots/{lot_id}/items", body), status) == code


def test_a_hundred_thousand_at_once(erp: Machine) -> None:
    order = {"article": "BJ200", "line": "L2", "planned": 100_000}
    lot = told(erp.post("/lots", order), 201)["id"]
    told(erp.post(f"/lots/{lot}/codes", {"count": 100_000}), 201)
    answer = send(erp, lot, report("applied", "0-99999"))
    assert answer["recorded_count"] == 100_000
    assert state(erp, lot)["applied"] == 100_000


def test_eight_send_the_same_at_once(
    app: Flask, erp: Machine, lot_id: int, house: Installation
) -> None:
    body = report("applied", "0-99")

    def post() -> bool:
        machine = Machine(app.test_client(), erp.key)
        return bool(told(machine.post(f"/lots/{lot_id}/items", body))["repeated"])

    assert sorted(map(bool, at_once(post))) == [False] + [True] * 7
    with house.plant.reading() as session:
        assert len(session.scalars(sa.select(DeviceReport)).all()) == 1
        assert find_imbalances(session) == []


def test_a_camera_may_only_report_what_it_sees(hire_machine: Hire, lot_id: int) -> None:
    camera = hire_machine("batch.finish", name="camera")
    send(camera, lot_id, report("applied", "0"))
    refused = camera.post(f"/lots/{lot_id}/items", report("voided", "1"))
    assert problem(refused, 403) == "right_missing"


def test_reports_in_pages(erp: Machine, lot_id: int) -> None:
    sent = [report("applied", str(n)) for n in range(5)]
    for body in sent:
        send(erp, lot_id, body)
    first = told(erp.get(f"/lots/{lot_id}/reports", limit=3))
    rest = told(erp.get(f"/lots/{lot_id}/reports", limit=3, cursor=first["next"]))
    assert [one["id"] for one in first["items"] + rest["items"]] == [
        body["id"] for body in sent
    ]
    assert rest["next"] is None


class TestBlocks:
    """Codes a machine holds to work without a network."""

    def test_a_block_for_a_batch(self, erp: Machine, lot_id: int) -> None:
        order = {"device": "L2-coder", "count": 40, "lot_id": lot_id}
        block = told(erp.post("/blocks", order), 201)["blocks"][0]
        codes = told(erp.get(f"/blocks/{block['id']}/codes"))["codes"]
        mine = told(erp.get(f"/lots/{lot_id}/codes", first=200))["codes"]
        assert [code["url"] for code in codes] == [code["url"] for code in mine]
        assert [code["place"] for code in codes] == list(range(40))
        listed = told(erp.get("/blocks", device="L2-coder"))["items"]
        assert [one["id"] for one in listed] == [block["id"]]

    def test_bound_after_the_batch_is_finished(self, erp: Machine, lot_id: int) -> None:
        order = {"device": "L2-coder", "count": 40}
        block = told(erp.post("/blocks", order), 201)["blocks"][0]["id"]
        told(erp.post(f"/lots/{lot_id}/finish"))
        part = {"lot_id": lot_id, "first": 0, "count": 25}
        bound = told(erp.post(f"/blocks/{block}/bind", part))
        assert bound == {
            "block_id": block,
            "lot_id": lot_id,
            "first_item": 200,
            "count": 25,
        }
        assert told(erp.post(f"/blocks/{block}/bind", part)) == bound
        overlap = {"lot_id": lot_id, "first": 24, "count": 2}
        refused = erp.post(f"/blocks/{block}/bind", overlap)
        assert problem(refused, 409) == "roll_bound"
        codes = told(erp.get(f"/blocks/{block}/codes", count=25))["codes"]
        body = report("applied", "", serials=[code["serial"] for code in codes])
        del body["items"]
        assert send(erp, lot_id, body)["recorded"] == "200-224"

    def test_what_is_no_block(self, erp: Machine, lot_id: int) -> None:
        part = {"lot_id": lot_id, "first": 0, "count": 1}
        assert problem(erp.post("/blocks/1/bind", part), 404) == "block_unknown"
        assert problem(erp.get("/blocks/1/codes"), 404) == "block_unknown"
        order = {"device": "L2-coder", "count": 4}
        block = told(erp.post("/blocks", order), 201)["blocks"][0]["id"]
        refused = erp.post(f"/blocks/{block}/bind", {**part, "count": 5})
        assert problem(refused, 400) == "block_range"
        refused = erp.post(f"/blocks/{block}/bind", {**part, "lot_id": 99})
        assert problem(refused, 404) == "lot_unknown"
