"""The same labels by reportlab: the best plain way, and as most tutorials do it."""

import io
from collections.abc import Iterable, Sequence

import numpy as np
import qrcode
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from lotmark.labels.engine.font import FILE, INDEX
from lotmark.labels.engine.layout import Line, place
from lotmark.labels.engine.stock import Stock, load_stock
from lotmark.labels.engine.values import LabelRecord


def plain_reportlab(records: Sequence[LabelRecord]) -> None:
    """The best plain way: text as a form drawn once, each symbol one path."""
    stock = load_stock("a4-24")
    canvas, height = _canvas(stock)
    canvas.beginForm("fixed")
    lines = place(stock, records[0]).lines
    _texts(canvas, (line for line in lines if line.text != records[0].serial_grouped))
    canvas.endForm()
    for number, record in enumerate(records):
        _to_label(canvas, stock, height, number)
        canvas.doForm("fixed")
        label = place(stock, record)
        own = record.serial_grouped
        _texts(canvas, (line for line in label.lines if line.text == own))
        path = canvas.beginPath()
        code = label.symbol
        for row, cells in enumerate(code.modules):
            edges = np.flatnonzero(np.diff(np.r_[False, cells, False])).tolist()
            for start, end in zip(edges[::2], edges[1::2], strict=True):
                path.rect(
                    code.x + start * code.module,
                    -(code.y + (row + 1) * code.module),
                    (end - start) * code.module,
                    code.module,
                )
        canvas.drawPath(path, stroke=0, fill=1)
        canvas.restoreState()
    canvas.save()


def naive_reportlab(records: Sequence[LabelRecord]) -> None:
    """As most tutorials do it: a picture by ``qrcode`` on each label."""
    stock = load_stock("a4-24")
    canvas, height = _canvas(stock)
    for number, record in enumerate(records):
        _to_label(canvas, stock, height, number)
        label = place(stock, record)
        _texts(canvas, label.lines)
        picture = qrcode.make(record.url, border=0).get_image()
        code = label.symbol
        canvas.drawImage(
            ImageReader(picture.convert("RGB")),
            code.x,
            -(code.y + code.side),
            code.side,
            code.side,
        )
        canvas.restoreState()
    canvas.save()


def _canvas(stock: Stock) -> tuple[Canvas, int]:
    pdfmetrics.registerFont(TTFont("plain-sans", FILE, subfontIndex=INDEX["sans"]))
    pdfmetrics.registerFont(TTFont("plain-mono", FILE, subfontIndex=INDEX["mono"]))
    point = 72 / stock.dpi
    size = stock.dots(stock.page_width), stock.dots(stock.page_height)
    return Canvas(io.BytesIO(), pagesize=tuple(side * point for side in size)), size[1]


def _to_label(canvas: Canvas, stock: Stock, height: int, number: int) -> None:
    if number and number % stock.per_page == 0:
        canvas.showPage()
    row, column = divmod(number % stock.per_page, stock.columns)
    canvas.saveState()
    canvas.scale(72 / stock.dpi, 72 / stock.dpi)
    canvas.translate(
        stock.dots(stock.left + column * (stock.width + stock.gap_x)),
        height - stock.dots(stock.top + row * (stock.height + stock.gap_y)),
    )


def _texts(canvas: Canvas, lines: Iterable[Line]) -> None:
    for line in lines:
        canvas.setFont(f"plain-{line.face}", line.size)
        canvas.drawString(line.x, -line.baseline, line.text)
