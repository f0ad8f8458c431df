"""Recording and reading what happened: what is sent in is found again."""

import io
from typing import Any

import sqlalchemy as sa
from machines import Machine, problem, told
from small_plant import actor as one_of_the_cast

from lotmark.recall.complaints.tables import Complaint
from lotmark.trace import clock
from lotmark.trace.db import Session
from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Article, Lot, Partner
from lotmark.trace.stock.service import make_stock
from lotmark.web.installation import Installation

START, END = "2026-11-20T08:00:00+08:00", "2026-11-20T09:00:00+08:00"


def rows(erp: Machine, path: str, **asked: Any) -> Any:
    return told(erp.get(path, **asked))["items"]


def test_runs_loads_cleanings_checks(erp: Machine, lot_id: int) -> None:
    run = {"lot_id": lot_id, "line": "L1", "started_at": START, "ended_at": END}
    said = {
        "/runs": {"runs": [run]},
        "/cycles": {
            "cycles": [
                {
                    "site": "YL1",
                    "number": "R1-0461",
                    "equipment": "R1",
                    "kind": "retort",
                    "started_at": START,
                    "ended_at": END,
                    "result": "fail",
                    "loads": [{"lot_id": lot_id, "quantity": 1200}],
                }
            ]
        },
        "/cleanings": {
            "cleanings": [
                {
                    "line": "YL1/L1",
                    "started_at": START,
                    "ended_at": END,
                    "kind": "allergen",
                    "result": "pass",
                    "verified_by": 'Sun, "QA"',
                }
            ]
        },
        "/checks": {
            "checks": [
                {
                    "lot_id": lot_id,
                    "line": "L1",
                    "at": START,
                    "kind": "metal",
                    "value": "=1+1",
                    "limits": "Fe 1.5 mm; SUS",
                    "result": "pass",
                }
            ]
        },
    }
    for path, body in said.items():
        assert told(erp.post(path, body), 201) == {"recorded": 1, "repeated": False}
        assert told(erp.post(path, body), 201) == {"recorded": 0, "repeated": True}
    assert [one["line"] for one in rows(erp, "/runs", lot_id=lot_id)] == ["L2", "L1"]
    assert rows(erp, "/cycles", result="fail")[0]["number"] == "R1-0461"
    cleaned = rows(erp, "/cleanings", line="L1")[0]
    assert cleaned["verified_by"] == 'Sun, "QA"'
    assert cleaned["started_at"] == "2026-11-20T00:00:00Z"
    assert rows(erp, "/checks", lot_id=lot_id)[0]["value"] == "=1+1"
    overlap = {"runs": [{**run, "ended_at": "2026-11-20T09:30:00+08:00"}]}
    refused = erp.post("/runs", overlap)
    assert problem(refused, 400) == "import_refused"
    assert refused.json is not None
    assert refused.json["rows"][0]["code"] == "runs_overlap"


def test_inspections_samples_and_goods_out(
    erp: Machine, lot_id: int, house: Installation
) -> None:
    report = {"device": "cam", "kind": "applied", "items": "0-99"}
    identity = "0193a5b0-6c1e-7c3a-9f2e-2b6f0a4d8e11"
    told(erp.post(f"/lots/{lot_id}/items", {**report, "id": identity}))
    move = {"lot_id": lot_id, "source": "YL1/L2", "target": "FG1", "items": "0-99"}
    told(erp.post("/movements", {"moves": [{**move, "document": "RK-1"}]}), 201)
    kept = {"lot_id": lot_id, "place": "FG1", "items": "0-1", "shelf": "B3"}
    told(erp.post("/samples", kept), 201)
    assert rows(erp, "/samples", lot_id=lot_id)[0]["quantity"] == 2
    finding = {"parameter": "菌落总数", "limit": "≤ 10^4", "value": "80"}
    inspection = {
        "lot_id": lot_id,
        "kind": "outgoing",
        "result": "pass",
        "certificate": "JY-1",
        "findings": [finding],
    }
    told(erp.post("/inspections", inspection), 201)
    found = rows(erp, "/inspections", lot_id=lot_id, result="pass")
    assert found[0]["findings"] == [["菌落总数", "≤ 10^4", "80"]]
    order = {
        "site": "YL1",
        "consignee": "K01",
        "goods": [{"lot_id": lot_id, "place": "FG1", "items": "10-19"}],
    }
    assert problem(erp.post("/shipments", order), 409) == "lot_not_released"
    with house.plant.writing() as session:
        _release(session, lot_id)
    sent = told(erp.post("/shipments", order, once="ship-1"), 201)
    assert told(erp.post("/shipments", order, once="ship-1"), 201) == sent
    assert sent["consignee"] == "K01"
    assert sent["delivered_at"] is None
    done = told(erp.post(f"/shipments/{sent['id']}/delivered", {}))
    assert done["delivered_at"] is not None
    assert problem(erp.post(f"/shipments/{sent['id']}/delivered", {}), 409)
    moved = rows(erp, "/movements", document=sent["number"])
    assert [(one["source"], one["target"], one["quantity"]) for one in moved] == [
        ("FG1", "K01/T", 10),
        ("K01/T", "K01", 10),
    ]
    assert {one["shipment"] for one in moved} == {sent["number"]}
    scope = told(erp.post("/scopes", {"shipment": [sent["number"]]}))
    assert [one["code"] for one in scope["consignees"]] == ["K01"]
    assert scope["consignees"][0]["min"] == 10


