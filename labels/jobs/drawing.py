"""What goes to a printer: the bytes of some labels of a lot, as it has to have them."""

from dataclasses import replace
from io import BytesIO

from sqlalchemy.orm import Session

from ...trace.identity.items import ItemSet
from ...trace.identity.keys import KeyRing
from ...trace.parties.tables import Lot
from ..engine.calibration import shifted
from ..engine.render import render
from ..engine.stock import Stock, load_stock
from .service import label_series
from .tables import Printer


def stock_on(printer: Printer, name: str) -> Stock:
    """A stock as a printer has to print it: with its dots and its offsets.

    Raises InvalidInput for an unknown stock.
    """
    stock = replace(load_stock(name), dpi=printer.dpi)
    return shifted(stock, printer.offset_x / 1000, printer.offset_y / 1000)


def printer_bytes(
    session: Session,
    ring: KeyRing,
    lot: Lot,
    items: ItemSet,
    base_url: str,
    printer: Printer,
    stock: str,
    copy: int = 0,
    skip: int = 0,
) -> bytes:
    """Exactly what is sent for ``items`` of a lot; a reprint says its number."""
    out = BytesIO()
    labels = label_series(session, ring, lot, items, base_url, copy)
    render(printer.format, labels, stock_on(printer, stock), out, skip=skip)
    return out.getvalue()
