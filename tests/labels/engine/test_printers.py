"""What a label printer draws from our commands reads back as the record.

Two small interpreters stand in for the printers; their QR symbols come from another
encoder than ours, as a printer's do.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
import zxingcpp
from alone import alone
from numpy.typing import NDArray

from lotmark.labels.engine.layout import place
from lotmark.labels.engine.raster import label_dots
from lotmark.labels.engine.render import render
from lotmark.labels.engine.stock import load_stock
from lotmark.labels.engine.values import LabelRecord

Records = Callable[[int], list[LabelRecord]]

Dots = NDArray[np.bool_]

QRCODE = re.compile(rb'QRCODE (\d+),(\d+),([LMQH]),(\d+),A,0,M2,S7,"([^"]*)"\r\n')
BITMAP = re.compile(rb"BITMAP (\d+),(\d+),(\d+),(\d+),0,")
GRAPHIC = re.compile(r"\^FO(\d+),(\d+)\^GFA,(\d+),(\d+),(\d+),([^^]*)\^FS")
BQ = re.compile(r"\^FO(\d+),(\d+)\^BQN,2,(\d+)\^FH_\^FD([LMQH])A,([^^]*)\^FS")


def symbol(payload: str, level: str, module: int) -> Dots:
    code = zxingcpp.create_barcode(
        payload, zxingcpp.BarcodeFormat.QRCode, ec_level=level
    )
    image = code.to_image(scale=1, add_quiet_zones=False)
    return np.kron(np.asarray(image) == 0, np.ones((module, module), dtype=np.bool_))


def put(page: Dots, x: int, y: int, dots: Dots) -> None:
    """What leaves the paper is lost; what lands on print replaces it."""
    area = page[y : y + dots.shape[0], x : x + dots.shape[1]]
    area[...] = dots[: area.shape[0], : area.shape[1]]


def tspl_labels(data: bytes, dpi: int) -> list[Dots]:
    size = re.match(rb"SIZE ([\d.]+) mm,([\d.]+) mm\r\nGAP 2 mm,0 mm\r\n", data)
    assert size
    width, height = (round(float(mm) / 25.4 * dpi) for mm in size.groups())
    page = np.zeros((height, width), dtype=np.bool_)
    labels = []
    at = data.index(b"CLS\r\n")
    while at < len(data):
        if match := QRCODE.match(data, at):
            x, y, module = (int(match[i]) for i in (1, 2, 4))
            put(page, x, y, symbol(match[5].decode(), match[3].decode(), module))
            at = match.end()
        elif match := BITMAP.match(data, at):
            x, y, wide, high = (int(match[i]) for i in (1, 2, 3, 4))
            end = match.end() + wide * high
            bits = np.frombuffer(data[match.end() : end], np.uint8).reshape(high, wide)
            put(page, x, y, np.unpackbits(bits, axis=1) == 0)
            assert data[end : end + 2] == b"\r\n"
            at = end + 2
        else:
            line = data[at : data.index(b"\r\n", at)]
            assert line in (b"CLS", b"PRINT 1")
            if line == b"CLS":
                page[...] = False
            else:
                labels.append(page.copy())
            at += len(line) + 2
    return labels


def unpack_row(text: str, wide: int) -> tuple[str, str]:
    """One row of hex digits off the front of ``text``, and the rest."""
    row, count = "", 0
    while len(row) < wide:
        sign, text = text[0], text[1:]
        if sign in ",!":
            return row.ljust(wide, "0" if sign == "," else "F"), text
        if "G" <= sign <= "Y":
            count += ord(sign) - ord("F")
        elif "g" <= sign <= "z":
            count += 20 * (ord(sign) - ord("f"))
        else:
            row, count = row + sign * max(count, 1), 0
    # A row of whole digits needs no comma, but may carry one.
    return row, text


def graphic(text: str, total: int, wide: int) -> Dots:
    rows: list[str] = []
    while len(rows) < total // wide:
        if text.startswith(":"):
            row, text = rows[-1], text[1:]
        else:
            row, text = unpack_row(text, wide * 2)
        rows.append(row)
    assert text == ""
    bits = np.frombuffer(bytes.fromhex("".join(rows)), np.uint8).reshape(-1, wide)
    return np.unpackbits(bits, axis=1).astype(np.bool_)


def zpl_labels(data: bytes) -> list[Dots]:
    labels = []
    for text in data.decode("ascii").split("^XA\n")[1:]:
        width, height = (
            int(text.split(f"^{key}")[1].split("\n")[0]) for key in ("PW", "LL")
        )
        bar = re.search(r"\^BY2,3,(\d+)\n", text)
        assert bar is not None
        sink = int(bar[1])
        page = np.zeros((height, width), dtype=np.bool_)
        for x, y, module, level, field in BQ.findall(text):
            payload = re.sub("_([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), field)
            put(page, int(x), int(y) + sink, symbol(payload, level, int(module)))
        for x, y, total, again, wide, body in GRAPHIC.findall(text):
            assert total == again
            dots = graphic(body, int(total), int(wide))
            area = page[
                int(y) : int(y) + dots.shape[0], int(x) : int(x) + dots.shape[1]
            ]
            area |= dots[: area.shape[0], : area.shape[1]]
        assert text.endswith("^PQ1\n^XZ\n")
        labels.append(page)
    return labels


def draw(format: str, records: list[LabelRecord], stock: str, dpi: int) -> list[Dots]:
    out = BytesIO()
    render(format, alone(records), replace(load_stock(stock), dpi=dpi), out)
    if format == "tspl":
        return tspl_labels(out.getvalue(), dpi)
    return zpl_labels(out.getvalue())


@pytest.mark.parametrize("format", ["tspl", "zpl"])
@pytest.mark.parametrize(
    ("stock", "dpi"),
    [
        ("roll-60x40", 203),
        ("roll-50x30", 203),
        ("roll-40x30", 203),
        ("roll-60x40", 300),
    ],
)
def test_every_label_reads_back(
    records: Records, format: str, stock: str, dpi: int
) -> None:
    wanted = records(20)
    labels = draw(format, wanted, stock, dpi)
    read = [zxingcpp.read_barcode(np.uint8(255) * ~label) for label in labels]
    assert [code and code.text for code in read] == [record.url for record in wanted]


@pytest.mark.parametrize("format", ["tspl", "zpl"])
def test_the_printer_draws_what_the_preview_shows(
    records: Records, format: str
) -> None:
    wanted = records(12)
    stock = load_stock("roll-60x40")
    for record, drawn in zip(
        wanted, draw(format, wanted, "roll-60x40", 203), strict=True
    ):
        label = place(stock, record)
        shown = label_dots(label)
        code = label.symbol
        area = slice(code.y, code.y + code.side), slice(code.x, code.x + code.side)
        # The printer may mask the symbol differently, but covers the same square.
        edge = drawn[code.y, code.x : code.x + code.side]
        assert edge[: 7 * code.module].all()
        assert edge[-7 * code.module :].all()
        shown[area] = drawn[area] = False
        assert (shown == drawn).all()


@pytest.mark.parametrize("format", ["tspl", "zpl"])
def test_a_module_larger_than_the_command_allows_goes_as_graphics(
    beef: LabelRecord, format: str
) -> None:
    label = draw(format, [beef], "roll-60x40", 600)[0]
    assert (
        label == label_dots(place(replace(load_stock("roll-60x40"), dpi=600), beef))
    ).all()


def test_signs_that_start_zpl_commands_are_escaped(beef: LabelRecord) -> None:
    odd = replace(beef, url="HTTPS://Q.CN/~A_B/7K3M9QXW2D5RVT8H")
    out = BytesIO()
    render("zpl", alone([odd]), load_stock("roll-60x40"), out)
    assert b"~" not in out.getvalue()
    label = zpl_labels(out.getvalue())[0]
    code = zxingcpp.read_barcode(np.uint8(255) * ~label)
    assert code is not None
    assert code.text == odd.url
