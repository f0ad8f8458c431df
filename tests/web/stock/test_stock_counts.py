"""Counts on the warehouse pages: blind, booked by another, due each month."""

import re

import small_plant
import sqlalchemy as sa
from flask.testing import FlaskClient
from staff_pages import change, said, shown
from stock_pages import at
from stored_goods import CODE, Store

from lotmark.trace import clock
from lotmark.trace.parties.tables import Lot
from lotmark.trace.stock.tables import StockCount
from lotmark.web import worker
from lotmark.web.installation import Installation


def test_a_count_is_blind_and_booked_by_another(
    wang: FlaskClient, store: Store, house: Installation, log_in: small_plant.LogIn
) -> None:
    begun = change(wang, "/stock/counts", place=str(store.places["FG1"]))
    address = begun.location
    assert change(
        wang, "/stock/counts", place=str(store.places["FG1"])
    ).status_code == (409)
    assert not re.search(r"\b200\b(?! g)", shown(wang, address))
    assert CODE in shown(wang, f"{address}/sheet")
    early = change(wang, f"{address}/submit")
    assert early.status_code == 409
    assert CODE in said(early)
    lot = change(wang, f"{address}/find", code=store.serials[7]).location
    assert lot.endswith(f"/lots/{store.lot_id}")
    assert "Full cases of 40" in shown(wang, lot)
    assert change(wang, lot, cases="", packs="").status_code == 400
    assert change(wang, lot, cases="-1").status_code == 400
    noted = change(wang, lot, cases="４", packs="35")
    assert "Written down" in shown(wang, noted.location)
    assert change(wang, f"{address}/submit").status_code == 302
    result = shown(wang, address)
    assert "-5" in result
    assert "You may not sign" in result
    qian = log_in("qian")
    assert "Sign: book the differences" in shown(qian, address)
    assert change(qian, f"{address}/book").status_code == 409
    why = {f"reason-{store.lot_id}": "破袋"}
    assert change(wang, f"{address}/reasons", **why).status_code == 302
    assert change(wang, f"{address}/book").status_code == 403
    assert change(qian, f"{address}/book", **why).status_code == 302
    assert (at(house, store, "FG1"), at(house, store, "lost")) == (195, 5)
    assert "booked by" in shown(wang, address)


def test_weights_are_counted_in_kilograms_and_a_count_can_be_given_up(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    with house.plant.writing() as session:
        lot = Lot(article_id=store.beef, code="B1", ai10="B1", origin="S01")
        session.add(lot)
        session.flush()
        lot_id = lot.id
    address = change(wang, "/stock/counts", place=str(store.places["RM1"])).location
    page = f"{address}/lots/{lot_id}"
    assert "none of this batch here" in shown(wang, page)
    for wrong in ("", "a lot", "1e3", "0.0000001"):
        assert change(wang, page, weight=wrong).status_code == 400
    assert change(wang, page, weight="12.5").status_code == 302
    assert "12.5 kg" in shown(wang, address)
    assert change(wang, f"{address}/cancel").status_code == 302
    with house.plant.reading() as session:
        assert session.scalars(sa.select(StockCount.state)).all() == ["cancelled"]


def test_the_worker_asks_for_the_monthly_counts(
    wang: FlaskClient, house: Installation
) -> None:
    worker.sweep(house, clock.now())
    worker.sweep(house, clock.now())
    assert "Counts waiting: 2" in shown(wang, "/stock/counts")
