"""The warehouse's forms: what they say first, and figures that people can check."""

from datetime import date

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from staff_pages import change, said, shown
from stored_goods import CASES, CODE, PALLET, Store

from lotmark.trace import clock, people
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Lot
from lotmark.trace.stock.queries import balances
from lotmark.trace.stock.service import make_stock
from lotmark.trace.stock.tables import LogisticUnit, Movement, Shipment
from lotmark.web.installation import Installation


def cased(client: FlaskClient, store: Store, sscc: str, goods: str) -> str:
    """A sealed case with goods in it; the address of its page."""
    form = {"level": "case", "place": str(store.places["FG1"]), "number": "scan"}
    change(client, "/stock/units", sscc=sscc, **form)
    page = f"/stock/units/{sscc}"
    packed = change(client, f"{page}/pack", code=goods)
    assert packed.status_code == 302, said(packed)
    change(client, f"{page}/state", deed="close")
    return page


def shipping(store: Store, goods: str, step: str = "book") -> dict[str, str]:
    shop, place = str(store.shop), str(store.places["FG1"])
    return {"step": step, "consignee": shop, "from": place, "goods": goods}


def younger(house: Installation, store: Store) -> str:
    """A batch that expires before the one in the store; its number."""
    now, me = clock.now(), people.system()
    with house.plant.writing() as session:
        lot = Lot(
            article_id=store.product,
            code="L2-OLD",
            ai10="L2-OLD",
            site_id=store.site,
            expires_on=date(2098, 1, 1),
            status="released",
        )
        session.add(lot)
        session.flush()
        place = store.places["FG1"]
        make_stock(
            session, lot, place, quantity=30, at=now, document="X", actor=me, now=now
        )
    return "L2-OLD"


