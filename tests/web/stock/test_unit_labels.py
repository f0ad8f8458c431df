"""The label of a case or pallet on the warehouse pages."""

import io

import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image
from staff_pages import change, said, shown
from stock_pages import begin
from stored_goods import CASES, CODE, PALLET, Store

from lotmark.labels.engine.preview import preview
from lotmark.labels.jobs.units import unit_record
from lotmark.trace.identity.gs1 import read_elements
from lotmark.trace.stock.units import find_unit
from lotmark.web.installation import Installation

URL = "http://lotmark.test"


def read(data: bytes) -> set[str]:
    picture = Image.open(io.BytesIO(data))
    return {code.text for code in zxingcpp.read_barcodes(picture)}


def elements(house: Installation, sscc: str) -> dict[str, str]:
    with house.plant.reading() as session:
        return dict(unit_record(session, find_unit(session, sscc), URL).elements)


def test_a_case_says_what_is_inside(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    case = begin(wang, store, CASES[0])
    change(wang, f"{case}/pack", code=f"{store.serials[0]} ~ {store.serials[39]}")
    page = shown(wang, f"{case}/label")
    assert f"{case}/label/picture?stock=unit-100x150" in page
    codes = read(wang.get(f"{case}/label/picture").data)
    values: dict[str, str] = {}
    for text in codes:
        if text.startswith("("):
            values |= read_elements(text)
    assert values["00"] == CASES[0]
    assert values["37"] == "40"
    assert values["10"] == CODE
    assert values["17"] == "990517"
    (link,) = (text for text in codes if not text.startswith("("))
    assert wang.get(link[link.index("/00/") :]).location == case


@pytest.mark.parametrize("format", ["pdf", "zpl", "tspl", "png"])
def test_the_file_is_what_the_picture_shows(
    wang: FlaskClient, store: Store, format: str
) -> None:
    case = begin(wang, store, CASES[0])
    asked = f"stock=unit-100x50&format={format}"
    file = wang.get(f"{case}/label/file?{asked}")
    assert file.status_code == 200
    seen = Image.open(io.BytesIO(wang.get(f"{case}/label/picture?{asked}").data))
    drawn = preview(format, file.data, 203)
    assert seen.convert("1").tobytes() == drawn.convert("1").tobytes()
    assert f"(00){CASES[0]}" in {one.text for one in zxingcpp.read_barcodes(seen)}


def test_a_pallet_counts_its_cases(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    for number, sscc in enumerate(CASES[:2]):
        case = begin(wang, store, sscc)
        change(wang, f"{case}/pack", code=store.serials[number])
    pallet = begin(wang, store, PALLET, "pallet")
    for sscc in CASES[:2]:
        change(wang, f"{pallet}/pack", code=f"(00){sscc}")
    with house.plant.reading() as session:
        record = unit_record(session, find_unit(session, PALLET), URL)
    assert (record.kind, record.cases, record.quantity) == ("托盘", "2 箱", "2 袋")
    assert elements(house, PALLET)["37"] == "2"
    assert elements(house, PALLET)["10"] == CODE


def test_an_empty_case_has_only_its_number(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    case = begin(wang, store, CASES[0])
    assert elements(house, CASES[0]) == {}
    assert f"(00){CASES[0]}" in read(wang.get(f"{case}/label/picture").data)


def test_what_is_not_there_is_refused(wang: FlaskClient, store: Store) -> None:
    case = begin(wang, store, CASES[0])
    unknown = wang.get(f"/stock/units/{CASES[3]}/label")
    assert unknown.status_code == 404
    assert f"No case or pallet {CASES[3]}" in said(unknown)
    bad = wang.get(f"{case}/label?stock=a4-24")
    assert bad.status_code == 400
    assert wang.get("/00/123").status_code == 400
