"""At the line: what a screen left standing shows, and what an old form may do."""

import re
from datetime import timedelta

import pytest
import small_plant
import sqlalchemy as sa
from flask.testing import FlaskClient
from line_work import clear
from staff_pages import change, fill_in, said, shown

from lotmark.trace import clock, people
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Lot
from lotmark.trace.people import LoginSession
from lotmark.trace.production.marks import marked_items
from lotmark.trace.stock.holds import place_hold
from lotmark.web import worker
from lotmark.web.installation import Installation

PRINT = {"count": "12", "stock": "roll-60x40", "format": "pdf", "key": "one"}
DEAD = ["9" * 23, "9" * 4000]


@pytest.fixture
def zhao(log_in: small_plant.LogIn) -> FlaskClient:
    client = log_in("zhao")
    client.set_cookie("line", "2")
    return client


@pytest.fixture
def batch(zhao: FlaskClient) -> str:
    opened = fill_in(zhao, "/line/products/1", code="B-1", planned="100")
    return clear(zhao, opened.location)


def asked(client: FlaskClient, path: str) -> dict[str, str]:
    answer = client.get(path).json
    assert answer is not None
    return dict(answer)


def page_of(client: FlaskClient, path: str) -> str:
    """The mark by which a page knows that it must be drawn anew."""
    found = re.search(r'data-page="([^"]+)"', shown(client, path))
    assert found
    return found[1]


