"""Pictures of a printed file, made from its exact bytes and nothing else.

What is wrong in the file is wrong in the picture: a PDF is rendered, printer commands
are read back by ``printed``.
"""

import io

import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from ...trace.errors import N_, InvalidInput
from .font import FILE, INDEX
from .printed import Box, Printed, tspl_labels, zpl_labels

FINEST = 300
"""Pixels an inch of a page of PDF, at most."""


def preview(format: str, data: bytes, dpi: int, page: int = 0) -> Image.Image:
    """One page of a file of labels, or one row of labels of a roll, black on white.

    ``dpi`` is the printer's, which PDF and TSPL do not tell. Raises InvalidInput
    ``preview_none`` for a format that has no picture or a page that is not there.
    """
    pages: list[Image.Image] = []
    if format == "pdf":
        return _pdf_page(data, page, dpi)
    if format.startswith("zpl"):
        pages = [_shown(one) for one in zpl_labels(data)[page : page + 1]]
    elif format.startswith("tspl"):
        pages = [_shown(one) for one in tspl_labels(data, dpi)[page : page + 1]]
    elif format == "png" and page == 0:
        pages = [Image.open(io.BytesIO(data)).convert("L")]
    if not pages:
        raise _no_page(format, page)
    return pages[0]


def _pdf_page(data: bytes, number: int, dpi: int) -> Image.Image:
    document = pypdfium2.PdfDocument(data)
    try:
        if not 0 <= number < len(document):
            raise _no_page("pdf", number)
        # A hair less: the page's own rounding error would add a row of dots.
        scale = (min(dpi, FINEST) - 0.001) / 72
        page = document[number].render(scale=scale, grayscale=True)
        picture: Image.Image = page.to_pil()
        return picture
    finally:
        document.close()


def _shown(label: Printed) -> Image.Image:
    picture = Image.fromarray(~label.dots).convert("L")
    for text, box in label.texts:
        _write(picture, text, box)
    return picture


def _write(picture: Image.Image, text: str, box: Box) -> None:
    """A text of the printer's own font, in our face of one width, in the same box."""
    left, top, right, bottom = box
    high = bottom - top
    font = ImageFont.truetype(FILE, high * 1.3, index=INDEX["mono"])
    x0, y0, x1, y1 = font.getbbox(text)
    drawn = Image.new("L", (max(1, round(x1 - x0)), max(1, round(y1 - y0))), 255)
    ImageDraw.Draw(drawn).text((-x0, -y0), text, fill=0, font=font)
    picture.paste(drawn.resize((max(1, right - left), high)), (left, top))


def _no_page(format: str, page: int) -> InvalidInput:
    return InvalidInput(
        "preview_none",
        N_("There is no picture of page %(page)s of this %(format)s file."),
        page=page + 1,
        format=format,
    )
