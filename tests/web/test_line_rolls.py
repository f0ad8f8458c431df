"""Rolls printed ahead: ordered at the line without a batch, bound by two scans."""

from collections.abc import Iterator

import pytest
import small_plant
from flask.testing import FlaskClient
from line_work import clear
from staff_pages import change, fill_in, said, shown

from lotmark.labels.engine.proof import read_pdf
from lotmark.labels.jobs.rolls import RollPrint
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.production.marks import marked_items
from lotmark.web.installation import Installation

ROLL = {"article": "1", "count": "30", "stock": "roll-60x40", "format": "pdf"}


@pytest.fixture
def zhao(log_in: small_plant.LogIn) -> FlaskClient:
    client = log_in("zhao")
    client.set_cookie("line", "2")
    return client


def codes(client: FlaskClient, number: str) -> Iterator[str]:
    with client.get(f"/line/rolls/{number}/file") as file:
        for page in read_pdf(file.data):
            yield from page


def ordered(client: FlaskClient, house: Installation, key: str = "one") -> list[str]:
    """Order a roll of thirty; its codes in order."""
    sent = change(client, "/line/rolls", **ROLL, key=key)
    assert sent.location == "/line/rolls"
    with house.plant.reading() as session:
        row = session.query(RollPrint).filter_by(request_key=key).one()
    return list(codes(client, row.number))


def test_a_roll_is_ordered_once_and_bound_where_it_was_used(
    zhao: FlaskClient, house: Installation
) -> None:
    roll = ordered(zhao, house)
    assert len(set(roll)) == 30
    assert all("/10/" not in code for code in roll)  # no batch on it yet
    assert ordered(zhao, house) == roll  # pressed twice
    opened = fill_in(zhao, "/line/products/1", code="B-1", planned="100").location
    batch = clear(zhao, opened)
    form = {"first": roll[14], "last": roll[5]}  # in either order
    assert fill_in(zhao, f"{batch}/bind", **form).location == batch
    with house.plant.reading() as session:
        assert marked_items(session, 1, "printed") == ItemSet.range(0, 10)
    taken = fill_in(zhao, f"{batch}/bind", first=roll[10], last=roll[20])
    assert "already belong to a batch" in said(taken)
    assert fill_in(zhao, f"{batch}/packs", way="count", count="10").location == batch
    strange = fill_in(zhao, f"{batch}/bind", first="0000111122223333", last=roll[20])
    assert "none of ours" in said(strange)


def test_two_rolls_are_bound_each_by_itself(
    zhao: FlaskClient, house: Installation
) -> None:
    one, two = ordered(zhao, house), ordered(zhao, house, "two")
    batch = fill_in(zhao, "/line/products/1", code="B-1", planned="100").location
    refused = fill_in(zhao, f"{batch}/bind", first=one[0], last=two[0])
    assert "bind each by itself" in said(refused)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"count": "0"}, "from 1 to 20,000, got 0."),
        ({"count": "1000000000"}, "from 1 to 20,000, got 1000000000."),
        ({"stock": "napkin"}, "Choose one of the answers"),
        ({"stock": "a4-24", "format": "tspl"}, "feeds rolls"),
    ],
)
def test_a_refused_roll_spends_no_codes(
    zhao: FlaskClient, house: Installation, changes: dict[str, str], sentence: str
) -> None:
    refused = change(zhao, "/line/rolls", **(ROLL | {"key": "one"} | changes))
    assert sentence in said(refused)
    assert "No roll has been ordered yet." in shown(zhao, "/line/rolls")
