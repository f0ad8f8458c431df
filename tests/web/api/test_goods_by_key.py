"""Goods by the API: in, packed, picked, out, back, and counted."""

from typing import Any

from machines import Machine, problem, told

from lotmark.trace import clock
from lotmark.trace.parties.tables import Location, Partner
from lotmark.trace.stock.imbalances import find_imbalances
from lotmark.web.installation import Installation

CASES = [f"10614141234567{n:03}" for n in range(10)]
CASES = [
    digits + str(-sum(int(d) * (3, 1)[i % 2] for i, d in enumerate(digits)) % 10)
    for digits in CASES
]
"""Numbers of cases, with their check digits."""


def test_goods_come_in(person: Machine, house: Installation) -> None:
    with house.plant.writing() as session:
        session.add(Partner(code="S1", kind="supplier", name="甲", name_en="A"))
    delivery = {
        "article": "BEEF",
        "supplier": "S1",
        "code": "HN-07",
        "quantity": 250_000_000,
        "place": "FG1",
        "received_on": clock.now().date().isoformat(),
        "result": "pass",
    }
    lot = told(person.post("/receipts", delivery, once="r-1"), 201)
    assert told(person.post("/receipts", delivery, once="r-1"), 201) == lot
    assert (lot["status"], lot["positions"][0]["quantity"]) == ("released", 250_000_000)
    account = told(person.get(f"/lots/{lot['id']}/balance"))["account"]
    assert (account["verdict"], account["stock"]) == ("even", 250_000_000)


def test_cases_are_packed_divided_and_resolved(person: Machine, packed: int) -> None:
    one, two, pallet = CASES[:3]
    codes = told(person.get(f"/lots/{packed}/codes", first=60, count=10))["codes"]
    serials = [code["serial"] for code in codes]
    begun = {"sscc": one, "level": "case", "place": "YL1/L2"}
    told(person.post("/units/open", begun), 201)
    contents = [{"lot_id": packed, "serials": serials}]
    unit = told(person.post(f"/units/{one}/pack", {"contents": contents}))
    assert [c["quantity"] for c in unit["contents"]] == [10]
    found = told(person.get("/resolve", code=serials[3]))
    assert (found["kind"], found["item"], found["parents"]) == ("item", 63, [one])
    split = {"sscc": two, "contents": [{"lot_id": packed, "items": "60-63"}]}
    told(person.post(f"/units/{one}/split", split), 201)
    back = {"contents": [{"lot_id": packed, "items": "60"}], "target": one}
    told(person.post(f"/units/{two}/repack", back))
    out = {"contents": [{"lot_id": packed, "items": "61"}]}
    told(person.post(f"/units/{two}/take-out", out))
    for sscc in (one, two):
        closed = told(person.post(f"/units/{sscc}/state", {"step": "close"}))
        assert closed["state"] == "closed"
    told(person.post("/units/open", {**begun, "sscc": pallet, "level": "pallet"}), 201)
    tree = told(person.post(f"/units/{pallet}/cases", {"cases": [one, two]}))
    assert {u["sscc"] for u in tree["units"]} == {one, two}
    up = told(person.get("/resolve", code=f"(00){one}"))
    assert (up["kind"], up["parents"]) == ("unit", [pallet])
    assert [c["items"] for c in up["unit"]["contents"]] == ["60,64-69"]
    told(person.post("/units/cases-off", {"cases": [one]}))
    assert told(person.get("/resolve", code=one))["parents"] == []
    told(person.post(f"/units/{two}/state", {"step": "dissolve"}))
    foreign = [{"lot_id": packed, "serials": ["0" * 16]}]
    refused = person.post(f"/units/{one}/pack", {"contents": foreign})
    assert refused.status_code in (400, 409)


