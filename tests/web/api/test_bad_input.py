"""Bad input of every kind: a problem document with a 4xx, never a fault."""

import io
import json
import re
from typing import Any

import sqlalchemy as sa
from machines import Machine, problem
from werkzeug.test import TestResponse

from lotmark.trace.audit import AuditRow
from lotmark.web.api.spec import document
from lotmark.web.app import MAX_UPLOAD
from lotmark.web.installation import Installation

HUGE = 2**63
ROUTES = [
    (path.removeprefix("/api/v1"), method)
    for path, operations in document()["paths"].items()
    for method in operations
]
POSTS = [path for path, method in ROUTES if method == "post" and "import" not in path]
BODIES = [
    path.removeprefix("/api/v1")
    for path, operations in document()["paths"].items()
    if "application/json" in str(operations.get("post", {}).get("requestBody"))
]
WITH_ID = [path for path, method in ROUTES if "_id}" in path and method == "get"]
LISTS = [
    path.removeprefix("/api/v1")
    for path, operations in document()["paths"].items()
    if "{" not in path and "cursor" in str(operations.get("get"))
]


def at(path: str, number: Any = 1) -> str:
    return re.sub(r"\{[a-z0-9_]+\}", str(number), path)


STRANGE_BODIES: list[str | bytes] = [
    "",
    "{",
    "null",
    "[]",
    "7",
    '"text"',
    "NaN",
    "\ufeff{}",
    "{}",
    '{"strange": 1}',
    "[" * 100_000,
    '{"count": ' + "9" * 5000 + "}",
    b"\xff\xfe\x00{",
]


def send(person: Machine, path: str, body: Any, kind: str | None) -> TestResponse:
    return person.client.post(
        f"/api/v1{path}", data=body, content_type=kind, headers=person.headers()
    )


def test_strange_bodies(person: Machine) -> None:
    for path in BODIES:
        for body in STRANGE_BODIES:
            refused = send(person, at(path), body, "application/json")
            assert 400 <= refused.status_code < 500, (path, body[:20], refused.text)
            assert problem(refused, refused.status_code)


def test_other_content_types(person: Machine) -> None:
    for path in BODIES:
        for kind in ("text/plain", "application/x-www-form-urlencoded", None):
            refused = send(person, at(path), "a=1", kind)
            assert problem(refused, 415) == "unsupported_media_type"


def test_more_than_the_house_takes(person: Machine) -> None:
    body = b"x" * (MAX_UPLOAD + 2**20)
    for path, kind in (
        ("/verify", "application/json"),
        ("/lots", "application/json"),
        ("/imports", "multipart/form-data; boundary=x"),
    ):
        refused = send(person, path, body, kind)
        assert problem(refused, 413) == "request_entity_too_large"


def test_strange_ids(person: Machine) -> None:
    for path in WITH_ID:
        for number in (0, -1, HUGE, 10**40, "x", "1.5", "%00", "1e3", "١"):
            refused = person.get(at(path, number))
            assert refused.status_code in (404, 405), (path, number, refused.text)
            assert problem(refused, refused.status_code)


def test_strange_units(person: Machine) -> None:
    for sscc in ("x", "%00", "9" * 10_000, "..%2f..", "\N{SNOWMAN}"):
        assert problem(person.get(f"/units/{sscc}"), 404)


def test_strange_questions(person: Machine) -> None:
    for path in LISTS:
        for asked in (
            {"strange": "1"},
            {"limit": str(HUGE)},
            {"limit": "-5"},
            {"cursor": "x" * 10_000},
            {"cursor": "\0"},
            {"\0": "1"},
        ):
            refused = person.get(path, **asked)
            assert problem(refused, 400) in ("values_invalid", "cursor_invalid")


def test_strange_filters(person: Machine) -> None:
    for asked in (
        {"code": "x" * 10_000},
        {"code": "a\0b"},
        {"code": ""},
        {"status": "eaten"},
        {"produced_from": "yesterday"},
        {"produced_from": "1764000000"},
        {"produced_to": "2026-02-30"},
        {"produced_to": "9999-01-01"},
    ):
        assert problem(person.get("/lots", **asked), 400) == "values_invalid"


ORDER = {"article": "BJ200", "line": "L2", "planned": 500}
MOVE = {
    "lot_id": 1,
    "source": "made",
    "target": "YL1/L2",
    "quantity": 5,
    "document": "RK-1",
}
HOLD = {"lots": [{"lot_id": 1}], "hazard": "health", "reason": "metal"}
Wrong = tuple[str, dict[str, Any], dict[str, Any]]


def each(path: str, body: dict[str, Any], name: str, *values: Any) -> list[Wrong]:
    """A good body with one value that cannot be, in turn."""
    return [(path, body, {name: value}) for value in values]


