"""Labels as PDF pages: sheets for office printers; a roll is a page per label."""

import itertools
from collections.abc import Iterable, Iterator
from typing import IO, Literal

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from .font import BOLD, FILE, INDEX, FaceName
from .layout import Line, PlacedLabel, Symbol
from .qr import dark_runs
from .stock import Stock

FILL_AND_STROKE: Literal[2] = 2
"""Text rendering mode. ISO 32000-1 9.3.6."""


def write_pdf(
    labels: Iterable[PlacedLabel], stock: Stock, out: IO[bytes], skip: int = 0
) -> None:
    """``labels`` in reading order, the first after ``skip`` used positions.

    The page measures a whole number of dots and every label starts on a dot, so a
    module covers whole dots whichever corner the printer counts from.
    """
    for face, index in INDEX.items():
        if _name(face) not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(_name(face), FILE, subfontIndex=index))
    page = stock.dots(stock.page_width), stock.dots(stock.page_height)
    point = 72 / stock.dpi
    canvas = Canvas(out, pagesize=(page[0] * point, page[1] * point), pageCompression=1)
    canvas.setTitle("Lotmark labels")
    places = itertools.cycle(_places(stock))
    for position, (label, place) in enumerate(
        zip(labels, itertools.islice(places, skip, None), strict=False), start=skip
    ):
        if position % stock.per_page == 0 and position > 0:
            canvas.showPage()
        canvas.saveState()
        # From here on a unit is a dot, and the origin the label's top left corner.
        canvas.scale(point, point)
        canvas.translate(place[0], page[1] - place[1])
        _draw(canvas, label)
        canvas.restoreState()
    canvas.save()


def _name(face: FaceName) -> str:
    """The name in reportlab's registry, which the whole process shares."""
    return f"lotmark-{face}"


def _places(stock: Stock) -> Iterator[tuple[int, int]]:
    """The top left corners of a page's labels, dots from its top left."""
    for row in range(stock.rows):
        for column in range(stock.columns):
            yield (
                stock.dots(stock.left + column * (stock.width + stock.gap_x)),
                stock.dots(stock.top + row * (stock.height + stock.gap_y)),
            )


def _draw(canvas: Canvas, label: PlacedLabel) -> None:
    _draw_symbol(canvas, label.symbol)
    for line in label.lines:
        _draw_line(canvas, line)


def _draw_symbol(canvas: Canvas, symbol: Symbol) -> None:
    # One path filled once: viewers show hairlines between shapes filled one by one.
    path = canvas.beginPath()
    size = symbol.module
    for row, start, length in dark_runs(symbol.modules):
        path.rect(
            symbol.x + start * size,
            -(symbol.y + (row + 1) * size),
            length * size,
            size,
        )
    canvas.drawPath(path, stroke=0, fill=1)


def _draw_line(canvas: Canvas, line: Line) -> None:
    edge = BOLD * line.size * line.bold
    text = canvas.beginText(line.x + edge, -line.baseline)
    text.setFont(_name(line.face), line.size)
    # The rendering mode would outlast the text and thicken the lines that follow.
    canvas.saveState()
    if line.bold:
        canvas.setLineWidth(2 * edge)
        text.setTextRenderMode(FILL_AND_STROKE)
    text.textOut(line.text)
    canvas.drawText(text)
    canvas.restoreState()
