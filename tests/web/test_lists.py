"""The lists of records: on the screen, in CSV and in Excel, as their columns say."""

import csv
import html
import io
import re
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import small_plant
import sqlalchemy as sa
from flask.testing import FlaskClient
from list_records import EVIL, record
from staff_pages import shown

from lotmark.trace.exchange.exports import FORMATS
from lotmark.trace.exchange.kinds import KINDS
from lotmark.trace.exchange.lists import IMPORTS, Listing, query
from lotmark.trace.exchange.lists.query import PAGE, Asked, read_page, read_rows
from lotmark.trace.parties.tables import Partner
from lotmark.web.installation import Installation
from lotmark.web.records import views
from lotmark.web.records.words import WORDS
from lotmark.web.registry import ALL, GROUPS

RESERVED = {"q", "since", "until", "sort", "after", "before"}


@pytest.fixture(autouse=True)
def recorded(house: Installation) -> None:
    """Something in every list."""
    with house.plant.writing() as session:
        record(session)


@pytest.fixture
def qian(log_in: small_plant.LogIn) -> FlaskClient:
    return log_in("qian")


def csv_of(client: FlaskClient, address: str) -> list[dict[str, str]]:
    """The rows of a CSV answer, by header."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def sheet_of(client: FlaskClient, address: str) -> Any:
    """The sheet of an XLSX answer."""
    return openpyxl.load_workbook(io.BytesIO(client.get(address).data)).worksheets[0]


def test_every_list_has_a_row_here(qian: FlaskClient) -> None:
    page = shown(qian, "/records")
    for listing in ALL:
        row = re.search(rf'href="/records/{listing.name}".*?</tr>', page, re.DOTALL)
        assert row, listing.name
        rows = re.findall(r'data-label="Rows">(\d+)</td>', row[0])
        assert int(rows[0]) > 0, listing.name
    assert {listing.group for listing in ALL} == set(GROUPS)
    assert len({listing.name for listing in ALL}) == len(ALL)


def test_a_list_is_what_its_columns_say(qian: FlaskClient) -> None:
    for listing in ALL:
        _check_list(qian, listing)


def _check_list(qian: FlaskClient, listing: Listing) -> None:
    page = shown(qian, f"/records/{listing.name}")
    titles = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page)
    plain = [re.sub("<[^>]+>", "", title) for title in titles]
    assert plain == [column.title for column in listing.columns_for("screen")]
    rows = csv_of(qian, f"/records/{listing.name}/csv")
    header = [column.name for column in listing.columns_for("list")]
    assert len(set(header)) == len(header)
    assert f"{len(rows)} row{'s' * (len(rows) != 1)}" in page
    assert rows
    assert list(rows[0]) == header
    lines = list(sheet_of(qian, f"/records/{listing.name}/xlsx").values)
    assert list(lines[0]) == header
    assert len(lines) == len(rows) + 1
    for column in listing.columns:
        assert column.form != "word" or column.words in WORDS
        _check_form(column.form, {row.get(column.name, "") for row in rows})


def _check_form(form: str, found: set[str]) -> None:
    """What docs/export.md says of each kind of value."""
    patterns = {
        "moment": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d",
        "day": r"\d{4}-\d\d-\d\d",
        "amount": r"-?\d+(\.\d+)?",
        "count": r"\d+",
        "unit": "piece|kg|l",
    }
    for text in found - {""}:
        assert re.fullmatch(patterns.get(form, ".*"), text, re.DOTALL), (form, text)


def test_every_filter_and_order_works(qian: FlaskClient) -> None:
    for listing in ALL:
        _check_questions(qian, listing)
        names = {each.name for each in listing.filters}
        assert len(names) == len(listing.filters)
        assert not names & RESERVED


def _check_questions(qian: FlaskClient, listing: Listing) -> None:
    address = f"/records/{listing.name}"
    whole = len(csv_of(qian, f"{address}/csv"))
    for each in listing.filters:
        parts = [
            len(csv_of(qian, f"{address}/csv?{each.name}={code}"))
            for code in each.choices
        ]
        assert not parts or 0 < max(parts) <= sum(parts) <= whole, each.name
        if not each.choices:
            assert csv_of(qian, f"{address}/csv?{each.name}=nothing") == []
    for name in listing.sorts:
        up = csv_of(qian, f"{address}/csv?sort={name}")
        assert len(up) == whole
        assert csv_of(qian, f"{address}/csv?sort=-{name}") == up[::-1]
        assert shown(qian, f"{address}?sort=-{name}")
    if listing.period:
        assert csv_of(qian, f"{address}/csv?since=2027-12-31") == []
        assert csv_of(qian, f"{address}/csv?until=2001-01-01") == []
    assert csv_of(qian, f"{address}/csv?q=nothing+like+this") == []


def test_days_are_those_of_the_plant(qian: FlaskClient) -> None:
    """10:02 on 22 November at the plant; both days of a period belong to it."""
    whole = len(csv_of(qian, "/records/movements/csv"))
    today = "/records/movements/csv?since=2026-11-22&until=2026-11-22"
    assert len(csv_of(qian, today)) == whole
    assert csv_of(qian, "/records/movements/csv?until=2026-11-21") == []
    assert csv_of(qian, "/records/movements/csv?since=2026-11-23") == []


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/records/nothing", 404),
        ("/records/lots/pdf", 404),
        ("/records/lots?status=odd", 400),
        ("/records/lots?since=31.12.2026", 400),
        ("/records/lots?until=9999-12-31", 400),
        ("/records/lots?sort=odd", 400),
        ("/records/lots/csv?sort=odd", 400),
        ("/records/lots?after=odd", 400),
        ("/records/lots?after=W10", 400),
        ("/records/lots?before=WyIyMDI2LTAxLTAxIiwgInRleHQiXQ", 400),
        ("/records/lots?q=" + "x" * 81, 400),
    ],
)
def test_a_wrong_address_is_one_sentence(
    qian: FlaskClient, address: str, code: int
) -> None:
    answer = qian.get(address)
    assert answer.status_code == code
    assert "Nothing was changed" in answer.text


def test_who_may_not_trace_sees_no_list(log_in: small_plant.LogIn) -> None:
    xu = log_in("xu")
    for address in ("/records", "/records/lots", "/records/partners/csv"):
        assert xu.get(address).status_code == 403


def test_formulas_are_text_everywhere(qian: FlaskClient) -> None:
    """A reason somebody typed is never run by a spreadsheet, nor by a browser."""
    reasons = {row["reason"] for row in csv_of(qian, "/records/movements/csv")}
    assert reasons >= {f"'{text}" for text in EVIL[:-1]}
    assert EVIL[-1] in reasons
    sheet = sheet_of(qian, "/records/movements/xlsx")
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.value for cell in cells} >= {*EVIL[:-2], "''=y", EVIL[-1]}
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    page = qian.get("/records/movements").text
    assert "<script>alert" not in page
    assert html.escape(EVIL[-1]) in page


def test_numbers_are_exact_and_codes_keep_their_zeros(qian: FlaskClient) -> None:
    [row] = csv_of(qian, "/records/lots/csv?q=BY1")
    assert (row["made"], row["unit"], row["held"]) == ("25.000001", "kg", "yes")
    assert Decimal(row["in_hand"]) == Decimal("25.000001")
    found = {
        cell for row in sheet_of(qian, "/records/cases/xlsx").values for cell in row
    }
    assert {"095060000050000010", "095060000000000015", "007-01"} <= found
    assert 40 in found


def test_a_lot_leads_to_its_page_and_a_partner_to_its_goods(qian: FlaskClient) -> None:
    assert 'href="/quality/lots/1"' in shown(qian, "/records/lots")
    partners = shown(qian, "/records/partners")
    assert 'href="/records/shipments?partner=K01"' in partners
    assert "FH-1" in shown(qian, "/records/shipments?partner=K01")


def test_pages_meet_without_gap_or_overlap(
    house: Installation, qian: FlaskClient
) -> None:
    total = 2 * PAGE + 7
    rows = [
        {"code": f"S{n:03}", "kind": "supplier", "name": f"{n % 3}", "name_en": ""}
        for n in range(total)
    ]
    with house.plant.writing() as session:
        session.execute(sa.insert(Partner), rows)
    for sort in ("", "&sort=name", "&sort=-name"):
        _walk(qian, f"/records/partners?kind=supplier{sort}", total)


def test_pages_in_any_order_are_the_list(
    house: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "PAGE", 1)
    with house.plant.reading() as session:
        for listing in ALL:
            for sort in ("", *listing.sorts, *(f"-{name}" for name in listing.sorts)):
                asked = Asked(sort=sort)
                page = read_page(session, listing, asked)
                walked = list(page.rows)
                while page.after:
                    page = read_page(session, listing, asked, page.after)
                    walked += page.rows
                rows = list(read_rows(session, listing, asked, "screen"))
                assert walked == rows, (listing.name, sort)


def test_very_many_rows_are_not_counted_to_the_last(
    qian: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "MOST_COUNTED", 1)
    monkeypatch.setattr(views, "MOST_COUNTED", 1)
    assert "Over 1 rows" in shown(qian, "/records/movements")
    assert "over 1<" in shown(qian, "/records")
    assert '<h2 id="h-rows">1 row<' in shown(qian, "/records/inspections")


def _walk(qian: FlaskClient, address: str, total: int) -> None:
    found: list[str] = []
    pages = 0
    behind: re.Match[str] | None = None
    while address:
        page = shown(qian, address)
        found += _codes(page)
        ahead = re.search(r'rel="next" href="([^"]+)"', page)
        behind = re.search(r'rel="prev" href="([^"]+)"', page)
        assert (behind is None) == (pages == 0)
        address = ahead[1] if ahead else ""
        pages += 1
    assert pages == 3
    assert len(found) == len(set(found)) == total
    assert behind is not None
    assert _codes(shown(qian, behind[1])) == found[PAGE : 2 * PAGE]


def _codes(page: str) -> list[str]:
    return re.findall(r"<tr><th scope=\"row\"[^>]*>.*?>(S\d+)<", page)


def test_reading_costs_the_same_however_much_there_is(house: Installation) -> None:
    statements: list[str] = []
    sa.event.listen(
        house.plant.engine,
        "before_cursor_execute",
        lambda *arguments: statements.append(arguments[2]),
    )
    with house.plant.reading() as session:
        for listing in ALL:
            statements.clear()
            page = read_page(session, listing, Asked())
            rows = list(read_rows(session, listing, Asked(), "list"))
            assert len(page.rows) == min(PAGE, len(rows))
            assert sum("SELECT" in each for each in statements) == 2, listing.name


def test_imports_and_lists_know_the_same_columns() -> None:
    assert [listing.name for listing in IMPORTS] == [kind.name for kind in KINDS]
    for listing, kind in zip(IMPORTS, KINDS, strict=True):
        names = [column.name for column in listing.columns_for("import")]
        assert len(set(names)) == len(names)
        assert set(names) <= {column.name for column in kind.columns}, listing.name
        assert kind.required <= set(names), listing.name


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_says_its_name_and_is_not_kept(qian: FlaskClient, form: str) -> None:
    answer = qian.get(f"/records/lots/{form}")
    assert answer.mimetype == FORMATS[form].split(";")[0]
    name = answer.headers["Content-Disposition"]
    assert re.fullmatch(rf"attachment; filename=lots-\d{{8}}-\d{{4}}\.{form}", name)
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_empty_list_says_what_comes_here(qian: FlaskClient, language: str) -> None:
    page = qian.get(f"/records/lots?q=nothing&lang={language}").text
    assert 'class="empty"' in page
    assert 'href="/records/lots"' in page
