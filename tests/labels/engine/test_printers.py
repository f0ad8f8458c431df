"""What a label printer draws from our commands reads back as the record."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
import zxingcpp
from alone import alone

from lotmark.labels.engine.layout import place
from lotmark.labels.engine.printed import Printed, tspl_labels, zpl_labels
from lotmark.labels.engine.raster import label_dots
from lotmark.labels.engine.render import ROLL, render
from lotmark.labels.engine.stock import Stock, load_stock
from lotmark.labels.engine.values import LabelRecord, LabelSeries

Records = Callable[[int], list[LabelRecord]]

ROLLS = [
    ("roll-60x40", 203),
    ("roll-50x30", 203),
    ("roll-40x30", 203),
    ("roll-60x40", 300),
    ("roll-60x40", 600),
]


def series(records: list[LabelRecord]) -> LabelSeries:
    """The labels of one batch: all say what the first says."""
    return LabelSeries(records[0], np.array([one.serial for one in records], "S16"))


def printed(format: str, labels: list[LabelSeries], stock: Stock) -> list[Printed]:
    out = BytesIO()
    render(format, labels, stock, out)
    if format.startswith("tspl"):
        return tspl_labels(out.getvalue(), stock.dpi)
    return zpl_labels(out.getvalue())


def read(label: Printed) -> list[str]:
    codes = zxingcpp.read_barcodes(np.uint8(255) * ~label.dots)
    return [code.text for code in sorted(codes, key=lambda c: c.position.top_left.x)]


@pytest.mark.parametrize("format", ROLL)
@pytest.mark.parametrize(("name", "dpi"), ROLLS)
def test_every_label_reads_back(
    records: Records, format: str, name: str, dpi: int
) -> None:
    stock = replace(load_stock(name), dpi=dpi)
    wanted = records(10)
    batch = series(records(15))
    labels = [*alone(wanted), batch]
    found = printed(format, labels, stock)
    assert [read(label) for label in found] == [
        [record.url] for record in (*wanted, *batch)
    ]


@pytest.mark.parametrize("format", ["tspl", "zpl"])
@pytest.mark.parametrize(("name", "dpi"), ROLLS)
def test_the_printers_own_font_says_the_serial_inside_its_box(
    records: Records, format: str, name: str, dpi: int
) -> None:
    stock = replace(load_stock(name), dpi=dpi)
    batch = series(records(15))
    for record, label in zip(batch, printed(format, [batch], stock), strict=True):
        (line,) = (
            line
            for line in place(stock, record).lines
            if line.text == record.serial_grouped
        )
        left, top, right, bottom = line.box
        ((text, box),) = label.texts
        assert text == record.serial_grouped
        assert left <= box[0]
        assert top <= box[1]
        assert box[3] <= bottom
        # The last sign's gap may reach over the edge.
        assert box[2] <= right + 3 * (box[3] - box[1]) // 18
        assert not label.dots[top:bottom, left:right].any()


@pytest.mark.parametrize("format", ["tspl-graphics", "zpl-graphics"])
@pytest.mark.parametrize(("name", "dpi"), ROLLS)
def test_graphics_are_the_dots_of_the_label(
    records: Records, format: str, name: str, dpi: int
) -> None:
    stock = replace(load_stock(name), dpi=dpi)
    batch = series(records(12))
    for record, label in zip(batch, printed(format, [batch], stock), strict=True):
        shown = label_dots(place(stock, record))
        assert label.texts == []
        # Signs are drawn one by one: where two touch, a dot may differ.
        assert (shown != label.dots).sum() <= 3


@pytest.mark.parametrize("format", ["tspl", "zpl"])
def test_the_printers_symbol_covers_the_same_square(
    records: Records, format: str
) -> None:
    wanted = records(12)
    stock = load_stock("roll-60x40")
    found = printed(format, list(alone(wanted)), stock)
    for record, label in zip(wanted, found, strict=True):
        code = place(stock, record).symbol
        # It may be masked differently.
        edge = label.dots[code.y, code.x : code.x + code.side]
        assert edge[: 7 * code.module].all()
        assert edge[-7 * code.module :].all()
        around = label.dots[code.box[1] : code.box[3], code.box[0] : code.box[2]].copy()
        quiet = code.x - code.box[0]
        around[quiet:-quiet, quiet:-quiet] = False
        assert not around.any()


@pytest.mark.parametrize("format", ROLL)
@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_labels_side_by_side_are_printed_a_row_at_a_time(
    records: Records, format: str, count: int
) -> None:
    stock = load_stock("roll-40x30-3")
    batch = series(records(count))
    found = printed(format, [batch], stock)
    rows = [list(batch)[start : start + 3] for start in range(0, count, 3)]
    assert [read(row) for row in found] == [[one.url for one in row] for row in rows]
    if format in ("zpl", "tspl"):
        assert [[text for text, _ in row.texts] for row in found] == [
            [one.serial_grouped for one in row] for row in rows
        ]


def test_signs_that_start_zpl_commands_are_escaped(beef: LabelRecord) -> None:
    odd = replace(beef, url="HTTPS://Q.CN/~A_B/7K3M9QXW2D5RVT8H")
    out = BytesIO()
    render("zpl", alone([odd]), load_stock("roll-60x40"), out)
    assert b"~" not in out.getvalue()
    assert read(zpl_labels(out.getvalue())[0]) == [odd.url]
