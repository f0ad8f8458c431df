"""The boxes of a label: where its code, its texts and its bars go.

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