def test_what_went_into_a_batch(erp: Machine, lot_id: int, house: Installation) -> None:
    with house.plant.writing() as session:
        beef = _beef(session)
    used = {"input_id": beef, "output_id": lot_id, "place": "FG1"}
    edge = told(erp.post("/inputs", {**used, "quantity": 250_000}), 201)
    assert (edge["input_lot"], edge["kind"]) == ("BY261026", "consumption")
    assert rows(erp, "/inputs", output_id=lot_id) == [edge]
    trace = told(erp.get(f"/lots/{lot_id}/trace", direction="back"))
    first = trace["nodes"][0]
    assert (first["lot"], first["depth"]) == ("BY261026", -1)
    assert trace["edges"][0]["quantity"] == 250_000
    too_much = erp.post("/inputs", {**used, "quantity": 10**12})
    assert problem(too_much, 409) == "stock_short"


def test_cases_on_a_pallet(erp: Machine, lot_id: int) -> None:
    pallet, case, other = (
        "106141412345678908",
        "106141412345678915",
        "106141412345678922",
    )
    report = {"device": "cam", "kind": "applied", "items": "0-99"}
    identity = "0193a5b0-6c1e-7c3a-9f2e-2b6f0a4d8e11"
    told(erp.post(f"/lots/{lot_id}/items", {**report, "id": identity}))
    order = {"sscc": case, "level": "case", "place": "YL1/L2"}
    packed = {**order, "contents": [{"lot_id": lot_id, "items": "0-9"}]}
    built = told(erp.post("/units", packed, once="case-1"), 201)
    assert built["state"] == "closed"
    assert told(erp.post("/units", packed, once="case-1"), 201) == built
    assert problem(erp.post("/units", packed), 409) == "sscc_taken"
    again = {**packed, "sscc": other}
    assert problem(erp.post("/units", again), 409) == "item_packed"
    assert problem(erp.post("/units", {**again, "sscc": case[:-1] + "6"}), 400)
    stacked = {"sscc": pallet, "level": "pallet", "place": "YL1/L2", "cases": [case]}
    told(erp.post("/units", stacked), 201)
    tree = told(erp.get(f"/units/{pallet}"))
    assert (tree["level"], tree["parent"], tree["contents"]) == ("pallet", None, [])
    assert [one["sscc"] for one in tree["units"]] == [case]
    inside = tree["units"][0]["contents"][0]
    assert (inside["first_item"], inside["last_item"]) == (0, 9)
    found = told(erp.get(f"/units/{case}"))
    assert (found["parent"], found["place"]) == (pallet, "YL1/L2")
    assert problem(erp.get(f"/units/{other}"), 404) == "unit_unknown"


def test_complaints_are_counted_and_nobody_named(
    erp: Machine, lot_id: int, house: Installation
) -> None:
    with house.plant.writing() as session:
        for n, state in enumerate(("received", "closed", "invalid")):
            session.add(
                Complaint(
                    number=f"KS-{n}",
                    token=f"t{n}",
                    request_key=f"r{n}",
                    kind="swollen",
                    severity="quality",
                    channel="qr",
                    text="Chen says it is swollen",
                    lot_id=lot_id,
                    language="zh",
                    state=state,
                    reported_at=clock.now(),
                )
            )
    answer = erp.get("/complaints/counts")
    assert "Chen" not in answer.text
    assert [
        (one["lot_id"], one["kind"], one["complaints"], one["open"])
        for one in told(answer)["counts"]
    ] == [(lot_id, "swollen", 2, 1)]
    assert told(erp.get("/complaints/counts", lot_id=lot_id + 1)) == {"counts": []}


