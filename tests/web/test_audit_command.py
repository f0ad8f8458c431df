"""``lotmark audit verify``: the chain, the head somebody kept, and the stock."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from crowd import unguard

from lotmark.trace import audit as chain
from lotmark.trace import clock
from lotmark.trace.errors import InvalidInput
from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Article, Lot
from lotmark.trace.stock.tables import Stock
from lotmark.web.cli.context import Context
from lotmark.web.cli.look import audit
from lotmark.web.installation import Installation


def verify(house: Installation, *options: str) -> Result:
    environment = {
        "LOTMARK_DATABASE_URL": house.plant.url.render_as_string(hide_password=False),
        "LOTMARK_CODE_KEYS": house.settings.code_keys or "",
    }
    context = Context(house.settings.home, environment)
    return CliRunner().invoke(audit, ["verify", *options], obj=context)


def told(result: Result) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def note(house: Installation) -> None:
    with house.plant.writing() as session:
        chain.record(session, "li", "test.do", "thing:1", clock.now())


def test_all_is_well_and_the_head_can_be_kept(house: Installation) -> None:
    first = told(verify(house, "--json"))
    assert first["ok"]
    assert first["head"].startswith(f"{first['rows']}:")
    assert (first["row"], first["reason"], first["imbalances"]) == (None, None, [])
    note(house)
    shown = verify(house, "--head", first["head"])
    assert shown.exit_code == 0
    assert f"The audit chain holds: {first['rows'] + 1} rows." in shown.output
    assert "The stock agrees with its movements." in shown.output


def test_a_head_of_another_chain_is_noticed(house: Installation) -> None:
    note(house)
    other = f"1:{'a' * 64}"
    shown = verify(house, "--head", other)
    assert shown.exit_code == 1
    assert "row 1 is not the one whose head you kept." in shown.output
    result = verify(house, "--head", other, "--json")
    assert result.exit_code == 1
    assert (told(result)["row"], told(result)["reason"]) == (1, "rewritten")
    assert isinstance(verify(house, "--head", "yesterday").exception, InvalidInput)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("DELETE FROM audit WHERE id > 1", "row 2 is missing."),
        ("UPDATE audit SET actor = 'wang' WHERE id = 2", "row 2 was changed."),
        ("UPDATE audit_head SET count = 1", "row 2 was added from outside."),
        ("DELETE FROM audit_head", "its head is missing"),
    ],
)
def test_damage_is_told_in_a_sentence(
    house: Installation, damage: str, sentence: str
) -> None:
    for _ in range(3):
        note(house)
    with house.plant.writing() as session:
        unguard(session, "audit")
        session.execute(sa.text(damage))
    shown = verify(house)
    assert shown.exit_code == 1
    assert sentence in shown.output


def test_stock_without_movements_is_told(house: Installation) -> None:
    with house.plant.writing() as session:
        article = session.scalars(sa.select(Article)).first()
        assert article is not None
        lot = Lot(article=article, origin="", code="B1", ai10="B1")
        session.add(lot)
        session.flush()
        place = find_place(session, "sample")
        session.add(Stock(lot_id=lot.id, location_id=place.id, quantity=1500))
        name = f"{article.code}/B1"
    shown = verify(house)
    assert shown.exit_code == 1
    assert (
        f"Lot {name} at sample: its movements come to another figure, 0; "
        "the balance says 1,500."
    ) in shown.output
    result = verify(house, "--json")
    assert result.exit_code == 1
    assert not told(result)["ok"]
    assert told(result)["reason"] is None
    assert told(result)["imbalances"] == [
        {
            "kind": "movements",
            "lot": name,
            "place": "sample",
            "balance": 1500,
            "counted": 0,
        }
    ]
