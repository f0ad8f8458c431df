"""Labels that went wrong at a line PC: voided, or printed once more."""

import secrets

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ...trace.errors import N_, InvalidInput, LotmarkError
from ...trace.identity.links import LINK_LIMIT
from ..forms import choice_field, number_field, scan_field, text_field
from . import marks
from .operators import Operator, holder_of
from .reprints import reprint
from .room import batch_here, form_page, label_of, room, writing
from .times import tick

MOST_VOIDED = 500
"""Labels voided in one go: beyond it somebody typed wrong."""
MOST_BADGE = 64
REASONS = {
    "wet": N_("Wet or smeared"),
    "torn": N_("Torn"),
    "crooked": N_("Printed crooked"),
    "unreadable": N_("Does not scan"),
    "other": N_("Another reason"),
}


@room.get("/line/void")
def void_form() -> ResponseReturnValue:
    return form_page("void", reasons=REASONS)


@room.post("/line/void")
def void_now() -> ResponseReturnValue:
    """One label by a scan, or the last ones by count: wet labels do not scan."""
    try:
        reason = choice_field("reason", tuple(REASONS))
        scanned = request.form.get("code", "").strip()
        with writing("labels.void") as (kept, who):
            if scanned:
                label = label_of(kept, scanned)
                found = {label.block_id: label.alone}
            else:
                count = number_field("count", 1, MOST_VOIDED)
                marks.require_shown(
                    kept, batch_here(kept).lot_id, request.form.get("loose", "")
                )
                found = marks.last_printed(kept, batch_here(kept).lot_id, count)
            for block_id, places in found.items():
                marks.void(kept, block_id, places, reason, who.name, tick())
    except LotmarkError as error:
        return form_page("void", error, reasons=REASONS)
    return redirect(url_for("station.line"))


@room.get("/line/reprint")
def reprint_form() -> ResponseReturnValue:
    return form_page("reprint", reasons=REASONS, request_key=secrets.token_urlsafe(16))


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
        with writing() as (kept, who):
            label = label_of(kept, scan_field("code", LINK_LIMIT))
            reprint(kept, label, reason, key, who, tick(), leader=_leader(kept))
    except LotmarkError as error:
        key = request.form.get("key", "")
        needs_leader = error.code == "reprint_needs_leader"
        return form_page(
            "reprint",
            error,
            reasons=REASONS,
            request_key=key,
            needs_leader=needs_leader,
        )
    return redirect(url_for("station.line"))


def _leader(kept: Session) -> Operator | None:
    """The line leader whose badge was scanned to agree. Raises Forbidden."""
    badge = text_field("leader", MOST_BADGE)
    return holder_of(kept, badge) if badge else None
