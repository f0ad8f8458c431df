"""The room of a recall's consignees and figures: each deed needs its own right."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from ...recall.quarantine.links import READ
from ..auth.views import log_in_required
from ..current import actor
from ..figures_said import ASKED, FLAGS
from ..shown import staff_context
from ..words import CALL, CALL_WAY, CONSIGNEE

room = Blueprint("recovery", __name__, template_folder="templates")
room.context_processor(staff_context)
room.context_processor(
    lambda: {
        "names": ASKED,
        "flags": FLAGS,
        "states": CONSIGNEE,
        "calls": CALL,
        "ways": CALL_WAY,
    }
)
MOST_ID = 2**53
MOST_REASON = 400


@room.before_request
def let_in() -> ResponseReturnValue | None:
    refused = log_in_required()
    if refused is None:
        actor().require(READ)
    return refused
