"""The one way in: formats, all or nothing, progress; and the simple formats."""

import csv
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO, StringIO
from typing import Any, ClassVar

import numpy as np
import pytest
import pyzipper
import zxingcpp
from alone import alone
from PIL import Image

from lotmark.labels.engine.archive import write_pictures, write_sealed_csv
from lotmark.labels.engine.layout import place
from lotmark.labels.engine.raster import label_dots
from lotmark.labels.engine.render import FORMATS, render
from lotmark.labels.engine.stock import load_stock
from lotmark.labels.engine.values import LabelRecord
from lotmark.trace.errors import InvalidInput

Records = Callable[[int], list[LabelRecord]]

ROLL = load_stock("roll-60x40")
SHEET = load_stock("a4-24")


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_is_written_when_one_label_cannot_be_drawn(
    beef: LabelRecord, records: Records, format: str
) -> None:
    bad = replace(beef, product="牛肉😀")
    out, many = BytesIO(), format in ("pdf", "tspl", "zpl")
    if format == "csv":  # no font is needed: the sign is the coder's business
        assert render(format, alone([bad]), ROLL, out) == 1
        return
    with pytest.raises(InvalidInput, match="U\\+1F600"):
        render(format, alone([*(records(3) if many else []), bad]), ROLL, out)
    assert out.getvalue() == b""


@pytest.mark.parametrize("format", ["pdf", "tspl", "zpl", "csv"])
def test_records_are_taken_one_by_one_and_progress_is_told(
    records: Records, format: str
) -> None:
    done: list[int] = []
    taken = 0

    def stream() -> Iterator[LabelRecord]:
        nonlocal taken
        for record in records(4):
            assert taken == len(done)
            taken += 1
            yield record

    assert render(format, alone(stream()), ROLL, BytesIO(), progress=done.append) == 4
    assert done == [1, 2, 3, 4]


@pytest.mark.parametrize("format", FORMATS)
def test_no_labels_is_an_error(format: str) -> None:
    out = BytesIO()
    with pytest.raises(InvalidInput, match="There is no label to print"):
        render(format, alone([]), ROLL, out)
    assert out.getvalue() == b""


def test_an_unknown_format_lists_the_formats(beef: LabelRecord) -> None:
    with pytest.raises(InvalidInput) as refused:
        render("docx", alone([beef]), ROLL, BytesIO())
    assert str(refused.value) == (
        "Expected a label format, one of pdf, tspl, tspl-graphics, zpl, zpl-graphics,"
        " png, svg, png-zip, svg-zip, csv; got 'docx'."
    )


@pytest.mark.parametrize("format", ["tspl", "zpl"])
def test_a_label_printer_takes_no_sheets(beef: LabelRecord, format: str) -> None:
    with pytest.raises(InvalidInput, match="a4-24 is a sheet of 24 labels"):
        render(format, alone([beef]), SHEET, BytesIO())


@pytest.mark.parametrize(
    ("format", "stock", "skip"),
    [("pdf", SHEET, 24), ("pdf", SHEET, -1), ("pdf", ROLL, 1), ("zpl", ROLL, 1)],
)
def test_skip_counts_labels_of_one_sheet(
    beef: LabelRecord, format: str, stock: object, skip: int
) -> None:
    with pytest.raises(InvalidInput, match="used labels to skip"):
        render(
            format,
            alone([beef]),
            SHEET if stock is SHEET else ROLL,
            BytesIO(),
            skip=skip,
        )


@pytest.mark.parametrize("format", ["png", "svg"])
def test_a_picture_holds_one_label(records: Records, format: str) -> None:
    with pytest.raises(InvalidInput, match=f"{format.upper()} holds one label"):
        render(format, alone(records(2)), ROLL, BytesIO())


@pytest.mark.parametrize("stock", [ROLL, SHEET], ids=["roll", "sheet"])
def test_a_png_has_the_printers_dots(records: Records, stock: object) -> None:
    paper = SHEET if stock is SHEET else ROLL
    for record in records(10):
        out = BytesIO()
        render("png", alone([record]), paper, out)
        with Image.open(out) as image:
            assert image.mode == "1"
            assert image.size == (paper.dots(paper.width), paper.dots(paper.height))
            assert image.info["dpi"] == pytest.approx((paper.dpi,) * 2, abs=0.02)
            code = zxingcpp.read_barcode(image.convert("L"))
        assert code is not None
        assert code.text == record.url


