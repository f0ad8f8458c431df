"""The part of a dossier with the files on record: each by its hash, and shown."""

from collections.abc import Callable, Iterator

from flask_babel import gettext as _

from ...trace.production.record import Record
from .. import words
from .attachments import Attachment
from .document import Column, Note, Picture, Section, Table

Attached = Callable[[str], Attachment]
"""Reads the stored file of a hash."""


def attachments(record: Record, attached: Attached) -> Section:
    """Charts, reports and papers, of the lot and of what went into it."""
    named = dict.fromkeys(_files(record))
    found = [(what, attached(sha256)) for what, sha256 in named]
    rows = tuple((what, one.sha256, _shown(one)) for what, one in found)
    columns = (Column(_("File"), 2.6), Column("SHA-256", 4), Column(_("Shown"), 1.2))
    table = Table(columns, rows, empty=_("No file is on record."))
    pictures = [
        Picture(picture, _caption(what, number, one), one.sha256)
        for what, one in found
        for number, picture in enumerate(one.pictures, 1)
    ]
    if not rows:
        return Section(_("Files"), (Note(table.empty),))
    return Section(_("Files"), (table, *pictures))


def _files(record: Record) -> Iterator[tuple[str, str]]:
    """What each file is, and its hash."""
    for cycle, _quantity in record.cycles:
        if cycle.chart:
            yield f"{_('Chart')} {cycle.number}", cycle.chart
    for one in record.inspections:
        if one.report:
            name = one.certificate or one.lab
            yield f"{_(words.INSPECTION[one.kind])} {name}".strip(), one.report
    for lot, papers in (
        (record.lot, record.papers),
        *((used.lot, used.papers) for used in record.inputs),
    ):
        for paper in papers:
            if paper.file:
                what = f"{_(words.PAPER[paper.kind])} {paper.number}".strip()
                yield f"{lot.code}  {what}", paper.file


def _shown(one: Attachment) -> str:
    if not one.there:
        return str(_("file is gone"))
    if len(one.pictures) < one.pages:
        told = _("pages 1–%(shown)s of %(all)s", shown=len(one.pictures), all=one.pages)
        return str(told)
    return str(_("below") if one.pictures else _("on file"))


def _caption(what: str, number: int, one: Attachment) -> str:
    page = f" ({number}/{one.pages})" if one.pages > 1 else ""
    return f"{what}{page}  SHA-256 {one.sha256}"
