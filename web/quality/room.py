"""The quality room: batches, holds, where things are, and what is affected."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from ..auth.views import log_in_required
from ..current import actor
from ..shown import staff_context

room = Blueprint("quality", __name__, template_folder="templates")
room.context_processor(staff_context)


@room.before_request
def let_in() -> ResponseReturnValue | None:
    """Whoever may read traces; each deed needs its own right."""
    stopped = log_in_required()
    if stopped is None:
        actor().require("trace.read")
    return stopped
