"""Line clearance at a changeover (清场): confirmed before a label is printed."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.production.clearance import confirm_clearance
from ..current import actor, house
from .bench import bench_of
from .room import own_batch, room


@room.get("/line/batches/<int:lot_id>/clearance")
def clearance_form(lot_id: int) -> ResponseReturnValue:
    with house().plant.reading() as session:
        bench = bench_of(session, own_batch(session, lot_id), clock.now())
    return render_template(
        "line/clearance.html", bench=bench, lot=bench.lot, line=bench.lot.line
    )


@room.post("/line/batches/<int:lot_id>/clearance")
def clear_now(lot_id: int) -> ResponseReturnValue:
    with house().plant.writing() as session:
        own_batch(session, lot_id)
        confirm_clearance(session, lot_id, actor(), clock.now())
    return redirect(url_for("line.batch", lot_id=lot_id))
