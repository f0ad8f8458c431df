"""Samples, labels, inputs and repacking of a batch, and a line put right."""

import small_plant
import sqlalchemy as sa
from flask.testing import FlaskClient
from qa_records import LOT, NOW, place_id
from staff_pages import change, said, shown

from lotmark.trace import clock
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Line, Lot
from lotmark.trace.people import system
from lotmark.trace.production.codes import issue_codes, serials_of
from lotmark.trace.production.label_balance import label_balance
from lotmark.trace.production.marks import mark_items
from lotmark.trace.production.tables import (
    LotInput,
    RetainedSample,
)
from lotmark.web.installation import Installation


def test_a_sample_by_its_codes(qian: FlaskClient, house: Installation) -> None:
    line = str(place_id(house, "YL1/L2"))
    codes = "\n".join(_codes(house, 4, 6))
    form = {"place": line, "codes": codes, "shelf": "B3"}
    assert change(qian, f"{LOT}/samples", **form).status_code == 302
    with house.plant.reading() as session:
        (sample,) = session.scalars(sa.select(RetainedSample))
        assert sample.quantity == 2
        assert str(label_balance(session, 1).taken) == "4-5"
    strange = change(qian, f"{LOT}/samples", **(form | {"codes": "A" * 16}))
    assert strange.status_code == 400
    assert "That code is not one of this batch." in said(strange)


def test_labels_are_voided_and_reported_missing(
    log_in: small_plant.LogIn, house: Installation
) -> None:
    with house.plant.writing() as session:
        session.get_one(Lot, 1).planned = 4000
        issue_codes(session, 1, 2000, 1, system(), clock.now())
        spare = ItemSet.range(100, 2100)
        mark_items(session, 1, spare, "printed", system(), clock.now())
    zhao = log_in("zhao")
    assert "2,000 not explained yet" in shown(zhao, LOT)
    first, *_, last = _codes(house, 100, 2098)
    done = change(zhao, f"{LOT}/void", first=first, last=last, why="roll torn")
    assert done.location == f"{LOT}#h-labels"
    assert "2 not explained yet" in shown(zhao, LOT)
    assert change(zhao, f"{LOT}/missing", why="").status_code == 400
    assert change(zhao, f"{LOT}/missing", why="end of roll").status_code == 302
    page = shown(zhao, LOT)
    assert "Every printed label is explained." in page
    on_pack = change(zhao, f"{LOT}/void", first=_codes(house, 0, 1)[0], why="torn")
    assert on_pack.status_code == 409
    assert "are on packs" in said(on_pack)


def test_many_missing_labels_are_for_qa(
    qian: FlaskClient, log_in: small_plant.LogIn, house: Installation
) -> None:
    with house.plant.writing() as session:
        session.get_one(Lot, 1).planned = 200
        issue_codes(session, 1, 1, 1, system(), clock.now())
        spare = ItemSet.range(100, 101)
        mark_items(session, 1, spare, "printed", system(), clock.now())
    refused = change(log_in("zhao"), f"{LOT}/missing", why="lost")
    assert refused.status_code == 403
    assert "the QA manager has to report that" in said(refused)
    assert change(qian, f"{LOT}/missing", why="lost").status_code == 302


def test_what_goes_in_is_recorded_and_rework_needs_qa(
    qian: FlaskClient, log_in: small_plant.LogIn, house: Installation
) -> None:
    zhao = log_in("zhao")
    form = {
        "input_lot": "BEEF/BY261001",
        "from": "FG1",
        "amount": "20.5",
        "amount_unit": "kg",
        "at": NOW,
    }
    assert change(zhao, f"{LOT}/use", **form).location == f"{LOT}#h-inputs"
    page = shown(zhao, LOT)
    assert "20.5 kg" in page
    assert "Pastures" in page
    short = change(zhao, f"{LOT}/use", **form)
    assert short.status_code == 409
    assert 'value="20.5"' in short.text
    for amount in ("0", "-1", "many", "NaN", "1e99"):
        refused = change(zhao, f"{LOT}/use", **(form | {"amount": amount}))
        assert refused.status_code in (400, 413)
    assert change(zhao, f"{LOT}/rework", **form).status_code == 403
    no_reason = change(qian, f"{LOT}/rework", **form)
    assert no_reason.status_code == 400
    with house.plant.reading() as session:
        assert len(session.scalars(sa.select(LotInput)).all()) == 1


def test_repacking_is_entered_with_old_and_new_codes(
    qian: FlaskClient, log_in: small_plant.LogIn, house: Installation
) -> None:
    with house.plant.writing() as session:
        lot = session.get_one(Lot, 1)
        tray = Lot(article_id=lot.article_id, code="TRAY", ai10="TRAY", site_id=1)
        tray.produced_on, tray.status = lot.produced_on, "in_production"
        session.add(tray)
        session.flush()
        issue_codes(session, tray.id, 5, 1, system(), clock.now())
        page, two = f"/quality/lots/{tray.id}", ItemSet.range(0, 2)
        fresh = [code for _, code in serials_of(session, house.keys, tray.id, two)]
    old = "\n".join(_codes(house, 0, 2))
    form = {"input_lot": "L2-1", "from": "YL1/L2", "at": NOW, "old": old}
    form |= {"new": "\n".join(fresh), "why": "dented trays"}
    assert change(log_in("zhao"), f"{page}/repack", **form).status_code == 403
    for wrong in ({"new": ""}, {"amount": "3", "amount_unit": "piece"}, {"old": "x"}):
        assert change(qian, f"{page}/repack", **(form | wrong)).status_code == 400
    swapped = form | {"old": form["new"], "new": form["old"]}
    assert change(qian, f"{page}/repack", **swapped).status_code == 409
    done = change(qian, f"{page}/repack", **form)
    assert done.location == f"{page}#h-inputs", said(done)
    again = change(qian, f"{page}/repack", **form)
    assert again.status_code == 409
    assert "items 0-1 → 0-1" in shown(qian, page)
    with house.plant.reading() as session:
        (edge,) = session.scalars(sa.select(LotInput))
        assert (edge.old_items, edge.new_items, edge.quantity) == ("0-1", "0-1", 2)


def test_a_line_is_put_right(qian: FlaskClient, house: Installation) -> None:
    change_line = "/quality/lines/2/change"
    empty = change(qian, change_line, step="rectify", reason=" ")
    assert empty.status_code == 400
    done = change(qian, change_line, step="rectify", reason="vacuum lost")
    assert done.location == "/quality/lines"
    assert "Being put right" in shown(qian, "/quality/lines")
    check = {
        "lot": "L2-1",
        "kind": "vacuum",
        "value": "−0.091 MPa",
        "limits": "≤ −0.085 MPa",
        "reason": "seal bar changed",
    }
    restart = "/quality/lines/2/restart"
    nowhere = change(qian, restart, **(check | {"lot": "L9", "result": "pass"}))
    assert nowhere.status_code == 404
    assert 'value="L9"' in nowhere.text
    assert change(qian, restart, **check, result="fail").status_code == 302
    assert _line(house) == "rectifying"
    assert change(qian, restart, **check, result="pass").status_code == 302
    assert _line(house) == "running"
    assert (
        change(qian, "/quality/lines/99/change", step="stop", reason="x").status_code
        == 404
    )


def _line(house: Installation) -> str:
    with house.plant.reading() as session:
        return session.get_one(Line, 2).status


def _codes(house: Installation, lo: int, hi: int) -> list[str]:
    with house.plant.reading() as session:
        packs = ItemSet.range(lo, hi)
        return [serial for _, serial in serials_of(session, house.keys, 1, packs)]
