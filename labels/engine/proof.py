"""Printed labels read back: the proof that a file says what it should."""

import io
from collections.abc import Iterator

import pypdfium2
import zxingcpp

PROOF_DPI = 203
"""The coarsest printer a label is made for: what reads here reads anywhere."""


def read_pdf(content: bytes) -> Iterator[tuple[str, ...]]:
    """What the QR codes on each page of a PDF say, page by page."""
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    try:
        for page in document:
            picture = page.render(scale=PROOF_DPI / 72, grayscale=True).to_numpy()
            codes = zxingcpp.read_barcodes(picture)
            yield tuple(code.text for code in codes)
    finally:
        document.close()
