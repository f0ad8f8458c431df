"""What a PDF says, page by page."""

import re

import pypdfium2


def words_of(content: bytes) -> list[str]:
    """The text of each page."""
    with pypdfium2.PdfDocument(content) as document:
        pages = []
        for page in document:
            text = page.get_textpage()
            pages.append(text.get_text_bounded().replace("\r\n", "\n"))
            text.close()
            page.close()
    return pages


def text_of(content: bytes) -> str:
    """All of it, in one line: cells break where they must."""
    return re.sub(r"\s+", " ", " ".join(words_of(content)))
