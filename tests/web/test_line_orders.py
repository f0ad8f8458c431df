"""At the line: what is refused before codes are spent, and what failed."""

from datetime import timedelta

import pytest
import small_plant
import sqlalchemy as sa
from flask.testing import FlaskClient
from line_work import clear
from staff_pages import change, fill_in, said, shown

from lotmark.labels.jobs.tables import PrintJob
from lotmark.labels.jobs.turns import EFFECT
from lotmark.trace import clock, outbox
from lotmark.trace.parties.tables import Article, Lot
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
    """The address of a batch of 100 packs."""
    opened = fill_in(zhao, "/line/products/1", code="B-1", planned="100")
    return clear(zhao, opened.location)


def next_item(house: Installation) -> int:
    with house.plant.reading() as session:
        return session.get_one(Lot, 1).next_item


def rename(house: Installation, name: str) -> None:
    with house.plant.writing() as session:
        session.get_one(Article, 1).name = name


def test_a_number_no_label_can_carry_opens_no_batch(
    zhao: FlaskClient, house: Installation
) -> None:
    refused = fill_in(zhao, "/line/products/1", code="😀-77", planned="100")
    assert refused.status_code == 400
    assert "U+1F600" in said(refused)
    with house.plant.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Lot.id))) == 0


def test_a_label_that_cannot_be_drawn_spends_no_codes(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    rename(house, "牛肉 🥩")
    refused = change(zhao, f"{batch}/print", **PRINT)
    assert refused.status_code == 400
    assert "U+1F969" in said(refused)
    assert next_item(house) == 0


def fail_one(zhao: FlaskClient, batch: str, house: Installation) -> str:
    """Order the whole plan and let it fail; the job's address."""
    job = change(zhao, f"{batch}/print", **(PRINT | {"count": "100"})).location
    rename(house, "牛肉 🥩")
    assert worker.work_once(house) == 1
    rename(house, "牛肉")
    return job


def test_a_failed_job_leaves_the_plan_as_it_was(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    job = fail_one(zhao, batch, house)
    page = shown(zhao, job)
    assert "do not count against the plan" in page
    assert "Print again" in page
    assert 'value="100"' in shown(zhao, f"{batch}/print")
    again = change(zhao, f"{batch}/print", **(PRINT | {"count": "105", "key": "two"}))
    assert again.status_code == 302
    assert next_item(house) == 205


def test_why_it_failed_reads_chinese(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    job = fail_one(zhao, batch, house)
    assert "The font" not in shown(zhao, f"{job}?lang=zh")
    paper = shown(zhao, f"{job}?lang=zh")
    assert "roll-60x40" not in paper.replace("stock=roll-60x40", "")


def test_the_plan_is_raised_where_it_stops_the_order(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    over = PRINT | {"count": "200"}
    refused = change(zhao, f"{batch}/print", **over)
    assert "let the line leader raise the plan" in said(refused)
    assert f"{batch}/plan" in refused.text
    assert "At most 5 %" in shown(zhao, f"{batch}/plan")
    fewer = change(zhao, f"{batch}/plan", planned="50")
    assert fewer.status_code == 400
    assert "is planned for 100 packs" in said(fewer)
    assert change(zhao, f"{batch}/plan", planned="200").location == batch
    assert change(zhao, f"{batch}/print", **over).status_code == 302


def test_a_key_fits_one_order_only(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    first = change(zhao, f"{batch}/print", **PRINT).location
    for other in ({"count": "13"}, {"format": "tspl"}, {"stock": "roll-50x30"}):
        refused = change(zhao, f"{batch}/print", **(PRINT | other))
        assert refused.status_code == 409
        number = first.removeprefix("/line/jobs/")
        assert f"gave print job {number} for 12 labels" in said(refused)
        assert 'name="key" value="one"' not in refused.text
    assert next_item(house) == 12


def test_a_large_plan_is_ordered_in_parts(zhao: FlaskClient) -> None:
    opened = fill_in(zhao, "/line/products/1", code="B-2", planned="50000").location
    clear(zhao, opened)
    page = shown(zhao, f"{opened}/print")
    assert 'value="20000"' in page
    assert "At most 20,000 in one order" in page


def test_a_job_behind_another_says_so(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    one = change(zhao, f"{batch}/print", **PRINT).location
    two = change(zhao, f"{batch}/print", **(PRINT | {"key": "two"})).location
    long_ago = clock.now() - timedelta(minutes=1)
    with house.plant.writing() as session:
        session.execute(sa.update(outbox.Effect).values(due_at=long_ago))
        (claimed,) = outbox.claim(session, clock.now(), limit=1)
    assert "labels left to draw" in shown(zhao, one)
    assert "Another job is drawn first." in shown(zhao, two)
    with house.plant.writing() as session:
        outbox.finish(session, claimed)
    assert "Nobody is drawing it." in shown(zhao, two)


def test_a_fault_of_the_server_is_shown_and_at_last_ends_the_job(
    zhao: FlaskClient,
    batch: str,
    house: Installation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = change(zhao, f"{batch}/print", **PRINT).location

    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setitem(worker.HANDLERS, EFFECT, broken)
    for _ in outbox.BACKOFF:
        assert worker.work_once(house) == 1
        page = shown(zhao, job)
        assert "The last try failed: OSError('disk full')" in page
        assert "The server tries again by itself." in page
        with house.plant.writing() as session:
            session.execute(sa.update(outbox.Effect).values(due_at=clock.now()))
    assert worker.work_once(house) == 1
    page = shown(zhao, job)
    assert "could not draw these labels (OSError('disk full'))" in page
    with house.plant.reading() as session:
        assert session.scalars(sa.select(PrintJob.state)).one() == "failed"
