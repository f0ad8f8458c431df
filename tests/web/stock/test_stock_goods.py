"""Goods on the warehouse pages: in, picked, sent, back and away."""

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from staff_pages import change, said, shown
from stock_pages import at
from stored_goods import CODE, Store

from lotmark.trace import clock, people
from lotmark.trace.parties.tables import Lot
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.tables import Shipment
from lotmark.web.installation import Installation


def test_a_shipment_is_picked_sent_and_delivered_in_part(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    ask = f"/stock/pick?article={store.product}&from={store.places['FG1']}"
    page = shown(wang, f"{ask}&quantity=3&unit=case")
    assert "Ship this" in page
    assert f"goods=BJ200/{CODE}+120" in page
    form = {
        "consignee": str(store.shop),
        "from": str(store.places["FG1"]),
        "goods": f"BJ200/{CODE} 120",
        "carrier": "云岭货运",
        "vehicle": "示A·00001",
        "driver_phone": "020-0000-0101",
    }
    sent = change(wang, "/stock/ship", step="book", **form)
    assert sent.status_code == 302, said(sent)
    assert "020-0000-0101" in shown(wang, sent.location)
    address = sent.location.split("?")[0]
    assert address.rsplit("/", 1)[1] in shown(wang, "/stock/shipments")
    lot = f"lot-{store.lot_id}"
    too_much = change(wang, f"{address}/deliver", much="part", **{lot: "121"})
    assert too_much.status_code == 409
    part = change(wang, f"{address}/deliver", much="part", **{lot: "100"})
    assert part.status_code == 302
    assert at(house, store, "K01") == 100
    back = change(wang, f"{address}/back", reason="拒收 20 袋")
    assert back.status_code == 302
    assert at(house, store, "RT1") == 20
    assert "Nothing is on the way." in shown(wang, "/stock/shipments")
    again = change(wang, f"{address}/deliver", much="all")
    assert again.status_code == 409


def test_what_may_not_leave_is_named(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    with house.plant.writing() as session:
        me, now = people.system(), clock.now()
        held = place_hold(session, [store.lot_id], reason="x", actor=me, now=now)
    ask = f"/stock/pick?article={store.product}&from={store.places['FG1']}&quantity=5"
    page = shown(wang, ask)
    assert "Passed over" in page
    assert held[0].number in page
    form = {
        "consignee": str(store.shop),
        "from": str(store.places["FG1"]),
        "goods": f"{CODE} 5",
        "vehicle": "示A·00001",
    }
    refused = change(wang, "/stock/ship", step="book", **form)
    assert refused.status_code == 409
    assert held[0].number in said(refused)
    assert "示A·00001" in refused.text
    with house.plant.reading() as session:
        assert session.scalars(sa.select(Shipment)).all() == []


def test_recalled_goods_come_back_into_quarantine(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    ship = {
        "consignee": str(store.shop),
        "from": str(store.places["FG1"]),
        "goods": f"{CODE} 50",
    }
    sent = change(wang, "/stock/ship", step="book", **ship).location.split("?")[0]
    change(wang, f"{sent}/deliver", much="all")
    with house.plant.writing() as session:
        me, now = people.system(), clock.now()
        place_hold(
            session,
            [store.lot_id],
            hazard="health",
            reason="胀袋",
            actor=me,
            now=now,
        )
    form = {
        "sender": str(store.shop),
        "site": str(store.site),
        "goods": f"{CODE} 8",
        "reason": "召回",
    }
    looked = change(wang, "/stock/returns", step="check", **form)
    assert "Straight to quarantine" in looked.text
    done = change(wang, "/stock/returns", step="book", **form)
    assert done.status_code == 302, said(done)
    assert (at(house, store, "QZ1"), at(house, store, "RT1")) == (8, 0)
    more = change(
        wang, "/stock/returns", step="book", **{**form, "goods": f"{CODE} 43"}
    )
    assert more.status_code == 409


@pytest.mark.parametrize(
    ("use", "status"), [("sample", 302), ("donation", 400), ("theft", 400)]
)
def test_goods_are_taken_away(
    wang: FlaskClient, store: Store, use: str, status: int
) -> None:
    form = {"from": str(store.places["FG1"]), "goods": f"{CODE} 3", "reason": ""}
    taken = change(wang, "/stock/take", step="book", use=use, **form)
    assert taken.status_code == status


def test_goods_are_received_with_their_papers(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    form = {
        "article": str(store.beef),
        "supplier": str(store.supplier),
        "code": "BY261026",
        "quantity": "1,200.5",
        "unit": "kg",
        "received_on": "2026-01-02",
        "produced_on": "2025-12-26",
        "expires_on": "",
        "certificate": "动检 0337",
        "document": "SH-77",
        "result": "pass",
        "place": str(store.places["RM1"]),
    }
    for wrong in (
        {"quantity": "1e9"},
        {"quantity": ""},
        {"unit": "stone"},
        {"received_on": "soon"},
        {"received_on": ""},
        {"result": ""},
        {"place": str(store.places["K01"])},
        {"article": "999"},
        {"code": "<b>"},
        {"produced_on": "2026-01-03"},
    ):
        refused = change(wang, "/stock/receive", **{**form, **wrong})
        assert refused.status_code in (400, 404), wrong
        assert "动检 0337" in refused.text
        assert said(refused)
    done = change(wang, "/stock/receive", **form)
    assert done.status_code == 302, said(done)
    assert "1,200.5 kg" in shown(wang, done.location)
    with house.plant.reading() as session:
        lot = session.scalars(sa.select(Lot).filter_by(code="BY261026")).one()
        assert (lot.origin, lot.status) == ("S01", "released")
