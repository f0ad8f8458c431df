"""The same label once more, because the first was spoiled and destroyed (补打)."""

import secrets
from datetime import datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...labels.jobs.printers import printers_at
from ...labels.jobs.reprints import free_reprints, reprint_labels, reprinted
from ...trace import badges, clock
from ...trace.db import Session
from ...trace.errors import LotmarkError
from ...trace.identity.links import LINK_LIMIT
from ...trace.parties.tables import Lot
from ...trace.people import Actor, actor_for
from ..current import actor, house
from ..forms import choice_field, text_field
from ..problems import status_of
from .codes import between
from .room import own_batch, room
from .voiding import REASONS

MOST_CODE = 60
MOST_BADGE = 64


@room.get("/line/batches/<int:lot_id>/reprint")
def reprint_form(lot_id: int) -> ResponseReturnValue:
    actor().require("labels.print")
    with house().plant.reading() as session:
        return _form(session, lot_id)


@room.post("/line/batches/<int:lot_id>/reprint")
def reprint_now(lot_id: int) -> ResponseReturnValue:
    actor().require("labels.print")
    now = clock.now()
    try:
        first = text_field("first", LINK_LIMIT, required=True)
        last = text_field("last", LINK_LIMIT) or first
        reason = choice_field("reason", REASONS)
        printer = text_field("printer", MOST_CODE, required=True)
        key = text_field("key", 64, required=True)
        with house().plant.writing() as session:
            lot = own_batch(session, lot_id)
            items = between(session, lot, first, last)
            reprint_labels(
                session,
                lot.id,
                items,
                printer,
                reason,
                "destroyed" in request.form,
                key,
                house().settings.base_url,
                actor(),
                now,
                leader=_leader(session),
            )
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _form(session, lot_id, error), status_of(error)
    return redirect(url_for("line.batch", lot_id=lot_id))


def _leader(session: Session) -> Actor | None:
    """The line leader whose badge was scanned to agree. Raises Forbidden."""
    badge = text_field("leader", MOST_BADGE)
    if not badge:
        return None
    return actor_for(session, badges.holder_of(session, badge))


def _form(session: Session, lot_id: int, error: LotmarkError | None = None) -> str:
    lot = own_batch(session, lot_id)
    return render_template(
        "line/reprint.html",
        lot=lot,
        line=lot.line,
        printers=printers_at(session, lot.line) if lot.line else [],
        reasons=REASONS,
        error=error,
        needs_leader=error is not None and error.code == "reprint_needs_leader",
        request_key=request.form.get("key") or secrets.token_urlsafe(16),
        **_allowance(session, lot, clock.now()),
    )


def _allowance(session: Session, lot: Lot, now: datetime) -> dict[str, int]:
    return {
        "free": free_reprints(session, lot.id, now),
        "so_far": reprinted(session, lot.id),
    }
