"""Symbols and labels: ours beside libqrencode, the qrcode library and reportlab.

    python bench/labels.py [--million]

Labels a second of CPU time in one process, each way in turn; prints tables of Markdown
for RESULTS.md. libqrencode is measured when Debian's ``libqrencode4`` is there.
``--million`` writes a million labels as PDF and tells time and memory.
"""

import argparse
import ctypes
import ctypes.util
import io
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import qrcode
from measure import table
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from lotmark.labels.engine.columns import beside
from lotmark.labels.engine.font import FILE, INDEX
from lotmark.labels.engine.layout import Line, place
from lotmark.labels.engine.qr_block import encode_rows
from lotmark.labels.engine.render import render
from lotmark.labels.engine.stock import Stock, load_stock
from lotmark.labels.engine.values import LabelRecord, LabelSeries
from lotmark.trace.identity.bulk import encode_many
from lotmark.trace.identity.codes import CodeKey
from lotmark.trace.identity.items import ItemSet

KEY = CodeKey(1, bytes(range(32)))
BEEF = LabelRecord(
    url="HTTPS://Q.EXAMPLE.CN/01/09506000134352/10/L2-261118-03/21/7K3M9QXW2D5RVT8H",
    serial="7K3M9QXW2D5RVT8H",
    product="五香酱牛肉",
    product_en="Five-spice braised beef",
    net_content="200 克",
    batch_no="L2-261118-03",
    production_date="2026-11-18",
    expiry_date="2027-05-16",
    line_code="L2",
)
ROUNDS = 5


class Drain(io.RawIOBase):
    """Takes bytes and counts them."""

    count = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        size = memoryview(data).nbytes
        self.count += size
        return size


def series(count: int) -> Iterator[LabelSeries]:
    """Labels of one batch, their serials enciphered as they are asked for."""
    for part in ItemSet.range(0, count).slices(100_000):
        yield LabelSeries(BEEF, encode_many(KEY, 7, part))


def rates(ways: dict[str, tuple[int, Callable[[int], object]]]) -> dict[str, float]:
    """Median units a second of CPU time; each way does its number, in turn."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, (count, work) in ways.items():
            start = time.process_time()
            work(count)
            found[name].append(count / (time.process_time() - start))
    return {name: statistics.median(some) for name, some in found.items()}


def symbols(count: int) -> None:
    """Ours, in blocks."""
    for some in series(count):
        for part in some.parts(1024):
            encode_rows(beside(len(part), part.before.encode(), part.signs))


def qrcode_symbols(count: int) -> None:
    for record in next(series(count)):
        code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M)
        code.add_data(record.url)
        code.make()


def libqrencode() -> Callable[[int], None] | None:
    """The C library, called once for each symbol; none where it is not installed."""
    found = ctypes.util.find_library("qrencode")
    if found is None:
        return None
    library = ctypes.CDLL(found)
    library.QRcode_encodeString.restype = ctypes.c_void_p
    library.QRcode_encodeString.argtypes = [ctypes.c_char_p, *[ctypes.c_int] * 4]
    library.QRcode_free.argtypes = [ctypes.c_void_p]

    def work(count: int) -> None:
        for record in next(series(count)):
            # Smallest version, level M, 8-bit hint, case kept: it finds alphanumerics.
            code = library.QRcode_encodeString(record.url.encode(), 0, 1, 2, 1)
            assert code
            library.QRcode_free(code)

    return work


def ours(format: str, stock: str) -> Callable[[int], object]:
    paper = load_stock(stock)
    return lambda count: render(format, series(count), paper, Drain())


def plain_reportlab(count: int) -> None:
    """The best plain way: text as a form drawn once, each symbol one path."""
    stock = load_stock("a4-24")
    canvas, height = _canvas(stock)
    canvas.beginForm("fixed")
    lines = place(stock, BEEF).lines
    _texts(canvas, (line for line in lines if line.text != BEEF.serial_grouped))
    canvas.endForm()
    for number, record in enumerate(next(series(count))):
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


def naive_reportlab(count: int) -> None:
    """As most tutorials do it: a picture by ``qrcode`` on each label."""
    stock = load_stock("a4-24")
    canvas, height = _canvas(stock)
    for number, record in enumerate(next(series(count))):
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


def show(head: str, found: dict[str, float], against: tuple[str, ...]) -> None:
    first = next(iter(found.values()))
    names = tuple(f"first against {name}" for name in against)
    rows = [(name, f"{rate:,.0f}") for name, rate in found.items()]
    table((head, "a second of CPU time"), rows)
    for name, other in zip(names, against, strict=True):
        print(f"\n{name}: {first / found[other]:,.0f} ×")


def million() -> None:
    out = Drain()
    for stock in ("a4-24", "roll-60x40"):
        out.count, start = 0, time.perf_counter()
        render("pdf", series(1_000_000), load_stock(stock), out)
        took = time.perf_counter() - start
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"\nA million labels on {stock} as PDF: {took:.1f} s, "
            f"{out.count / 1e6:,.0f} MB, at most {most:.0f} MB of memory so far."
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--million", action="store_true")
    arguments = parser.parse_args()
    print(f"Machine load {os.getloadavg()[1]:.1f}")
    # Symbols are always drawn for labels. In a process that has freed no large array
    # yet, the system takes every working array back at once, and they take three times
    # as long.
    ours("pdf", "a4-24")(2_000)
    ways: dict[str, tuple[int, Callable[[int], object]]] = {
        "ours, ISO mask of eight": (20_000, symbols),
        "qrcode": (50, qrcode_symbols),
    }
    native = libqrencode()
    if native:
        ways["libqrencode"] = (5_000, native)
    show("symbols, version 4-M", rates(ways), tuple(ways)[1:])
    pdf: dict[str, tuple[int, Callable[[int], object]]] = {
        "ours, A4 sheets of 24": (20_000, ours("pdf", "a4-24")),
        "ours, roll 60 × 40 mm": (20_000, ours("pdf", "roll-60x40")),
        "reportlab, form and paths": (480, plain_reportlab),
        "reportlab and qrcode": (48, naive_reportlab),
    }
    show("labels as PDF", rates(pdf), tuple(pdf)[2:])
    others: dict[str, tuple[int, Callable[[int], object]]] = {
        name: (count, ours(name, "roll-60x40"))
        for name, count in (
            ("zpl", 200_000),
            ("zpl-graphics", 20_000),
            ("tspl", 200_000),
            ("tspl-graphics", 20_000),
            ("csv", 200_000),
        )
    }
    show("roll 60 × 40 mm", rates(others), ())
    if arguments.million:
        million()


if __name__ == "__main__":
    main()
