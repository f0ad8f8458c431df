"""An old code answers with the new ones, and a new one with the old."""

import json
from pathlib import Path

import jsonschema
from shelves import Shelf

from lotmark.trace import clock
from lotmark.trace.parties.tables import Lot
from lotmark.trace.production.tables import LotInput
from lotmark.web.installation import Installation
from lotmark.web.verify import verify_text

SCHEMA = Path(__file__).parents[3] / "docs" / "verify.schema.json"


def test_codes_of_repacked_packs_lead_to_each_other(
    house: Installation, shelf: Shelf
) -> None:
    with house.plant.writing() as session:
        lot = session.get_one(Lot, shelf.lot_id)
        tray = Lot(article_id=lot.article_id, code="TRAY-1", ai10="TRAY-1", next_item=9)
        session.add(tray)
        session.flush()
        for source, target, old, new in (
            (lot.id, tray.id, "0-1", "3-4"),
            (tray.id, lot.id, "7", "0"),
        ):
            session.add(
                LotInput(
                    input_id=source,
                    output_id=target,
                    kind="repack",
                    quantity=1,
                    at=clock.now(),
                    old_items=old,
                    new_items=new,
                )
            )
    with house.plant.reading() as session:
        first = verify_text(session, house.keys, shelf.clear).document()
        second = verify_text(session, house.keys, shelf.voided).document()
    schema = json.loads(SCHEMA.read_text())
    jsonschema.validate([first, second], schema)
    assert first["repacked_into"] == [{"lot": "TRAY-1", "items": "3-4", "serials": []}]
    assert first["repacked_from"] == [{"lot": "TRAY-1", "items": "7", "serials": []}]
    # item 1 went the same way, and came from nowhere
    assert second["repacked_into"] == first["repacked_into"]
    assert second["repacked_from"] == []
