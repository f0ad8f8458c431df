"""Papers to print, and the whole plant as files for another installation."""

import io
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain
from typing import Annotated, Literal

from flask import Response, g, send_file
from pydantic import Field

from ...recall.complaints.counts import complaint_counts
from ...trace import clock
from ...trace.db import Database
from ...trace.exchange.exports import PIECE, write_plant
from ...trace.exchange.lists.query import Asked as AskedRows
from ...trace.production.registers import check_period
from ..current import house
from ..i18n import PLANT_ZONE
from ..print.dossier import print_dossier
from ..print.imprint import imprint
from ..print.pdf import render_pdf
from ..print.registers import issuer, register
from .lots import find_lot
from .room import sends
from .values import Asked, Day

TAG = "Files"
PDF = "application/pdf"
USUAL_DAYS = timedelta(days=30)


@sends("/lots/<int:lot_id>/dossier.pdf", "trace.read", PDF, tag=TAG)
def get_dossier(lot_id: int) -> Response:
    """The whole record of a lot on paper, in the language of `Accept-Language`."""
    now = clock.now()
    with house().plant.reading() as session:
        lot = find_lot(session, lot_id)
        counts = complaint_counts(session, lot_id)
        by = imprint(g.actor.name, now)
        content = print_dossier(session, house(), lot, counts, by, now)
        name = f"{lot.ai10}.pdf"
    return _sent(content, PDF, name)


class PeriodQuery(Asked):
    """Days of a register, both included; the last 30 when left out."""

    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None


@sends(
    "/registers/<any(incoming, inputs, outgoing, sales):which>.pdf",
    "trace.read",
    PDF,
    tag=TAG,
    query=PeriodQuery,
)
def get_register(
    which: Literal["incoming", "inputs", "outgoing", "sales"], query: PeriodQuery
) -> Response:
    """A statutory register: goods received, ingredients used, inspections, sales."""
    now = clock.now()
    today: date = now.astimezone(PLANT_ZONE).date()
    last = query.last or today
    period = check_period(query.first or last - USUAL_DAYS, last, PLANT_ZONE)
    with house().plant.reading() as session:
        paper = register(session, which, period, issuer(session))
    content = render_pdf(paper, imprint(g.actor.name, now))
    return _sent(content, PDF, f"{which}-{period.first}-{period.last}.pdf")


@sends("/export.zip", "trace.read", "application/zip", tag=TAG)
def get_export() -> Response:
    """The plant as CSV files that an import takes: see docs/export.md."""
    pieces = _packed(house().plant)
    started = chain([next(pieces)], pieces)  # a refusal is still a problem document
    said = "attachment; filename=lotmark.zip"
    headers = {"Content-Disposition": said, "Cache-Control": "private, no-store"}
    return Response(started, mimetype="application/zip", headers=headers)


def _packed(plant: Database) -> Iterator[bytes]:
    """The files in one archive, made on disk: memory stays flat."""
    with tempfile.TemporaryFile() as file:
        with (
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
            plant.reading() as session,
        ):
            for name, content in write_plant(session, AskedRows()):
                with archive.open(name, "w", force_zip64=True) as out:
                    out.writelines(content)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _sent(content: bytes, kind: str, name: str) -> Response:
    return send_file(io.BytesIO(content), mimetype=kind, download_name=name)
