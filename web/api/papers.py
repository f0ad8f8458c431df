"""Papers of lots and charts of loads: their numbers, and pictures or PDFs of them."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from flask import Response, send_file
from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from ...trace import files
from ...trace.errors import N_, InvalidInput
from ...trace.parties.tables import Lot, Site
from ...trace.people import Actor
from ...trace.production.cycles import file_chart
from ...trace.production.papers import add_paper, find_file
from ...trace.production.tables import LotDocument
from ..current import house
from ..uploads import Upload, take_upload
from .lots import find_lot
from .master import columns, equal
from .paging import PageQuery, page, page_of
from .records import TAG, CycleOut
from .room import reads, sends, writes
from .values import AskedId, Line, Shown, Told

KINDS = Literal[
    "animal_quarantine",
    "meat_inspection",
    "test_report",
    "supplier_licence",
    "delivery_note",
    "other",
]
Content = Annotated[
    str,
    Field(
        min_length=4,
        max_length=14_000_000,
        pattern="^[A-Za-z0-9+/]+={0,2}$",
        json_schema_extra={"contentEncoding": "base64"},
    ),
]
"""A PDF or a picture in Base64, of at most 10 MB."""


def read_content(text: str | None) -> Upload | None:
    """The file of a request, written to the files folder.

    Raises InvalidInput ``file_unreadable`` for what is neither a PDF nor a picture.
    """
    if text is None:
        return None
    try:
        return take_upload(base64.b64decode(text, validate=True))
    except binascii.Error:
        raise InvalidInput(
            "file_unreadable",
            N_(
                "This is neither a PDF nor a picture we can open: scan or save it "
                "again."
            ),
        ) from None


class PaperIn(Told):
    """A paper that goes with a lot: its number, a file of it, or both."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "animal_quarantine", "number": "4401188"}]
        }
    )

    kind: KINDS
    number: Line = ""
    content: Content | None = None


class PaperOut(Shown):
    """A paper of a lot."""

    id: int
    lot_id: int
    lot: str
    kind: KINDS
    number: str
    file: str | None
    """SHA-256 of its file; `GET /files/{sha256}` gives it."""
    at: datetime
    actor: str


class PaperQuery(PageQuery):
    lot_id: AskedId | None = None


@reads("/papers", "trace.read", page_of(PaperOut), tag=TAG, query=PaperQuery)
def list_papers(session: Session, query: PaperQuery) -> Any:
    """Quarantine and inspection certificates, test reports and delivery notes."""
    select = sa.select(*columns(LotDocument, PaperOut, lot=Lot.code))
    select = select.join(Lot, Lot.id == LotDocument.lot_id)
    return page(session, equal(select, query, LotDocument), query, LotDocument.id)


def _file_of(body: PaperIn) -> dict[str, Any]:
    return {"upload": read_content(body.content)}


@writes(
    "/lots/<int:lot_id>/papers",
    "paper.add",
    PaperIn,
    PaperOut,
    tag=TAG,
    before=_file_of,
)
def post_papers(
    session: Session,
    body: PaperIn,
    lot_id: int,
    upload: Upload | None,
    actor: Actor,
    now: datetime,
) -> Any:
    """Add a paper to a lot; the same one again is the same paper."""
    lot = find_lot(session, lot_id)
    paper = add_paper(
        session,
        lot_id,
        kind=body.kind,
        number=body.number,
        file=upload.keep(session, now) if upload else None,
        actor=actor,
        now=now,
    )
    names = set(PaperOut.model_fields) - {"lot"}
    return {name: getattr(paper, name) for name in names} | {"lot": lot.code}


class ChartIn(Told):
    """The chart of a load, and what it shows."""

    content: Content
    result: Literal["pass", "fail"]


def _chart_of(body: ChartIn) -> dict[str, Any]:
    return {"upload": read_content(body.content)}


@writes(
    "/cycles/<int:cycle_id>/chart",
    "inspection.record",
    ChartIn,
    CycleOut,
    tag=TAG,
    status=200,
    before=_chart_of,
)
def post_chart(
    session: Session,
    body: ChartIn,
    cycle_id: int,
    upload: Upload,
    actor: Actor,
    now: datetime,
) -> Any:
    """File the chart of a load; it never turns a failed load into a good one."""
    chart = upload.keep(session, now)
    cycle = file_chart(session, cycle_id, chart, body.result, actor, now)
    names = set(CycleOut.model_fields) - {"site"}
    site = session.get_one(Site, cycle.site_id)
    return {name: getattr(cycle, name) for name in names} | {"site": site.code}


@sends("/files/<sha256>", "trace.read", "application/pdf", "image/jpeg", tag=TAG)
def get_file(sha256: str) -> Response:
    """A file of a paper, a report or a chart: a PDF or a JPEG."""
    with house().plant.reading() as session:
        media_type = find_file(session, sha256).media_type
    path = files.path_of(house().settings.files, sha256).resolve()
    return send_file(path, mimetype=media_type, etag=sha256)
