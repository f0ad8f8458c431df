"""Pictures of labels, made from the exact bytes that a printer would get."""

from io import BytesIO

from flask import Response, request
from flask.typing import ResponseReturnValue
from PIL import Image

from ...labels.engine.preview import preview
from ...labels.engine.stock import Stock, load_stock
from ...labels.jobs.drawing import printer_bytes, stock_on
from ...labels.jobs.printers import CODE_LIMIT, find_printer
from ...labels.jobs.service import JOB_FORMATS, draw_labels, draw_specimen
from ...labels.jobs.tables import Printer
from ...trace.db import Session
from ...trace.identity.items import ItemSet
from ...trace.parties.tables import Lot
from ..current import house
from .room import own_batch, room

USUAL_STOCK = "roll-60x40"


@room.get("/line/batches/<int:lot_id>/label.png")
def label_picture(lot_id: int) -> ResponseReturnValue:
    """One label: its bytes are drawn as for the printer, then read back.

    ``printer`` names one of ours; else ``stock`` and ``format`` say what is drawn.
    """
    item = request.args.get("item", "")
    number = int(item) if item.isdecimal() and len(item) < 10 else 0
    items = ItemSet.range(number, number + 1)
    with house().plant.reading() as session:
        lot = own_batch(session, lot_id)
        if code := request.args.get("printer", "")[:CODE_LIMIT]:
            return _at_printer(session, lot, items, find_printer(session, code))
        return _in_file(session, lot, items)


@room.get("/line/batches/<int:lot_id>/specimen.png")
def specimen_picture(lot_id: int) -> ResponseReturnValue:
    """A label of the batch before any is ordered: all but its code is as it will be."""
    code = request.args.get("printer", "")[:CODE_LIMIT]
    with house().plant.reading() as session:
        lot = own_batch(session, lot_id)
        printer = find_printer(session, code)
        stock = stock_on(printer, printer.stock)
        base_url = house().settings.base_url
        data = draw_specimen(lot, printer.format, stock, 0, base_url)
    return answer_picture(
        first_label(preview(printer.format, data, printer.dpi), stock)
    )


def _at_printer(
    session: Session, lot: Lot, items: ItemSet, printer: Printer
) -> Response:
    base_url, keys = house().settings.base_url, house().keys
    stock = stock_on(printer, printer.stock)
    data = printer_bytes(session, keys, lot, items, base_url, printer, printer.stock)
    page = preview(printer.format, data, printer.dpi)
    return answer_picture(first_label(page, stock))


def _in_file(session: Session, lot: Lot, items: ItemSet) -> Response:
    stock = load_stock(request.args.get("stock", USUAL_STOCK)[:60])
    asked = request.args.get("format", "pdf")
    format = asked if asked in JOB_FORMATS else "pdf"
    base_url, keys = house().settings.base_url, house().keys
    out = BytesIO()
    draw_labels(session, keys, lot, items, base_url, format, stock, out)
    page = preview(format, out.getvalue(), stock.dpi)
    return answer_picture(first_label(page, stock))


def first_label(page: Image.Image, stock: Stock) -> Image.Image:
    """The first label of a page or row."""
    scale = page.width / stock.page_width
    left, top = round(stock.left * scale), round(stock.top * scale)
    right, bottom = round(stock.width * scale), round(stock.height * scale)
    return page.crop((left, top, left + right, top + bottom))


def answer_picture(picture: Image.Image) -> Response:
    """A picture as PNG, which the browser may keep for an hour."""
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    answer = Response(out.getvalue(), mimetype="image/png")
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer
