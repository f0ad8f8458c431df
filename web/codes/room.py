"""The room of codes handed out: for whoever may order labels from a print house."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from ...labels.jobs.handover import RIGHT
from ..auth.views import log_in_required
from ..current import actor
from ..shown import staff_context

room = Blueprint("codes", __name__, template_folder="templates")
room.context_processor(staff_context)


@room.before_request
def let_in() -> ResponseReturnValue | None:
    stopped = log_in_required()
    if stopped is None:
        actor().require(RIGHT)
    return stopped
