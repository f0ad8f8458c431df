"""The recall room, for everybody who has a part in a recall."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from .. import recall_words
from ..auth.views import log_in_required
from ..current import actor
from ..shown import staff_context

room = Blueprint("recalls", __name__, template_folder="templates")
room.context_processor(staff_context)
room.context_processor(lambda: {"spoken": recall_words})


@room.before_request
def let_in() -> ResponseReturnValue | None:
    """Whoever may read recalls; each deed needs its own right."""
    stopped = log_in_required()
    if stopped is None:
        actor().require("recall.read")
    return stopped
