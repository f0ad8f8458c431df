"""Sending files to import, watching them come in, and what became of each."""

import secrets
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from flask import (
    Response,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from ...trace import clock, files
from ...trace.errors import N_, LotmarkError, NotFound
from ...trace.exchange.exports import FORMATS, write_csv
from ...trace.exchange.kinds import KINDS
from ...trace.exchange.orders import (
    MOST_FILES,
    SETTLED,
    find_order,
    order_import,
    orders_ahead,
    recent_orders,
)
from ...trace.exchange.reading import MAX_BYTES, MAX_ROWS
from ...trace.exchange.rows import TOLD, BadRow
from ...trace.exchange.tables import ImportOrder
from ...trace.faults import read_fault
from ...trace.people import name_of
from .. import sent_files
from ..current import actor, house
from ..forms import text_field
from ..i18n import language, moment, say
from ..problems import status_of
from . import kinds
from .kinds import TITLES
from .room import room, set_up
from .words import STATE, STEP, STEPS

__all__ = ["kinds", "room", "set_up"]

SHOWN = 200
"""Bad rows on the screen; the file has them all."""
MOST_ORDERS = 50
MEBIBYTE = 2**20


@room.get("/imports")
def start() -> ResponseReturnValue:
    return _start()


@room.post("/imports")
def send() -> ResponseReturnValue:
    """Keep the files, then leave them to the worker."""
    try:
        folder, given = house().settings.files, request.files.getlist("files")
        sent = sent_files.keep_files(folder, given)
        key = text_field("key", 64) or secrets.token_urlsafe(16)
        with house().plant.writing() as session:
            order = order_import(session, sent, key, actor(), clock.now())
    except LotmarkError as error:
        return _start(error), status_of(error)
    return redirect(url_for("imports.order", number=order.number))


@room.get("/imports/<number>")
def order(number: str) -> ResponseReturnValue:
    """How far an import is, or what became of it."""
    with house().plant.reading() as session:
        found = find_order(session, number)
        ahead = orders_ahead(session, found)
        known = (found.result or {}).get("known", ())
        senders = {by for _, _, by in known} | {found.created_by}
        people = {login: name_of(session, login) for login in senders}
    return render_template(
        "imports/order.html",
        order=found,
        people=people,
        ahead=ahead,
        rows=[_said(bad) for bad in islice(_bad_rows(found), SHOWN)],
        shown=SHOWN,
        told=TOLD,
        fault=read_fault(found.error) if found.error else None,
        settled=found.state in SETTLED,
        state=STATE,
        steps=STEPS,
        step_word=STEP,
        titles=TITLES,
        stored=_stored,
    )


@room.get("/imports/<number>/progress")
def progress(number: str) -> ResponseReturnValue:
    """The figures of an import under way, for its page."""
    with house().plant.reading() as session:
        found = find_order(session, number)
    page = f"{found.state} {found.step}"
    answer = jsonify(page=page, done=found.done, total=found.total)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@room.get("/imports/<number>/bad.csv")
def bad_rows(number: str) -> ResponseReturnValue:
    """Every bad row with its place and the reason, as a file."""
    with house().plant.reading() as session:
        found = find_order(session, number)
    if found.report is None:
        raise NotFound("no_bad_rows", N_("No row of this import was found wrong."))
    header = [gettext(N_("File")), gettext(N_("Row")), gettext(N_("Column"))]
    lines = write_csv(
        [*header, gettext(N_("What is wrong"))],
        (_said(bad) for bad in _bad_rows(found)),
    )
    return Response(
        b"".join(lines),
        content_type=FORMATS["csv"],
        headers={
            "Content-Disposition": f"attachment; filename={found.number}-bad.csv",
            "Cache-Control": "private, no-store",
        },
    )


@room.get("/imports/<number>/files/<sha256>")
def original(number: str, sha256: str) -> ResponseReturnValue:
    """A file as it was sent."""
    with house().plant.reading() as session:
        found = find_order(session, number)
    names = {digest: name for name, digest, _ in found.files}
    # Only a name on the order is ever looked for on the disk.
    path = files.path_of(house().settings.files, sha256) if sha256 in names else None
    if path is None or not path.exists():
        raise NotFound(
            "import_file_gone", N_("This file is no longer kept: nothing came of it.")
        )
    return send_file(
        path,
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=names[sha256],
        max_age=0,
    )


def _start(error: LotmarkError | None = None) -> str:
    with house().plant.reading() as session:
        orders = recent_orders(session, MOST_ORDERS)
        people = {
            login: name_of(session, login) for login in {o.created_by for o in orders}
        }
    return render_template(
        "imports/start.html",
        orders=orders,
        people=people,
        state=STATE,
        kinds=KINDS,
        titles=TITLES,
        about=kinds.ABOUT,
        formats=tuple(FORMATS),
        key=secrets.token_urlsafe(16),
        most_files=MOST_FILES,
        most_megabytes=MAX_BYTES // MEBIBYTE,
        most_rows=MAX_ROWS,
        error=error,
    )


def _bad_rows(found: ImportOrder) -> Iterator[BadRow]:
    return sent_files.bad_rows(house().settings.files, found)


def _stored(text: str) -> str:
    """A time as an order's result keeps it, at the plant."""
    return moment(datetime.fromisoformat(text))


def _said(bad: BadRow) -> tuple[str, int, str, str]:
    """Where a bad row stands and why it is bad, in the visitor's language."""
    column = bad.column
    if language() == "zh":
        column = _CHINESE.get(column, column)
    sentence = say(LotmarkError(bad.code, bad.text, **bad.params))
    return bad.file, bad.line, column, sentence


_CHINESE = {
    column.name: column.aliases[0]
    for kind in reversed(KINDS)
    for column in kind.columns
    if column.aliases
}
"""What most headers in Chinese call a column."""
