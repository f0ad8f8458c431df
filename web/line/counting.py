"""The count of a batch's labels, signed by the line leader (数量核对)."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...labels.jobs.steering import reconcile_jobs
from ...trace import clock
from ...trace.db import Session
from ...trace.errors import LotmarkError
from ...trace.production.label_balance import label_balance
from ...trace.production.label_counts import (
    counted,
    counts_due,
    last_count,
    sign_count,
)
from ..current import actor, house
from ..forms import number_field, text_field
from ..problems import status_of
from .room import chosen_line, own_batch, room

MOST_READING = 100_000_000
MOST_REASON = 400


@room.get("/line/counts")
def counts() -> ResponseReturnValue:
    """Batches whose labels nobody has signed for yet: the line leader's list."""
    with house().plant.reading() as session:
        line = chosen_line(session)
        if line is None:
            return redirect(url_for("line.lines"))
        due = counts_due(session, line)
    return render_template("line/counts.html", line=line, due=due)


@room.get("/line/batches/<int:lot_id>/count")
def count_form(lot_id: int) -> ResponseReturnValue:
    with house().plant.reading() as session:
        return _form(session, lot_id)


@room.post("/line/batches/<int:lot_id>/count")
def count_now(lot_id: int) -> ResponseReturnValue:
    actor().require("labels.count")
    try:
        shown = tuple(
            number_field(name, 0, MOST_READING)
            for name in ("printed", "applied", "open")
        )
        readings = (_reading("printer_reading"), _reading("applicator_reading"))
        reason = text_field("reason", MOST_REASON)
        with house().plant.writing() as session:
            lot = own_batch(session, lot_id)
            count = sign_count(
                session,
                lot.id,
                shown=(shown[0], shown[1], shown[2]),
                readings=readings,
                reason=reason,
                actor=actor(),
                now=clock.now(),
            )
            if count.state == "signed":
                reconcile_jobs(session, lot.id, actor(), clock.now())
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _form(session, lot_id, error), status_of(error)
    return redirect(url_for("line.count_form", lot_id=lot_id))


def _reading(name: str) -> int | None:
    """What a counter says, or nothing where there is none."""
    if not request.form.get(name, "").strip():
        return None
    return number_field(name, 0, MOST_READING)


def _form(session: Session, lot_id: int, error: LotmarkError | None = None) -> str:
    lot = own_batch(session, lot_id)
    return render_template(
        "line/count.html",
        lot=lot,
        line=lot.line,
        balance=label_balance(session, lot.id),
        count=last_count(session, lot.id),
        counted=counted(session, lot),
        reason_limit=MOST_REASON,
        error=error,
    )
