"""Labels of cases and pallets: what their bars and codes say, on every stock."""

import random
from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from lotmark.labels.engine.bars import readable
from lotmark.labels.engine.layout import place
from lotmark.labels.engine.preview import preview
from lotmark.labels.engine.printed import tspl_labels, zpl_labels
from lotmark.labels.engine.raster import label_dots
from lotmark.labels.engine.stock import Stock, load_unit_stock, unit_stock_names
from lotmark.labels.engine.unit_labels import UNIT_FORMATS, render_units
from lotmark.labels.engine.unit_values import UnitRecord
from lotmark.trace.errors import InvalidInput
from lotmark.trace.identity.gs1 import Sscc, read_elements

ROLLS = [
    (name, dpi)
    for name in unit_stock_names()
    if load_unit_stock(name).is_roll
    for dpi in (203, 300, 600)
]


def case(number: int = 1, **told: Any) -> UnitRecord:
    sscc = Sscc.build("6901234", number).digits
    record = UnitRecord(
        url=f"HTTPS://Q.YUNLING-FOODS.CN/00/{sscc}",
        sscc=sscc,
        kind="箱",
        elements=(
            ("02", "06901234567892"),
            ("37", "240"),
            ("11", "261118"),
            ("17", "270516"),
            ("10", "L2-261118-03"),
        ),
        product="五香酱牛肉",
        product_en="Five-spice braised beef",
        quantity="240 袋",
        batch_no="L2-261118-03",
        production_date="2026-11-18",
        expiry_date="2027-05-16",
        storage="常温避光保存",
        firm="云岭食品有限公司",
    )
    return replace(record, **told)


def drawn(format: str, records: list[UnitRecord], stock: Stock) -> bytes:
    out = BytesIO()
    assert render_units(format, records, stock, out) == len(records)
    return out.getvalue()


def said(picture: Image.Image) -> set[str]:
    return {code.text for code in zxingcpp.read_barcodes(picture)}


def wanted(stock: Stock, record: UnitRecord) -> set[str]:
    bars = {readable(record.some(box.elements)) for box in stock.bars}
    return bars | ({record.url} if stock.qr_box else set())


@pytest.mark.parametrize("format", ["pdf", "png", "zpl", "tspl"])
@pytest.mark.parametrize(("name", "dpi"), ROLLS)
def test_bars_and_code_read_back(format: str, name: str, dpi: int) -> None:
    stock = replace(load_unit_stock(name), dpi=dpi)
    data = drawn(format, [case()], stock)
    assert said(preview(format, data, dpi)) == wanted(stock, case())


@pytest.mark.parametrize(("name", "dpi"), ROLLS)
def test_every_printer_gets_the_same_dots(name: str, dpi: int) -> None:
    stock = replace(load_unit_stock(name), dpi=dpi)
    shown = label_dots(place(stock, case()))
    (zpl,) = zpl_labels(drawn("zpl", [case()], stock))
    (tspl,) = tspl_labels(drawn("tspl", [case()], stock), dpi)
    assert (zpl.dots == shown).all()
    assert (tspl.dots == shown).all()


@pytest.mark.parametrize("name", unit_stock_names())
@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_bars_have_the_measures_of_gs1(name: str, dpi: int) -> None:
    # GS1 General Specifications 5.4.4 and 5.9.3, logistic units.
    stock = replace(load_unit_stock(name), dpi=dpi)
    label = place(stock, case())
    number = label.bars[-1]
    assert 0.495 <= number.module * 25.4 / dpi <= 0.94
    for bars, box in zip(label.bars, stock.bars, strict=True):
        assert bars.height * 25.4 / dpi >= 31.75 - 25.4 / dpi
        wide = len(bars.dark) * bars.module
        left, right = stock.dots(box.x), stock.dots(box.x + box.width)
        assert bars.x - left >= 10 * bars.module - 1
        assert right - bars.x - wide >= 10 * bars.module - 1
        assert wide + 20 * bars.module <= 165.1 / 25.4 * dpi


