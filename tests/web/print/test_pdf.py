"""How a paper is set: over page breaks, and with strange text."""

import re

from pdf_words import text_of, words_of

from lotmark.web.print.document import Column, Document, Imprint, Section, Table
from lotmark.web.print.pdf import render_pdf

IMPRINT = Imprint("printed today by Qian", "content check", "page {page} of {pages}")


def test_long_tables_repeat_their_headings() -> None:
    columns = (Column("Lot"), Column("What was found", 3), Column("Packs", 1, "right"))
    rows = tuple((f"B{n:04}", "长" * 90, f"{n:,}") for n in range(400))
    paper = Document(
        "Ledger",
        "many",
        "云岭",
        (("Entries", "400"),),
        (Section("All", (Table(columns, rows),)),),
    )
    pages = words_of(render_pdf(paper, IMPRINT))
    assert len(pages) > 10
    for number, page in enumerate(pages, start=1):
        assert "What was found" in page
        assert f"page {number} of {len(pages)}" in page
    seen = re.findall(r"B\d{4}", " ".join(pages))
    assert seen == [row[0] for row in rows]  # each once, in order


def test_strange_text_prints() -> None:
    """Markup, emoji, right to left, a row longer than a page: nothing is lost but
    characters the face lacks."""
    columns = (Column("A"), Column("B"))
    evil = ("<script>&amp; =cmd|' /C calc'!A0", "👩‍🔬 مرحبا")
    rows = (evil, ("x" * 3000, "长" * 6000), ("", "\n\n"))
    paper = Document(
        "<b>Title</b>", "a & b", "", (), (Section("", (Table(columns, rows),)),)
    )
    text = text_of(render_pdf(paper, IMPRINT))
    assert "<b>Title</b>" in text
    assert "<script>&amp; =cmd|' /C calc'!A0" in text.replace("\n", "")
    assert text.count("长") == 6000
    assert text.count("x") >= 3000
