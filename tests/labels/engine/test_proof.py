"""Files as a printer gets them, read back by other programs: every label is its own.

Poppler draws the PDF at the dots of the printer and qpdf checks it; ZPL and TSPL are
drawn by the interpreters of ``printed``. ``LOTMARK_LONG=1`` proves 10,000 labels.
"""

import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from alone import alone
from numpy.typing import NDArray
from PIL import Image

from lotmark.labels.engine.layout import Symbol, place
from lotmark.labels.engine.pdf import corners
from lotmark.labels.engine.printed import Printed, tspl_labels, zpl_labels
from lotmark.labels.engine.raster import label_dots
from lotmark.labels.engine.render import ROLL, render
from lotmark.labels.engine.stock import Stock, load_stock
from lotmark.labels.engine.values import LabelRecord, LabelSeries

Records = Callable[[int], list[LabelRecord]]

COUNT = 10_000 if os.environ.get("LOTMARK_LONG") else 500
SHEETS = COUNT // 4
"""Labels of each kind of sheet, which one writer draws."""
AT_ONCE = 500

pytestmark = pytest.mark.timeout(6000 if COUNT > AT_ONCE else 300)


@pytest.fixture
def tools() -> None:
    missing = [
        one for one in ("pdftoppm", "pdftotext", "qpdf") if not shutil.which(one)
    ]
    if missing:
        # CI installs them: there a missing one must not hide as skipped tests.
        give_up = pytest.fail if "CI" in os.environ else pytest.skip
        give_up(f"{missing[0]} is missing: run  apt install poppler-utils qpdf")


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    return done.stdout


def parts(records: list[LabelRecord]) -> Iterator[list[LabelRecord]]:
    for start in range(0, len(records), AT_ONCE):
        yield records[start : start + AT_ONCE]


def pdf(records: list[LabelRecord], stock: Stock, folder: Path) -> Path:
    path = folder / "labels.pdf"
    with path.open("wb") as out:
        render("pdf", alone(records), stock, out)
    assert "No syntax or stream encoding errors" in run("qpdf", "--check", path)
    return path


def drawn(path: Path, dpi: int) -> Iterator[NDArray[np.uint8]]:
    """The pages as Poppler draws them, in order."""
    pictures = path.parent / f"at{dpi}"
    pictures.mkdir()
    run("pdftoppm", "-r", str(dpi), "-gray", path, pictures / "page")
    for picture in sorted(pictures.iterdir()):
        yield np.asarray(Image.open(picture))
    shutil.rmtree(pictures)


def texts(record: LabelRecord) -> list[str]:
    """What people read on the label."""
    return [
        record.product,
        record.net_content,
        record.batch_no,
        record.production_date,
        record.expiry_date,
        record.line_code,
        record.serial_grouped,
    ]


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize("dpi", [203, 300])
def test_a_roll_drawn_by_poppler_gives_every_record(
    records: Records, dpi: int, tmp_path: Path
) -> None:
    stock = replace(load_stock("roll-60x40"), dpi=dpi)
    for some in parts(records(COUNT)):
        path = pdf(some, stock, tmp_path)
        read = [zxingcpp.read_barcodes(page) for page in drawn(path, dpi)]
        assert [[code.text for code in codes] for codes in read] == [
            [record.url] for record in some
        ]
        pages = run("pdftotext", "-raw", path, "-").split("\f")[:-1]
        for page, record in zip(pages, some, strict=True):
            for text in texts(record):
                assert squeezed(text) in squeezed(page)


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("name", ["a4-21", "a4-24", "letter-30", "roll-40x30-3"])
def test_sheets_drawn_by_poppler_give_every_record(
    records: Records, name: str, dpi: int, tmp_path: Path
) -> None:
    """Each label at its place, in reading order, with its own code and words."""
    stock = replace(load_stock(name), dpi=dpi)
    size = stock.dots(stock.width), stock.dots(stock.height)
    for some in parts(records(SHEETS)):
        path = pdf(some, stock, tmp_path)
        document = pypdfium2.PdfDocument(path)
        left = iter(some)
        for page, picture in zip(document, drawn(path, dpi), strict=True):
            words = page.get_textpage()
            for (x, y), record in zip(corners(stock), left, strict=False):
                area = picture[y : y + size[1], x : x + size[0]]
                assert [one.text for one in zxingcpp.read_barcodes(area)] == [
                    record.url
                ]
                box = x, page.get_height() * dpi / 72 - y - size[1]
                said = words.get_text_bounded(
                    *(
                        at * 72 / dpi
                        for at in (*box, box[0] + size[0], box[1] + size[1])
                    )
                )
                for text in texts(record):
                    assert squeezed(text) in squeezed(said)
        document.close()