def test_an_svg_is_outlines_only(beef: LabelRecord) -> None:
    out = BytesIO()
    odd = replace(beef, product="<script>&牛肉", product_en="")
    render("svg", alone([odd]), ROLL, out)
    text = out.getvalue().decode()
    assert "<script" not in text
    assert "<title>&lt;script&gt;&amp;牛肉" in text
    assert 'width="60.059mm" height="40.039mm" viewBox="0 0 480 320"' in text
    assert set(re.findall(r"<(\w+)", text)) == {"svg", "title", "path"}


def test_an_svg_draws_the_symbol_where_the_png_does(beef: LabelRecord) -> None:
    out = BytesIO()
    render("svg", alone([beef]), ROLL, out)
    path = re.search(r'crispEdges" d="([^"]*)"', out.getvalue().decode())
    assert path
    drawn = np.zeros((320, 480), dtype=np.bool_)
    for x, y, wide, high in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-\d+z", path[1]):
        drawn[int(y) : int(y) + int(high), int(x) : int(x) + int(wide)] = True
    label = place(ROLL, beef)
    code = label.symbol
    area = slice(code.y, code.y + code.side), slice(code.x, code.x + code.side)
    assert (drawn[area] == label_dots(label)[area]).all()
    assert drawn.sum() == drawn[area].sum()


def test_a_csv_for_coders(beef: LabelRecord) -> None:
    out = BytesIO()
    render("csv", alone([beef]), ROLL, out)
    assert out.getvalue().startswith(b"\xef\xbb\xbfserial,serial_grouped,url,product,")
    rows = list(csv.DictReader(StringIO(out.getvalue().decode("utf-8-sig"))))
    assert rows == [
        {
            "serial": "7K3M9QXW2D5RVT8H",
            "serial_grouped": "7K3M 9QXW 2D5R VT8H",
            "url": beef.url,
            "product": "五香酱牛肉",
            "batch_no": "L2-261118-03",
            "production_date": "2026-11-18",
            "expiry_date": "2027-05-16",
            "line_code": "L2",
        }
    ]


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_a_csv_cell_is_never_a_formula(beef: LabelRecord, start: str) -> None:
    out = BytesIO()
    render("csv", alone([replace(beef, product=start, batch_no=start)]), ROLL, out)
    (row,) = csv.DictReader(StringIO(out.getvalue().decode("utf-8-sig")))
    assert row["product"] == row["batch_no"] == f"'{start}"


@pytest.mark.parametrize("picture", ["png", "svg"])
def test_many_pictures_in_one_zip(records: Records, picture: str) -> None:
    wanted = records(12)
    one, many = BytesIO(), BytesIO()
    render(picture, alone(wanted[:1]), ROLL, one)
    render(f"{picture}-zip", alone(wanted), ROLL, many)
    with zipfile.ZipFile(many) as archive:
        assert archive.testzip() is None
        names = [f"{number:07d}.{picture}" for number in range(1, 13)]
        assert archive.namelist() == names
        assert archive.read(names[0]) == one.getvalue()
        if picture == "png":
            read = [zxingcpp.read_barcode(_image(archive.read(n))) for n in names]
            assert [code and code.text for code in read] == [w.url for w in wanted]


def _image(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("L")


def test_a_zip_of_pictures_is_written_as_it_is_drawn(records: Records) -> None:
    drawn = 0

    def stream() -> Iterator[LabelRecord]:
        nonlocal drawn
        for record in records(3):
            drawn += 1
            yield record

    class Seen(BytesIO):
        sizes: ClassVar[list[int]] = []

        def seekable(self) -> bool:
            return False

        def write(self, data: Any) -> int:
            self.sizes.append(drawn)
            return super().write(data)

    placed = (place(ROLL, record) for record in stream())
    write_pictures(placed, "png", Seen())
    assert set(Seen.sizes) >= {1, 2, 3}, "nothing waits for the last label"


def test_a_list_of_codes_under_a_password(records: Records) -> None:
    out, plain = BytesIO(), BytesIO()
    render("csv", alone(records(50)), ROLL, plain)
    write_sealed_csv(alone(records(50)), "right", out)
    assert records(50)[0].serial.encode() not in out.getvalue()
    with pyzipper.AESZipFile(BytesIO(out.getvalue())) as archive:
        (entry,) = archive.infolist()
        assert (entry.filename, entry.wz_aes_strength) == ("codes.csv", 3)  # AES-256
        archive.setpassword(b"wrong")
        with pytest.raises(RuntimeError, match="password"):
            archive.read("codes.csv")
        archive.setpassword(b"right")
        assert archive.read("codes.csv") == plain.getvalue()
