"""The pages of a line PC: the bench, its forms, and what a scan does."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ...labels.engine.preview import preview
from ...trace import badges
from ...trace.db import Database
from ...trace.errors import N_, Conflict, InvalidInput, LotmarkError, NotFound
from ...trace.identity.links import LINK_LIMIT
from ...trace.identity.reading import read_code
from ..forms import choice_field, number_field, scan_field, text_field
from ..problems import status_of
from . import marks, orders, screen, steering
from .held import Place, find_place
from .operators import Operator, chosen, holder_of, operators
from .printer import Place as Printer
from .screen import Bench
from .tables import Batch, Block, Event, know
from .telling import FINAL
from .times import tick

room = Blueprint("station", __name__, template_folder="templates")

MOST_VOIDED = 500
"""Labels voided in one go: beyond it somebody typed wrong."""
REASONS = {
    "wet": N_("Wet or smeared"),
    "torn": N_("Torn"),
    "crooked": N_("Printed crooked"),
    "unreadable": N_("Does not scan"),
    "other": N_("Another reason"),
}
COMMANDS = {
    "PAUSE": "station.line",
    "RESUME": "station.resume_form",
    "VOID": "station.void_form",
    "REPRINT": "station.reprint_form",
    "CANCEL": "station.cancel_form",
    "FIRST": "station.line",
    "GO": "station.print_form",
    "WHO": "station.operator",
    "BACK": "station.line",
}
"""Where the laminated codes of the line lead here, after ``LM:``."""


def _of(name: str) -> Any:
    return current_app.extensions["station"][name]


def _store() -> Database:
    store: Database = _of("store")
    return store


def _printer() -> Printer:
    printer: Printer = _of("place")
    return printer


def _operator() -> Operator:
    if g.actor is None:
        raise Conflict("operator_missing", N_("Say who works here first."))
    found: Operator = g.actor
    return found


@contextmanager
def _writing(right: str = "labels.print") -> Iterator[tuple[Session, Operator]]:
    """One deed of the operator, who has to have the right."""
    who = _operator()
    who.require(right)
    with _store().writing() as kept:
        yield kept, who


@room.get("/")
def start() -> ResponseReturnValue:
    return redirect(url_for("station.line"))


@room.get("/line")
def line() -> ResponseReturnValue:
    at = tick()
    with _store().reading() as kept:
        batch = screen.current_batch(kept)
        bench = screen.bench_of(kept, batch, at) if batch else None
        network = screen.network_of(kept, at)
        tile = screen.tile_of(kept, g.now)
    band = screen.band_of(bench, network, g.now)
    return render_template(
        "station/bench.html",
        bench=bench,
        network=network,
        tile=tile,
        band=band,
        page=_page(bench, band),
    )


@room.get("/line.json")
def news() -> ResponseReturnValue:
    """What the bench asks for again and again."""
    at = tick()
    with _store().reading() as kept:
        batch = screen.current_batch(kept)
        bench = screen.bench_of(kept, batch, at) if batch else None
        network = screen.network_of(kept, at)
    band = screen.band_of(bench, network, g.now)
    return jsonify(
        page=_page(bench, band), kind=band.kind, word=band.word, text=band.text
    )


def _page(bench: Bench | None, band: screen.Band) -> str:
    """Changes when the page must be drawn anew."""
    if bench is None:
        return "none"
    job = f"{bench.job.id}-{bench.job.state}" if bench.job else "-"
    counts = (bench.printed, bench.applied, bench.voided, bench.doubtful)
    figures = (*counts, bench.left, bench.job_left)
    return "/".join(map(str, (band.kind, job, bench.batch.lot_id, *figures)))


@room.get("/line/label.png")
def label_picture() -> ResponseReturnValue:
    """The last label, read back from the exact bytes that the printer gets."""
    with _store().reading() as kept:
        batch = screen.current_batch(kept)
        found = screen.last_places(kept, batch.lot_id) if batch else None
        if found is None:
            raise NotFound("label_none", N_("There is no label to show yet."))
        data = _printer().draw(kept, *found, 0)
    out = BytesIO()
    preview(_printer().format, data, _printer().stock.dpi).save(out, "PNG")
    return Response(out.getvalue(), mimetype="image/png")


@room.get("/line/print")
def print_form() -> ResponseReturnValue:
    return _form(
        "print", request_key=secrets.token_urlsafe(16), most=orders.MOST_AT_ONCE
    )


@room.post("/line/print")
def print_now() -> ResponseReturnValue:
    try:
        count = number_field("count", 1, orders.MOST_AT_ONCE)
        key = text_field("key", 64, required=True)
        with _writing() as (kept, who):
            orders.order(
                kept,
                _batch(kept).lot_id,
                count,
                key,
                who.name,
                tick(),
                first_check=_of("first_check"),
            )
    except LotmarkError as error:
        key = request.form.get("key", "")
        return _form("print", error, request_key=key, most=orders.MOST_AT_ONCE)
    return redirect(url_for("station.line"))


@room.post("/line/pause")
def pause_now() -> ResponseReturnValue:
    with _writing() as (kept, who):
        job = orders.live_job(kept)
        if job is not None:
            by_hand = Conflict(
                "paused_by_hand",
                N_("%(name)s paused it. Resume when you are ready."),
                name=who.name,
            )
            steering.pause(kept, job, by_hand)
    return redirect(url_for("station.line"))


@room.get("/line/resume")
def resume_form() -> ResponseReturnValue:
    return _form("resume")


@room.post("/line/resume")
def resume_now() -> ResponseReturnValue:
    """With the last label in the operator's hand, or, without any, as it stands."""
    try:
        scanned = request.form.get("code", "").strip()
        with _writing() as (kept, who):
            job = orders.live_job(kept)
            if job is not None:
                last = _label(kept, scanned) if scanned else None
                steering.resume(kept, job, last, who.name, tick())
    except LotmarkError as error:
        return _form("resume", error)
    return redirect(url_for("station.line"))


