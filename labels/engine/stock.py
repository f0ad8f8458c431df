"""Label stocks: the paper, and the arrangement of a label on it, read from data.

One TOML file a stock in ``stocks/``, checked against ``stocks/schema.json``; lengths in
millimetres from the label's top left corner, type sizes in points.
"""

import itertools
import json
import math
import re
import string
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

import jsonschema

from ...trace.errors import N_, InvalidInput
from .font import ABOVE, BELOW, FaceName, face
from .qr import Level
from .values import SERIALS, VALUE_NAMES

FOLDER = Path(__file__).parent / "stocks"
MM_PER_POINT = 25.4 / 72
SLACK = 0.01
"""Less than a dot, mm: decimal lengths do not add up exactly."""

_PLAIN = re.compile(r"(\{[a-z_]+\}|[ 0-9A-Za-z\-.:/#])+")
"""A text in which no printer finds a command."""

Align: TypeAlias = Literal["left", "center", "right"]
Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QrBox:
    """Where the symbol goes: its dark modules start at the top left corner."""

    x: float
    y: float
    size: float
    """Most the dark modules take, mm."""
    quiet: float
    """White kept round them, mm; four modules must fit into it."""
    level: Level
    min_module: float
    """Smallest module that is printed, mm; smaller fails the job."""

    @property
    def box(self) -> Box:
        """The symbol at its largest, with its quiet zone."""
        far = self.size + self.quiet
        return (
            self.x - self.quiet,
            self.y - self.quiet,
            self.x + far,
            self.y + far,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBox:
    """One text of the label; it wraps and shrinks to stay inside its box."""

    value: str
    """Fixed text and ``{names}`` of ``LabelRecord`` fields or ``serial_grouped``;
    nothing is printed when every named value is empty."""
    x: float
    y: float
    width: float
    height: float
    size: float
    """Points, when there is room."""
    min_size: float
    """Points; text that does not fit at this size fails the job."""
    face: FaceName = "sans"
    bold: bool = False
    align: Align = "left"
    caption: str = ""
    """Stands before the value, on its first baseline."""
    caption_size: float = 0
    caption_width: float = 0
    """From the left of the box to the left of the value, mm."""

    @property
    def box(self) -> Box:
        """The box in mm."""
        return self.x, self.y, self.x + self.width, self.y + self.height

    @property
    def names(self) -> tuple[str, ...]:
        """The values it prints."""
        return tuple(
            name for _, name, _, _ in string.Formatter().parse(self.value) if name
        )

    @property
    def is_serial(self) -> bool:
        """Whether it prints the serial and nothing a printer might misread."""
        return set(self.names) <= SERIALS and bool(_PLAIN.fullmatch(self.value))


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
    qr: QrBox
    texts: tuple[TextBox, ...]

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
    """The stocks that come with Lotmark, in alphabetical order.

    >>> stock_names()[:3]
    ('a4-21', 'a4-24', 'letter-30')
    """
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def load_stock(name: str) -> Stock:
    """The stock of that name.

    Raises ``InvalidInput`` naming the stocks there are.

    >>> load_stock("roll-60x40").width
    60
    """
    if name not in stock_names():
        raise InvalidInput(
            "stock_unknown",
            N_("Expected a label stock, one of %(names)s; got %(name)s."),
            names=", ".join(stock_names()),
            name=ascii(name[:60]),
        )
    return read_stock(FOLDER / f"{name}.toml")


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
        qr=QrBox(**data["qr"]),
        texts=tuple(TextBox(**text) for text in data["text"]),
    )
    for fault in _faults(stock):
        raise _bad(path, fault)
    return stock


def _faults(stock: Stock) -> list[str]:
    """What the schema cannot see."""
    faults = []
    across = stock.left + stock.columns * (stock.width + stock.gap_x) - stock.gap_x
    down = stock.top + stock.rows * (stock.height + stock.gap_y) - stock.gap_y
    if across > stock.page_width + SLACK or down > stock.page_height + SLACK:
        faults.append("the labels do not fit on the page")
    if not _inside(stock.qr.box, stock, margin=0):
        faults.append("the QR box with its quiet zone leaves the label")
    for text in stock.texts:
        if not _inside(text.box, stock, stock.margin):
            faults.append(f"{text.value} leaves the printable area")
        if text.min_size > text.size:
            faults.append(f"{text.value} has min_size above size")
        if (ABOVE + BELOW) * text.min_size * MM_PER_POINT > text.height:
            faults.append(f"{text.value} is lower than its smallest type")
        if face("sans").width(text.caption) * text.caption_size > (
            text.caption_width / MM_PER_POINT
        ):
            faults.append(f"{text.caption} is wider than its caption_width")
        if set(text.names) & SERIALS and text.face != "mono":
            faults.append(f"{text.value} has the serial: its face must be mono")
        if set(text.names) & SERIALS and not text.is_serial:
            faults.append(
                f"{text.value} has the serial: beside it only digits, letters and "
                "-.:/# may stand"
            )
        if unknown := set(text.names) - VALUE_NAMES:
            faults.append(f"{text.value} names no value of a label: {min(unknown)}")
    boxes = [("the QR code", stock.qr.box), *((t.value, t.box) for t in stock.texts)]
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        wide = min(a[2], b[2]) - max(a[0], b[0])
        high = min(a[3], b[3]) - max(a[1], b[1])
        if wide > SLACK and high > SLACK:
            faults.append(f"{one} and {other} overlap")
    return faults


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


def _bad(path: Path, fault: str) -> InvalidInput:
    return InvalidInput(
        "stock_invalid",
        N_("The label stock %(file)s cannot be used: %(fault)s."),
        file=path.name,
        fault=fault,
    )