def test_partners_are_told_without_persons(erp: Machine, house: Installation) -> None:
    with house.plant.writing() as session:
        session.query(Partner).one().contact = "刘大海"
    assert "刘大海" not in erp.get("/partners").text
    assert rows(erp, "/partners")[0]["code"] == "K01"


def test_files_are_taken_once(erp: Machine) -> None:
    content = "code,kind,name\nS1,supplier,北山牧场\n".encode()

    def send(once: str | None = None) -> Any:
        headers = erp.headers() | ({"Idempotency-Key": once} if once else {})
        return told(
            erp.client.post(
                "/api/v1/imports",
                data={"files": (io.BytesIO(content), "partners.csv")},
                headers=headers,
            ),
            201,
        )

    first = send("import-1")
    assert first["files"] == [{"name": "partners.csv", "kind": "partners", "rows": 1}]
    assert send("import-1") == first
    again = send()
    assert again["files"] == []
    assert again["known"][0]["imported_by"] == "key:erp"


def test_codes_are_verified(erp: Machine, lot_id: int) -> None:
    code = told(erp.get(f"/lots/{lot_id}/codes", first=3, count=1))["codes"][0]
    asked = {"codes": [code["url"], code["serial"], "7K3M9QXW2D5RVT8H", "nonsense"]}
    answers = told(erp.post("/verify", asked))["answers"]
    assert [one["ok"] for one in answers] == [True, True, False, False]
    assert [one["item"] for one in answers] == [3, 3, None, None]
    assert answers[2]["reason"] == "unknown"


def test_holds_stop_goods_and_no_key_lifts_them(erp: Machine, lot_id: int) -> None:
    hold = {
        "lots": [{"lot_id": lot_id, "items": "0-9,20"}],
        "hazard": "health",
        "reason": "metal",
    }
    placed = told(erp.post("/holds", hold), 201)
    assert told(erp.post("/holds", hold), 201) == placed
    assert [(one["first_item"], one["last_item"]) for one in placed["holds"]] == [
        (0, 9),
        (20, 20),
    ]
    lot = told(erp.get(f"/lots/{lot_id}"))
    assert [(one["number"], one["items"]) for one in lot["holds"]] == [
        (placed["number"], "0-9,20")
    ]
    assert len(rows(erp, "/holds", state="active")) == 2
    address = f"/holds/{placed['number']}/release"
    assert problem(erp.post(address), 403) == "right_missing"


def test_a_batch_is_finished_once(erp: Machine, lot_id: int) -> None:
    assert told(erp.post(f"/lots/{lot_id}/finish"))["status"] == "produced"
    assert told(erp.post(f"/lots/{lot_id}/finish"))["status"] == "produced"
    refused = erp.post(f"/lots/{lot_id}/codes", {"count": 1})
    assert problem(refused, 409) == "lot_not_in_production"
    assert [one["id"] for one in rows(erp, "/lots", status="produced")] == [lot_id]
    assert rows(erp, "/lots", produced_from="2099-01-01") == []


def _beef(session: Session) -> int:
    beef = session.scalars(sa.select(Article).filter_by(code="BEEF")).one()
    lot = Lot(
        article_id=beef.id,
        origin="S1",
        code="BY261026",
        ai10="BY261026",
        status="released",
    )
    session.add(lot)
    session.flush()
    now = clock.now()
    wang = one_of_the_cast(session, "wang")
    store = find_place(session, "FG1")
    make_stock(
        session,
        lot,
        store.id,
        quantity=10**9,
        at=now,
        document="SH-1",
        actor=wang,
        now=now,
    )
    return lot.id


def _release(session: Session, lot_id: int) -> None:
    """As QA does; what it takes is told by its own tests."""
    session.get_one(Lot, lot_id).status = "released"


def test_a_cleaning_is_withdrawn_once(person: Machine) -> None:
    cleaned = {"line": "L2", "started_at": START, "ended_at": END, "kind": "wet"}
    cleaned |= {"result": "pass", "verified_by": "Sun"}
    told(person.post("/cleanings", {"cleanings": [cleaned]}), 201)
    (row,) = rows(person, "/cleanings")
    assert (row["withdrawn_at"], row["withdrawn_reason"]) == (None, "")
    way = f"/cleanings/{row['id']}/withdrawal"
    said = told(person.post(way, {"reason": "line L1 it was"}), 201)
    assert said["withdrawn_reason"] == "line L1 it was"
    assert rows(person, "/cleanings") == [said]
    assert problem(person.post(way, {"reason": "x"}), 409) == "already_withdrawn"
    missing = person.post("/cleanings/999/withdrawal", {"reason": "x"})
    assert problem(missing, 404) == "cleaning_unknown"
