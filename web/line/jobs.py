"""Ordering labels, watching them being drawn, and fetching the file."""

import secrets
from datetime import datetime
from typing import Any

from flask import (
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from ...labels.engine.stock import Stock, load_stock, stock_names
from ...labels.jobs.gates import order_at_line, require_gates
from ...labels.jobs.printers import printers_at
from ...labels.jobs.service import JOB_FORMATS, find_job, order_labels
from ...labels.jobs.tables import Printer, PrintJob
from ...trace import clock, files
from ...trace.db import Session
from ...trace.errors import N_, InvalidInput, LotmarkError, NotFound
from ...trace.faults import read_fault
from ...trace.production.clearance import open_run
from ..current import actor, house
from ..forms import choice_field, number_field, text_field
from ..problems import status_of
from .bands import Band, band_of_holds, band_of_job
from .bench import (
    UNDONE,
    Bench,
    bench_of,
    holds_of,
    recent_jobs,
    waiting_turn,
)
from .previews import USUAL_STOCK
from .printing import Tile, tile_of
from .room import chosen_line, own_batch, room

MOST_SKIPPED = 200
MOST_CODE = 60
MOST_ORDERED = 20_000
"""Labels of one order: two minutes of drawing, in which every other line waits."""
MEDIA_TYPES = {"pdf": "application/pdf", "tspl": "text/plain"}


@room.get("/line/batches/<int:lot_id>/print")
def print_form(lot_id: int) -> ResponseReturnValue:
    actor().require("labels.print")
    with house().plant.reading() as session:
        lot = own_batch(session, lot_id)
        run = open_run(session, lot)
        if run is not None and run.cleared_at is None:
            return redirect(url_for("line.clearance_form", lot_id=lot.id))
        return _print_form(session, lot_id)


@room.post("/line/batches/<int:lot_id>/print")
def print_now(lot_id: int) -> ResponseReturnValue:
    actor().require("labels.print")
    try:
        printer = text_field("printer", MOST_CODE)
        order = _read_order(to_file=not printer)
        order["key_version"] = house().keys.current.version
        order["base_url"] = house().settings.base_url
        with house().plant.writing() as session:
            lot = own_batch(session, lot_id)
            if printer:
                order["printer_code"] = printer
                order_at_line(session, lot.id, **order, actor=actor(), now=clock.now())
                return redirect(url_for("line.batch", lot_id=lot.id))
            require_gates(session, lot, order["request_key"])
            job = order_labels(session, lot.id, **order, actor=actor(), now=clock.now())
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _print_form(session, lot_id, error), status_of(error)
    return redirect(url_for("line.job", number=job.number))


@room.get("/line/jobs")
def jobs() -> ResponseReturnValue:
    with house().plant.reading() as session:
        line = chosen_line(session)
        if line is None:
            return redirect(url_for("line.lines"))
        found = recent_jobs(session, line)
    return render_template("line/jobs.html", line=line, jobs=found)


@room.get("/line/jobs/<number>")
def job(number: str) -> ResponseReturnValue:
    now = clock.now()
    with house().plant.reading() as session:
        found = find_job(session, number)
        if found.printer_id is not None:  # its batch's page shows it live
            return redirect(url_for("line.batch", lot_id=found.lot_id))
        bench = bench_of(session, own_batch(session, found.lot_id), now)
        turn = waiting_turn(session, found, now)
        band = _band(session, found, now)
    return render_template(
        "line/job.html",
        job=found,
        bench=bench,
        lot=bench.lot,
        line=bench.lot.line,
        band=band,
        turn=turn,
        undone=found.state in UNDONE,
        page=_page(found),
        fault=read_fault(found.error) if found.error else None,
        paper=_paper(found.stock),
    )


@room.get("/line/jobs/<number>.json")
def job_progress(number: str) -> ResponseReturnValue:
    """What the job's page asks for again and again while it is drawn."""
    with house().plant.reading() as session:
        found = find_job(session, number)
        band = _band(session, found, clock.now())
    total = found.hi - found.lo
    return jsonify(
        number=found.number,
        state=found.state,
        page=_page(found),
        figures={
            "done": f"{found.done:,}",
            "percent": f"{100 * found.done / total:.1f} %",
        },
        done=found.done,
        total=total,
        kind=band.kind,
        word=band.word,
        text=band.text,
    )


def _page(job: PrintJob) -> str:
    """Changes when the job's page must be drawn anew."""
    return "undone" if job.state in UNDONE else job.state


def _band(session: Session, job: PrintJob, now: datetime) -> Band:
    """The band of a job's page: a hold on its batch comes first."""
    holds = holds_of(session, job.lot_id)
    if holds:
        return band_of_holds(holds)
    return band_of_job(job, waiting_turn(session, job, now), now)


@room.get("/line/jobs/<number>/file")
def job_file(number: str) -> ResponseReturnValue:
    with house().plant.reading() as session:
        found = find_job(session, number)
    if found.sha256 is None:
        raise NotFound(
            "job_unfinished",
            N_("The labels of %(job)s are not drawn yet. Wait until they are ready."),
            job=found.number,
        )
    return send_file(
        files.path_of(house().settings.files, found.sha256).resolve(),
        mimetype=MEDIA_TYPES[found.format],
        as_attachment=found.format != "pdf",
        download_name=f"{found.number}-{found.lot.ai10}.{found.format}",
        max_age=0,
    )


def _read_order(to_file: bool) -> dict[str, Any]:
    """What the form asks for; a printer has its own paper and language."""
    order = {
        "count": number_field("count", 1, MOST_ORDERED),
        "request_key": text_field("key", 64, required=True),
    }
    return order | _read_paper() if to_file else order


def _read_paper() -> dict[str, Any]:
    stock = load_stock(choice_field("stock", stock_names()))
    format = choice_field("format", JOB_FORMATS)
    if format != "pdf" and stock.per_page > 1:  # before codes are spent on it
        raise InvalidInput(
            "label_stock_is_sheet",
            N_("A label printer feeds rolls, not sheets: choose a roll, or PDF."),
        )
    most = stock.per_page - 1 if format == "pdf" else 0
    clicked = f"skip-{stock.name}"  # on the drawn sheet of that paper
    place = clicked if clicked in request.form else "skip"
    skip = number_field(place, 0, MOST_SKIPPED, default=0)
    if skip > most:
        raise InvalidInput(
            "label_skip_invalid",
            N_("This paper has at most %(most)s used labels to skip, got %(skip)s."),
            most=most,
            skip=skip,
        )
    return {"stock": stock.name, "format": format, "skip": skip}


def _print_form(
    session: Session, lot_id: int, error: LotmarkError | None = None
) -> str:
    bench = bench_of(session, own_batch(session, lot_id), clock.now())
    # The key of another order would refuse this one again and again.
    used = error is not None and error.code == "order_changed"
    key = "" if used else request.form.get("key")
    return render_template(
        "line/print.html",
        bench=bench,
        lot=bench.lot,
        line=bench.lot.line,
        most=MOST_ORDERED,
        printers=_tiles(session, bench, clock.now()),
        chosen=request.form.get("printer", _usual_printer(bench)),
        stocks=[load_stock(name) for name in stock_names()],
        stock=request.form.get("stock") or _last_stock(bench.job),
        format=request.form.get("format") or (bench.job.format if bench.job else "pdf"),
        request_key=key or secrets.token_urlsafe(16),
        error=error,
    )


def _tiles(session: Session, bench: Bench, now: datetime) -> list[tuple[Printer, Tile]]:
    line = bench.lot.line
    here = printers_at(session, line) if line else []
    return [(printer, tile_of(printer, now)) for printer in here]


def _usual_printer(bench: Bench) -> str:
    """The printer of the last order, or the one that stands here; else a file."""
    if bench.job is not None and bench.job.printer is None:
        return ""
    return bench.printer.code if bench.printer else ""


def _paper(stock: str) -> Stock | None:
    """The paper of a job, if we still have it."""
    return load_stock(stock) if stock in stock_names() else None


def _last_stock(job: PrintJob | None) -> str:
    return job.stock if job is not None else USUAL_STOCK
