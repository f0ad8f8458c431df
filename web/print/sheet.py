"""Fonts, colours and page furniture of printed papers."""

import unicodedata
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from ...labels.engine.font import FILE, INDEX, face
from .document import Document, Imprint

FONT = "lotmark-sans"
"""The one face, also that of the labels: Chinese and Latin in one file."""
INK, QUIET, RULE = HexColor("#151a22"), HexColor("#4b5563"), HexColor("#c4cad3")
ACCENT, WASH, GRAVE = HexColor("#1d2b73"), HexColor("#edf0fb"), HexColor("#b0141b")
MARGIN, FOOT = 14 * mm, 16 * mm
EDGE = MARGIN + 6
"""Where text begins: a frame pads itself by six points."""
UNKNOWN = "\N{GETA MARK}"
"""Stands for a character the face lacks, as printers have it since lead type."""

TEXT = ParagraphStyle("text", fontName=FONT, fontSize=8.5, leading=12, textColor=INK)
SMALL = ParagraphStyle("small", TEXT, fontSize=7.5, leading=10.5, textColor=QUIET)
CELL = ParagraphStyle("cell", TEXT, fontSize=7.8, leading=10.6)
RIGHT = ParagraphStyle("right", CELL, alignment=TA_RIGHT)
HEAD = ParagraphStyle("head", CELL, textColor=QUIET, alignment=TA_LEFT)
HEAD_RIGHT = ParagraphStyle("head-right", HEAD, alignment=TA_RIGHT)
WARNING = ParagraphStyle("warning", TEXT, textColor=GRAVE)


def load_font() -> None:
    """Make the face known to reportlab; the whole process shares it."""
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(FONT, FILE, subfontIndex=INDEX["sans"]))


def printable(text: str) -> str:
    """The text in characters the face has; a box would look like a printer's fault.

    >>> printable("R1-0461 ☃\\n\\t")
    'R1-0461 〓\\n '
    """
    known = face("sans").advances
    shown = (" " if c == "\t" else c for c in unicodedata.normalize("NFC", text))
    return "".join(c if c == "\n" or c in known else UNKNOWN for c in shown)


def is_cjk(text: str) -> bool:
    """Whether lines may break between any two characters of the text."""
    return any(character >= "\u2e80" for character in text)


class NumberedCanvas(Canvas):  # type: ignore[misc]
    """A canvas that knows how many pages there will be when it draws their feet."""

    document: Document
    imprint: Imprint
    short: str
    """The digest's beginning."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self._draw_foot(number, len(self._pages))
            super().showPage()
        super().save()

    def _draw_foot(self, number: int, pages: int) -> None:
        width, height = self._pagesize
        self.setStrokeColor(RULE)
        self.setLineWidth(0.5)
        self.line(EDGE, FOOT - 4 * mm, width - EDGE, FOOT - 4 * mm)
        self.setFillColor(QUIET)
        self.setFont(FONT, 7)
        place = FOOT - 8 * mm
        told = f"{self.imprint.content} {self.short} · {self.imprint.printed}"
        self.drawString(EDGE, place, printable(told))
        page = self.imprint.page.format(page=number, pages=pages)
        self.drawRightString(width - EDGE, place, page)
        if number > 1:
            top = height - MARGIN + 3 * mm
            head = f"{self.document.title} · {self.document.subject}"
            self.drawString(EDGE, top, printable(head))
            self.drawRightString(width - EDGE, top, printable(self.document.issuer))
