"""The desk's room: complaints, for those who answer them."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from ..auth.views import log_in_required
from ..current import actor
from ..shown import staff_context

room = Blueprint("desk", __name__, template_folder="templates")
room.context_processor(staff_context)


@room.before_request
def let_in() -> ResponseReturnValue | None:
    """Whoever may read complaints; each deed needs its own right."""
    stopped = log_in_required()
    if stopped is None:
        actor().require("complaint.read")
    return stopped
