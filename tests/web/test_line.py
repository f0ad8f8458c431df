"""The line: from the product's picture to labels on packs, with gloves on."""

import re
from datetime import timedelta

import pytest
import small_plant
import sqlalchemy as sa
from flask.testing import FlaskClient
from line_work import clear
from staff_pages import change, fill_in, said, shown

from lotmark.labels.jobs.tables import PrintJob
from lotmark.trace import clock
from lotmark.trace.audit import AuditRow
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.outbox import Effect
from lotmark.trace.parties.tables import Lot
from lotmark.trace.production.codes import serials_of
from lotmark.trace.production.marks import marked_items
from lotmark.web import worker
from lotmark.web.installation import Installation

PRINT = {"count": "12", "stock": "roll-60x40", "format": "pdf", "key": "one"}


@pytest.fixture
def zhao(log_in: small_plant.LogIn) -> FlaskClient:
    """Zhao leads line 2 and stands at its screen."""
    client = log_in("zhao")
    client.set_cookie("line", "2")
    return client


@pytest.fixture
def batch(zhao: FlaskClient) -> str:
    """The address of a batch of 1,000 packs that Zhao has opened."""
    opened = fill_in(zhao, "/line/products/1", code="L2-261124-01", planned="1,000")
    assert opened.status_code == 302
    return clear(zhao, opened.location)


def test_line_is_chosen_once_and_remembered(log_in: small_plant.LogIn) -> None:
    client = log_in("li")
    assert client.get("/line").location == "/line/lines"
    assert change(client, "/line/lines", line="2").location == "/line"
    assert client.get("/line").location == "/line/products"
    assert "Line 2" in shown(client, "/line/products")


def test_number_and_dates_are_proposed(zhao: FlaskClient) -> None:
    page = shown(zhao, "/line/products/1")
    assert f'value="L2-{clock.now():%y%m}' in page
    assert "Five-spice braised beef 200 g" in page


def test_a_running_batch_is_where_the_line_goes_on(
    zhao: FlaskClient, batch: str
) -> None:
    assert zhao.get("/line").location == batch
    assert (
        "The run of batch L2-261124-01 on this line ends now. No more labels for it."
        in shown(zhao, "/line/products/2")
    )


def test_labels_are_printed_applied_and_the_batch_finished(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    job = change(zhao, f"{batch}/print", **PRINT).location
    progress = zhao.get(f"{job}.json").json
    assert progress is not None
    assert (progress["state"], progress["total"]) == ("created", 12)
    assert worker.work_once(house) == 1
    assert "Labels ready" in shown(zhao, job)
    with zhao.get(f"{job}/file") as file:
        assert file.data.startswith(b"%PDF")
    assert zhao.get(f"{batch}/label.png?item=11").data.startswith(b"\x89PNG")
    assert fill_in(zhao, f"{batch}/packs", way="count", count="10").location == batch
    page = shown(zhao, f"{batch}/finish")
    assert "2 printed labels are not on packs." in page
    assert change(zhao, f"{batch}/finish").location == batch
    assert "Batch finished" in shown(zhao, batch)
    with house.plant.reading() as session:
        assert marked_items(session, 1, "applied") == ItemSet.range(0, 10)
        assert session.get_one(Lot, 1).status == "produced"


def test_each_form_is_an_order_of_its_own(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    for _ in range(2):
        page = shown(zhao, f"{batch}/print")
        key = re.search(r'name="key" value="([\w-]{16,})"', page)
        assert key, page
        change(zhao, f"{batch}/print", **(PRINT | {"key": key[1]}))
    with house.plant.reading() as session:
        assert session.get_one(Lot, 1).next_item == 24


def test_pressing_twice_prints_once(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    first = change(zhao, f"{batch}/print", **PRINT)
    again = change(zhao, f"{batch}/print", **PRINT)
    assert first.location == again.location
    with house.plant.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(PrintJob)) == 1
        assert session.get_one(Lot, 1).next_item == 12


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"count": "0"}, "Expected a whole number from 1 to 20,000, got 0."),
        ({"count": "a lot"}, "got a lot."),
        ({"count": "2000"}, "let the line leader raise the plan."),
        ({"stock": "a4-24", "format": "tspl"}, "choose a roll, or PDF."),
        ({"stock": "a4-24", "skip": "24"}, "at most 23 used labels to skip, got 24."),
        ({"stock": "napkin"}, "Choose one of the answers the form offers."),
        ({"key": ""}, "A field that is needed is empty. Fill it in."),
    ],
)
def test_a_refused_order_spends_no_codes(
    zhao: FlaskClient,
    batch: str,
    house: Installation,
    changes: dict[str, str],
    sentence: str,
) -> None:
    refused = change(zhao, f"{batch}/print", **(PRINT | changes))
    assert refused.status_code in (400, 409)
    assert sentence in said(refused)
    with house.plant.reading() as session:
        assert session.get_one(Lot, 1).next_item == 0


