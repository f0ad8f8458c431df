"""The warehouse's pages, as Wang the keeper and Qian of QA use them."""

import re

import pytest
import small_plant
import sqlalchemy as sa
from flask.testing import FlaskClient
from staff_pages import change, said, shown
from stored_goods import CASES, CODE, PALLET, Store, fill_store

from lotmark.trace import clock, people
from lotmark.trace.db import Session
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Lot
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.queries import balances
from lotmark.trace.stock.tables import LogisticUnit, Shipment, StockCount
from lotmark.trace.stock.units import items_of_units
from lotmark.web import worker
from lotmark.web.installation import Installation


@pytest.fixture
def store(house: Installation) -> Store:
    return fill_store(house)


@pytest.fixture
def wang(log_in: small_plant.LogIn, store: Store) -> FlaskClient:
    return log_in("wang")


def at(house: Installation, store: Store, code: str) -> int:
    with house.plant.reading() as session:
        here = balances(session, [store.lot_id])[store.lot_id].balances
        found = here.get(store.places[code])
        return found.quantity if found else 0


def begin(client: FlaskClient, store: Store, sscc: str, level: str = "case") -> str:
    form = {"level": level, "place": str(store.places["FG1"]), "number": "scan"}
    begun = change(client, "/stock/units", sscc=sscc, **form)
    assert begun.status_code == 302, begun.text
    return f"/stock/units/{sscc}"


def units_of(session: Session, sscc: str) -> ItemSet:
    (held,) = items_of_units(session, [sscc]).values()
    return held.items


def test_the_first_page_shows_what_is_where(
    wang: FlaskClient, house: Installation
) -> None:
    page = shown(wang, "/stock")
    assert "Finished goods" in page
    assert "200" in page
    assert CODE in shown(wang, "/stock?q=beef L2")
    assert "Nothing here matches" in shown(wang, "/stock?q=%25nothing_")


def test_a_place_lists_its_batches(wang: FlaskClient, store: Store) -> None:
    assert CODE in shown(wang, f"/stock/places/{store.places['FG1']}")
    assert "Nothing stands here" in shown(wang, f"/stock/places/{store.places['RM1']}")
    assert wang.get(f"/stock/places/{store.places['K01']}").status_code == 400
    assert wang.get("/stock/places/999").status_code == 404


def test_packs_are_scanned_into_a_case(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    case = begin(wang, store, CASES[0])
    one = change(
        wang, f"{case}/pack", code=f"HTTPS://Q.EXAMPLE.CN/T/{store.serials[0]}"
    )
    assert one.status_code == 302
    assert f"In: {CODE} × 1" in shown(wang, one.location)
    span = f"{store.serials[1]} ~ {store.serials[39]}"
    assert change(wang, f"{case}/pack", code=span).status_code == 302
    with house.plant.reading() as session:
        assert units_of(session, CASES[0]) == ItemSet.range(0, 40)
    twice = change(wang, f"{case}/pack", code=store.serials[3])
    assert twice.status_code == 409
    assert f"are in {CASES[0]} already" in said(twice)
    assert f'value="{store.serials[3]}"' in twice.text
    closed = change(wang, f"{case}/state", deed="close")
    assert "Sealed" in shown(wang, closed.location)
    out = change(wang, f"{case}/take-out", code=store.serials[39])
    assert f"Out: {CODE} × 1" in shown(wang, out.location)


def test_any_scan_leads_up_and_down(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    case = begin(wang, store, CASES[0])
    change(wang, f"{case}/pack", code=store.serials[0])
    pallet = begin(wang, store, PALLET, "pallet")
    assert change(wang, f"{pallet}/pack", code=f"(00){CASES[0]}").status_code == 302
    assert wang.get(f"/stock/units?code=00{PALLET}").location == pallet
    tree = shown(wang, pallet)
    assert CASES[0] in tree
    assert "<svg" in tree
    item = shown(wang, f"/stock/units?code={store.serials[0]}")
    assert "It is in this case" in item
    assert PALLET in item
    assert CASES[0] in item
    loose = shown(wang, f"/stock/units?code={store.serials[9]}")
    assert "It is in no case" in loose
    assert "Known to be at FG1" in loose
    batch = shown(wang, f"/stock/units?code={CODE}")
    assert "In cases and pallets: 1" in batch


@pytest.mark.parametrize(
    "code",
    ["nonsense", "0" * 18, "095060000000000016", "\x07", "%", "x" * 3000, "😀 3"],
)
def test_unknown_scans_are_refused_with_one_sentence(
    wang: FlaskClient, code: str
) -> None:
    answer = wang.get("/stock/units", query_string={"code": code})
    assert answer.status_code in (400, 404)
    assert said(answer)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("nonsense", 404),
        (CODE, 400),
        (f"{CODE} 0", 400),
        (f"{CODE} 12 kg", 400),
        (f"{CODE} 201", 409),
        (f"{CODE} #5-3", 400),
        (f"{CODE} #500", 400),
        ("a ~ b", 400),
        (f"{CODE} " + "9" * 30, 404),
        (f"{CODE} 99999999999999 箱", 400),
    ],
)
def test_what_cannot_go_into_a_case(
    wang: FlaskClient, store: Store, code: str, status: int
) -> None:
    case = begin(wang, store, CASES[0])
    refused = change(wang, f"{case}/pack", code=code)
    assert (refused.status_code, bool(said(refused))) == (status, True)


