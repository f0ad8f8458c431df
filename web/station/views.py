"""The pages of a line PC: the bench, the batches held, what is still to report."""

from io import BytesIO

from flask import Response, g, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ...labels.engine.preview import preview
from ...trace.errors import N_, NotFound
from ..forms import number_field
from . import clearing, printing, scanning, screen, spoiled
from .room import printer, room, store, writing
from .screen import Bench
from .tables import Batch, Block, Event, know
from .telling import FINAL
from .times import tick

__all__ = ["clearing", "printing", "room", "scanning", "spoiled"]


@room.get("/")
def start() -> ResponseReturnValue:
    return redirect(url_for("station.line"))


@room.get("/line")
def line() -> ResponseReturnValue:
    at = tick()
    with store().reading() as kept:
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
        page=_page(bench),
    )


@room.get("/line.json")
def news() -> ResponseReturnValue:
    """What the bench asks for again and again."""
    at = tick()
    with store().reading() as kept:
        batch = screen.current_batch(kept)
        bench = screen.bench_of(kept, batch, at) if batch else None
        network = screen.network_of(kept, at)
        tile = screen.tile_of(kept, g.now)
    band = screen.band_of(bench, network, g.now)
    told = {"kind": band.kind, "word": band.word, "text": band.text}
    if bench is None:
        return jsonify(page=_page(bench), **told)
    return jsonify(
        page=_page(bench),
        **told,
        figures=screen.figures_of(bench, network, tile),
        done=bench.printed,
        soon=bench.job is not None,
    )


def _page(bench: Bench | None) -> str:
    """Changes when the page must be drawn anew."""
    if bench is None:
        return "none"
    job = f"{bench.job.id}-{bench.job.state}" if bench.job else "-"
    return f"{bench.batch.lot_id}/{job}/{bench.doubtful}/{bench.cleared}"


@room.get("/line/label.png")
def label_picture() -> ResponseReturnValue:
    """The last label, read back from the exact bytes that the printer gets."""
    with store().reading() as kept:
        batch = screen.current_batch(kept)
        found = screen.last_places(kept, batch.lot_id) if batch else None
        if found is None:
            raise NotFound("label_none", N_("There is no label to show yet."))
        data = printer().draw(kept, *found, 0)
    out = BytesIO()
    preview(printer().format, data, printer().stock.dpi).save(out, "PNG")
    return Response(out.getvalue(), mimetype="image/png")


@room.get("/line/batches")
def batches() -> ResponseReturnValue:
    with store().reading() as kept:
        held = kept.query(Batch).order_by(Batch.lot_id.desc()).limit(12).all()
        current = screen.current_batch(kept)
    return render_template("station/batches.html", batches=held, current=current)


@room.post("/line/batches")
def choose_batch() -> ResponseReturnValue:
    with writing() as (kept, _):
        batch = kept.get(Batch, number_field("lot", 1, 2**53))
        if batch is not None:
            know(kept, "current", batch.lot_id)
    return redirect(url_for("station.line"))


@room.get("/line/reports")
def reports() -> ResponseReturnValue:
    """What the server does not know yet, and what it will not take."""
    with store().reading() as kept:
        rows = kept.query(Event, Block, Batch).join(Block, Block.id == Event.block_id)
        rows = rows.join(Batch, Batch.lot_id == Block.lot_id)
        untold = rows.filter(Event.answer.is_(None)).order_by(Event.seq).limit(100)
        found = [
            (event, batch.label["batch_no"], event.refused.removeprefix(FINAL))
            for event, _, batch in untold
        ]
        network = screen.network_of(kept, tick())
    return render_template("station/reports.html", reports=found, network=network)
