"""Label stocks: the paper, and the arrangement of a label on it, read from data.

One TOML file a stock in ``stocks/``, checked against ``stocks/schema.json``; lengths in
millimetres from the label's top left corner, type sizes in points.
"""

import itertools
import json
import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from ...trace.errors import N_, InvalidInput
from .boxes import MM_PER_POINT, BarBox, Box, QrBox, TextBox
from .font import ABOVE, BELOW, face
from .unit_values import UNIT_VALUES
from .values import SERIALS, VALUE_NAMES

FOLDER = Path(__file__).parent / "stocks"
UNIT_FOLDER = FOLDER / "units"
SLACK = 0.01
"""Less than a dot, mm: decimal lengths do not add up exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """A kind of label paper with one arrangement; ``replace(stock, dpi=300)`` for
    another printer."""

    name: str
    title: str
    title_zh: str
    dpi: int
    """Dots an inch; every element snaps to whole dots."""
    page_width: float
    page_height: float
    width: float
    """Of one label, mm."""
    height: float
    margin: float
    """White along the label's edge, mm, for the printer's drift."""
    columns: int
    rows: int
    left: float
    """From the page's left edge to the first label, mm."""
    top: float
    gap_x: float
    gap_y: float
    qr_box: QrBox | None
    """None on some labels for cases, on none for packs."""
    texts: tuple[TextBox, ...]
    bars: tuple[BarBox, ...] = ()
    """Those of a label for cases and pallets; a pack's label has none."""

    @property
    def qr(self) -> QrBox:
        """Where the QR code goes; raises ValueError where none does."""
        if self.qr_box is None:
            raise ValueError(f"{self.name} has no QR code")
        return self.qr_box

    @property
    def for_units(self) -> bool:
        """Whether it is for cases and pallets, not for packs."""
        return bool(self.bars)

    @property
    def is_roll(self) -> bool:
        """Whether a label printer feeds it: a row of labels at a time."""
        return self.rows == 1

    @property
    def per_page(self) -> int:
        """Labels on one page; 1 for a roll."""
        return self.columns * self.rows

    def dots(self, mm: float) -> int:
        """``mm`` in whole dots."""
        return round(mm / 25.4 * self.dpi)


def stock_names() -> tuple[str, ...]:
    """The stocks for labels of packs, in alphabetical order.

    >>> stock_names()[:3]
    ('a4-21', 'a4-24', 'letter-30')
    """
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def unit_stock_names() -> tuple[str, ...]:
    """The stocks for labels of cases and pallets, in alphabetical order.

    >>> unit_stock_names()[-1]
    'unit-a6'
    """
    return tuple(sorted(path.stem for path in UNIT_FOLDER.glob("*.toml")))


def load_stock(name: str) -> Stock:
    """The stock of that name.

    Raises ``InvalidInput`` naming the stocks there are.

    >>> load_stock("roll-60x40").width
    60
    """
    if name not in stock_names():
        raise _stock_unknown(name, stock_names())
    return read_stock(FOLDER / f"{name}.toml")


def load_unit_stock(name: str) -> Stock:
    """The stock of that name, for cases and pallets; raises as ``load_stock``."""
    if name not in unit_stock_names():
        raise _stock_unknown(name, unit_stock_names())
    return read_stock(UNIT_FOLDER / f"{name}.toml")


def read_stock(path: Path) -> Stock:
    """A stock from a file of the plant's own.

    Raises ``InvalidInput`` for a file that is not TOML, does not follow the schema, or
    whose boxes overlap, leave the label or are too low for their text.
    """
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text, parse_float=_finite)
        jsonschema.validate(data, _schema())
    except jsonschema.ValidationError as problem:
        raise _bad(path, f"{problem.json_path}: {problem.message}") from None
    except (OSError, ValueError) as problem:  # not UTF-8 and not TOML are ValueErrors
        raise _bad(path, str(problem)) from None
    page, label = data["page"], data["label"]
    stock = Stock(
        name=path.stem,
        title=data["title"],
        title_zh=data["title_zh"],
        dpi=data["dpi"],
        page_width=page["width"],
        page_height=page["height"],
        **label,
        **data["sheet"],
        qr_box=QrBox(**data["qr"]) if "qr" in data else None,
        texts=tuple(TextBox(**text) for text in data["text"]),
        bars=tuple(_bar_box(**bar) for bar in data.get("bars", ())),
    )
    for fault in _faults(stock):
        raise _bad(path, fault)
    return stock


