"""The records' room: lists, for those who may read traces."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from ...trace.exchange.lists.shape import READ
from ..auth.views import log_in_required
from ..current import actor
from ..shown import staff_context

room = Blueprint("records", __name__, template_folder="templates")
room.context_processor(staff_context)


@room.before_request
def let_in() -> ResponseReturnValue | None:
    """Whoever may read traces; each list names the right it needs."""
    stopped = log_in_required()
    if stopped is None:
        actor().require(READ)
    return stopped
