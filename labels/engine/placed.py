"""Labels that have nothing in common, written one by one: those of cases and pallets.

Few are printed at a time, so they go as plain drawings: dots to label printers, lines
and rectangles to PDF.
"""

import io
import itertools
from collections.abc import Iterable, Iterator
from typing import IO

import numpy as np
from numpy.typing import NDArray
from reportlab.pdfgen.canvas import Canvas

from .layout import PlacedLabel
from .pdf import corners, draw_line, know_faces
from .qr import dark_runs
from .raster import label_dots
from .stock import Stock
from .tspl import bitmap_field, paper
from .zpl import graphic_field

BLANK = 16
"""So many white rows part two bitmaps: they need not be sent."""


def write_placed_zpl(
    labels: Iterable[PlacedLabel], stock: Stock, out: IO[bytes]
) -> None:
    """``^XA`` … ``^XZ`` for each row of labels, all as graphics."""
    size = stock.dots(stock.page_width), stock.dots(stock.page_height)
    for dots in _pages(labels, stock):
        out.write(b"^XA\n^PW%d\n^LL%d\n^LH0,0\n" % size)
        out.write(graphic_field(0, 0, dots) + b"^PQ1^XZ\n")


def write_placed_tspl(
    labels: Iterable[PlacedLabel], stock: Stock, out: IO[bytes]
) -> None:
    """The paper's size, then ``CLS`` … ``PRINT 1`` for each row of labels."""
    out.write(paper(stock))
    for dots in _pages(labels, stock):
        bands = (bitmap_field(0, top, dots[top:end]) for top, end in _bands(dots))
        out.write(b"CLS\r\n" + b"".join(bands) + b"PRINT 1\r\n")


def write_placed_pdf(
    labels: Iterable[PlacedLabel], stock: Stock, out: IO[bytes], skip: int
) -> None:
    """Pages in reading order, the first label after ``skip`` used positions.

    A unit of the drawing is a dot, so every bar and module is whole dots wide.
    """
    know_faces()
    size = stock.dots(stock.page_width), stock.dots(stock.page_height)
    drawn = io.BytesIO()
    point = 72 / stock.dpi
    canvas = Canvas(drawn, pagesize=(size[0] * point, size[1] * point))
    canvas.setTitle("Lotmark labels")
    places = corners(stock)
    for position, label in enumerate(labels, skip):
        if position > skip and position % stock.per_page == 0:
            canvas.showPage()
        canvas.saveState()
        canvas.scale(point, point)
        x, y = places[position % stock.per_page]
        canvas.translate(x, size[1] - y)
        _draw(canvas, label)
        canvas.restoreState()
    canvas.save()
    out.write(drawn.getvalue())


def _draw(canvas: Canvas, label: PlacedLabel) -> None:
    path = canvas.beginPath()
    for x, y, wide, high in _rectangles(label):
        path.rect(x, -y - high, wide, high)
    canvas.drawPath(path, stroke=0, fill=1)
    for line in label.lines:
        draw_line(canvas, line)


def _rectangles(label: PlacedLabel) -> Iterator[tuple[int, int, int, int]]:
    """Left, top, width and height of all that is dark, without the texts."""
    for code in label.symbols:
        for row, start, length in dark_runs(code.modules):
            x, y = code.x + start * code.module, code.y + row * code.module
            yield x, y, length * code.module, code.module
    for bars in label.bars:
        for x, wide in bars.runs():
            yield x, bars.y, wide, bars.height


def _pages(labels: Iterable[PlacedLabel], stock: Stock) -> Iterator[NDArray[np.bool_]]:
    """The dots of each row of labels on the roll."""
    size = stock.dots(stock.page_height), stock.dots(stock.page_width)
    places = corners(stock)
    numbered = enumerate(labels)
    for _, row in itertools.groupby(numbered, lambda one: one[0] // len(places)):
        dots = np.zeros(size, np.bool_)
        for (_, label), (x, y) in zip(row, places, strict=False):
            area = dots[y : y + label.height, x : x + label.width]
            area[...] = label_dots(label)[: area.shape[0], : area.shape[1]]
        yield dots


def _bands(dots: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """First row and end of each stretch that is not blank."""
    inked = np.flatnonzero(dots.any(axis=1))
    gaps = np.flatnonzero(np.diff(inked) > BLANK)
    for some in np.split(inked, gaps + 1):
        if len(some):
            yield int(some[0]), int(some[-1]) + 1
