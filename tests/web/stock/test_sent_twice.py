"""A thumb that taps twice, a lost answer, the back button: a form is booked once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import small_plant
import sqlalchemy as sa
from flask.testing import FlaskClient
from staff_pages import fill_in, said, shown
from stock_pages import at
from stored_goods import CASES, CODE, Store
from werkzeug.test import TestResponse

from lotmark.trace import clock
from lotmark.trace.stock.tables import Movement, Shipment
from lotmark.web import worker
from lotmark.web.installation import Installation
from lotmark.web.sent_forms import KEPT, SentForm

HANDS = 4


def hidden(client: FlaskClient, path: str) -> dict[str, str]:
    """The hidden fields of the form at ``path``."""
    fields = r'<input type="hidden" name="(\w+)" value="([^"]*)"'
    return dict(re.findall(fields, shown(client, path)))


def shipping(store: Store, goods: str = f"{CODE} 50") -> dict[str, str]:
    shop, place = str(store.shop), str(store.places["FG1"])
    return {"step": "book", "consignee": shop, "from": place, "goods": goods}


def count(house: Installation, table: type) -> int:
    with house.plant.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_a_second_tap_ships_nothing_more(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    form = shipping(store) | hidden(wang, "/stock/ship")
    first, again = (wang.post("/stock/ship", data=form) for _ in range(2))
    assert (first.status_code, again.status_code) == (302, 302)
    assert first.location == again.location
    assert (count(house, Shipment), at(house, store, "FG1")) == (1, 150)


def test_taps_at_the_same_moment_are_one(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    form = shipping(store) | hidden(wang, "/stock/ship")
    cookie = wang.get_cookie("session")
    assert cookie is not None
    start = Barrier(HANDS)

    def tap() -> TestResponse:
        hand = wang.application.test_client()
        hand.set_cookie("session", cookie.value)
        start.wait()
        return hand.post("/stock/ship", data=form)

    with ThreadPoolExecutor(HANDS) as pool:
        answers = [one.result() for one in [pool.submit(tap) for _ in range(HANDS)]]
    assert {answer.status_code for answer in answers} == {302}
    assert len({answer.location for answer in answers}) == 1
    assert (count(house, Shipment), at(house, store, "FG1")) == (1, 150)


def test_a_form_changed_after_it_was_booked_is_asked_about(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    """Back, another quantity, sent: never silently one or the other."""
    form = shipping(store) | hidden(wang, "/stock/ship")
    number = wang.post("/stock/ship", data=form).location.split("?")[0][-10:]
    changed = form | {"goods": f"{CODE} 60"}
    asked = wang.post("/stock/ship", data=changed)
    assert asked.status_code == 409
    assert number in said(asked)
    assert at(house, store, "FG1") == 150
    fields = r'<input type="hidden" name="(\w+)" value="([^"]*)"'
    meant = changed | dict(re.findall(fields, asked.text))
    assert wang.post("/stock/ship", data=meant).status_code == 302
    assert at(house, store, "FG1") == 90


def test_what_was_refused_is_mended_and_sent_again(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    form = shipping(store, f"{CODE} 201") | hidden(wang, "/stock/ship")
    assert wang.post("/stock/ship", data=form).status_code == 409
    good = form | {"goods": f"{CODE} 200"}
    assert wang.post("/stock/ship", data=good).status_code == 302
    assert count(house, Shipment) == 1


def test_another_person_is_no_repeat(
    wang: FlaskClient, store: Store, house: Installation, log_in: small_plant.LogIn
) -> None:
    form = {"level": "case", "place": str(store.places["FG1"]), "number": "scan"}
    form |= hidden(wang, "/stock/units")
    one = wang.post("/stock/units", data=form | {"sscc": CASES[0]})
    li = log_in("li")
    other = form | {"csrf_token": hidden(li, "/stock/units")["csrf_token"]}
    two = li.post("/stock/units", data=other | {"sscc": CASES[1]})
    assert (one.status_code, two.status_code) == (302, 302)
    assert one.location != two.location


@pytest.mark.parametrize(
    "path", ["/stock/move", "/stock/take", "/stock/returns", "/stock/receive"]
)
def test_every_form_that_books_carries_its_number(
    wang: FlaskClient, store: Store, house: Installation, path: str
) -> None:
    assert "once" in hidden(wang, path)


def test_packs_put_in_by_count_are_put_in_once(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    begun = fill_in(
        wang,
        "/stock/units",
        level="case",
        place=str(store.places["FG1"]),
        number="scan",
        sscc=CASES[0],
    )
    page = begun.location.split("?")[0]
    form = hidden(wang, page) | {"code": f"{CODE} 24"}
    for _ in range(2):
        assert wang.post(f"{page}/pack", data=form).status_code == 302
    assert ">24<" in shown(wang, page)
    again = hidden(wang, page) | {"code": f"{CODE} 24"}
    answer = wang.post(f"{page}/pack", data=again)
    undo = hidden(wang, answer.location)
    assert undo["code"] == f"BJ200/{CODE} 24"
    assert wang.post(f"{page}/take-out", data=undo).status_code == 302
    assert ">24<" in shown(wang, page)


def test_a_scanner_is_faster_than_the_page(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    """The next code is sent from the page before it: both go in, each once."""
    begun = fill_in(
        wang,
        "/stock/units",
        level="case",
        place=str(store.places["FG1"]),
        number="scan",
        sscc=CASES[0],
    )
    page = begun.location.split("?")[0]
    form = hidden(wang, page)
    for serial in (store.serials[0], store.serials[1], store.serials[0]):
        sent = wang.post(f"{page}/pack", data=form | {"code": serial})
        assert sent.status_code == 302, said(sent)
    assert ">2<" in shown(wang, page)


def test_a_part_that_arrived_is_booked_once(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    form = shipping(store, f"{CODE} 120") | hidden(wang, "/stock/ship")
    sent = wang.post("/stock/ship", data=form).location.split("?")[0]
    part = hidden(wang, sent) | {"much": "part", f"lot-{store.lot_id}": "50"}
    for _ in range(2):
        assert wang.post(f"{sent}/deliver", data=part).status_code == 302
    assert at(house, store, "K01") == 50


def test_forms_are_forgotten_after_a_week(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    form = shipping(store) | hidden(wang, "/stock/ship")
    wang.post("/stock/ship", data=form)
    assert count(house, SentForm) == 1
    worker.sweep(house, clock.now())
    assert count(house, SentForm) == 1
    worker.sweep(house, clock.now() + KEPT + timedelta(minutes=1))
    assert count(house, SentForm) == 0
    assert count(house, Movement)
