"""Lists in pages: nothing twice, nothing skipped, though rows are added meanwhile."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from machines import Machine, problem, told

from lotmark.trace.parties.tables import Location
from lotmark.web.api.paging import read_cursor, write_cursor
from lotmark.web.installation import Installation


def add_places(house: Installation, names: list[str]) -> None:
    with house.plant.writing() as session:
        for code in names:
            session.add(Location(code=code, kind="warehouse", name=code, name_en=code))


def walk(erp: Machine, path: str, **asked: Any) -> list[Any]:
    """All rows, page by page, by the cursor in the body."""
    rows: list[Any] = []
    page = told(erp.get(path, **asked))
    while True:
        rows += page["items"]
        if page["next"] is None:
            return rows
        page = told(erp.get(path, **asked, cursor=page["next"]))


def test_stable_while_rows_are_added(erp: Machine, house: Installation) -> None:
    add_places(house, [f"A{n}" for n in range(25)])
    before = {row["code"] for row in walk(erp, "/places")}
    seen: list[str] = []
    page = told(erp.get("/places", limit=7))
    added = 0
    while True:
        seen += [row["code"] for row in page["items"]]
        if page["next"] is None:
            break
        if added < 5:
            add_places(house, [f"B{added}"])
            added += 1
        page = told(erp.get("/places", limit=7, cursor=page["next"]))
    assert len(seen) == len(set(seen))
    assert set(seen) == before | {f"B{n}" for n in range(5)}


def test_the_link_header_leads_on(erp: Machine) -> None:
    first = erp.get("/places", limit=3, kind="warehouse")
    assert "Link" not in first.headers
    first = erp.get("/places", limit=3)
    link = first.headers["Link"]
    assert link.endswith('; rel="next"')
    address = urlsplit(link.partition(">")[0].removeprefix("<"))
    asked = dict(parse_qsl(address.query))
    second = told(erp.get(address.path.removeprefix("/api/v1"), **asked))
    assert asked["limit"] == "3"
    assert not {row["id"] for row in told(first)["items"]} & {
        row["id"] for row in second["items"]
    }


def test_filters_stay_on_every_page(erp: Machine, house: Installation) -> None:
    add_places(house, [f"A{n}" for n in range(9)])
    rows = walk(erp, "/places", limit=2, kind="warehouse")
    assert {row["kind"] for row in rows} == {"warehouse"}
    assert len(rows) == 10


def test_keys_of_two_columns(erp: Machine, lot_id: int) -> None:
    moves = [
        {
            "lot_id": lot_id,
            "source": source,
            "target": target,
            "quantity": quantity,
            "document": "RK-1",
        }
        for source, target, quantity in (
            ("made", "YL1/L2", 100),
            ("YL1/L2", "FG1", 60),
            ("YL1/L2", "HOLD1", 20),
        )
    ]
    told(erp.post("/movements", {"moves": moves}), 201)
    rows = walk(erp, "/stock", limit=1)
    assert {(row["place"], row["quantity"]) for row in rows} == {
        ("made", -100),
        ("YL1/L2", 20),
        ("FG1", 60),
        ("HOLD1", 20),
    }


@pytest.mark.parametrize(
    "cursor", ["", "x", "MQ==MQ==", "-1", write_cursor([1, 2]), "\N{SNOWMAN}", "A" * 80]
)
def test_strange_cursors(erp: Machine, cursor: str) -> None:
    assert problem(erp.get("/lots", cursor=cursor), 400) == "cursor_invalid"


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "x", "1e3", "9" * 30, ""])
def test_strange_limits(erp: Machine, limit: str) -> None:
    assert problem(erp.get("/lots", limit=limit), 400) == "values_invalid"


def test_what_is_written_can_be_read() -> None:
    for values in ([0], [1], [2**53], [7, 12]):
        assert read_cursor(write_cursor(values), len(values)) == values