def test_a_hold_shows_while_labels_are_drawn(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    job = change(zhao, f"{batch}/print", **PRINT).location
    before = page_of(zhao, batch)
    assert asked(zhao, f"{batch}.json")["page"] == before
    assert asked(zhao, f"{job}.json")["kind"] == "none"
    with house.plant.writing() as session:
        place_hold(
            session,
            [1],
            hazard="health",
            reason="swollen",
            actor=people.system(),
            now=clock.now(),
        )
    for path in (batch, job):
        news = asked(zhao, f"{path}.json")
        assert (news["kind"], news["word"]) == ("hold", "On hold")
        assert "On hold" in shown(zhao, path)
    assert page_of(zhao, batch) == asked(zhao, f"{batch}.json")["page"] != before
    assert asked(zhao, f"{job}.json")["page"] == "undone"


def test_a_screen_that_looks_by_itself_keeps_nobody_logged_in(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    idle = clock.now() - timedelta(hours=1)
    with house.plant.writing() as session:
        session.execute(sa.update(LoginSession).values(seen_at=idle))
    zhao.get(f"{batch}.json")
    with house.plant.reading() as session:
        assert session.scalars(sa.select(LoginSession.seen_at)).one() == idle
    zhao.get(batch)
    with house.plant.reading() as session:
        assert session.scalars(sa.select(LoginSession.seen_at)).one() > idle


def test_a_watching_screen_is_sent_to_the_log_in(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    with house.plant.writing() as session:
        session.execute(sa.delete(LoginSession))
    answer = zhao.get(f"{batch}.json", headers={"Accept": "application/json"})
    assert answer.status_code == 302


def test_log_ins_that_are_over_are_forgotten(
    zhao: FlaskClient, log_in: small_plant.LogIn, house: Installation
) -> None:
    log_in("li")
    with house.plant.writing() as session:
        first = session.scalars(sa.select(LoginSession).limit(1)).one()
        first.seen_at -= people.LOG_IN_IDLE + timedelta(minutes=1)
    worker.sweep(house, clock.now())
    with house.plant.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(LoginSession)) == 1


def test_a_form_of_packs_sent_twice_counts_once(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    change(zhao, f"{batch}/print", **PRINT)
    worker.work_once(house)
    state = {"loose": "0-12", "way": "count", "count": "5"}
    assert fill_in(zhao, f"{batch}/packs", way="count", count="5").status_code == 302
    again = change(zhao, f"{batch}/packs", **state)
    assert again.status_code == 409
    assert "now 7 are not on packs" in said(again)
    assert 'name="count" inputmode="numeric" autocomplete="off" value=""' in again.text
    with house.plant.reading() as session:
        assert marked_items(session, 1, "applied") == ItemSet.range(0, 5)


def test_after_a_mistake_the_first_empty_field_waits(
    zhao: FlaskClient, batch: str
) -> None:
    wrong = change(zhao, f"{batch}/packs", way="codes", first="0000111122223333")
    assert re.search(r'id="last"[^>]* autofocus', wrong.text)
    wrong = change(zhao, f"{batch}/packs", way="codes")
    assert re.search(r'id="first"[^>]* autofocus', wrong.text)


def test_packs_are_not_offered_once_testing_began(
    zhao: FlaskClient, batch: str, house: Installation
) -> None:
    change(zhao, f"{batch}/print", **PRINT)
    worker.work_once(house)
    assert f"{batch}/packs" in shown(zhao, batch)
    with house.plant.writing() as session:
        session.get_one(Lot, 1).status = "testing"
    assert f"{batch}/packs" not in shown(zhao, batch)
    refused = fill_in(zhao, f"{batch}/packs", way="count", count="5")
    assert "Packs are added to a batch until its testing begins" in said(refused)


def test_an_old_form_ends_no_batch_it_did_not_name(
    zhao: FlaskClient, house: Installation
) -> None:
    old = shown(zhao, "/line/products/2")
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', old))
    fill_in(zhao, "/line/products/1", code="B-1", planned="10")
    typed = hidden | {"code": "WO-7", "planned": "10"}
    refused = zhao.post("/line/products/2", data=typed)
    assert refused.status_code == 409
    assert "the line, its batch or the day has changed" in said(refused)
    assert "The run of batch B-1 on this line ends now." in refused.text
    assert 'value="WO-7"' in refused.text
    assert (
        fill_in(zhao, "/line/products/2", code="WO-7", planned="1").status_code == 302
    )


def test_an_old_form_puts_no_other_day_on_labels(
    zhao: FlaskClient, house: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shown(zhao, "/line/products/1")
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    tomorrow = clock.now() + timedelta(days=1)
    with house.plant.writing() as session:  # still logged in by then
        session.execute(
            sa.update(LoginSession).values(created_at=tomorrow, seen_at=tomorrow)
        )
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    typed = hidden | {"code": hidden["proposed"], "planned": "10"}
    refused = zhao.post("/line/products/1", data=typed)
    assert refused.status_code == 409
    code = re.search(r'id="code"[^>]* value="([^"]+)"', refused.text)
    assert code
    assert code[1] != hidden["proposed"]


def test_a_batch_that_left_the_line_waits_to_be_finished(
    zhao: FlaskClient, batch: str
) -> None:
    fill_in(zhao, "/line/products/2", code="B-2", planned="10")
    page = shown(zhao, "/line/products")
    assert "Off the line, not finished" in page
    assert f'href="{batch}"' in page
    page = shown(zhao, batch)
    assert "It no longer runs here: finish it." in page
    assert f"{batch}/print" not in page
    assert re.search(rf'class="btn btn-main" href="{batch}/finish"', page)
    refused = change(zhao, f"{batch}/print", **PRINT)
    assert "no longer runs on a line" in said(refused)
    assert change(zhao, f"{batch}/finish").status_code == 302
    assert "Off the line, not finished" not in shown(zhao, "/line/products")


@pytest.mark.parametrize("number", DEAD)
def test_numbers_no_row_has_are_not_found(
    zhao: FlaskClient, log_in: small_plant.LogIn, number: str
) -> None:
    for rest in ("", ".json", "/print", "/label.png"):
        assert zhao.get(f"/line/batches/{number}{rest}").status_code == 404
    assert zhao.get("/line/jobs/DY%00").status_code == 404
    assert zhao.get("/line/jobs/DY%00/file").status_code == 404
    assert log_in("qian").get(f"/quality/lots/{number}").status_code == 404
    zhao.set_cookie("line", number)
    assert zhao.get("/line").location == "/line/lines"
