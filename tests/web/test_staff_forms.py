"""Bad input at each text field of the staff rooms: one clear sentence, or text."""

import html

import pytest
import small_plant
from complaining import complain
from flask.testing import FlaskClient
from staff_pages import change, said

from lotmark.trace import clock, people
from lotmark.trace.parties.tables import Article, Line
from lotmark.trace.production.batches import open_batch
from lotmark.trace.stock.holds import place_hold
from lotmark.web.installation import Installation

LONG = "长" * 10_000
SCRIPT = "<script>alert('x')</script>"
EVIL = ("=cmd|'/c calc'!A1", "Robert'); DROP TABLE lot;--", "👩‍🔬 مرحبا")

FIELDS = [
    ("zhao", "/line/products/1", "code", {"planned": "10"}),
    ("zhao", "/line/products/1", "planned", {"code": "X1"}),
    (
        "zhao",
        "/line/batches/1/print",
        "key",
        {"count": "1", "stock": "roll-60x40", "format": "pdf"},
    ),
    (
        "zhao",
        "/line/batches/1/print",
        "count",
        {"key": "k", "stock": "roll-60x40", "format": "pdf"},
    ),
    (
        "zhao",
        "/line/batches/1/print",
        "skip",
        {"key": "k", "count": "1", "stock": "roll-60x40", "format": "pdf"},
    ),
    ("zhao", "/line/batches/1/packs", "count", {"way": "count"}),
    ("zhao", "/line/batches/1/packs", "first", {"way": "codes", "last": "x"}),
    ("zhao", "/line/batches/1/packs", "way", {}),
    ("zhou", "/desk/{number}/answer", "text", {}),
    ("he", "/desk/{number}/put-aside", "text", {}),
    ("zhou", "/desk/{number}/note", "text", {}),
    ("qian", "/quality/lots/1/hold", "reason", {"hazard": "health"}),
    ("qian", "/quality/lots/1/hold", "hazard", {"reason": "x"}),
    ("qian", "/quality/lots/1/holds/FC-26-0001/request", "reason", {}),
]
"""Who, where, which field, and what else the form says."""

SEARCHES = [
    ("zhou", "/desk?q="),
    ("qian", "/quality?q="),
    ("qian", "/quality/scope?lot="),
    ("qian", "/quality/scope?input_lot="),
    ("qian", "/quality/scope?cycle="),
    ("qian", "/quality/scope?line=L2&to=2026-11-24T10:00&from="),
]


@pytest.fixture
def number(house: Installation) -> str:
    """A case, accepted; beside it batch 1, open and on hold FC-26-0001."""
    now, me = clock.now(), people.system()
    with house.plant.writing() as session:
        beef, line = session.get_one(Article, 1), session.get_one(Line, 2)
        lot = open_batch(session, beef, line, "L2-1", now.date(), 100, me, now)
        place_hold(session, [lot.id], reason=SCRIPT, actor=me, now=now)
        return complain(session, now, lot_id=lot.id, text=SCRIPT).number


@pytest.fixture
def visit(log_in: small_plant.LogIn) -> small_plant.LogIn:
    def start(login: str) -> FlaskClient:
        client = log_in(login)
        client.set_cookie("line", "2")
        return client

    return start


@pytest.mark.parametrize(("login", "path", "field", "rest"), FIELDS)
def test_ten_thousand_characters_get_one_sentence(
    visit: small_plant.LogIn,
    number: str,
    login: str,
    path: str,
    field: str,
    rest: dict[str, str],
) -> None:
    form = rest | {field: LONG}
    refused = change(visit(login), path.format(number=number), **form)
    assert refused.status_code in (400, 413)
    sentence = said(refused)
    assert LONG[:100] not in sentence
    assert "Expected" in sentence or "Choose" in sentence


@pytest.mark.parametrize(("login", "path", "field", "rest"), FIELDS)
def test_markup_is_text(
    visit: small_plant.LogIn,
    number: str,
    login: str,
    path: str,
    field: str,
    rest: dict[str, str],
) -> None:
    client, address = visit(login), path.format(number=number)
    for evil in (SCRIPT, *EVIL):
        answered = change(client, address, **(rest | {field: evil}))
        assert answered.status_code < 500
        assert SCRIPT not in answered.text
        if answered.status_code == 302:
            page = client.get(answered.location)
            assert page.status_code == 200
            assert SCRIPT not in page.text


@pytest.mark.parametrize(("login", "address"), SEARCHES)
def test_searches_are_refused_or_text(
    visit: small_plant.LogIn, number: str, login: str, address: str
) -> None:
    client = visit(login)
    assert client.get(address + "x" * 10_000).status_code == 400
    for evil in (SCRIPT, *EVIL, "%", "_", "\\"):
        path, _, query = address.partition("?")
        *known, name = query.split("&")
        arguments = dict(part.split("=") for part in known) | {name[:-1]: evil}
        found = client.get(path, query_string=arguments)
        assert found.status_code < 500
        assert SCRIPT not in found.text


@pytest.mark.usefixtures("number")
def test_what_others_wrote_is_text(visit: small_plant.LogIn, number: str) -> None:
    for login, path in (
        ("zhou", f"/desk/{number}"),
        ("qian", "/quality"),
        ("qian", "/quality/lots/1"),
    ):
        page = visit(login).get(path).text
        assert SCRIPT not in page
        assert html.escape(SCRIPT).replace("&#x27;", "&#39;") in page


def test_control_characters_are_refused(visit: small_plant.LogIn, number: str) -> None:
    refused = change(visit("zhou"), f"/desk/{number}/note", text="a\x00b")
    assert refused.status_code == 400
    assert "characters that cannot be shown" in said(refused)
