"""Whatever the values, nothing overlaps and everything is inside the label."""

import itertools
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lotmark.labels.engine.font import face
from lotmark.labels.engine.layout import PlacedLabel, place
from lotmark.labels.engine.qr import QUIET
from lotmark.labels.engine.stock import Stock, load_stock, stock_names
from lotmark.labels.engine.values import LabelRecord
from lotmark.trace.errors import InvalidInput

WORDS = st.text(
    st.sampled_from("五香酱牛肉（真空包装）云岭，ABCgjyWM 019-/·é"),
    min_size=1,
    max_size=30,
).filter(lambda text: text.strip() != "")


def check(stock: Stock, label: PlacedLabel) -> None:
    """Inside the printable area, give or take the dot that rounding costs."""
    margin = stock.dots(stock.margin) - 1
    for left, top, right, bottom in (line.box for line in label.lines):
        assert left >= margin
        assert top >= margin
        assert right <= label.width - margin
        assert bottom <= label.height - margin
    left, top, right, bottom = label.symbol.box
    assert min(left, top) >= 0
    assert right <= label.width
    assert bottom <= label.height
    boxes = [label.symbol.box, *(line.box for line in label.lines)]
    for a, b in itertools.combinations(boxes, 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert apart, (a, b)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    name=st.sampled_from(stock_names()),
    dpi=st.sampled_from([203, 300, 600]),
    product=WORDS,
    batch=WORDS,
    english=st.one_of(st.just(""), WORDS),
)
def test_nothing_overlaps_and_all_is_inside(
    beef: LabelRecord, name: str, dpi: int, product: str, batch: str, english: str
) -> None:
    stock = replace(load_stock(name), dpi=dpi)
    record = replace(beef, product=product, batch_no=batch, product_en=english)
    with suppress(InvalidInput):  # what does not fit is refused
        label = place(stock, record)
        check(stock, label)
        printed = "".join("".join(line.text.split()) for line in label.lines)
        assert "".join(product.split()) in printed
        assert "".join(batch.split()) in printed


@pytest.mark.parametrize("name", stock_names())
@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_modules_are_whole_dots_and_large_enough(
    beef: LabelRecord, name: str, dpi: int
) -> None:
    stock = replace(load_stock(name), dpi=dpi)
    symbol = place(stock, beef).symbol
    assert symbol.modules.shape == (33, 33)  # version 4: alphanumeric mode, level M
    assert isinstance(symbol.module, int)
    assert symbol.module * 25.4 / dpi >= 0.33
    assert stock.qr.quiet / 25.4 * dpi >= QUIET * symbol.module


@pytest.mark.parametrize("name", stock_names())
def test_the_product_name_is_the_biggest_text(beef: LabelRecord, name: str) -> None:
    lines = place(load_stock(name), beef).lines
    assert max(lines, key=lambda line: line.size).text == "五香酱牛肉"


def test_a_long_name_wraps_and_shrinks(beef: LabelRecord) -> None:
    stock = load_stock("roll-60x40")
    name = "云岭精制五香酱牛肉（真空包装）家庭分享装"
    short = place(stock, beef).lines[0]
    lines = place(stock, replace(beef, product=name)).lines[:2]
    assert "".join(line.text for line in lines) == name
    assert lines[0].size < short.size
    assert not lines[1].text.startswith(("）", "，"))


def test_empty_values_print_nothing_not_even_a_caption(beef: LabelRecord) -> None:
    bare = LabelRecord(url=beef.url, serial=beef.serial, product=beef.product)
    texts = [line.text for line in place(load_stock("roll-60x40"), bare).lines]
    assert texts == ["五香酱牛肉", "7K3M 9QXW 2D5R VT8H"]


def test_a_name_of_ten_thousand_characters_is_refused(beef: LabelRecord) -> None:
    record = replace(beef, product="牛" * 10_000)
    with pytest.raises(InvalidInput) as refused:
        place(load_stock("roll-60x40"), record)
    assert refused.value.code == "label_text_too_long"
    assert str(refused.value) == (
        "牛"
        * 40
        + "… (10000 characters) does not fit into its 31 × 8.4 mm on the label"
        " even in 7 point type; shorten it or use a larger label."
    )


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("牛肉😀", "U+1F600 (grinning face), character 3"),
        ("𠮷野家", "U+20BB7 (cjk unified ideograph-20bb7), character 1"),
        ("牛\ud800", "U+D800 (no name), character 2"),
        ("牛\ue000", "U+E000 (no name), character 2"),
        ("云岭精制五香酱牛肉家庭装😀", "U+1F600 (grinning face), character 13"),
    ],
)
def test_a_sign_the_font_lacks_is_refused(
    beef: LabelRecord, text: str, sign: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        place(load_stock("roll-60x40"), replace(beef, product=text))
    assert refused.value.code == "label_glyph_missing"
    said = text.replace("\ud800", "?")
    assert f"The label font has no sign for {sign} of {said}" in str(refused.value)


def test_an_address_too_long_for_the_label_is_refused(beef: LabelRecord) -> None:
    def address(length: int) -> str:
        return "HTTPS://Q.CN/" + "A" * length + beef.serial

    record = replace(beef, url=address(300))
    with pytest.raises(InvalidInput, match=r"at 0\.25 mm a module on roll-40x30"):
        place(load_stock("roll-40x30"), record)
    with pytest.raises(InvalidInput, match="QR code cannot hold 5029 characters"):
        place(load_stock("roll-40x30"), replace(beef, url=address(5000)))


def test_lower_case_addresses_make_a_larger_symbol_that_still_fits(
    beef: LabelRecord,
) -> None:
    stock = load_stock("roll-60x40")
    url = beef.url.removesuffix(beef.serial).lower() + beef.serial
    symbol = place(stock, replace(beef, url=url)).symbol
    assert symbol.modules.shape == (37, 37)
    assert symbol.module * 25.4 / stock.dpi >= 0.5


def test_mono_digits_share_one_width() -> None:
    assert len({face("mono").width(digit) for digit in "0123456789KMWI"}) == 1
