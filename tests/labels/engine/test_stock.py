"""Stocks are data: the ones we ship are right, a wrong one says what is wrong."""

from pathlib import Path

import pytest

from lotmark.labels.engine.stock import FOLDER, load_stock, read_stock, stock_names
from lotmark.trace.errors import InvalidInput

ROLL = (FOLDER / "roll-60x40.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", stock_names())
def test_every_shipped_stock_is_valid(name: str) -> None:
    stock = load_stock(name)
    assert stock.name == name
    printed = {value for text in stock.texts for value in text.names}
    # domain.md, row 004-20: production date, batch number and line code on every pack.
    assert printed >= {
        "product",
        "serial_grouped",
        "batch_no",
        "production_date",
        "expiry_date",
        "line_code",
    }


INCH = 25.4


@pytest.mark.parametrize(
    ("name", "page", "grid", "label", "pitch"),
    [
        ("a4-24", (210, 297), (3, 8), (63.5, 33.9), (66, 33.9)),
        ("a4-21", (210, 297), (3, 7), (63.5, 38.1), (66, 38.1)),
        (
            "letter-30",
            (8.5 * INCH, 11 * INCH),
            (3, 10),
            (2.625 * INCH, INCH),
            (2.75 * INCH, INCH),
        ),
    ],
)
def test_sheets_have_the_measures_of_avery(
    name: str,
    page: tuple[float, float],
    grid: tuple[int, int],
    label: tuple[float, float],
    pitch: tuple[float, float],
) -> None:
    sheet = load_stock(name)
    assert (sheet.page_width, sheet.page_height) == pytest.approx(page)
    assert (sheet.columns, sheet.rows) == grid
    assert (sheet.width, sheet.height) == pytest.approx(label)
    steps = sheet.width + sheet.gap_x, sheet.height + sheet.gap_y
    assert steps == pytest.approx(pitch)
    # What is left of the page is the same on either side, within half a millimetre.
    right = sheet.page_width - sheet.left - grid[0] * pitch[0] + sheet.gap_x
    bottom = sheet.page_height - sheet.top - grid[1] * pitch[1] + sheet.gap_y
    assert right == pytest.approx(sheet.left, abs=0.5)
    assert bottom == pytest.approx(sheet.top, abs=0.5)


@pytest.mark.parametrize("name", ["", "A4", "../stocks/a4-24", "roll-60x40.toml"])
def test_an_unknown_name_lists_the_names(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        load_stock(name)
    assert str(refused.value) == (
        f"Expected a label stock, one of {', '.join(stock_names())}; got '{name}'."
    )


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("dpi = 203", "", "mine.toml lacks dpi"),
        ("dpi = 203", "dpi = 20", "dpi is 20, expected at least 100"),
        ("dpi = 203", "dpi = 9999", "dpi is 9999, expected at most 2400"),
        (
            "dpi = 203",
            "dpi = true",
            "dpi is True, expected something written like 203",
        ),
        (
            "dpi = 203",
            "dpi = 203\ncolour = 1",
            "mine.toml has colour, which no stock has there",
        ),
        ("size = 21", "size = 0", "qr.size is 0, expected more than 0"),
        ('level = "M"', 'level = "X"', "qr.level is 'X', expected one of L, M, Q, H"),
        ("dpi = 203", "dpi 203", "line 4 cannot be read as TOML from character 5"),
        ("size = 21", "size = nan", "nan is not a length"),
        ("{product}", "{price}", "{price} names no value of a label: price"),
        ("{product}", "{product:>9}", "braces stand only round the name"),
        ("size = 17", "size = 6", "{product} has min_size above size"),
        ("height = 8.4", "height = 1", "{product} is lower than its smallest type"),
        ("width = 31", "width = 33", "{product} leaves the printable area"),
        ("x = 27", "x = 24", "QR and {product} overlap"),
        ("x = 3, y = 3", "x = 1, y = 3", "with its quiet zone leaves the label"),
        ("columns = 1", "columns = 2", "the labels do not fit on the page"),
        ("caption_width = 11.2", "caption_width = 5", "wider than its caption_width"),
        (
            'caption = "批号"\ncaption_size = 7',
            'caption = "批号"',
            "text[5] lacks caption_size",
        ),
    ],
)
def test_a_wrong_file_says_what_is_wrong(
    tmp_path: Path, old: str, new: str, fault: str
) -> None:
    assert old in ROLL
    path = tmp_path / "mine.toml"
    path.write_text(ROLL.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        read_stock(path)
    assert str(refused.value).startswith("The label stock mine.toml cannot be used: ")
    assert fault in str(refused.value)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInput, match=r"mine\.toml cannot be used"):
        read_stock(path)
    with pytest.raises(InvalidInput, match="No such file"):
        read_stock(tmp_path / "other.toml")
