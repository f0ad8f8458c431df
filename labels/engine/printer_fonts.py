"""The fonts that label printers have themselves: of one width, in whole dots."""

from dataclasses import dataclass

from .layout import Line


@dataclass(frozen=True, slots=True)
class PrinterFont:
    """A font as the printer's manual gives it, in dots at its own size."""

    name: str
    width: int
    """Of a sign."""
    height: int
    gap: int
    """Between two signs."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A printer's font enlarged to fill a line."""

    name: str
    width: int
    height: int
    times: int
    """How often its own size."""
    top: int
    """Where the signs begin, dots from the label's top."""


ZPL_FONTS = (
    PrinterFont("F", 13, 26, 3),
    PrinterFont("D", 10, 18, 2),
    PrinterFont("B", 7, 11, 2),
    PrinterFont("A", 5, 9, 1),
)
"""Zebra's bitmap fonts that are the same at every resolution."""
TSPL_FONTS = (
    PrinterFont("5", 32, 48, 0),
    PrinterFont("4", 24, 32, 0),
    PrinterFont("3", 16, 24, 0),
    PrinterFont("2", 12, 20, 0),
    PrinterFont("1", 8, 12, 0),
)
"""The resident fonts of TSC's printers."""
MOST = 10
"""Printers enlarge at most so many times."""
LEAST = 1.5
"""mm: lower signs cannot be read aloud without a glass."""


def fit(line: Line, fonts: tuple[PrinterFont, ...], dpi: int) -> Fitted | None:
    """The font that makes the line's text largest within its box; none if too small."""
    left, top, right, bottom = line.box
    best: Fitted | None = None
    for font in fonts:
        length = len(line.text) * (font.width + font.gap) - font.gap
        times = min((right - left) // length, (bottom - top) // font.height, MOST)
        height = times * font.height
        if height * 25.4 / dpi >= LEAST and (best is None or height > best.height):
            middle = top + (bottom - top - height) // 2
            best = Fitted(font.name, times * font.width, height, times, middle)
    return best
