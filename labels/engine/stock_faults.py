"""What is wrong with a stock that the schema of its file cannot see."""

import itertools
from collections.abc import Iterator

from .boxes import MM_PER_POINT, BarBox, Box, Stock, TextBox
from .font import ABOVE, BELOW, face
from .unit_values import UNIT_VALUES
from .values import SERIALS, VALUE_NAMES

SLACK = 0.01
"""Less than a dot, mm: decimal lengths do not add up exactly."""


def faults_of(stock: Stock) -> list[str]:
    """Each as the end of a sentence, with the box it is about."""
    faults = []
    across = stock.left + stock.columns * (stock.width + stock.gap_x) - stock.gap_x
    down = stock.top + stock.rows * (stock.height + stock.gap_y) - stock.gap_y
    if across > stock.page_width + SLACK or down > stock.page_height + SLACK:
        faults.append("the labels do not fit on the page")
    if stock.qr_box and not _inside(stock.qr.box, stock, margin=0):
        faults.append("the QR box with its quiet zone leaves the label")
    if not stock.qr_box and not stock.for_units:
        faults.append("a label for packs needs a QR code: give it a qr box")
    for text in stock.texts:
        faults += _text_faults(text, stock)
    for bar in stock.bars:
        if not _inside(bar.box, stock, stock.margin):
            faults.append(f"the bars of {_name(bar)} leave the printable area")
        if bar.min_module > bar.max_module:
            faults.append(f"the bars of {_name(bar)} have min_module above max_module")
    known = UNIT_VALUES if stock.for_units else VALUE_NAMES
    if unknown := {name for name, _ in stock.sample} - known:
        faults.append(f"sample names no value of a label: {min(unknown)}")
    boxes = [
        *([("the QR code", stock.qr.box)] if stock.qr_box else []),
        *((text.value, text.box) for text in stock.texts),
        *((f"the bars of {_name(bar)}", bar.box) for bar in stock.bars),
    ]
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        wide = min(a[2], b[2]) - max(a[0], b[0])
        high = min(a[3], b[3]) - max(a[1], b[1])
        if wide > SLACK and high > SLACK:
            faults.append(f"{one} and {other} overlap")
    return faults


def _name(bar: BarBox) -> str:
    return "".join(f"({ai})" for ai in bar.elements)


def _text_faults(text: TextBox, stock: Stock) -> Iterator[str]:
    if not _inside(text.box, stock, stock.margin):
        yield f"{text.value} leaves the printable area"
    if text.min_size > text.size:
        yield f"{text.value} has min_size above size"
    if (ABOVE + BELOW) * text.min_size * MM_PER_POINT > text.height:
        yield f"{text.value} is lower than its smallest type"
    if face("sans").width(text.caption) * text.caption_size > (
        text.caption_width / MM_PER_POINT
    ):
        yield f"{text.caption} is wider than its caption_width"
    if set(text.names) & SERIALS and text.face != "mono":
        yield f"{text.value} has the serial: its face must be mono"
    if set(text.names) & SERIALS and not text.is_serial:
        yield (
            f"{text.value} has the serial: beside it only digits, letters and "
            "-.:/# may stand"
        )
    known = UNIT_VALUES if stock.for_units else VALUE_NAMES
    if unknown := set(text.names) - known:
        yield f"{text.value} names no value of a label: {min(unknown)}"


def _inside(box: Box, stock: Stock, margin: float) -> bool:
    left, top, right, bottom = box
    return (
        left >= margin - SLACK
        and top >= margin - SLACK
        and right <= stock.width - margin + SLACK
        and bottom <= stock.height - margin + SLACK
    )
