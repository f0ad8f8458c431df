"""Cases on the warehouse pages: filled by scans, resolved up and down, split."""

import pytest
from flask.testing import FlaskClient
from staff_pages import change, said, shown
from stock_pages import at, begin, units_of
from stored_goods import CASES, CODE, PALLET, Store

from lotmark.trace.identity.items import ItemSet
from lotmark.web.installation import Installation


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
