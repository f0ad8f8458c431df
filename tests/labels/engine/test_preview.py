"""A preview shows what the printed bytes say, whichever the format."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
import zxingcpp
from alone import alone

from lotmark.labels.engine.layout import place
from lotmark.labels.engine.preview import preview
from lotmark.labels.engine.render import ROLL, render
from lotmark.labels.engine.stock import load_stock
from lotmark.labels.engine.values import LabelRecord
from lotmark.trace.errors import InvalidInput

Records = Callable[[int], list[LabelRecord]]


@pytest.mark.parametrize("format", ["pdf", "png", *ROLL])
@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_the_code_in_the_picture_is_the_one_in_the_file(
    beef: LabelRecord, format: str, dpi: int
) -> None:
    stock = replace(load_stock("roll-60x40"), dpi=dpi)
    out = BytesIO()
    render(format, alone([beef]), stock, out)
    picture = preview(format, out.getvalue(), dpi)
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [beef.url]


@pytest.mark.parametrize("format", ["zpl", "tspl"])
def test_the_printers_own_texts_are_shown_where_they_stand(
    beef: LabelRecord, format: str
) -> None:
    stock = load_stock("roll-60x40")
    out = BytesIO()
    render(format, alone([beef]), stock, out)
    dots = np.asarray(preview(format, out.getvalue(), stock.dpi)) < 128
    (line,) = (
        one for one in place(stock, beef).lines if one.text == beef.serial_grouped
    )
    left, top, right, bottom = line.box
    inked = np.flatnonzero(dots[top:bottom, left:right].max(axis=0))
    assert inked[0] < (right - left) * 0.05
    assert inked[-1] > (right - left) * 0.6


@pytest.mark.parametrize("format", ["pdf", "zpl", "tspl"])
def test_pages_are_counted_from_the_first(records: Records, format: str) -> None:
    wanted = records(3)
    stock = load_stock("roll-60x40")
    out = BytesIO()
    render(format, alone(wanted), stock, out)
    picture = preview(format, out.getvalue(), stock.dpi, 2)
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [wanted[2].url]
    for beyond in (3, 99):
        with pytest.raises(InvalidInput, match="no picture of page"):
            preview(format, out.getvalue(), stock.dpi, beyond)


def test_a_list_of_codes_has_no_picture() -> None:
    with pytest.raises(InvalidInput, match="of this csv file"):
        preview("csv", b"", 203)
