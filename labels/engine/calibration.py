"""Where a printer really prints: a stock moved by what a ruler said."""

from dataclasses import replace

from ...trace.errors import N_, InvalidInput
from .stock import Stock
from .stock_faults import SLACK


def shifted(stock: Stock, right: float, down: float) -> Stock:
    """The stock with everything on it moved by so many mm.

    Raises InvalidInput ``calibration_too_far`` when something would begin beyond the
    edge as the printer takes it, where it prints nothing.

    >>> from .stock import load_stock
    >>> shifted(load_stock("roll-60x40"), -0.5, 0.25).top
    0.25
    """
    qr = stock.qr
    dark = (qr.x, qr.y, qr.x + qr.size, qr.y + qr.size)
    boxes = [dark, *(text.box for text in stock.texts)]
    room = (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        stock.width - max(box[2] for box in boxes),
        stock.height - max(box[3] for box in boxes),
    )
    for need, has in zip((-right, -down, right, down), room, strict=True):
        if need > has + SLACK:
            raise InvalidInput(
                "calibration_too_far",
                N_(
                    "The labels are off by %(need).1f mm, but %(stock)s leaves room "
                    "for %(has).1f mm. Set the paper guides of the printer first, then "
                    "measure again."
                ),
                need=need,
                has=has,
                stock=stock.name,
            )
    return replace(stock, left=stock.left + right, top=stock.top + down)
