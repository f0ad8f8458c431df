"""GS1-128: as short as another encoder's, and read back by zxing-cpp as GS1 data."""

import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from reportlab.graphics.barcode import code128

from lotmark.labels.engine import bars
from lotmark.labels.engine.bars import QUIET, Element, gs1_bars, readable
from lotmark.trace.errors import TooLarge

SSCC = ("00", "069012340000000016")
CONTENT = (("02", "06901234567892"), ("37", "240"))
BATCH = (("17", "270516"), ("10", "L2-261118-03"))
WEIGHT = (("02", "06901234567892"), ("3103", "012500"), ("37", "24"))

digits = st.text("0123456789", min_size=6, max_size=6)
lots = st.text("0123456789ABCXYZ.-", min_size=1, max_size=20)
counts = st.integers(1, 99_999_999).map(str)


def read(elements: tuple[Element, ...]) -> zxingcpp.Barcode:
    row = np.pad(~np.array(gs1_bars(elements)), QUIET, constant_values=True)
    picture = np.tile(row.repeat(3), (60, 1)).astype(np.uint8) * 255
    (found,) = zxingcpp.read_barcodes(picture)
    return found


@pytest.mark.parametrize("elements", [(SSCC,), CONTENT, BATCH, WEIGHT])
def test_bars_are_read_back_as_gs1_elements(elements: tuple[Element, ...]) -> None:
    found = read(elements)
    assert found.symbology_identifier == "]C1"
    assert found.content_type == zxingcpp.ContentType.GS1
    assert found.text == readable(elements)


@given(digits, lots, counts, st.permutations(["17", "10", "37"]))
def test_any_order_of_elements_is_read_back(
    day: str, lot: str, count: str, order: list[str]
) -> None:
    values = {"17": day, "10": lot, "37": count}
    elements = tuple((ai, values[ai]) for ai in order)
    found = read(elements)
    # Whatever the date, the characters are those.
    plain = "".join(ai + value for ai, value in elements)
    assert found.bytes.decode().replace("\x1d", "") == plain


@given(lots)
def test_no_symbol_is_longer_than_that_of_another_encoder(lot: str) -> None:
    theirs = zxingcpp.create_barcode(
        f"(17)270516(10){lot}", zxingcpp.BarcodeFormat.Code128, gs1=True
    )
    image = np.asarray(theirs.to_image(scale=1, add_quiet_zones=False))
    assert len(gs1_bars((("17", "270516"), ("10", lot)))) <= image.shape[1]


def test_the_table_is_that_of_reportlab() -> None:
    theirs = [
        "".join(str(ord(sign.upper()) - ord("A") + 1) for sign in code128._patterns[n])
        for n in range(107)
    ]
    assert theirs == bars._WIDTHS


def test_more_than_gs1_allows_is_refused() -> None:
    with pytest.raises(TooLarge, match="holds 48 characters, not the 51 here"):
        gs1_bars((SSCC, ("10", "A" * 20), ("37", "123456")))