def test_full_width_digits_are_digits(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    ordered = change(zhao, f"{batch}/print", **(PRINT | {"count": "１，２"}))
    assert ordered.status_code == 302
    with house.plant.reading() as session:
        assert session.get_one(Lot, 1).next_item == 12


def test_a_job_nobody_draws_says_so(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    job = change(zhao, f"{batch}/print", **PRINT).location
    with house.plant.writing() as session:
        session.scalars(sa.select(Effect)).one().due_at -= timedelta(minutes=1)
    assert "Nobody is drawing it." in shown(zhao, job)
    early = zhao.get(f"{job}/file")
    assert early.status_code == 404
    assert "are not drawn yet" in said(early)


def test_packs_by_first_and_last_code(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    change(zhao, f"{batch}/print", **PRINT)
    worker.work_once(house)
    with house.plant.reading() as session:
        serials = [
            serial
            for _, serial in serials_of(session, house.keys, 1, ItemSet.range(0, 12))
        ]
    sent = change(
        zhao, f"{batch}/packs", way="codes", first=serials[7], last=serials[2]
    )
    assert sent.location == batch
    with house.plant.reading() as session:
        assert marked_items(session, 1, "applied") == ItemSet.range(2, 8)
    again = change(
        zhao, f"{batch}/packs", way="codes", first=serials[3], last=serials[4]
    )
    assert again.status_code == 409
    assert "All labels between these two codes are on packs" in said(again)
    unknown = change(
        zhao, f"{batch}/packs", way="codes", first="0000111122223333", last=serials[4]
    )
    assert "That code is not one of this batch." in said(unknown)


def test_more_packs_than_labels_are_refused(zhao: FlaskClient, batch: str) -> None:
    refused = fill_in(zhao, f"{batch}/packs", way="count", count="5")
    assert refused.status_code == 409
    assert "Only 0 printed labels are not on packs yet, but 5 were named" in said(
        refused
    )


def test_a_code_of_another_batch_is_named(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    change(zhao, f"{batch}/print", **PRINT)
    worker.work_once(house)
    with house.plant.reading() as session:
        _, serial = next(serials_of(session, house.keys, 1, ItemSet.range(0, 1)))
    other = fill_in(
        zhao, "/line/products/2", code="L2-261124-02", planned="50"
    ).location
    refused = change(zhao, f"{other}/packs", way="codes", first=serial, last=serial)
    assert "That code belongs to batch L2-261124-01." in said(refused)


def test_a_number_taken_is_refused(zhao: FlaskClient, batch: str) -> None:
    refused = fill_in(zhao, "/line/products/1", code="L2-261124-01", planned="10")
    assert refused.status_code == 409
    assert "exists already. Take the next number." in said(refused)


def test_finishing_twice_changes_nothing(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    assert change(zhao, f"{batch}/finish").location == batch
    with house.plant.reading() as session:
        before = session.scalar(sa.select(sa.func.count()).select_from(AuditRow))
    assert change(zhao, f"{batch}/finish").location == batch
    assert "No more codes for this batch." in shown(zhao, batch)
    with house.plant.reading() as session:
        after = session.scalar(sa.select(sa.func.count()).select_from(AuditRow))
    assert before == after
    refused = change(zhao, f"{batch}/print", **PRINT)
    assert refused.status_code == 409
    assert "Open a new batch on the line." in said(refused)


def test_what_is_missing_is_said(zhao: FlaskClient) -> None:
    assert zhao.get("/line/batches/99").status_code == 404
    assert zhao.get("/line/products/3").status_code == 404  # an ingredient
    zhao.delete_cookie("line")
    assert zhao.get("/line/jobs").location == "/line/lines"
    assert "Choose first the line" in zhao.get("/line/products/1").text


def test_a_planned_batch_is_started_from_the_line(
    zhao: FlaskClient, house: Installation
) -> None:
    with house.plant.writing() as session:
        lot = Lot(article_id=1, code="L2-P", ai10="L2-P", line_id=2, planned=50)
        session.add(lot)
        session.flush()
        number = lot.id
    assert "L2-P" in shown(zhao, "/line/products")
    address = f"/line/planned/{number}"
    assert "Start batch L2-P?" in shown(zhao, address)
    started = fill_in(zhao, address, artwork="V7")
    assert started.location == f"/line/batches/{number}"
    with house.plant.reading() as session:
        lot = session.get_one(Lot, number)
        assert (lot.status, lot.artwork) == ("in_production", "V7")