def test_what_stands_under_the_bars_is_what_they_say() -> None:
    stock = load_unit_stock("unit-100x150")
    document = pypdfium2.PdfDocument(drawn("pdf", [case()], stock))
    text = document[0].get_textpage().get_text_range()
    for bars in wanted(stock, case()) - {case().url}:
        assert bars in text
        assert read_elements(bars)
    for value in ("五香酱牛肉", "240 袋", "L2-261118-03", "2027-05-16", "云岭食品"):
        assert value in text


def test_random_labels_all_read_back() -> None:
    chance = random.Random(128)  # noqa: S311
    stock = load_unit_stock("unit-100x150")
    records = [
        case(
            chance.randrange(10**9),
            elements=(
                ("02", "06901234567892"),
                ("3103", f"{chance.randrange(10**6):06}"),
                ("37", str(chance.randint(1, 99_999_999))),
                ("17", f"{chance.randint(26, 40)}0{chance.randint(1, 9)}15"),
                (
                    "10",
                    "".join(
                        chance.choices("ABCXYZ0123456789.-", k=chance.randint(1, 20))
                    ),
                ),
            ),
        )
        for _ in range(40)
    ]
    for record, label in zip(
        records, zpl_labels(drawn("zpl", records, stock)), strict=True
    ):
        picture = Image.fromarray(np.uint8(255) * ~label.dots)
        assert said(picture) == wanted(stock, record)


def test_four_to_a_sheet() -> None:
    stock = load_unit_stock("unit-a4-4")
    records = [case(number) for number in range(5)]
    out = BytesIO()
    render_units("pdf", records, stock, out, skip=2)
    document = pypdfium2.PdfDocument(out.getvalue())
    read = [
        said(page.render(scale=300 / 72, grayscale=True).to_pil()) for page in document
    ]
    numbers = [
        {Sscc.parse(text).digits for text in page if text.startswith("(00)")}
        for page in read
    ]
    assert numbers == [
        {one.sscc for one in records[:2]},
        {one.sscc for one in records[2:]},
    ]


def test_a_case_of_several_products_has_only_its_number() -> None:
    stock = load_unit_stock("unit-100x150")
    mixed = case(elements=(), batch_no="", product="2 种产品", expiry_date="")
    label = place(stock, mixed)
    assert len(label.bars) == 1
    assert said(preview("zpl", drawn("zpl", [mixed], stock), 203)) == {
        mixed.url,
        f"(00){mixed.sscc}",
    }


@pytest.mark.parametrize("format", UNIT_FORMATS)
def test_what_cannot_be_printed_writes_nothing(format: str) -> None:
    out = BytesIO()
    with pytest.raises(InvalidInput, match="U\\+1F600"):
        render_units(format, [case(product="牛肉😀")], load_unit_stock("unit-a6"), out)
    assert out.getvalue() == b""


def test_wrong_orders_are_refused_in_one_sentence() -> None:
    roll, sheet = load_unit_stock("unit-a6"), load_unit_stock("unit-a4-4")
    for format, records, stock, skip, match in (
        ("docx", [case()], roll, 0, "one of pdf, tspl, zpl, png, svg"),
        ("pdf", [], roll, 0, "no label to print"),
        ("zpl", [case()], sheet, 0, "feeds rolls"),
        ("png", [case(1), case(2)], roll, 0, "PNG holds one label"),
        ("pdf", [case()], sheet, 4, "0 to 3 used labels"),
        ("pdf", [case()], roll, 1, "0 to 0 used labels"),
    ):
        with pytest.raises(InvalidInput, match=match):
            render_units(format, records, stock, BytesIO(), skip)
    with pytest.raises(InvalidInput, match="one of unit-100x150, unit-100x50"):
        load_unit_stock("a4-24")
    with pytest.raises(InvalidInput, match="An SSCC has 18 digits"):
        case(sscc="12")
    with pytest.raises(InvalidInput, match="ends in 0, but its check digit is"):
        case(sscc="069012340000000010")
    with pytest.raises(InvalidInput, match="its value for the bars"):
        case(elements=(("10", ""),))


def test_a_module_that_is_too_narrow_is_refused() -> None:
    narrow = load_unit_stock("unit-100x50")
    (box,) = narrow.bars
    with pytest.raises(InvalidInput, match=r"at 0\.38 mm a module"):
        place(replace(narrow, bars=(replace(box, width=80),)), case())