WRONG: list[Wrong] = [
    *each("/lots", ORDER, "planned", 0, -1, HUGE, 10**30, 1.5, "500", True, None, []),
    *each("/lots", ORDER, "article", "", "x" * 10_000, "a\0b", "a\nb", "\ud800", 7),
    *each("/lots", ORDER, "produced_on", "2026-13-01", "1970-01-01", "24.11.2026"),
    *each("/lots", ORDER, "produced_on", 20261124, 1e9, True),
    *each("/lots", ORDER, "code", "x" * 65, "<b>", "\0", " "),
    *each("/movements", {}, "moves", [], [MOVE] * 1001, {}, 7),
    *each("/holds", HOLD, "reason", "", "x" * 10_000, "a\0b", None),
    *each("/holds", HOLD, "lots", [], [{"lot_id": HUGE}], [1], "all"),
    *each("/lots/1/codes", {}, "count", 0, -1, HUGE, "9", None),
    *each("/verify", {}, "codes", [], ["\0"], ["x" * 2001], [7], ["x"] * 1001),
    *each("/scopes", {}, "lot", [], ["\0"], "x"),
    ("/scopes", {}, {"origin": "moon", "lot": ["x"]}),
    ("/scopes", {}, {"line": "L2"}),
    ("/scopes", {}, {"line": "L2", "from": "yesterday", "to": "now"}),
    ("/scopes", {}, {"line": "L2", "from": "2026-11-24T10Z", "to": "2026-11-24T09Z"}),
    ("/scopes", {}, {"produced_from": "x", "produced_to": "y"}),
    ("/scopes", {}, {"items": "1-2"}),
]
for field, strange in (
    ("quantity", (0, -5, HUGE, 2.5, "5")),
    ("lot_id", (HUGE, -1, "1", None)),
    ("source", ("\0", "", 7)),
    ("document", ("x" * 10_000, "")),
    ("at", ("1970-01-01T00:00:00Z", "2026-11-24", "2026-11-24T10:00:00", 0)),
    ("items", ("5-1", "0-99999999999999999999", "x", "")),
    ("reason", ("x" * 10_000,)),
):
    WRONG += each(
        "/movements", {}, "moves", *([{**MOVE, field: value}] for value in strange)
    )


def test_strange_values(person: Machine, house: Installation) -> None:
    before = _changes(house)
    for path, body, changed in WRONG:
        refused = person.post(path, json.dumps({**body, **changed}))
        assert 400 <= refused.status_code < 500, (path, changed, refused.text)
        assert problem(refused, refused.status_code)
    assert _changes(house) == before


def test_strange_files(person: Machine) -> None:
    for content in (
        b"",
        b"\0" * 100,
        b"PK\x03\x04",
        "编号\n".encode("gb18030"),
        b"a,b\n1,2\n",
    ):
        refused = person.client.post(
            "/api/v1/imports",
            data={"files": (io.BytesIO(content), "x.csv")},
            headers=person.headers(),
        )
        assert problem(refused, 400) == "import_refused"
        assert refused.json is not None
        assert refused.json["rows"]


def test_rows_of_a_file_are_named(person: Machine) -> None:
    content = b"code,kind,name\nS1,supplier,Farm\nS2,moon,Farm\n,lab,\n"
    refused = person.client.post(
        "/api/v1/imports",
        data={"files": (io.BytesIO(content), "partners.csv")},
        headers=person.headers(),
    )
    problem(refused, 400)
    assert refused.json is not None
    found = [(row["line"], row["column"], row["code"]) for row in refused.json["rows"]]
    assert (3, "kind", "choice_unknown") in found
    assert {line for line, _, _ in found} == {3, 4}


def test_why_a_file_is_refused_is_said_in_chinese(person: Machine) -> None:
    content = b"code,kind,name\nS1,supplier,Farm\nS1,supplier,Pond\n"
    refused = person.client.post(
        "/api/v1/imports",
        data={"files": (io.BytesIO(content), "p.csv")},
        headers={**person.headers(), "Accept-Language": "zh"},
    )
    assert refused.json is not None
    (row,) = refused.json["rows"]
    assert row["reason"].startswith("往来单位 S1 已有记录")
    assert row["reason"] in refused.json["detail"]


def test_rows_of_json_are_counted_from_0(person: Machine, lot_id: int) -> None:
    good = {
        "line": "L2",
        "started_at": "2026-11-20T08:00:00Z",
        "ended_at": "2026-11-20T09:00:00Z",
        "kind": "wet",
        "result": "pass",
    }
    bad = {**good, "started_at": "2026-11-20T11:00:00Z"}
    refused = person.post("/cleanings", {"cleanings": [good, bad]})
    problem(refused, 400)
    assert refused.json is not None
    assert [row["line"] for row in refused.json["rows"]] == [1]


def test_no_such_address(person: Machine) -> None:
    for path in ("/nothing", "/lots/1/nothing", "/"):
        assert problem(person.get(path), 404) == "not_found"
    for method in ("PUT", "PATCH", "DELETE"):
        refused = person.client.open(
            "/api/v1/lots", method=method, headers=person.headers()
        )
        assert problem(refused, 405) == "method_not_allowed"
        allowed = set(refused.headers["Allow"].split(", "))
        assert allowed == {"GET", "HEAD", "OPTIONS", "POST"}


def test_refusals_speak_the_language_of_the_asker(person: Machine) -> None:
    for language, word in (("zh-CN", "批"), ("en", "lot")):
        headers = {**person.headers(), "Accept-Language": language}
        refused = person.client.get("/api/v1/lots/9", headers=headers)
        assert problem(refused, 404) == "lot_unknown"
        assert refused.json is not None
        assert word in refused.json["detail"]


def _changes(house: Installation) -> int:
    with house.plant.reading() as session:
        found = session.scalar(sa.select(sa.func.count()).select_from(AuditRow))
    return int(found or 0)
