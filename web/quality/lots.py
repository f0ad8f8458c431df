"""The batches, and what may be done with one: hold, test, release, reject, close."""

from datetime import datetime

from flask import render_template, request
from flask.typing import ResponseReturnValue

from ...trace.db import Session
from ...trace.production.batches import start_testing
from ...trace.production.release import close_batch, reject_batch, release_batch
from ...trace.stock.cautions import start_caution
from ...trace.stock.holds import (
    HAZARDS,
    decline_release,
    hold_lots,
    release_hold,
    request_release,
)
from ..current import actor, house
from ..forms import choice_field, text_argument, text_field
from .lists import MOST_LOTS, SHOWS, count_held_lots, holds_in_force, list_lots
from .lot_page import MOST_REASON, names_of_holds, page, take
from .room import room
from .signing import why_not

MOST_ASKED = 80
MOST_CERTIFICATE = 60


@room.get("/quality")
def overview() -> ResponseReturnValue:
    asked = text_argument("q", MOST_ASKED)
    show = request.args.get("show", "own")
    with house().plant.reading() as session:
        holds = holds_in_force(session)
        held = count_held_lots(session)
        lots = list_lots(session, show if show in SHOWS else "own", asked)
        names = names_of_holds(session, holds)
    return render_template(
        "quality/overview.html",
        asked=asked,
        show=show if show in SHOWS else "own",
        lots=lots,
        most=MOST_LOTS,
        holds=holds,
        held=held,
        waiting=[line for line in holds if line.first.state == "release_requested"],
        names=names,
        why_not=why_not,
    )


@room.get("/quality/lots/<int:lot_id>")
def lot(lot_id: int) -> ResponseReturnValue:
    with house().plant.reading() as session:
        return page(session, lot_id)


@room.post("/quality/lots/<int:lot_id>/hold")
def hold(lot_id: int) -> ResponseReturnValue:
    """One hand: the goods freeze at once."""
    actor().require("hold.place")

    def step(session: Session, now: datetime) -> None:
        reason = text_field("reason", MOST_REASON, required=True)
        hazard = choice_field("hazard", HAZARDS)
        hold_lots(
            session, [lot_id], hazard=hazard, reason=reason, actor=actor(), now=now
        )
        if "caution" in request.form:
            start_caution(session, [lot_id], actor(), now)

    return take(lot_id, step)


@room.post("/quality/lots/<int:lot_id>/test")
def test(lot_id: int) -> ResponseReturnValue:
    """The outgoing inspection begins."""
    actor().require("batch.test")
    return take(
        lot_id, lambda session, now: start_testing(session, lot_id, actor(), now)
    )


@room.post("/quality/lots/<int:lot_id>/pass")
def pass_batch(lot_id: int) -> ResponseReturnValue:
    """The batch is released for sale, with its certificate."""
    actor().require("batch.release")

    def step(session: Session, now: datetime) -> None:
        certificate = text_field("certificate", MOST_CERTIFICATE, required=True)
        why = text_field("despite", MOST_REASON)
        release_batch(session, lot_id, certificate, actor(), now, reason=why)

    return take(lot_id, step)


@room.post("/quality/lots/<int:lot_id>/reject")
def reject(lot_id: int) -> ResponseReturnValue:
    """The batch is bad: none of it may leave."""
    actor().require("batch.release")

    def step(session: Session, now: datetime) -> None:
        why = text_field("why", MOST_REASON, required=True)
        reject_batch(session, lot_id, why, actor(), now)

    return take(lot_id, step)


@room.post("/quality/lots/<int:lot_id>/close")
def close(lot_id: int) -> ResponseReturnValue:
    actor().require("batch.release")
    return take(lot_id, lambda session, now: close_batch(session, lot_id, actor(), now))


@room.post("/quality/lots/<int:lot_id>/caution")
def caution(lot_id: int) -> ResponseReturnValue:
    actor().require("caution.start")
    return take(
        lot_id, lambda session, now: start_caution(session, [lot_id], actor(), now)
    )


@room.post("/quality/lots/<int:lot_id>/holds/<number>/request")
def ask_release(lot_id: int, number: str) -> ResponseReturnValue:
    actor().require("hold.propose")

    def step(session: Session, now: datetime) -> None:
        reason = text_field("reason", MOST_REASON, required=True)
        request_release(session, number, reason, actor(), now)

    return take(lot_id, step)


@room.post("/quality/lots/<int:lot_id>/holds/<number>/release")
def release(lot_id: int, number: str) -> ResponseReturnValue:
    """The second person's signature."""
    actor().require("hold.release")
    return take(
        lot_id, lambda session, now: release_hold(session, number, actor(), now)
    )


@room.post("/quality/lots/<int:lot_id>/holds/<number>/decline")
def decline(lot_id: int, number: str) -> ResponseReturnValue:
    """The request is refused or taken back: the goods stay held."""
    actor().require("hold.propose")

    def step(session: Session, now: datetime) -> None:
        why = text_field("why", MOST_REASON, required=True)
        decline_release(session, number, why, actor(), now)

    return take(lot_id, step)
