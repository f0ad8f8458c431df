"""Setting a paper as PDF pages; knows values only."""

from collections.abc import Iterator
from functools import partial
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from PIL import Image as Pixels
from reportlab.lib.pagesizes import A4
from reportlab.lib.pagesizes import landscape as lying
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    Image,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
)
from reportlab.platypus import Table as Grid

from . import sheet
from .document import (
    Bar,
    Block,
    Document,
    Facts,
    Imprint,
    Note,
    Picture,
    Seal,
    Table,
)
from .drawings import QR_SIZE, Heading, QrCode, Shares

PICTURE_HEIGHT = 110 * mm
PAGE_HEIGHT = 210 * mm
"""Of a picture that stands upright, mostly a page: its small print must be readable."""
SEAL = (80 * mm, 48 * mm)
"""A firm's round stamp is 40 mm across."""
LEAST = 30 * mm
"""Room a section needs at the foot of a page to begin there."""
PAD = 4
"""Points beside a cell's text."""


def render_pdf(document: Document, imprint: Imprint) -> bytes:
    """The paper as a PDF file."""
    sheet.load_font()
    size = lying(A4) if document.landscape else A4
    out = BytesIO()
    template = SimpleDocTemplate(
        out,
        pagesize=size,
        leftMargin=sheet.MARGIN,
        rightMargin=sheet.MARGIN,
        topMargin=sheet.MARGIN,
        bottomMargin=sheet.FOOT,
        title=f"{document.title} {document.subject}",
        author=document.issuer,
        lang="zh-CN" if document.language == "zh" else "en",
    )
    template.build(
        list(_story(document, size[0] - 2 * sheet.EDGE)),
        canvasmaker=partial(_canvas, document, imprint),
    )
    return out.getvalue()


def _canvas(
    document: Document, imprint: Imprint, *arguments: Any, **named: Any
) -> sheet.NumberedCanvas:
    canvas = sheet.NumberedCanvas(*arguments, **named)
    canvas.document, canvas.imprint = document, imprint
    digest = document.digest()
    canvas.short = " ".join(digest[i : i + 4] for i in range(0, 16, 4))
    return canvas


def _story(document: Document, width: float) -> Iterator[Flowable]:
    yield from _head(document, width)
    for section in document.sections:
        yield Spacer(1, 4 * mm)
        yield CondPageBreak(LEAST)  # a heading stays with the beginning of its text
        yield Heading(section.title, 11)
        yield Spacer(1, 1 * mm)
        for block in section.blocks:
            yield from _block(block, width)
    yield Spacer(1, 5 * mm)
    yield _paragraph(f"SHA-256 {document.digest()}", sheet.SMALL)


