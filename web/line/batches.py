"""Choosing the line, a batch's bench, its plan, and its end."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import jsonify, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.errors import N_, LotmarkError, NotFound
from ...trace.parties.tables import Article, Line
from ...trace.people import name_of
from ...trace.production.batches import finish_batch
from ...trace.production.codes import MOST_AT_ONCE
from ...trace.production.plans import raise_plan
from ...trace.production.runs import left_behind
from ...trace.production.starting import planned_for
from ..current import actor, house
from ..forms import number_field
from ..problems import status_of
from .bands import Band, band_of
from .bench import Bench, bench_of, running_batch
from .printing import tile_of
from .room import chosen_line, own_batch, remember_line, room


@room.get("/line")
def start() -> ResponseReturnValue:
    """To the batch that runs here; else to the next product; else to the lines."""
    with house().plant.reading() as session:
        line = chosen_line(session)
        lot = running_batch(session, line) if line else None
    if line is None:
        return redirect(url_for("line.lines"))
    if lot is not None:
        return redirect(url_for("line.batch", lot_id=lot.id))
    return redirect(url_for("line.products"))


@room.get("/line/lines")
def lines() -> ResponseReturnValue:
    with house().plant.reading() as session:
        rows = session.scalars(sa.select(Line).order_by(Line.site_id, Line.code))
        known = [(line, running_batch(session, line)) for line in rows.unique()]
        here = chosen_line(session)
    return render_template("line/lines.html", lines=known, line=here)


@room.post("/line/lines")
def choose_line() -> ResponseReturnValue:
    with house().plant.reading() as session:
        line = session.get(Line, number_field("line", 1, 2**31))
    if line is None:
        raise NotFound("line_unknown", N_("No such line is recorded. Choose another."))
    return remember_line(make_response(redirect(url_for("line.start"))), line)


@room.get("/line/products")
def products() -> ResponseReturnValue:
    with house().plant.reading() as session:
        line = chosen_line(session)
        if line is None:
            return redirect(url_for("line.lines"))
        running = running_batch(session, line)
        behind = left_behind(session, line)
        planned = planned_for(session, line)
        made = sa.select(Article).where(Article.kind == "product")
        articles = session.scalars(made.order_by(Article.code)).all()
    return render_template(
        "line/products.html",
        line=line,
        articles=articles,
        running=running,
        behind=behind,
        planned=planned,
    )


@room.get("/line/batches/<int:lot_id>")
def batch(lot_id: int) -> ResponseReturnValue:
    now = clock.now()
    with house().plant.reading() as session:
        bench = bench_of(session, own_batch(session, lot_id), now)
        clearer = bench.run.cleared_by if bench.run else None
        cleared_by = name_of(session, clearer) if clearer else ""
    band = band_of(bench, now)
    return render_template(
        "line/batch.html",
        bench=bench,
        cleared_by=cleared_by,
        lot=bench.lot,
        line=bench.lot.line,
        band=band,
        page=_page(bench, band),
        tile=tile_of(bench.printer, now) if bench.printer else None,
        **_next_label(bench),
    )


@room.get("/line/batches/<int:lot_id>/more")
def more(lot_id: int) -> ResponseReturnValue:
    """What is needed less often."""
    with house().plant.reading() as session:
        bench = bench_of(session, own_batch(session, lot_id), clock.now())
    return render_template(
        "line/more.html", bench=bench, lot=bench.lot, line=bench.lot.line
    )


@room.get("/line/batches/<int:lot_id>.json")
def batch_progress(lot_id: int) -> ResponseReturnValue:
    """What the batch's page asks for again and again."""
    now = clock.now()
    with house().plant.reading() as session:
        bench = bench_of(session, own_batch(session, lot_id), now)
    band = band_of(bench, now)
    return jsonify(
        page=_page(bench, band),
        kind=band.kind,
        word=band.word,
        text=band.text,
        soon=bench.at_printer,
        figures=_figures(bench, now),
        done=bench.out.count,
    )


def _figures(bench: Bench, now: datetime) -> dict[str, str]:
    """What changes while labels come out, by the places that show it."""
    figures = {
        "printed": f"{bench.out.count:,}",
        "percent": f"{bench.percent:.1f} %",
        "applied": f"{bench.balance.applied.count:,}",
    }
    if bench.ledger is not None:
        figures["sent"] = f"{bench.ledger.printed.count:,}"
        figures["confirmed"] = f"{bench.ledger.confirmed.count:,}"
    if bench.printer is not None:
        tile = tile_of(bench.printer, now)
        figures |= {"heard": tile.heard, "labels_left": tile.left}
    return figures


def _next_label(bench: Bench) -> dict[str, Any]:
    """Which label the picture shows: the next one at a printer, else the last one."""
    if bench.at_printer and bench.ledger is not None and bench.ledger.left:
        return {"pictured": bench.ledger.left.intervals[0][0], "upcoming": True}
    return {"pictured": bench.lot.next_item - 1, "upcoming": False}


def _page(bench: Bench, band: Band) -> str:
    """Changes when the page must be drawn anew; figures and words change without."""
    job, ledger = bench.job, bench.ledger
    figures: tuple[object, ...] = (bench.lot.planned, bench.ordered)
    if not bench.at_printer:
        figures += (bench.out.count, bench.loose_state)
    if job is not None and ledger is not None:
        figures += (job.id, job.state, bench.doubt.count)
    checks = (bench.cleared, bench.first.id if bench.first else 0)
    status = bench.printer.status if bench.printer else ""
    said = (band.kind, band.word, bench.lot.status, status, *figures, *checks)
    return "/".join(map(str, said))


@room.get("/line/batches/<int:lot_id>/plan")
def plan_form(lot_id: int) -> ResponseReturnValue:
    actor().require("batch.plan")
    return _plan_form(lot_id)


@room.post("/line/batches/<int:lot_id>/plan")
def plan_now(lot_id: int) -> ResponseReturnValue:
    actor().require("batch.plan")
    try:
        planned = number_field("planned", 1, MOST_AT_ONCE)
        with house().plant.writing() as session:
            own_batch(session, lot_id)
            raise_plan(session, lot_id, planned, actor(), clock.now())
    except LotmarkError as error:
        return _plan_form(lot_id, error), status_of(error)
    return redirect(url_for("line.batch", lot_id=lot_id))


def _plan_form(lot_id: int, error: LotmarkError | None = None) -> str:
    with house().plant.reading() as session:
        bench = bench_of(session, own_batch(session, lot_id), clock.now())
    return render_template(
        "line/plan.html", bench=bench, lot=bench.lot, line=bench.lot.line, error=error
    )


@room.get("/line/batches/<int:lot_id>/finish")
def finish_form(lot_id: int) -> ResponseReturnValue:
    actor().require("batch.finish")
    with house().plant.reading() as session:
        bench = bench_of(session, own_batch(session, lot_id), clock.now())
    return render_template(
        "line/finish.html", bench=bench, lot=bench.lot, line=bench.lot.line
    )


@room.post("/line/batches/<int:lot_id>/finish")
def finish_now(lot_id: int) -> ResponseReturnValue:
    actor().require("batch.finish")
    with house().plant.writing() as session:
        own_batch(session, lot_id)
        finish_batch(session, lot_id, actor(), clock.now())
    return redirect(url_for("line.batch", lot_id=lot_id))
