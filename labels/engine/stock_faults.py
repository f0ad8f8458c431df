"""What is wrong with a stock that the schema of its file cannot see."""

import itertools
from collections.abc import Iterator

from ...trace.errors import N_, InvalidInput
from .boxes import MM_PER_POINT, BarBox, Box, Stock, TextBox
from .font import ABOVE, BELOW, face
from .unit_values import UNIT_VALUES
from .values import SERIALS, VALUE_NAMES

SLACK = 0.01
"""Less than a dot, mm: decimal lengths do not add up exactly."""


def faults_of(stock: Stock) -> Iterator[InvalidInput]:
    """Each in a sentence, with the box it is about."""
    across = stock.left + stock.columns * (stock.width + stock.gap_x) - stock.gap_x
    down = stock.top + stock.rows * (stock.height + stock.gap_y) - stock.gap_y
    if across > stock.page_width + SLACK or down > stock.page_height + SLACK:
        yield _fault(
            stock,
            N_(
                "The label stock %(file)s cannot be used: the labels do not fit on the "
                "page."
            ),
        )
    if stock.qr_box and not _inside(stock.qr.box, stock, margin=0):
        yield _fault(
            stock,
            N_(
                "The label stock %(file)s cannot be used: the QR box with its quiet "
                "zone leaves the label."
            ),
        )
    if not stock.qr_box and not stock.for_units:
        yield _fault(
            stock,
            N_(
                "The label stock %(file)s cannot be used: a label for packs needs a QR "
                "code. Give it a qr box."
            ),
        )
    for text in stock.texts:
        yield from _text_faults(text, stock)
    for bar in stock.bars:
        yield from _bar_faults(bar, stock)
    known = UNIT_VALUES if stock.for_units else VALUE_NAMES
    if unknown := {name for name, _ in stock.sample} - known:
        yield _unknown("[sample]", min(unknown), stock)
    yield from _overlaps(stock)


def _overlaps(stock: Stock) -> Iterator[InvalidInput]:
    boxes = [
        *([("QR", stock.qr.box)] if stock.qr_box else []),
        *((text.value, text.box) for text in stock.texts),
        *((_name(bar), bar.box) for bar in stock.bars),
    ]
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        wide = min(a[2], b[2]) - max(a[0], b[0])
        high = min(a[3], b[3]) - max(a[1], b[1])
        if wide > SLACK and high > SLACK:
            yield _fault(
                stock,
                N_(
                    "The label stock %(file)s cannot be used: %(one)s and %(other)s "
                    "overlap."
                ),
                one=one,
                other=other,
            )


def _name(bar: BarBox) -> str:
    return "".join(f"({ai})" for ai in bar.elements)


def _bar_faults(bar: BarBox, stock: Stock) -> Iterator[InvalidInput]:
    if not _inside(bar.box, stock, stock.margin):
        yield _leaves(_name(bar), stock)
    if bar.min_module > bar.max_module:
        yield _fault(
            stock,
            N_(
                "The label stock %(file)s cannot be used: %(box)s has min_module above "
                "max_module."
            ),
            box=_name(bar),
        )


def _text_faults(text: TextBox, stock: Stock) -> Iterator[InvalidInput]:
    if not _inside(text.box, stock, stock.margin):
        yield _leaves(text.value, stock)
    if text.min_size > text.size:
        yield _fault(
            stock,
            N_(
                "The label stock %(file)s cannot be used: %(box)s has min_size above "
                "size."
            ),
            box=text.value,
        )
    if (ABOVE + BELOW) * text.min_size * MM_PER_POINT > text.height:
        yield _fault(
            stock,
            N_(
                "The label stock %(file)s cannot be used: %(box)s is lower than its "
                "smallest type."
            ),
            box=text.value,
        )
    if face("sans").width(text.caption) * text.caption_size > (
        text.caption_width / MM_PER_POINT
    ):
        yield _fault(
            stock,
            N_(
                "The label stock %(file)s cannot be used: %(box)s is wider than its "
                "caption_width."
            ),
            box=text.caption,
        )
    if set(text.names) & SERIALS and text.face != "mono":
        yield _fault(
            stock,
            N_(
                "The label stock %(file)s cannot be used: %(box)s has the serial, so "
                "its face must be mono."
            ),
            box=text.value,
        )
    if set(text.names) & SERIALS and not text.is_serial:
        yield _fault(
            stock,
            N_(
                "The label stock %(file)s cannot be used: %(box)s has the serial, "
                "beside which only digits, letters and -.:/# may stand."
            ),
            box=text.value,
        )
    known = UNIT_VALUES if stock.for_units else VALUE_NAMES
    if unknown := set(text.names) - known:
        yield _unknown(text.value, min(unknown), stock)


def _leaves(box: str, stock: Stock) -> InvalidInput:
    return _fault(
        stock,
        N_(
            "The label stock %(file)s cannot be used: %(box)s leaves the printable "
            "area."
        ),
        box=box,
    )


def _unknown(box: str, name: str, stock: Stock) -> InvalidInput:
    return _fault(
        stock,
        N_(
            "The label stock %(file)s cannot be used: %(box)s names no value of a "
            "label: %(name)s."
        ),
        box=box,
        name=name,
    )


def _fault(stock: Stock, sentence: str, **told: str) -> InvalidInput:
    return InvalidInput("stock_invalid", sentence, file=f"{stock.name}.toml", **told)


def _inside(box: Box, stock: Stock, margin: float) -> bool:
    left, top, right, bottom = box
    return (
        left >= margin - SLACK
        and top >= margin - SLACK
        and right <= stock.width - margin + SLACK
        and bottom <= stock.height - margin + SLACK
    )
