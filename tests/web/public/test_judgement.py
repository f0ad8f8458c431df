"""One judgement for the consumer's page and for ``lotmark verify``."""

import json
from pathlib import Path

import jsonschema
import pytest
import sqlalchemy as sa
from shelves import GTIN, LOT, Shelf

from lotmark.trace import clock, people
from lotmark.trace.errors import NotFound
from lotmark.trace.parties.tables import Article, Lot
from lotmark.trace.stock.holds import place_hold
from lotmark.web.installation import Installation
from lotmark.web.verify import Answer, verify_input, verify_text

SCHEMA = Path(__file__).parents[3] / "docs" / "verify.schema.json"


def judged(house: Installation, text: str) -> Answer:
    with house.plant.reading() as session:
        answer = verify_text(session, house.keys, text)
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate([answer.document()])
    return answer


def change(house: Installation, shelf: Shelf, **values: object) -> None:
    with house.plant.writing() as session:
        lot = session.get_one(Lot, shelf.lot_id)
        for name, value in values.items():
            setattr(lot, name, value)


JUDGEMENTS = [
    ("clear", True, "printed", "ok"),
    ("unbound", True, "unbound", "ok"),
    ("voided", False, "voided", "voided"),
    ("suspect", False, "suspect", "suspect"),
    ("recalled", False, "recalled", "recalled"),
    ("held", False, "printed", "caution"),
    ("tampered", False, "unknown", "unknown"),
    ("never_issued", False, "unknown", "unknown"),
]


def test_each_judgement(house: Installation, shelf: Shelf) -> None:
    for which, ok, status, reason in JUDGEMENTS:
        answer = judged(house, getattr(shelf, which))
        assert (answer.ok, answer.status, answer.reason) == (ok, status, reason), which


def test_every_pack_of_a_recalled_batch_is_recalled(
    house: Installation, shelf: Shelf
) -> None:
    change(house, shelf, status="recalled")
    for which in ("clear", "voided", "suspect", "held", "recalled"):
        answer = judged(house, getattr(shelf, which))
        assert (answer.ok, answer.status, answer.reason) == (
            False,
            "recalled",
            "recalled",
        )


@pytest.mark.parametrize(
    "values", [{"caution_at": clock.now()}, {"status": "rejected"}]
)
def test_what_is_not_to_be_eaten_is_not_good(
    house: Installation, shelf: Shelf, values: dict[str, object]
) -> None:
    change(house, shelf, **values)
    answer = judged(house, shelf.clear)
    assert (answer.ok, answer.status, answer.reason) == (False, "printed", "caution")


def test_a_hold_that_is_not_for_health_leaves_the_code_good(
    house: Installation, shelf: Shelf
) -> None:
    with house.plant.writing() as session:
        place_hold(
            session,
            [shelf.lot_id],
            hazard="quality",
            reason="标签歪斜",
            actor=people.system(),
            now=clock.now(),
        )
    answer = judged(house, shelf.clear)
    assert (answer.ok, answer.reason) == (True, "ok")


def test_a_contradiction_yields_to_a_recall_only(
    house: Installation, shelf: Shelf
) -> None:
    address = f"/01/{GTIN}/10/L9/21/{shelf.clear}"
    contradicts = judged(house, address)
    assert (contradicts.status, contradicts.reason) == ("suspect", "lot_contradicts")
    with house.plant.writing() as session:
        beef = session.scalars(sa.select(Article).filter_by(gtin=GTIN)).one()
        named = Lot(article_id=beef.id, code="L9", ai10="L9", caution_at=clock.now())
        session.add(named)
        session.flush()
        named_id = named.id
    assert judged(house, address).reason == "lot_contradicts"
    with house.plant.writing() as session:
        session.get_one(Lot, named_id).status = "recalled"
    recalled = judged(house, address)
    assert (recalled.status, recalled.reason) == ("recalled", "recalled")
    assert judged(house, f"/01/{GTIN}/10/{LOT}/21/{shelf.clear}").ok


def test_a_file_that_is_not_there(house: Installation, tmp_path: Path) -> None:
    folder = tmp_path / "folder.png"
    folder.mkdir()
    with house.plant.reading() as session:
        for given in ("nosuch.png", "x" * 5000 + ".jpg", str(tmp_path), str(folder)):
            with pytest.raises(NotFound, match="There is no file"):
                list(verify_input(session, house.keys, given))
