"""PDF pages rasterised at printer resolution read back as the records."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
import zxingcpp
from alone import alone
from numpy.typing import NDArray

from lotmark.labels.engine import pdf_file
from lotmark.labels.engine.layout import place
from lotmark.labels.engine.raster import label_dots
from lotmark.labels.engine.render import render
from lotmark.labels.engine.stock import FOLDER, load_stock, read_stock
from lotmark.labels.engine.values import LabelRecord
from lotmark.trace.errors import InvalidInput

Records = Callable[[int], list[LabelRecord]]

MM = 72 / 25.4


def pdf(records: list[LabelRecord], stock: str, skip: int = 0) -> pypdfium2.PdfDocument:
    out = BytesIO()
    render("pdf", alone(records), load_stock(stock), out, skip=skip)
    return pypdfium2.PdfDocument(out.getvalue())


def grey(page: pypdfium2.PdfPage, dpi: int) -> NDArray[np.uint8]:
    # A hair less: pdfium rounds the size in dots up, and a rounding error of its own
    # would stretch the page by a dot.
    scale = (dpi - 0.001) / 72
    return np.asarray(page.render(scale=scale, grayscale=True).to_pil())


def test_a_sheet_reads_back_in_reading_order(records: Records) -> None:
    wanted = records(30)
    document = pdf(wanted, "a4-24")
    assert len(document) == 2
    read: list[str] = []
    for page in document:
        codes = zxingcpp.read_barcodes(grey(page, 300))
        rows = sorted(
            (round(c.position.top_left.y / 400), c.position.top_left.x, c.text)
            for c in codes
        )
        read += [text for _, _, text in rows]
    assert read == [record.url for record in wanted]


@pytest.mark.parametrize("stock", ["roll-60x40", "roll-50x30", "roll-40x30"])
@pytest.mark.parametrize("dpi", [203, 300])
def test_a_roll_is_a_page_per_label(records: Records, stock: str, dpi: int) -> None:
    wanted = records(20)
    document = pdf(wanted, stock)
    assert len(document) == len(wanted)
    for page, record in zip(document, wanted, strict=True):
        code = zxingcpp.read_barcode(grey(page, dpi))
        assert code is not None
        assert code.text == record.url


@pytest.mark.parametrize("stock", ["a4-21", "letter-30", "roll-40x30-3"])
def test_every_label_of_a_page_reads_back(records: Records, stock: str) -> None:
    wanted = records(load_stock(stock).per_page + 1)
    document = pdf(wanted, stock)
    assert len(document) == 2
    read = [
        code.text
        for page in document
        for code in zxingcpp.read_barcodes(grey(page, 300))
    ]
    assert sorted(read) == sorted(record.url for record in wanted)


def test_pages_have_the_size_of_the_paper(beef: LabelRecord) -> None:
    assert pdf([beef], "a4-24")[0].get_size() == pytest.approx(
        (210 * MM, 297 * MM), abs=0.2
    )
    assert pdf([beef], "roll-60x40")[0].get_size() == pytest.approx(
        (60 * MM, 40 * MM), abs=0.2
    )


@pytest.mark.parametrize("stock", ["a4-24", "roll-60x40", "roll-50x30", "roll-40x30"])
def test_the_text_is_on_the_label(records: Records, stock: str) -> None:
    for record in records(5):
        text = pdf([record], stock)[0].get_textpage().get_text_range()
        squeezed = "".join(text.split())
        for value in (
            record.product,
            "净含量" + record.net_content,
            "批号" + record.batch_no,
            "生产日期" + record.production_date,
            "保质期至" + record.expiry_date,
            record.line_code,
            record.serial_grouped,
        ):
            assert "".join(value.split()) in squeezed
        assert record.serial_grouped in text


def test_modules_lie_on_whole_dots(beef: LabelRecord) -> None:
    page = pdf([beef], "a4-24", skip=4)[0]
    dots = grey(page, 300)
    stock = load_stock("a4-24")
    symbol = place(stock, beef).symbol
    x = stock.dots(stock.left + stock.width + stock.gap_x) + symbol.x
    y = stock.dots(stock.top + stock.height) + symbol.y
    area = dots[y : y + symbol.side, x : x + symbol.side]
    assert set(np.unique(area // 8)) == {0, 31}, "no grey edges"
    shown = label_dots(place(stock, beef))
    there = (
        slice(symbol.y, symbol.y + symbol.side),
        slice(symbol.x, symbol.x + symbol.side),
    )
    assert ((area < 128) == shown[there]).all()


@pytest.mark.parametrize("skip", [0, 1, 23])
def test_used_labels_of_the_first_sheet_stay_free(records: Records, skip: int) -> None:
    document = pdf(records(3), "a4-24", skip)
    assert len(document) == (2 if skip == 23 else 1)
    codes = zxingcpp.read_barcodes(grey(document[0], 200))
    assert len(codes) == (1 if skip == 23 else 3)
    corners = [code.position.top_left for code in codes]
    first = min(corners, key=lambda corner: (corner.y // 100, corner.x))
    stock = load_stock("a4-24")
    column, row = skip % 3, skip // 3
    x = (stock.left + column * (stock.width + stock.gap_x) + stock.qr.x) / 25.4 * 200
    y = (stock.top + row * stock.height + stock.qr.y) / 25.4 * 200
    assert first.x == pytest.approx(x, abs=4)
    assert first.y == pytest.approx(y, abs=4)


def test_the_font_is_embedded_as_a_subset(beef: LabelRecord) -> None:
    out = BytesIO()
    render("pdf", alone([beef]), load_stock("roll-60x40"), out)
    assert b"+WenQuanYiMicroHei" in out.getvalue()
    assert len(out.getvalue()) < 150_000


def test_every_line_has_the_weight_it_has_on_the_printer(beef: LabelRecord) -> None:
    stock = load_stock("roll-60x40")
    label = place(stock, beef)
    drawn = 1 - grey(pdf([beef, beef], "roll-60x40")[1], stock.dpi) / 255
    shown = label_dots(label)
    for line in label.lines:
        left, top, right, bottom = line.box
        box = slice(top, bottom), slice(left, right)
        assert drawn[box].sum() == pytest.approx(shown[box].sum(), rel=0.12), line.text


def test_a_long_roll_of_several_batches_is_a_sound_file(records: Records) -> None:
    many = [
        replace(record, batch_no=f"L2-26111{number % 3}-0{number % 7}")
        for number, record in enumerate(records(600))
    ]
    out = BytesIO()
    render("pdf", alone(many), load_stock("roll-40x30"), out)
    with pikepdf.open(BytesIO(out.getvalue())) as sound:
        assert sound.check_pdf_syntax() == []
        assert len(sound.pages) == 600
    document = pypdfium2.PdfDocument(out.getvalue())
    for number in (0, 255, 256, 599):
        text = document[number].get_textpage().get_text_range()
        assert many[number].serial_grouped in text
        assert many[number].batch_no in "".join(text.split())


def test_a_file_beyond_four_gigabytes_would_keep_its_places(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_file, "FOUR_BYTES", 20_000)
    out = BytesIO()
    render("pdf", alone(records(60)), load_stock("roll-40x30"), out)
    with pikepdf.open(BytesIO(out.getvalue())) as sound:
        assert sound.check_pdf_syntax() == []
        assert len(sound.pages) == 60


def test_the_serial_stands_in_a_face_of_one_width(tmp_path: Path) -> None:
    text = (FOLDER / "roll-60x40.toml").read_text()
    path = tmp_path / "own.toml"
    path.write_text(text.replace('face = "mono"', 'face = "sans"'))
    with pytest.raises(InvalidInput, match="has the serial, so its face must be mono"):
        read_stock(path)