def test_the_first_button_says_what_would_be_refused(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    looked = change(wang, "/stock/ship", **shipping(store, f"{CODE} 201", "check"))
    assert looked.status_code == 200
    assert "has 200 at FG1" in said(looked)
    assert "Ship now" not in looked.text
    good = change(wang, "/stock/ship", **shipping(store, f"{CODE} 80", "check"))
    assert "Ship now" in good.text
    assert "2 cases" in good.text
    few = change(wang, "/stock/ship", **shipping(store, f"{CODE} 6", "check"))
    assert "less than a case of 40" in few.text
    with house.plant.reading() as session:
        assert session.scalars(sa.select(Shipment)).all() == []


def test_what_expires_first_goes_first_unless_a_reason_is_written(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    older = younger(house, store)
    asked = change(wang, "/stock/ship", **shipping(store, f"{CODE} 5"))
    assert asked.status_code == 409
    assert older in said(asked)
    assert 'name="out_of_turn"' in asked.text
    why = shipping(store, f"{CODE} 5") | {"out_of_turn": "客户要新日期"}
    sent = change(wang, "/stock/ship", **why)
    assert sent.status_code == 302
    with house.plant.reading() as session:
        reasons = session.scalars(
            sa.select(Movement.reason).where(Movement.shipment_id.is_not(None))
        ).all()
        assert reasons == ["shipped: 客户要新日期"]


def test_a_pick_names_the_cases_to_fetch(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    cased(wang, store, CASES[0], f"{CODE} 40")
    cased(wang, store, CASES[1], f"{CODE} 40")
    ask = f"/stock/pick?article={store.product}&from={store.places['FG1']}"
    page = shown(wang, f"{ask}&quantity=50")
    assert f"goods={CASES[0]}%0ABJ200/{CODE}+10" in page
    both = shown(wang, f"{ask}&quantity=190")
    assert f"goods={CASES[0]}%0A{CASES[1]}%0ABJ200/{CODE}+110" in both
    change(wang, "/stock/ship", **shipping(store, f"{CODE} 110"))
    last = shown(wang, f"{ask}&quantity=60")
    assert "10 packs out of a case that you open" in last
    refused = change(wang, "/stock/ship", **shipping(store, f"{CODE} 60"))
    assert "only 10 stand loose" in said(refused)


def test_a_case_at_a_customer_cannot_be_scanned_into_a_move(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    cased(wang, store, CASES[0], f"{CODE} 40")
    sent = change(wang, "/stock/ship", **shipping(store, CASES[0]))
    form = {"from": str(store.places["FG1"]), "to": str(store.places["HOLD1"])}
    refused = change(wang, "/stock/move", step="book", goods=CASES[0], **form)
    assert refused.status_code == 409
    assert "book its return first" in said(refused)
    back = {"sender": str(store.shop), "site": str(store.site), "goods": CASES[0]}
    taken = change(wang, "/stock/returns", step="book", reason="拒收", **back)
    assert taken.status_code == 302, said(taken)
    assert "Came back" in shown(wang, sent.location)
    again = change(wang, "/stock/returns", step="book", reason="拒收", **back)
    assert "never left" in said(again)


@pytest.mark.parametrize(
    "scan",
    [
        "(00){}",
        "]C100{}",
        "00{}",
        "００{}",
        "(00) {} ",
        "https://id.gs1.org/00/{}?x=1",
        "]C100{}\x1d3740",
        "(00){}(37)40",
    ],
)
def test_a_case_is_known_however_its_number_is_scanned(
    wang: FlaskClient, store: Store, scan: str
) -> None:
    page = cased(wang, store, CASES[0], f"{CODE} 40")
    pallet = {"level": "pallet", "place": str(store.places["FG1"]), "number": "scan"}
    change(wang, "/stock/units", sscc=f"(00){PALLET}", **pallet)
    code = scan.format(CASES[0])
    if "\x1d" not in code:
        found = wang.get("/stock/units", query_string={"code": code})
        assert found.location == page
    put = change(wang, f"/stock/units/{PALLET}/pack", code=code)
    assert put.status_code == 302, said(put)


def test_a_misread_digit_says_which_it_should_be(
    wang: FlaskClient, store: Store
) -> None:
    wrong = CASES[0][:-1] + str((int(CASES[0][-1]) + 1) % 10)
    refused = wang.get("/stock/units", query_string={"code": wrong})
    assert refused.status_code == 400
    assert f"its check digit is {CASES[0][-1]}" in said(refused)


def test_a_case_is_taken_off_the_pallet_it_stands_on(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    cased(wang, store, CASES[0], f"{CODE} 40")
    place = str(store.places["FG1"])
    for pallet in (PALLET, CASES[3]):
        form = {"level": "pallet", "place": place, "number": "scan"}
        change(wang, "/stock/units", sscc=pallet, **form)
    change(wang, f"/stock/units/{PALLET}/pack", code=CASES[0])
    wrong = change(wang, f"/stock/units/{CASES[3]}/take-out", code=CASES[0])
    assert "another pallet" in said(wrong)
    off = change(wang, f"/stock/units/{PALLET}/take-out", code=CASES[0])
    assert "Undo: put it back" in shown(wang, off.location)
    with house.plant.reading() as session:
        unit = session.scalars(sa.select(LogisticUnit).filter_by(sscc=CASES[0])).one()
        assert unit.parent_id is None


def test_a_weight_arrives_in_part_in_kilograms(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    form = {
        "article": str(store.beef),
        "supplier": str(store.supplier),
        "code": "BY/1",
        "quantity": "20",
        "unit": "kg",
        "received_on": "2026-01-02",
        "result": "pass",
        "document": "送/2026/7",
        "place": str(store.places["FG1"]),
    }
    got = change(wang, "/stock/receive", **form)
    assert "20 kg" in shown(wang, got.location)
    sent = change(wang, "/stock/ship", **shipping(store, "BEEF/BY/1 12.5 kg"))
    assert sent.status_code == 302, said(sent)
    page = shown(wang, sent.location)
    assert "12.5 kg" in page
    with house.plant.reading() as session:
        lot = session.scalars(sa.select(Lot.id).filter_by(code="BY/1")).one()
    address = sent.location.split("?")[0]
    more = change(wang, f"{address}/deliver", much="part", **{f"lot-{lot}": "13"})
    assert more.status_code == 409
    part = change(wang, f"{address}/deliver", much="part", **{f"lot-{lot}": "2.5"})
    assert part.status_code == 302
    with house.plant.reading() as session:
        here = balances(session, [lot])[lot].balances
        assert here[store.places["K01"]].quantity == 2_500_000


def test_a_pack_that_leaves_alone_is_out_of_its_case_whoever_books_it(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    cased(wang, store, CASES[0], f"{store.serials[0]} ~ {store.serials[9]}")
    form = {"from": str(store.places["FG1"]), "use": "sample", "reason": ""}
    change(wang, "/stock/take", step="book", goods=store.serials[3], **form)
    page = shown(wang, f"/stock/units/{CASES[0]}")
    assert str(ItemSet.parse("0-2,4-9")) in page


def test_a_scanned_pack_leads_to_what_can_be_done_with_it(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    page = shown(wang, f"/stock/units?code={store.serials[7]}")
    assert f"/stock/move?goods=BJ200/{CODE}+%237&from={store.places['FG1']}" in page
    lot = shown(wang, f"/stock/units?code={CODE}")
    assert f"/stock/ship?goods=BJ200/{CODE}+" in lot


def test_a_case_nobody_knows_the_place_of_is_seen_again(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    cased(wang, store, CASES[0], f"{CODE} 40")
    sent = change(wang, "/stock/ship", **shipping(store, CASES[0]))
    address = sent.location.split("?")[0]
    lot = f"lot-{store.lot_id}"
    change(wang, f"{address}/deliver", much="part", **{lot: "0"})
    change(wang, f"{address}/deliver", much="part", **{lot: "12"})
    change(wang, f"{address}/back", reason="拒收")
    page = f"/stock/units/{CASES[0]}"
    assert "Where does it stand?" in shown(wang, page)
    here = {"place": str(store.places["RT1"])}
    full = change(wang, f"{page}/place", **here)  # 28 of its 40 came back
    assert full.status_code == 409
    change(wang, f"{page}/take-out", code=f"{CODE} 12")
    seen = change(wang, f"{page}/place", **here)
    assert "It stands here from now on" in shown(wang, seen.location)