def test_goods_go_out_and_come_back(
    person: Machine, released: int, house: Installation
) -> None:
    with house.plant.writing() as session:
        site = session.query(Location).filter_by(code="FG1").one().site_id
        for code, kind in (("RT1", "returns"), ("FG2", "warehouse")):
            place = {"name": code, "name_en": code, "site_id": site}
            session.add(Location(code=code, kind=kind, **place))
    wanted = {"article": "BJ200", "quantity": 60, "places": ["FG1"]}
    proposal = told(person.post("/picks", wanted))
    assert [(p["lot_id"], p["quantity"]) for p in proposal["picks"]] == [(released, 50)]
    assert proposal["missing"] == 10
    goods = {"lot_id": released, "place": "FG1"}
    moved = {"target": "FG2", "goods": [{**goods, "items": "0-4"}]}
    assert told(person.post("/transfers", moved), 201)["number"].startswith("DB")
    gift = {"use": "donation", "words": "school", "goods": [{**goods, "items": "5"}]}
    told(person.post("/withdrawals", gift), 201)
    seen = {"lot_id": released, "place": "FG2", "items": "0-4"}
    assert told(person.post("/sightings", seen))["items"] == "0-4"
    sent = {"site": "YL1", "consignee": "K01", "goods": [{**goods, "quantity": 20}]}
    sent["out_of_turn"] = "nothing older"
    shipment = told(person.post("/shipments", sent), 201)
    way = f"/shipments/{shipment['id']}"
    part = {"arrived": [{"lot_id": released, "quantity": 12}]}
    assert told(person.post(f"{way}/delivered", part))["delivered_at"] is None
    back = told(person.post(f"{way}/refused", {"reason": "wet"}), 201)
    assert back["lots"] == [{"lot_id": released, "place": "RT1", "endangered": False}]
    returned: dict[str, Any] = {"site": "YL1", "consignee": "K01", "reason": "torn"}
    returned["goods"] = [{"lot_id": released, "quantity": 2}]
    told(person.post("/returns", returned), 201)
    (firm,) = told(person.get(f"/lots/{released}/distribution"))["firms"]
    assert (firm["code"], firm["there"], firm["coming"]) == ("K01", 10, 0)
    assert firm["phone"] == "020-0000-0001"
    for target in ("K01", "K01/T", "consumer", "destroyed", "lost"):
        move = {"lot_id": released, "source": "FG1", "target": target, "quantity": 1}
        refused = person.post("/movements", {"moves": [{**move, "document": "x"}]})
        assert problem(refused, 400) == "place_not_ours", target
    with house.plant.reading() as session:
        assert find_imbalances(session) == []


def test_what_left_without_a_batch_is_named_later(
    person: Machine, released: int
) -> None:
    said = {"site": "YL1", "consignee": "K01", "article": "BJ200", "quantity": 12}
    said |= {"shipped_at": clock.now().isoformat(), "number": "SH-8841"}
    row = told(person.post("/unbatched", said), 201)
    assert (row["shipment"], row["quantity"], row["unit"]) == ("SH-8841", 12, "piece")
    assert told(person.get("/unbatched", consignee="K01"))["items"] == [row]
    way = f"/unbatched/{row['id']}"
    likely = told(person.get(way))["likely"]
    assert [(one["lot_id"], one["place"], one["estimate"]) for one in likely][:1] == [
        (released, "FG1", 12)
    ]
    batch = likely[0]["lot"]
    scope = told(person.post("/scopes", {"lot": [batch]}))
    assert [one["consignee"] for one in scope["unbatched"]] == ["K01"]
    maybe = told(person.post("/what-if", {"lots": [released]}))
    assert (maybe["possible_units"], maybe["possible_consignees"]) == (12, ["K01"])
    part = {"lots": [{"lot_id": released, "place": "FG1", "quantity": 5}]}
    assert told(person.post(f"{way}/named", part)) == {"shipment": "SH-8841", "left": 7}
    rest = {"lots": [{"lot_id": released, "place": "FG1", "quantity": 7}]}
    assert told(person.post(f"{way}/named", rest))["left"] == 0
    assert problem(person.get(way), 404) == "unbatched_unknown"


def test_a_pick_names_the_cases_to_fetch(person: Machine, released: int) -> None:
    sscc = "106141412345678908"
    case: dict[str, Any] = {"sscc": sscc, "level": "case", "place": "FG1"}
    case["contents"] = [{"lot_id": released, "items": "0-9"}]
    told(person.post("/units", case), 201)
    wanted = {"article": "BJ200", "quantity": 12, "places": ["FG1"]}
    (pick,) = told(person.post("/picks", wanted))["picks"]
    assert (pick["units"], pick["loose"], pick["opened"]) == ([sscc], 2, 0)


def test_a_count_is_blind(person: Machine, packed: int) -> None:
    sheet = told(person.post("/counts", {"place": "FG1", "due_on": "2026-12-31"}), 201)
    way = f"/counts/{sheet['number']}"
    assert [line["booked"] for line in sheet["lines"]] == [None]
    figures = {"figures": [{"lot_id": packed, "counted": 48}]}
    told(person.post(f"{way}/figures", figures))
    done = told(person.post(f"{way}/submit"))
    assert [line["difference"] for line in done["lines"]] == [-2]
    why = {"reasons": [{"lot_id": packed, "reason": "two torn"}]}
    told(person.post(f"{way}/reasons", why))
    assert problem(person.post(f"{way}/book"), 409) == "second_person"


def test_spare_stock(person: Machine) -> None:
    changed = told(person.post("/spare-stock", {"article": "BJ200", "permille": 75}))
    assert changed["permille"] == 75
    listed = {
        one["article"]: one for one in told(person.get("/spare-stock"))["articles"]
    }
    assert listed["BJ200"] == changed
