"""Ordering labels at a line PC, and what is done to a job."""

import secrets

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from ...trace.errors import N_, Conflict, LotmarkError
from ..forms import number_field, text_field
from . import orders, steering
from .room import batch_here, form_page, label_of, room, setting, writing
from .times import tick


@room.get("/line/print")
def print_form() -> ResponseReturnValue:
    return form_page(
        "print", request_key=secrets.token_urlsafe(16), most=orders.MOST_AT_ONCE
    )


@room.post("/line/print")
def print_now() -> ResponseReturnValue:
    try:
        count = number_field("count", 1, orders.MOST_AT_ONCE)
        key = text_field("key", 64, required=True)
        with writing() as (kept, who):
            orders.order(
                kept,
                batch_here(kept).lot_id,
                count,
                key,
                who.name,
                tick(),
                first_check=setting("first_check"),
            )
    except LotmarkError as error:
        key = request.form.get("key", "")
        return form_page("print", error, request_key=key, most=orders.MOST_AT_ONCE)
    return redirect(url_for("station.line"))


@room.post("/line/pause")
def pause_now() -> ResponseReturnValue:
    with writing() as (kept, who):
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
    return form_page("resume")


@room.post("/line/resume")
def resume_now() -> ResponseReturnValue:
    """With the last label in the operator's hand, or, without any, as it stands."""
    try:
        scanned = request.form.get("code", "").strip()
        with writing() as (kept, who):
            job = orders.live_job(kept)
            if job is not None:
                last = label_of(kept, scanned) if scanned else None
                steering.resume(kept, job, last, who.name, tick())
    except LotmarkError as error:
        return form_page("resume", error)
    return redirect(url_for("station.line"))


@room.post("/line/lost")
def lost_now() -> ResponseReturnValue:
    """The labels in doubt did not come out."""
    with writing("labels.void") as (kept, who):
        job = orders.live_job(kept)
        if job is not None:
            steering.settle_lost(kept, job, who.name, tick())
    return redirect(url_for("station.line"))


@room.get("/line/cancel")
def cancel_form() -> ResponseReturnValue:
    return form_page("cancel")


@room.post("/line/cancel")
def cancel_now() -> ResponseReturnValue:
    with writing() as (kept, _):
        job = orders.live_job(kept)
        if job is not None:
            steering.cancel_rest(kept, job)
    return redirect(url_for("station.line"))
