"""The page of tanks: begun, filled, drawn from and emptied, each form once."""

import re
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import batch_work
import pytest
import small_plant
import sqlalchemy as sa
from flask.testing import FlaskClient
from staff_pages import said, shown

from lotmark.trace import clock
from lotmark.trace.parties.lots import find_lot, find_place
from lotmark.trace.parties.tables import Partner
from lotmark.trace.production.tables import EquipmentCycle, TankFill
from lotmark.trace.stock.queries import balances
from lotmark.web.installation import Installation

PAGE = "/quality/tanks"
AGO = timedelta(hours=1)


@pytest.fixture
def zhao(house: Installation, log_in: small_plant.LogIn) -> FlaskClient:
    """Beef is in the store, and the line leader at the screen."""
    with house.plant.writing() as session:
        farm = Partner(code="S01", kind="supplier", name="牧场", name_en="Pastures")
        session.add(farm)
        session.flush()
        batch_work.receive(session, "BY261001", clock.now() - 3 * AGO)
    return log_in("zhao")


def typed(at: datetime) -> str:
    """A time as the plant's people type it."""
    return at.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%dT%H:%M")


def form(client: FlaskClient, **fields: str) -> dict[str, str]:
    """The fields of a form on the page, with its hidden ones."""
    hidden = r'<input type="hidden" name="(\w+)" value="([^"]*)"'
    return dict(re.findall(hidden, shown(client, PAGE))) | fields


def begin(client: FlaskClient, house: Installation) -> int:
    at = typed(clock.now() - 2 * AGO)
    filled = form(client, site="1", tank="T1", number="T1-0001", at=at)
    statuses = [client.post(PAGE, data=filled).status_code for _ in range(2)]
    assert statuses == [302, 302]
    with house.plant.reading() as session:
        (cycle,) = session.scalars(sa.select(EquipmentCycle).filter_by(kind="tank"))
        return cycle.id


def test_what_is_put_in_is_booked_once_however_often_it_is_sent(
    zhao: FlaskClient, house: Installation
) -> None:
    tank = begin(zhao, house)
    beef = {"lot": "BY261001", "from": "FG1", "amount": "5", "amount_unit": "kg"}
    sent = form(zhao, at=typed(clock.now() - AGO), **beef)
    for _ in range(3):
        answer = zhao.post(f"{PAGE}/{tank}/fill", data=sent)
        assert answer.status_code == 302, said(answer)
    with house.plant.reading() as session:
        fills = session.scalars(sa.select(TankFill)).all()
        assert [fill.quantity for fill in fills] == [5_000_000]
        lot, store = find_lot(session, "BY261001"), find_place(session, "FG1")
        ledger = balances(session, [lot.id])[lot.id]
        assert ledger.balances[store.id].quantity == 20_000_000
    # Another filling with the same words is a form of its own.
    again = form(zhao, at=typed(clock.now() - AGO), **beef)
    assert zhao.post(f"{PAGE}/{tank}/fill", data=again).status_code == 302
    assert Counter(re.findall(r"BY261001", shown(zhao, PAGE)))["BY261001"] == 2


def test_a_refused_filling_keeps_what_was_typed_and_books_nothing(
    zhao: FlaskClient, house: Installation
) -> None:
    tank = begin(zhao, house)
    beef = {"lot": "BY261001", "from": "FG1", "amount": "26", "amount_unit": "kg"}
    sent = form(zhao, at=typed(clock.now() - AGO), **beef)
    refused = zhao.post(f"{PAGE}/{tank}/fill", data=sent)
    assert refused.status_code == 409
    assert "BY261001" in said(refused)
    assert 'value="26"' in refused.text
    with house.plant.reading() as session:
        assert session.scalars(sa.select(TankFill)).all() == []
    # The same form, put right, goes through.
    mended = zhao.post(f"{PAGE}/{tank}/fill", data=sent | {"amount": "2.5"})
    assert mended.status_code == 302, said(mended)