def test_a_number_is_used_once_and_ours_need_a_prefix(
    wang: FlaskClient, store: Store
) -> None:
    begin(wang, store, CASES[0])
    form = {"level": "case", "place": str(store.places["FG1"])}
    again = change(wang, "/stock/units", sscc=CASES[0], number="scan", **form)
    assert again.status_code == 409
    assert f'value="{CASES[0]}"' in again.text
    ours = change(wang, "/stock/units", number="issue", **form)
    assert ours.status_code == 400
    assert "LOTMARK_GS1_PREFIX" in said(ours)


def test_goods_change_cases_and_a_case_is_split(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    one, two = (begin(wang, store, sscc) for sscc in CASES[:2])
    change(wang, f"{one}/pack", code=f"{store.serials[0]} ~ {store.serials[19]}")
    moved = change(wang, f"{one}/change", code=store.serials[4], into=CASES[1])
    assert moved.status_code == 302
    goods = f"{store.serials[5]}\n{store.serials[6]}"
    new = change(wang, f"{one}/split", goods=goods, sscc=CASES[2], number="scan")
    assert new.status_code == 302, said(new)
    with house.plant.reading() as session:
        assert units_of(session, CASES[1]) == ItemSet.range(4, 5)
        assert units_of(session, CASES[2]) == ItemSet.range(5, 7)
    wrong = change(wang, f"{one}/split", goods="?", sscc=CASES[3], number="scan")
    assert wrong.status_code == 400
    assert change(wang, f"{two}/state", deed="dissolve").status_code == 302
    assert "Taken apart" in shown(wang, two)


def test_a_list_is_checked_before_it_is_booked(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    form = {
        "from": str(store.places["FG1"]),
        "to": str(store.places["HOLD1"]),
        "goods": f"{store.serials[0]}\n{CODE} 2 箱\nrubbish\n{store.serials[0]}",
    }
    looked = change(wang, "/stock/move", step="check", **form)
    assert looked.status_code == 200
    assert "Lines to mend" in looked.text
    assert "scanned twice" in looked.text
    assert "rubbish" in looked.text
    assert at(house, store, "HOLD1") == 0
    refused = change(wang, "/stock/move", step="book", **form)
    assert refused.status_code == 400
    assert "could not be understood: 3, 4" in said(refused)
    good = {**form, "goods": f"{store.serials[0]}\n{CODE} 2 箱"}
    assert "Book the move" in change(wang, "/stock/move", step="check", **good).text
    booked = change(wang, "/stock/move", step="book", **good)
    assert booked.status_code == 302
    assert "It is in the book." in shown(wang, booked.location)
    assert at(house, store, "HOLD1") == 81


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


def test_spare_stock_and_its_share(
    wang: FlaskClient, store: Store, log_in: small_plant.LogIn
) -> None:
    assert "10 %" in shown(wang, "/stock/spare")
    form = {"article": str(store.product), "percent": "7.5"}
    assert change(wang, "/stock/spare", **form).status_code == 403
    qian = log_in("qian")
    for wrong in ("", "a", "7.55", "101", "-1"):
        assert change(
            qian, "/stock/spare", **{**form, "percent": wrong}
        ).status_code == (400)
    assert change(qian, "/stock/spare", **form).status_code == 302
    assert "7.5 %" in shown(wang, "/stock/spare")


def test_who_may_do_nothing_here_is_told(log_in: small_plant.LogIn) -> None:
    refused = log_in("zhou").get("/stock")
    assert refused.status_code == 403


def test_who_only_packs_sees_only_that(log_in: small_plant.LogIn, store: Store) -> None:
    page = shown(log_in("li"), "/stock")
    assert "Cases and pallets" in page
    assert "/stock/receive" not in page
    assert "/stock/places" not in page


def test_text_with_markup_stays_text(wang: FlaskClient, store: Store) -> None:
    mean = "<script>alert(1)</script>"
    form = {"from": str(store.places["FG1"]), "to": "1", "goods": mean}
    page = change(wang, "/stock/move", step="check", **form).text
    assert mean not in page
    assert "&lt;script&gt;" in page


def test_every_unit_kept_its_row(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    case = begin(wang, store, CASES[0])
    change(wang, f"{case}/pack", code=store.serials[0])
    change(wang, f"{case}/state", deed="dissolve")
    with house.plant.reading() as session:
        unit = session.scalars(sa.select(LogisticUnit)).one()
        assert (unit.sscc, unit.state) == (CASES[0], "dissolved")
    refused = change(wang, f"{case}/pack", code=store.serials[0])
    assert refused.status_code == 409
