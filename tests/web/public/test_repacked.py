"""An old code answers with the new ones, and a new one with the old."""

import json
from contextlib import nullcontext
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from shelves import LOT, Shelf

from lotmark.trace import clock
from lotmark.trace.identity.tables import ItemMark
from lotmark.trace.parties.tables import Lot
from lotmark.trace.production.tables import LotInput
from lotmark.web.cli.context import Context
from lotmark.web.cli.main import group
from lotmark.web.installation import Installation
from lotmark.web.verify import verify_text

SCHEMA = Path(__file__).parents[3] / "docs" / "verify.schema.json"


def repack(house: Installation, shelf: Shelf) -> int:
    """Packs 0 and 1 into packs 3 and 4 of a tray, pack 7 of it into pack 0; its id."""
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
        return tray.id


def test_codes_of_repacked_packs_lead_to_each_other(
    house: Installation, shelf: Shelf
) -> None:
    repack(house, shelf)
    with house.plant.reading() as session:
        first = verify_text(session, house.keys, shelf.clear).document()
        second = verify_text(session, house.keys, shelf.voided).document()
    schema = json.loads(SCHEMA.read_text())
    jsonschema.validate([first, second], schema)
    assert first["repacked_into"] == [{"lot": "TRAY-1", "items": "3-4", "serials": []}]
    assert first["repacked_from"] == [{"lot": "TRAY-1", "items": "7", "serials": []}]
    # an opened pack is never spoken well of: its goods are in others
    assert (first["ok"], first["reason"]) == (False, "repacked")
    assert (second["ok"], second["reason"]) == (False, "voided")
    # item 1 went the same way, and came from nowhere
    assert second["repacked_into"] == first["repacked_into"]
    assert second["repacked_from"] == []


def test_the_page_of_an_opened_pack_names_the_new_ones_and_does_not_reassure(
    house: Installation, shelf: Shelf, chen: FlaskClient
) -> None:
    tray = repack(house, shelf)
    page = chen.get(f"/t/{shelf.clear}").text
    assert "We opened this pack and packed it again" in page
    for word in ("Packed again as", "Packed from", "TRAY-1"):
        assert word in page
    assert "No recall information" not in page
    with house.plant.writing() as session:
        session.get_one(Lot, tray).status = "recalled"
    assert "Please do not eat it yet" in chen.get(f"/t/{shelf.clear}").text


def test_recalled_packs_warn_of_those_they_became_alone(
    house: Installation, shelf: Shelf
) -> None:
    tray = repack(house, shelf)
    reasons = []
    for lo in (5, 4):
        with house.plant.writing() as session:
            row = {"lot_id": tray, "lo": lo, "hi": lo + 1, "kind": "recalled"}
            session.add(ItemMark(**row, public_no="R-1", url="", at=clock.now()))
        with house.plant.reading() as session:
            reasons.append(verify_text(session, house.keys, shelf.clear).reason)
    assert reasons == ["repacked", "caution"]


def test_commands_name_old_and_new(
    house: Installation, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    repack(house, shelf)
    monkeypatch.setattr(Context, "house", lambda _: nullcontext(house))
    run = CliRunner()
    said = run.invoke(group, ["verify", shelf.clear])
    assert "repacked into TRAY-1 items 3-4: no codes" in said.output
    assert "repacked from TRAY-1 items 7: no codes" in said.output
    traced = run.invoke(group, ["trace", "TRAY-1"])
    assert f"Repacked: {LOT} items 0-1 -> TRAY-1 items 3-4" in traced.output
