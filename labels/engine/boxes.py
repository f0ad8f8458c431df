"""A label stock: the paper, and where code, texts and bars of a label go on it.

Lengths in millimetres from the label's top left corner, type sizes in points.
"""

import re
import string
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .font import ABOVE, BELOW, FaceName
from .qr import Level
from .values import SERIALS

MM_PER_POINT = 25.4 / 72

_PLAIN = re.compile(r"(\{[a-z_]+\}|[ 0-9A-Za-z\-.:/#])+")
"""A text in which no printer finds a command."""

_ORIGIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")

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
    lower: bool = False
    """Whether scheme and host of the address go in lower case, which some scanners
    need: a larger symbol, in byte mode."""

    def address(self, url: str) -> str:
        """What the symbol says for a label's URL.

        >>> QrBox(x=0, y=0, size=20, quiet=3, level="M", min_module=0.3, lower=True
        ... ).address("HTTPS://Q.EXAMPLE.CN/T/7K3M9QXW2D5RVT8H")
        'https://q.example.cn/T/7K3M9QXW2D5RVT8H'
        """
        if not self.lower:
            return url
        return _ORIGIN.sub(lambda found: found[0].lower(), url, count=1)

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
class BarBox:
    """A GS1-128 bar code, in the middle of its box, with what it says beneath it."""

    elements: tuple[str, ...]
    """Application identifiers; left out are those the record has no value for."""
    x: float
    y: float
    width: float
    """With ten white modules on either side, mm."""
    height: float
    """Of the bars, mm."""
    text_size: float
    """Points, of the text beneath."""
    min_module: float
    max_module: float
    """Least and most a module may measure, mm; if none fits, the job fails."""

    @property
    def box(self) -> Box:
        """Bars and text."""
        below = (ABOVE + BELOW) * self.text_size * MM_PER_POINT
        return self.x, self.y, self.x + self.width, self.y + self.height + below


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
    sample: tuple[tuple[str, str], ...] = ()
    """Values to show the label with, where the usual ones do not suit it."""
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