@pytest.mark.parametrize("format", ROLL)
@pytest.mark.parametrize(
    ("name", "dpi"), [("roll-60x40", 203), ("roll-60x40", 300), ("roll-40x30-3", 203)]
)
def test_what_label_printers_draw_gives_every_record(
    records: Records, name: str, dpi: int, format: str
) -> None:
    stock = replace(load_stock(name), dpi=dpi)
    for some in parts(records(COUNT)):
        out = BytesIO()
        render(format, alone(some), stock, out)
        data = out.getvalue()
        found = tspl_labels(data, dpi) if "tspl" in format else zpl_labels(data)
        for label, record in zip(found, some, strict=True):
            check_label(label, record, stock, format)


def check_label(label: Printed, record: LabelRecord, stock: Stock, format: str) -> None:
    (code,) = zxingcpp.read_barcodes(np.uint8(255) * ~label.dots)
    assert code.text == record.url
    placed = place(stock, record)
    wanted = np.zeros_like(label.dots)
    x, y = corners(stock)[0]
    own = label_dots(placed)
    wanted[y : y + own.shape[0], x : x + own.shape[1]] = own
    if not format.endswith("graphics"):
        assert [text for text, _ in label.texts] == [record.serial_grouped]
        # The printer draws these itself: its mask and its font may be others.
        (serial,) = (one for one in placed.lines if one.text == record.serial_grouped)
        for left, top, right, bottom in (square(placed.symbol), serial.box):
            area = slice(y + top, y + bottom), slice(x + left, x + right)
            wanted[area] = label.dots[area]
    # Signs of a serial are drawn one by one: where two touch, a dot may differ.
    assert (wanted != label.dots).sum() <= 3


def square(code: Symbol) -> tuple[int, int, int, int]:
    """The symbol without its quiet zone."""
    return code.x, code.y, code.x + code.side, code.y + code.side


@pytest.mark.parametrize("format", ROLL)
def test_labels_side_by_side_are_each_their_own(
    records: Records, beef: LabelRecord, format: str
) -> None:
    """A series fills every row but the last, however many labels it has."""
    stock = load_stock("roll-40x30-3")
    serials = [record.serial for record in records(2_050)]
    out = BytesIO()
    series = LabelSeries(beef, np.array(serials, "S16"))
    render(format, [series], stock, out)
    data = out.getvalue()
    pages = tspl_labels(data, stock.dpi) if "tspl" in format else zpl_labels(data)
    assert len(pages) == -(-len(serials) // 3)
    wide = stock.dots(stock.width)
    first = 330
    read = [
        code.text
        for page in pages[first : first + 20] + pages[-2:]
        for x, _ in corners(stock)
        for code in zxingcpp.read_barcodes(np.uint8(255) * ~page.dots[:, x : x + wide])
    ]
    last = 3 * (len(pages) - 2)
    shown = serials[3 * first : 3 * first + 60] + serials[last:]
    assert read == [series.before + serial for serial in shown]


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("name", ["roll-60x40", "roll-50x30", "roll-40x30", "a4-24"])
def test_a_module_is_whole_dots_at_every_resolution(
    records: Records, name: str, dpi: int
) -> None:
    stock = replace(load_stock(name), dpi=dpi)
    chance = random.Random(dpi)  # noqa: S311
    for record in chance.sample(records(40), 10):
        label = place(stock, record)
        code = label.symbol
        dots = label_dots(label)
        area = dots[code.y : code.y + code.side, code.x : code.x + code.side]
        cells = area.reshape(len(code.modules), code.module, -1, code.module)
        assert (cells == cells[:, :1, :, :1]).all()
        assert code.module * 25.4 / dpi >= stock.qr.min_module
        (read,) = zxingcpp.read_barcodes(np.uint8(255) * ~dots)
        assert read.text == record.url
