"""Symbols and labels: ours beside libqrencode, the qrcode library and reportlab.

    python bench/labels.py [--million]

Labels a second of CPU time in one process, each way in turn; prints tables of Markdown
for RESULTS.md. libqrencode and gLabels are measured when Debian's ``libqrencode4`` and
``glabels`` are there; else the bench says so. ``--million`` writes a million labels as
PDF and tells time and memory.
"""

import argparse
import ctypes
import ctypes.util
import io
import multiprocessing
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import qrcode
from glabels import glabels
from measure import table
from reportlab_ways import naive_reportlab, plain_reportlab

from lotmark.labels.engine.columns import beside
from lotmark.labels.engine.qr_block import encode_rows
from lotmark.labels.engine.render import render
from lotmark.labels.engine.samples import UNIT
from lotmark.labels.engine.stock import load_stock, load_unit_stock
from lotmark.labels.engine.unit_labels import render_units
from lotmark.labels.engine.values import LabelRecord, LabelSeries
from lotmark.trace.identity.bulk import encode_many
from lotmark.trace.identity.codes import CodeKey
from lotmark.trace.identity.gs1 import Sscc
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
JOB = 1_000
"""Labels of a job on a label printer."""


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


def ours(format: str, stock: str, job: int = 0) -> Callable[[int], object]:
    """In one file, or in jobs of so many labels, as printers get them."""
    paper = load_stock(stock)

    def work(count: int) -> None:
        for _ in range(0, count, job or count):
            render(format, series(job or count), paper, Drain())

    return work


def cases(count: int) -> None:
    """Labels of cases, in files of fifty."""
    stock = load_unit_stock("unit-100x150")
    for start in range(0, count, 50):
        records = [
            replace(UNIT, sscc=Sscc.build("9506000", number).digits)
            for number in range(start, start + 50)
        ]
        render_units("zpl", records, stock, Drain())


def show(head: str, found: dict[str, float], against: tuple[str, ...]) -> None:
    first = next(iter(found.values()))
    names = tuple(f"first against {name}" for name in against)
    rows = [(name, f"{rate:,.0f}") for name, rate in found.items()]
    table((head, "a second of CPU time"), rows)
    for name, other in zip(names, against, strict=True):
        print(f"\n{name}: {first / found[other]:,.0f} ×")


def beside_glabels() -> None:
    """gLabels and ours, the same 2,400 labels on A4 sheets of 24, best of three."""
    stock, count = load_stock("a4-24"), 2_400
    found = [glabels(next(series(count)), stock) for _ in range(3)]
    took = [one for one in found if one is not None]
    if not took:
        print("\ngLabels is not measured: apt install glabels")
        return
    mine = rates({"ours": (count, ours("pdf", "a4-24"))})["ours"]
    seconds, memory = min(took)
    theirs = count / seconds
    table(
        ("2,400 labels on A4 as PDF", "a second of CPU time"),
        [("ours", f"{mine:,.0f}"), ("gLabels", f"{theirs:,.0f}")],
    )
    print(f"\nfirst against gLabels: {mine / theirs:,.0f} ×; it took {memory:,.0f} MB")


def million(stock: str) -> None:
    out, start, used = Drain(), time.perf_counter(), time.process_time()
    render("pdf", series(1_000_000), load_stock(stock), out)
    took, used = time.perf_counter() - start, time.process_time() - used
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\nA million labels on {stock} as PDF: {took:.1f} s ({used:.1f} s of CPU "
        f"time), {out.count / 1e6:,.0f} MB, at most {most:.0f} MB of memory."
    )


def millions() -> None:
    """Each kind in a process that did nothing before, so that its memory counts."""
    for stock in ("a4-24", "roll-60x40"):
        process = multiprocessing.get_context("spawn").Process(
            target=million, args=(stock,)
        )
        process.start()
        process.join()


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
        "reportlab, form and paths": (
            480,
            lambda count: plain_reportlab(list(next(series(count)))),
        ),
        "reportlab and qrcode": (
            48,
            lambda count: naive_reportlab(list(next(series(count)))),
        ),
    }
    show("labels as PDF", rates(pdf), tuple(pdf)[2:])
    others: dict[str, tuple[int, Callable[[int], object]]] = {
        name: (count, ours(name, "roll-60x40"))
        for name, count in (
            ("zpl", 200_000),
            ("tspl", 200_000),
            ("csv", 200_000),
            ("png-zip", 500),
        )
    }
    for name in ("zpl-graphics", "tspl-graphics"):
        others[f"{name}, jobs of {JOB:,}"] = 20_000, ours(name, "roll-60x40", JOB)
    others["cases with three bar codes, 100 × 150 mm, zpl"] = 200, cases
    show("roll 60 × 40 mm", rates(others), ())
    beside_glabels()
    if arguments.million:
        millions()


if __name__ == "__main__":
    main()
