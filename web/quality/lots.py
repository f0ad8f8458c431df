"""The batches, and one batch: its facts, its holds, who places and who lifts them."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, LotmarkError, NotFound
from ...trace.parties.tables import Lot
from ...trace.people import name_of
from ...trace.production.batches import release_batch, start_testing
from ...trace.stock.holds import (
    HAZARDS,
    HOLD,
    IN_FORCE,
    place_hold,
    release_hold,
    request_release,
    start_caution,
)
from ..current import actor, house
from ..forms import choice_field, text_argument, text_field
from ..problems import status_of
from .buckets import COLOURS
from .dossier import dossier_of
from .lists import MOST_LOTS, SHOWS, HoldLine, holds_in_force, holds_of, list_lots
from .room import room

MOST_ASKED = 80
MOST_REASON = 1000
MOST_CERTIFICATE = 60


@room.get("/quality")
def overview() -> ResponseReturnValue:
    asked = text_argument("q", MOST_ASKED)
    show = request.args.get("show", "own")
    with house().plant.reading() as session:
        holds = holds_in_force(session)
        lots = list_lots(session, show if show in SHOWS else "own", asked)
        names = _names(session, holds)
    return render_template(
        "quality/overview.html",
        asked=asked,
        show=show if show in SHOWS else "own",
        lots=lots,
        most=MOST_LOTS,
        holds=holds,
        waiting=[line for line in holds if line.first.state == "release_requested"],
        names=names,
        why_not=why_not,
    )


@room.get("/quality/lots/<int:lot_id>")
def lot(lot_id: int) -> ResponseReturnValue:
    with house().plant.reading() as session:
        return _page(session, lot_id)


@room.post("/quality/lots/<int:lot_id>/hold")
def hold(lot_id: int) -> ResponseReturnValue:
    """One hand: the goods freeze at once."""
    actor().require("hold.place")
    now = clock.now()
    try:
        reason = text_field("reason", MOST_REASON, required=True)
        hazard = choice_field("hazard", HAZARDS)
        with house().plant.writing() as session:
            place_hold(
                session, [lot_id], hazard=hazard, reason=reason, actor=actor(), now=now
            )
            if "caution" in request.form:
                start_caution(session, [lot_id], actor(), now)
    except LotmarkError as error:
        return _refused(lot_id, error)
    return redirect(url_for("quality.lot", lot_id=lot_id))


@room.post("/quality/lots/<int:lot_id>/test")
def test(lot_id: int) -> ResponseReturnValue:
    """The outgoing inspection begins."""
    actor().require("batch.test")
    try:
        with house().plant.writing() as session:
            start_testing(session, lot_id, actor(), clock.now())
    except LotmarkError as error:
        return _refused(lot_id, error)
    return redirect(url_for("quality.lot", lot_id=lot_id))


@room.post("/quality/lots/<int:lot_id>/pass")
def pass_batch(lot_id: int) -> ResponseReturnValue:
    """The batch is released for sale, with its certificate."""
    actor().require("batch.release")
    try:
        certificate = text_field("certificate", MOST_CERTIFICATE, required=True)
        with house().plant.writing() as session:
            release_batch(session, lot_id, certificate, actor(), clock.now())
    except LotmarkError as error:
        return _refused(lot_id, error)
    return redirect(url_for("quality.lot", lot_id=lot_id))


@room.post("/quality/lots/<int:lot_id>/caution")
def caution(lot_id: int) -> ResponseReturnValue:
    actor().require("caution.start")
    try:
        with house().plant.writing() as session:
            start_caution(session, [lot_id], actor(), clock.now())
    except LotmarkError as error:
        return _refused(lot_id, error)
    return redirect(url_for("quality.lot", lot_id=lot_id))


@room.post("/quality/lots/<int:lot_id>/holds/<number>/request")
def ask_release(lot_id: int, number: str) -> ResponseReturnValue:
    actor().require("hold.propose")
    try:
        reason = text_field("reason", MOST_REASON, required=True)
        with house().plant.writing() as session:
            request_release(session, number, reason, actor(), clock.now())
    except LotmarkError as error:
        return _refused(lot_id, error)
    return redirect(url_for("quality.lot", lot_id=lot_id))


@room.post("/quality/lots/<int:lot_id>/holds/<number>/release")
def release(lot_id: int, number: str) -> ResponseReturnValue:
    """The second person's signature."""
    actor().require("hold.release")
    try:
        with house().plant.writing() as session:
            release_hold(session, number, actor(), clock.now())
    except LotmarkError as error:
        return _refused(lot_id, error)
    return redirect(url_for("quality.lot", lot_id=lot_id))


def why_not(line: HoldLine) -> str:
    """Why the person logged in may not lift a hold: ``right``, ``placed_by``,
    ``requested_by``, or nothing when they may."""
    step = HOLD.steps["release"]
    if not actor().may(step.right):
        return "right"
    for column in step.not_by:
        if any(getattr(row, column) == actor().login for row in line.holds):
            return column
    return ""


def find(session: Session, lot_id: int) -> Lot:
    """The lot of that id. Raises NotFound."""
    found = session.get(Lot, lot_id)
    if found is None:
        raise NotFound("lot_unknown", N_("No lot %(lot)s is recorded."), lot=lot_id)
    return found


def _refused(lot_id: int, error: LotmarkError) -> ResponseReturnValue:
    with house().plant.reading() as session:
        return _page(session, lot_id, error), status_of(error)


def _page(session: Session, lot_id: int, error: LotmarkError | None = None) -> str:
    dossier = dossier_of(session, find(session, lot_id))
    holds = holds_of(session, lot_id)
    return render_template(
        "quality/lot.html",
        dossier=dossier,
        lot=dossier.lot,
        holds=holds,
        in_force=[line for line in holds if line.first.state in IN_FORCE],
        names=_names(session, holds),
        why_not=why_not,
        colours=COLOURS,
        reason=request.form.get("reason") or request.args.get("why", "")[:MOST_REASON],
        hazard=request.form.get("hazard", ""),
        most=MOST_REASON,
        error=error,
    )


def _names(session: Session, holds: list[HoldLine]) -> dict[str, str]:
    logins = {
        login
        for line in holds
        for row in line.holds
        for login in (row.placed_by, row.requested_by, row.released_by)
        if login
    }
    return {login: name_of(session, login) for login in logins}
