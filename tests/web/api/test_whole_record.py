"""The actions of the whole record: what each does is found again where it belongs."""

import base64
import io
import zipfile
from datetime import timedelta
from typing import Any

from machines import Machine, applied, problem, told
from PIL import Image

from lotmark.trace import clock, files
from lotmark.web import worker
from lotmark.web.installation import Installation


def test_a_batch_from_plan_to_close(person: Machine, packed: int) -> None:
    assert told(person.post(f"/lots/{packed}/plan", {"planned": 13_000}))
    ready = told(person.get(f"/lots/{packed}/readiness"))
    assert not ready["ready"]
    codes = {one["code"] for one in ready["obstacles"]}
    assert codes == {"inspection_missing", "sample_missing"}
    refused = person.post(f"/lots/{packed}/release", {"certificate": "JY-1"})
    assert problem(refused, 409) == "wrong_state"
    told(person.post(f"/lots/{packed}/finish"))
    told(person.post(f"/lots/{packed}/test"))
    rejected = told(person.post(f"/lots/{packed}/reject", {"reason": "smell"}))
    assert rejected["status"] == "rejected"
    assert problem(person.post(f"/lots/{packed}/close"), 409) == "stock_left"


def test_a_line_is_stopped_and_put_right(person: Machine, lot_id: int) -> None:
    (line,) = [x for x in told(person.get("/lines"))["items"] if x["code"] == "L2"]
    way = f"/lines/{line['id']}"
    stop = {"step": "stop", "reason": "metal detector"}
    assert told(person.post(f"{way}/status", stop))["status"] == "stopped"
    now = (clock.now() - timedelta(minutes=1)).isoformat()
    run = {"runs": [{"lot_id": lot_id, "line": "L2", "started_at": now}]}
    assert problem(person.post("/runs", run), 409) == "line_not_running"
    told(person.post(f"{way}/status", {"step": "rectify", "reason": "new belt"}))
    check = {"lot_id": lot_id, "kind": "metal", "value": "1.5", "reason": "belt"}
    failed = told(person.post(f"{way}/restart", {**check, "result": "fail"}))
    assert failed["status"] == "rectifying"
    passed = told(person.post(f"{way}/restart", {**check, "result": "pass"}))
    assert passed["status"] == "running"
    assert len(told(person.get("/checks", lot_id=lot_id))["items"]) == 2


def test_scopes_are_kept_and_compared(person: Machine, packed: int) -> None:
    code = told(person.get(f"/lots/{packed}"))["code"]
    facts = {"facts": {"lot": [f"BJ200/{code}"]}, "title": "swollen"}
    kept = told(person.post("/scopes/kept", facts), 201)
    assert [lot["lot_id"] for lot in kept["lots"]] == [packed]
    changes = told(person.get(f"/scopes/{kept['id']}/changes"))
    assert changes == {"stale": False, "since": [], "to": []}
    renewed = told(person.post(f"/scopes/{kept['id']}/renew"), 201)
    assert renewed["number"] == f"{kept['number']}-2"
    again = person.post(f"/scopes/{kept['id']}/renew")
    assert problem(again, 409) == "scope_superseded"
    found = told(person.post("/what-if", {"lots": [packed]}))
    assert (found["lot_ids"], found["units"]) == ([packed], 100)
    assert told(person.get("/blast-radius"))["worst"] == []
    assert problem(person.post("/what-if", {"lots": [999]}), 404) == "lot_unknown"


def test_times_of_a_scope_have_a_zone(person: Machine) -> None:
    facts = {"line": "L2", "from": "2026-11-24T08:00", "to": "2026-11-24T09:00+08:00"}
    assert problem(person.post("/scopes", facts), 400) == "values_invalid"


def test_every_list_as_rows_and_files(person: Machine, packed: int) -> None:
    lists = told(person.get("/lists"))["lists"]
    assert {"lots", "stock", "imports", "print-jobs"} <= {one["name"] for one in lists}
    for one in lists:
        way = f"/lists/{one['name']}"
        page = told(person.get(way, limit=1))
        names = [column["name"] for column in one["columns"]]
        assert all(set(row) == set(names) for row in page["items"]), way
        sheet = person.get(f"{way}/csv")
        assert sheet.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert sheet.text.splitlines()[0].lstrip("\ufeff") == ",".join(names)
    first = told(person.get("/lists/stock", limit=1))
    second = told(person.get("/lists/stock", limit=1, cursor=first["next"]))
    assert second["next"] is None
    assert first["items"] != second["items"]
    (row,) = told(person.get("/lists/lots", article="BJ200"))["items"]
    assert row["article"] == "BJ200"
    assert problem(person.get("/lists/lots", colour="red"), 400) == "filter_unknown"
    assert problem(person.get("/lists/places", since="2026-01-01"), 400)
    assert problem(person.get("/lists/nothing"), 404) == "list_unknown"
    assert person.get("/lists/lots/xlsx").data[:2] == b"PK"


