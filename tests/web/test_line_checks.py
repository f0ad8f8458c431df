"""At the line: clearance, first label, void labels, the count, and what is scanned."""

import re

import pytest
import small_plant
from flask.testing import FlaskClient
from line_work import check_first, clear, serials
from staff_pages import change, fill_in, said, shown

from lotmark.labels.jobs.first_labels import FirstLabel
from lotmark.labels.jobs.tables import PrintJob
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Lot
from lotmark.trace.production.label_balance import label_balance
from lotmark.trace.production.label_counts import LabelCount
from lotmark.trace.production.marks import marked_items
from lotmark.web import worker
from lotmark.web.installation import Installation

PRINT = {"count": "12", "stock": "roll-60x40", "format": "pdf", "key": "one"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def zhao(log_in: small_plant.LogIn) -> FlaskClient:
    """Zhao leads line 2 and stands at its screen."""
    client = log_in("zhao")
    client.set_cookie("line", "2")
    return client


@pytest.fixture
def batch(zhao: FlaskClient) -> str:
    """A batch of 100 packs made for a work order, its line not cleared yet."""
    form = {"code": "B-1", "planned": "100", "work_order": "WO-11873"}
    return fill_in(zhao, "/line/products/1", **form).location


def printed(client: FlaskClient, house: Installation, batch: str) -> str:
    """Print twelve labels into a file; the job's address."""
    job = change(client, f"{clear(client, batch)}/print", **PRINT).location
    worker.work_once(house)
    return job


def scan(client: FlaskClient, code: str, lot: str = "1") -> dict[str, str]:
    """What the scanner's script is told."""
    page = client.get("/line").location or "/line"
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert found
    form = {"csrf_token": found[1], "code": code, "lot": lot}
    answer = client.post("/line/scan", data=form, headers=JSON).json
    assert answer is not None
    return dict(answer)


def test_no_label_is_printed_before_the_line_is_clear(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    assert zhao.get(f"{batch}/print").location == f"{batch}/clearance"
    refused = change(zhao, f"{batch}/print", **PRINT)
    assert refused.status_code == 409
    assert "press F7 and confirm; then print" in said(refused)
    assert "Clear the line" in shown(zhao, batch)
    clear(zhao, batch)
    assert "赵强" in shown(zhao, batch)  # who cleared it, beside the time
    assert "Not confirmed" not in shown(zhao, batch)
    assert change(zhao, f"{batch}/print", **PRINT).status_code == 302


def test_the_next_order_waits_for_the_first_label(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    job = printed(zhao, house, batch)
    more = PRINT | {"key": "two"}
    refused = change(zhao, f"{batch}/print", **more)
    assert "Press F5 and scan it" in said(refused)
    assert "First-label check" in shown(zhao, batch)
    wrong = serials(house, 1, 5, 6)[0]
    page = change(zhao, f"{job}/first", code=wrong).text
    assert 'data-sound="bad"' in page
    assert "It is label 6 of this batch, not the first of" in page
    assert change(zhao, f"{batch}/print", **more).status_code == 409
    check_first(zhao, house, job)
    assert "Matches" in shown(zhao, batch)
    assert change(zhao, f"{batch}/print", **more).status_code == 302
    with house.plant.reading() as session:
        kept = [(row.matches, row.item) for row in session.query(FirstLabel)]
    assert kept == [(False, 5), (True, 0)]


def test_a_scan_anywhere_is_the_first_label_check_while_it_is_due(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    printed(zhao, house, batch)
    first, second = serials(house, 1, 0, 2)
    assert scan(zhao, second)["kind"] == "bad"
    assert scan(zhao, first)["word"] == "First label matches"
    match = scan(zhao, second)
    assert (match["kind"], match["text"]) == ("ok", "Label 2 of B-1")


def test_half_a_scan_is_no_wrong_label(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    job = printed(zhao, house, batch)
    told = scan(zhao, "https://q.example.cn/01/0950600013")
    assert "scan the QR code again" in told["text"]
    refused = change(zhao, f"{job}/first", code="/21/XYZ")
    assert refused.status_code == 400
    with house.plant.reading() as session:
        assert session.query(FirstLabel).count() == 0


def test_labels_of_another_batch_and_void_ones_are_wrong(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    check_first(zhao, house, printed(zhao, house, batch))
    one, two = serials(house, 1, 0, 2)
    form = {"way": "one", "reason": "wet", "code": two}
    assert fill_in(zhao, f"{batch}/void", **form).location == batch
    assert "on record as: Voided" in scan(zhao, two)["text"]
    fill_in(zhao, "/line/products/2", code="B-2", planned="50")
    told = scan(zhao, one, lot="2")
    assert (told["kind"], told["text"]) == ("bad", "The label is of B-1.")
    assert "call the line leader" in told["step"]


def test_a_work_order_opens_its_batch(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    assert scan(zhao, "WO-11873") == {"go": batch}
    with house.plant.writing() as session:
        planned = Lot(article_id=1, code="L2-P", ai10="L2-P", line_id=2, planned=50)
        planned.work_order = "WO-2"
        session.add(planned)
        session.flush()
        number = planned.id
    assert scan(zhao, "WO-2") == {"go": f"/line/planned/{number}"}
    assert scan(zhao, "ＷＯ－２")["go"] == f"/line/planned/{number}"
    assert "Nothing is planned here under WO-3" in scan(zhao, "WO-3")["text"]
    assert change(zhao, "/line/scan", code="WO-2").location == f"/line/planned/{number}"


def test_commands_lead_to_their_pages(zhao: FlaskClient, batch: str) -> None:
    assert scan(zhao, "LM:VOID") == {"go": f"{batch}/void"}
    assert scan(zhao, "lm:count")["go"] == f"{batch}/count"
    assert scan(zhao, "LM:FINISH")["go"] == f"{batch}/finish"
    assert scan(zhao, "LM:ROLLS")["go"] == "/line/rolls"
    more = shown(zhao, f"{batch}/more")
    keys = re.findall(r'data-key="(F\d+)"', more)
    assert len(keys) == len(set(keys)) > 8  # of every action here, and each its own
    assert scan(zhao, "LM:FIRST")["go"] == "/line"  # nothing is printed yet
    assert "no command of this line" in scan(zhao, "LM:NONSENSE")["text"]
    sheet = shown(zhao, "/line/commands")
    assert sheet.count('<svg class="qr"') == 21 + 1 + 11
    assert "Void labels" in sheet


def test_the_last_ones_are_voided_by_count(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    check_first(zhao, house, printed(zhao, house, batch))
    path = f"{batch}/void"
    state = re.search(r'name="loose" value="([^"]+)"', shown(zhao, path))
    assert state
    form = {"way": "last", "reason": "torn", "count": "4", "loose": state[1]}
    assert change(zhao, path, **form).location == batch
    again = change(zhao, path, **form)
    assert "the last ones are others now" in said(again)
    with house.plant.reading() as session:
        assert marked_items(session, 1, "voided") == ItemSet.range(8, 12)
    many = fill_in(zhao, path, way="last", reason="wet", count="9")
    assert "Only 8 printed labels are not on packs yet, but 9 were named" in said(many)
    one, two = serials(house, 1, 3, 5)
    form = {"way": "codes", "reason": "other", "first": two, "last": one}
    assert fill_in(zhao, path, **form, note="fell into the drain").location == batch
    with house.plant.reading() as session:
        assert marked_items(session, 1, "voided").count == 6


def test_the_line_leader_signs_the_count_and_the_next_batch_does_not_wait(
    zhao: FlaskClient, batch: str, house: Installation, log_in: small_plant.LogIn
) -> None:
    check_first(zhao, house, printed(zhao, house, batch))
    fill_in(zhao, f"{batch}/packs", way="count", count="9")
    fill_in(zhao, "/line/products/2", code="B-2", planned="50")  # B-1 is not counted
    assert "B-1" in shown(zhao, "/line/counts")
    li = log_in("li")
    li.set_cookie("line", "2")
    assert "The line leader signs this count." in shown(li, f"{batch}/count")
    path = f"{batch}/count"
    assert "3 labels would count as missing" in said(fill_in(zhao, path))
    form = {"printer_reading": "15", "reason": "three in the drain, three for testing"}
    assert fill_in(zhao, path, **form).location == path
    page = shown(zhao, path)
    assert "QA has to sign" in page
    assert change(zhao, "/quality/lots/1/count").status_code == 403
    qian = log_in("qian")
    assert "QA has to sign" in shown(qian, "/quality/lots/1")
    assert change(qian, "/quality/lots/1/count").location == "/quality/lots/1#h-labels"
    assert "Counted and signed" in shown(zhao, path)
    with house.plant.reading() as session:
        assert label_balance(session, 1).missing.count == 3


def test_a_full_count_is_signed_without_a_reason(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    check_first(zhao, house, printed(zhao, house, batch))
    fill_in(zhao, f"{batch}/packs", way="count", count="12")
    assert fill_in(zhao, f"{batch}/count").location == f"{batch}/count"
    assert "Counted and signed" in shown(zhao, f"{batch}/count")
    with house.plant.reading() as session:
        count = session.query(LabelCount).one()
        assert (count.state, count.signed_by, count.missing) == ("signed", "zhao", 0)
        assert label_balance(session, 1).settled


def test_a_preview_is_of_the_bytes_that_are_printed(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    printed(zhao, house, batch)
    for format in ("pdf", "tspl", "nonsense"):
        picture = zhao.get(f"{batch}/label.png?item=3&format={format}")
        assert picture.data.startswith(b"\x89PNG")
    sheet = zhao.get(f"{batch}/label.png?item=3&stock=a4-24")
    assert sheet.status_code == 200


def test_the_first_free_label_is_touched_on_the_drawn_sheet(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    page = shown(zhao, f"{clear(zhao, batch)}/print")
    assert page.count('name="skip-a4-24"') == 24
    form = PRINT | {"stock": "a4-24", "skip-a4-24": "5", "skip-a4-21": "3"}
    change(zhao, f"{batch}/print", **form)
    with house.plant.reading() as session:
        assert session.query(PrintJob).one().skip == 5