def _head(document: Document, width: float) -> Iterator[Flowable]:
    """Title, subject and facts, with the code of the live record beside them."""
    room = width - (QR_SIZE + 4 * mm if document.link else 0)
    left: list[Flowable] = [
        _paragraph(document.issuer, sheet.SMALL),
        Heading(document.title, 17),
        Heading(document.subject, 12),
        Spacer(1, 2 * mm),
    ]
    if not document.link:
        yield from left
        yield from _facts(Facts(document.facts), width)
        return
    beside = Grid(
        [[left, QrCode(document.link)]],
        colWidths=[room, QR_SIZE + 4 * mm],
        style=[
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("ALIGN", (1, 0), (1, 0), "RIGHT"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ],
    )
    yield beside
    yield from _facts(Facts(document.facts), width)


def _block(block: Block, width: float) -> Iterator[Flowable]:
    match block:
        case Table():
            yield from _table(block, width)
        case Facts():
            yield from _facts(block, width)
        case Note():
            style = sheet.WARNING if block.grave else sheet.TEXT
            yield _paragraph(("◆ " if block.grave else "") + block.text, style)
            yield Spacer(1, 1.5 * mm)
        case Bar():
            yield Shares(block)
            yield Spacer(1, 2 * mm)
        case Picture():
            yield _picture(block, width)
        case Seal():
            yield _seal(block)


def _seal(seal: Seal) -> Flowable:
    return Grid(
        [[_paragraph(seal.text, sheet.SMALL)]],
        colWidths=[SEAL[0]],
        rowHeights=[SEAL[1]],
        style=[
            ("BOX", (0, 0), (-1, -1), 0.8, sheet.RULE),
            ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
        ],
        hAlign="RIGHT",
    )


def _facts(facts: Facts, width: float) -> Iterator[Flowable]:
    pairs = [
        [_cell(name, width * 0.15, sheet.HEAD), _cell(value, width * 0.35, sheet.CELL)]
        for name, value in facts.pairs
    ]
    half = (len(pairs) + 1) // 2
    blank = ["", ""]
    right = pairs[half:] + [blank] * (half - len(pairs[half:]))
    rows = [one + other for one, other in zip(pairs[:half], right, strict=True)]
    if rows:
        yield Grid(
            rows,
            colWidths=[width * share for share in (0.15, 0.35, 0.15, 0.35)],
            style=[*_LINES, ("LINEABOVE", (0, 0), (-1, 0), 0.5, sheet.RULE)],
            hAlign="LEFT",
        )


def _table(table: Table, width: float) -> Iterator[Flowable]:
    if not table.rows:
        if table.empty:
            yield _paragraph(table.empty, sheet.SMALL)
        return
    whole = sum(column.weight for column in table.columns)
    widths = [width * column.weight / whole for column in table.columns]
    sides = [column.align == "right" for column in table.columns]
    heads = [(sheet.HEAD_RIGHT if right else sheet.HEAD) for right in sides]
    cells = [(sheet.RIGHT if right else sheet.CELL) for right in sides]
    titles = [column.title for column in table.columns]
    rows = [_row(titles, widths, heads)]
    rows += [_row(row, widths, cells) for row in table.rows]
    look = [
        *_LINES,
        ("BACKGROUND", (0, 0), (-1, 0), sheet.WASH),
        *(
            ("ALIGN", (n, 0), (n, -1), "RIGHT")
            for n, right in enumerate(sides)
            if right
        ),
    ]
    if table.total:
        rows.append(_row(table.total, widths, cells))
        look.append(("LINEABOVE", (0, -1), (-1, -1), 1, sheet.INK))
    yield Grid(
        rows, colWidths=widths, style=look, repeatRows=1, splitInRow=1, hAlign="LEFT"
    )


_LINES: list[tuple[Any, ...]] = [
    ("FONT", (0, 0), (-1, -1), sheet.FONT, sheet.CELL.fontSize),
    ("TEXTCOLOR", (0, 0), (-1, -1), sheet.INK),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), PAD),
    ("RIGHTPADDING", (0, 0), (-1, -1), PAD),
    ("TOPPADDING", (0, 0), (-1, -1), 2.2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, sheet.RULE),
]


def _row(
    texts: tuple[str, ...] | list[str],
    widths: list[float],
    styles: list[ParagraphStyle],
) -> list[Any]:
    return [
        _cell(text, width, style)
        for text, width, style in zip(texts, widths, styles, strict=True)
    ]


def _cell(text: str, width: float, style: ParagraphStyle) -> Any:
    """A line that fits is drawn as it is: paragraphs cost ten times as much."""
    text = sheet.printable(text)
    plain = style is sheet.CELL or style is sheet.RIGHT
    fits = stringWidth(text, sheet.FONT, style.fontSize) <= width - 2 * PAD
    return text if plain and fits and "\n" not in text else _paragraph(text, style)


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    shown = escape(sheet.printable(text)).replace("\n", "<br/>")
    if sheet.is_cjk(shown):
        style = ParagraphStyle(f"{style.name}-cjk", style, wordWrap="CJK")
    return Paragraph(shown, style)


def _picture(picture: Picture, width: float) -> Flowable:
    with Pixels.open(BytesIO(picture.content)) as pixels:
        across, down = pixels.size
    most = PAGE_HEIGHT if down > across else PICTURE_HEIGHT
    scale = min(width / across, most / down)
    image = Image(BytesIO(picture.content), across * scale, down * scale, hAlign="LEFT")
    return KeepTogether(
        [image, _paragraph(picture.caption, sheet.SMALL), Spacer(1, 2 * mm)]
    )