def test_papers_charts_and_printouts(person: Machine, packed: int) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(drawn, "PNG")
    content = base64.b64encode(drawn.getvalue()).decode()
    paper = {"kind": "test_report", "number": "T-1", "content": content}
    kept = told(person.post(f"/lots/{packed}/papers", paper), 201)
    with person.get(f"/files/{kept['file']}") as shown:
        assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert told(person.get("/papers", lot_id=packed))["items"] == [kept]
    for wrong in ("AAAA", "A", "====", base64.b64encode(b"%PDF-x").decode()):
        bad = person.post(f"/lots/{packed}/papers", {**paper, "content": wrong})
        assert problem(bad, 400) in ("file_unreadable", "values_invalid"), wrong
    load = {
        "site": "YL1",
        "number": "R1-1",
        "equipment": "R1",
        "kind": "retort",
        "started_at": "2026-11-20T08:00:00+08:00",
        "ended_at": "2026-11-20T09:00:00+08:00",
        "result": "missing",
        "loads": [{"lot_id": packed, "quantity": 10}],
    }
    told(person.post("/cycles", {"cycles": [load]}), 201)
    (cycle,) = told(person.get("/cycles", number="R1-1"))["items"]
    chart = {"content": content, "result": "pass"}
    filed = told(person.post(f"/cycles/{cycle['id']}/chart", chart))
    assert (filed["result"], filed["chart"]) == ("pass", kept["file"])
    for path in (f"/lots/{packed}/dossier.pdf", "/registers/sales.pdf"):
        pdf = person.get(path)
        assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-"), path
    assert problem(person.get("/registers/sales.pdf", **{"from": "x"}), 400)
    assert problem(person.get("/registers/other.pdf"), 404)
    archive = zipfile.ZipFile(io.BytesIO(person.get("/export.zip").data))
    assert "lots.csv" in archive.namelist()


def test_no_photo_of_a_complaint_is_a_paper(
    person: Machine, house: Installation
) -> None:
    with house.plant.writing() as session:
        row = files.store(
            session, house.settings.files, b"x", "image/jpeg", clock.now()
        )
        name = row.sha256
    assert problem(person.get(f"/files/{name}"), 404) == "file_unknown"


def test_a_long_import_is_watched(person: Machine, house: Installation) -> None:
    def send(content: bytes, once: str = "one") -> Any:
        return person.client.post(
            "/api/v1/import-orders",
            data={"files": (io.BytesIO(content), "p.csv")},
            headers=person.headers() | {"Idempotency-Key": once},
        )

    good = "code,kind,name\nK77,consignee,甲\n".encode()
    first = told(send(good), 202)
    assert told(send(good), 202) == first
    assert (first["state"], first["ahead"]) == ("waiting", 0)
    assert problem(send(b"code,kind,name\nK78,consignee,x\n"), 409)
    bad = told(send(b"code,kind,name\nK79,nonsense,x\n", "two"), 202)
    while worker.work_once(house):
        pass
    done = told(person.get(f"/import-orders/{first['number']}"))
    assert (done["state"], done["files"][0]["rows"]) == ("done", 1)
    refused = told(person.get(f"/import-orders/{bad['number']}"))
    assert (refused["state"], refused["bad"]) == ("refused", 1)
    assert refused["rows"][0]["column"] == "kind"
    assert refused["error"]["code"] == "import_refused"
    assert problem(person.get("/import-orders/DR-26-9999"), 404)


def test_what_did_not_change_is_not_sent_again(person: Machine, packed: int) -> None:
    first = person.get(f"/lots/{packed}")
    tag = first.headers["ETag"]
    headers = person.headers() | {"If-None-Match": tag}
    again = person.client.get(f"/api/v1/lots/{packed}", headers=headers)
    assert (again.status_code, again.data) == (304, b"")
    applied(person, packed, "100")
    assert person.client.get(f"/api/v1/lots/{packed}", headers=headers).data


def test_head_and_options(person: Machine, packed: int) -> None:
    way = f"/api/v1/lots/{packed}"
    head = person.client.head(way, headers=person.headers())
    assert (head.status_code, head.data) == (200, b"")
    options = person.client.options(way, headers=person.headers())
    assert set(options.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    for method in ("head", "options", "get"):
        stranger = getattr(person.client, method)(way)
        assert stranger.status_code == 401