def _bar_box(*, elements: list[str], **places: float) -> BarBox:
    return BarBox(elements=tuple(elements), **places)


def _faults(stock: Stock) -> list[str]:
    """What the schema cannot see."""
    faults = []
    across = stock.left + stock.columns * (stock.width + stock.gap_x) - stock.gap_x
    down = stock.top + stock.rows * (stock.height + stock.gap_y) - stock.gap_y
    if across > stock.page_width + SLACK or down > stock.page_height + SLACK:
        faults.append("the labels do not fit on the page")
    if stock.qr_box and not _inside(stock.qr.box, stock, margin=0):
        faults.append("the QR box with its quiet zone leaves the label")
    if not stock.qr_box and not stock.for_units:
        faults.append("a label for packs needs a QR code: give it a qr box")
    for text in stock.texts:
        faults += _text_faults(text, stock)
    for bar in stock.bars:
        if not _inside(bar.box, stock, stock.margin):
            faults.append(f"the bars of {_name(bar)} leave the printable area")
        if bar.min_module > bar.max_module:
            faults.append(f"the bars of {_name(bar)} have min_module above max_module")
    boxes = [
        *([("the QR code", stock.qr.box)] if stock.qr_box else []),
        *((text.value, text.box) for text in stock.texts),
        *((f"the bars of {_name(bar)}", bar.box) for bar in stock.bars),
    ]
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        wide = min(a[2], b[2]) - max(a[0], b[0])
        high = min(a[3], b[3]) - max(a[1], b[1])
        if wide > SLACK and high > SLACK:
            faults.append(f"{one} and {other} overlap")
    return faults


def _name(bar: BarBox) -> str:
    return "".join(f"({ai})" for ai in bar.elements)


def _text_faults(text: TextBox, stock: Stock) -> Iterator[str]:
    if not _inside(text.box, stock, stock.margin):
        yield f"{text.value} leaves the printable area"
    if text.min_size > text.size:
        yield f"{text.value} has min_size above size"
    if (ABOVE + BELOW) * text.min_size * MM_PER_POINT > text.height:
        yield f"{text.value} is lower than its smallest type"
    if face("sans").width(text.caption) * text.caption_size > (
        text.caption_width / MM_PER_POINT
    ):
        yield f"{text.caption} is wider than its caption_width"
    if set(text.names) & SERIALS and text.face != "mono":
        yield f"{text.value} has the serial: its face must be mono"
    if set(text.names) & SERIALS and not text.is_serial:
        yield (
            f"{text.value} has the serial: beside it only digits, letters and "
            "-.:/# may stand"
        )
    known = UNIT_VALUES if stock.for_units else VALUE_NAMES
    if unknown := set(text.names) - known:
        yield f"{text.value} names no value of a label: {min(unknown)}"


def _inside(box: Box, stock: Stock, margin: float) -> bool:
    left, top, right, bottom = box
    return (
        left >= margin - SLACK
        and top >= margin - SLACK
        and right <= stock.width - margin + SLACK
        and bottom <= stock.height - margin + SLACK
    )


def _finite(number: str) -> float:
    """TOML has ``nan`` and ``inf``, which pass every comparison of the schema."""
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"{number} is not a length")
    return value


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(
        (FOLDER / "schema.json").read_text(encoding="utf-8")
    )
    return schema


def _stock_unknown(name: str, known: tuple[str, ...]) -> InvalidInput:
    return InvalidInput(
        "stock_unknown",
        N_("Expected a label stock, one of %(names)s; got %(name)s."),
        names=", ".join(known),
        name=ascii(name[:60]),
    )


def _bad(path: Path, fault: str) -> InvalidInput:
    return InvalidInput(
        "stock_invalid",
        N_("The label stock %(file)s cannot be used: %(fault)s."),
        file=path.name,
        fault=fault,
    )