@room.post("/line/lost")
def lost_now() -> ResponseReturnValue:
    """The labels in doubt did not come out."""
    with _writing("labels.void") as (kept, who):
        job = orders.live_job(kept)
        if job is not None:
            steering.settle_lost(kept, job, who.name, tick())
    return redirect(url_for("station.line"))


@room.get("/line/cancel")
def cancel_form() -> ResponseReturnValue:
    return _form("cancel")


@room.post("/line/cancel")
def cancel_now() -> ResponseReturnValue:
    with _writing() as (kept, _):
        job = orders.live_job(kept)
        if job is not None:
            steering.cancel_rest(kept, job)
    return redirect(url_for("station.line"))


@room.get("/line/void")
def void_form() -> ResponseReturnValue:
    return _form("void", reasons=REASONS)


@room.post("/line/void")
def void_now() -> ResponseReturnValue:
    """One label by a scan, or the last ones by count: wet labels do not scan."""
    try:
        reason = choice_field("reason", tuple(REASONS))
        scanned = request.form.get("code", "").strip()
        with _writing("labels.void") as (kept, who):
            if scanned:
                label = _label(kept, scanned)
                found = {label.block_id: label.alone}
            else:
                count = number_field("count", 1, MOST_VOIDED)
                found = marks.last_printed(kept, _batch(kept).lot_id, count)
            for block_id, places in found.items():
                marks.void(kept, block_id, places, reason, who.name, tick())
    except LotmarkError as error:
        return _form("void", error, reasons=REASONS)
    return redirect(url_for("station.line"))


@room.get("/line/reprint")
def reprint_form() -> ResponseReturnValue:
    return _form("reprint", reasons=REASONS, request_key=secrets.token_urlsafe(16))


@room.post("/line/reprint")
def reprint_now() -> ResponseReturnValue:
    try:
        reason = choice_field("reason", tuple(REASONS))
        key = text_field("key", 64, required=True)
        if request.form.get("destroyed") != "yes":
            raise InvalidInput(
                "reprint_not_destroyed",
                N_(
                    "Destroy the spoiled label first, then confirm it: two labels with "
                    "one code must never exist."
                ),
            )
        with _writing() as (kept, who):
            label = _label(kept, scan_field("code", LINK_LIMIT))
            orders.reprint(kept, label, reason, key, who.name, tick())
    except LotmarkError as error:
        key = request.form.get("key", "")
        return _form("reprint", error, reasons=REASONS, request_key=key)
    return redirect(url_for("station.line"))


@room.post("/line/scan")
def scan_now() -> ResponseReturnValue:
    """A badge, a command, the first label of a job, or a label on a pack."""
    try:
        scanned = scan_field("code", LINK_LIMIT)
        mark = scanned.upper()
        if mark.startswith(badges.MARK):
            return _come_in(scanned)
        if mark.startswith("LM:"):
            return _command(mark.removeprefix("LM:"))
        return _label_scanned(scanned)
    except LotmarkError as error:
        return _verdict("bad", gettext(N_("Not done")), error), status_of(error)


def _command(name: str) -> ResponseReturnValue:
    if name not in COMMANDS:
        raise InvalidInput(
            "command_unknown",
            N_("This code is no command of this line. Print the sheet of codes anew."),
        )
    return pause_now() if name == "PAUSE" else redirect(url_for(COMMANDS[name]))


