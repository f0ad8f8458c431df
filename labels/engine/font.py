"""The faces text is set in: which characters they have and how wide these are.

One file holds both faces; ``fonts/README.md`` says where it comes from.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from fontTools.ttLib import TTFont

from ...trace.errors import N_, InvalidInput

FILE = Path(__file__).parent / "fonts" / "wqy-microhei.ttc"

FaceName: TypeAlias = Literal["sans", "mono"]

INDEX: dict[FaceName, int] = {"sans": 0, "mono": 1}
"""A face's number within the file."""

ABOVE = 0.82
"""How far the tallest glyph we print reaches above the baseline, in ems."""
BELOW = 0.25
"""How far the deepest reaches below."""
BOLD = 0.018
"""The font has no bold face: outlines are thickened by this many ems on each side."""


@dataclass(frozen=True, slots=True)
class Face:
    """The characters of one face."""

    advances: dict[str, float]
    """Character → how far it moves the pen, in ems."""

    def width(self, text: str, *, bold: bool = False) -> float:
        """The width of ``text`` in ems.

        Raises ``InvalidInput`` for a character the face lacks: a label never shows
        a box in its place.

        >>> face("mono").width("7K3M")
        2.4004
        """
        try:
            ems = sum(self.advances[character] for character in text)
        except KeyError as missing:
            raise _no_glyph(text, missing.args[0]) from None
        return round(ems + (2 * BOLD if bold else 0), 4)


@cache
def face(name: FaceName) -> Face:
    """The face of that name."""
    with TTFont(FILE, fontNumber=INDEX[name], lazy=True) as font:
        em = font["head"].unitsPerEm
        widths = font["hmtx"].metrics
        return Face(
            {
                chr(code): widths[glyph][0] / em
                for code, glyph in font.getBestCmap().items()
            }
        )


def _no_glyph(text: str, character: str) -> InvalidInput:
    return InvalidInput(
        "label_glyph_missing",
        N_(
            "The label font has no sign for %(point)s (%(name)s), character"
            " %(place)d of %(text)s; write it without this character."
        ),
        point=f"U+{ord(character):04X}",
        name=unicodedata.name(character, "no name").lower(),
        place=text.index(character) + 1,
        text=_writable(text[:40]) + ("…" if len(text) > 40 else ""),
    )


def _writable(text: str) -> str:
    """Half a sign, as a damaged file may have, as a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")