def _label_scanned(scanned: str) -> ResponseReturnValue:
    """The first label of a job that waits for it; else it is on a pack now."""
    with _writing() as (kept, who):
        label = _label(kept, scanned)
        job = orders.live_job(kept)
        batch = _batch(kept)
        checking = job is not None and screen.bench_of(kept, batch, tick()).checking
        if checking and job is not None:
            steering.resume(kept, job, label, who.name, tick())
            return _verdict("ok", gettext(N_("First label is right")))
    with _writing("batch.finish") as (kept, who):
        new = marks.apply(kept, label, who.name, tick())
    word = N_("On a pack") if new else N_("Counted before")
    return _verdict("ok", gettext(word))


def _verdict(kind: str, word: str, error: LotmarkError | None = None) -> str:
    """The whole screen says what a scan was: colour first, then the word."""
    return render_template("station/verdict.html", kind=kind, word=word, error=error)


@room.get("/line/operator")
def operator() -> ResponseReturnValue:
    return _operator_form()


@room.post("/line/operator")
def operator_now() -> ResponseReturnValue:
    try:
        scanned = request.form.get("badge", "").strip()
        if scanned:
            return _come_in(scanned)
        with _store().reading() as kept:
            found = chosen(kept, text_field("who", 64))
    except LotmarkError as error:
        return _operator_form(error)
    return _work_as(found)


def _operator_form(error: LotmarkError | None = None) -> ResponseReturnValue:
    with _store().reading() as kept:
        people = operators(kept)
    page = render_template("station/operator.html", people=people, error=error)
    return page, status_of(error) if error else 200


def _come_in(scanned: str) -> ResponseReturnValue:
    with _store().reading() as kept:
        return _work_as(holder_of(kept, scanned))


def _work_as(found: Operator) -> ResponseReturnValue:
    session.clear()
    session["who"] = found.login
    session.permanent = True
    return redirect(url_for("station.line"))


@room.get("/line/batches")
def batches() -> ResponseReturnValue:
    with _store().reading() as kept:
        held = kept.query(Batch).order_by(Batch.lot_id.desc()).limit(12).all()
        current = screen.current_batch(kept)
    return render_template("station/batches.html", batches=held, current=current)


@room.post("/line/batches")
def choose_batch() -> ResponseReturnValue:
    with _writing() as (kept, _):
        batch = kept.get(Batch, number_field("lot", 1, 2**53))
        if batch is not None:
            know(kept, "current", batch.lot_id)
    return redirect(url_for("station.line"))


@room.get("/line/reports")
def reports() -> ResponseReturnValue:
    """What the server does not know yet, and what it will not take."""
    with _store().reading() as kept:
        rows = kept.query(Event, Block, Batch).join(Block, Block.id == Event.block_id)
        rows = rows.join(Batch, Batch.lot_id == Block.lot_id)
        untold = rows.filter(Event.answer.is_(None)).order_by(Event.seq).limit(100)
        found = [
            (event, batch.label["batch_no"], event.refused.removeprefix(FINAL))
            for event, _, batch in untold
        ]
        network = screen.network_of(kept, tick())
    return render_template("station/reports.html", reports=found, network=network)


def _form(
    name: str, error: LotmarkError | None = None, **more: Any
) -> ResponseReturnValue:
    """A page with a form about the batch here."""
    _operator()
    with _store().reading() as kept:
        bench = screen.bench_of(kept, _batch(kept), tick())
    page = render_template(f"station/{name}.html", bench=bench, error=error, **more)
    return page, status_of(error) if error else 200


def _batch(kept: Session) -> Batch:
    batch = screen.current_batch(kept)
    if batch is None:
        raise Conflict(
            "no_batch_held",
            N_(
                "This PC holds no codes of any batch. Start the batch on the server; "
                "with the network there, its codes come by themselves."
            ),
        )
    return batch


def _label(kept: Session, scanned: str) -> Place:
    """Where the code of a label stands. Raises Conflict ``label_of_other_batch``."""
    serial = read_code(scanned.replace("\x1d", "|")).serial
    found = find_place(kept, serial.text) if serial else None
    batch = _batch(kept)
    if found is None or kept.get_one(Block, found.block_id).lot_id != batch.lot_id:
        raise Conflict(
            "label_of_other_here",
            N_(
                "This label is not of batch %(batch)s. Stop, take it away from the "
                "line, and look for others like it."
            ),
            batch=batch.label["batch_no"],
        )
    return found
