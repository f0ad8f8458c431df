"""What every page of this room needs: who may come in, and words for its codes."""

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from ...recall.notices.lint import as_error
from .. import notice_words
from ..auth.views import log_in_required
from ..current import actor
from ..shown import staff_context

room = Blueprint("notices", __name__, template_folder="templates")
room.context_processor(staff_context)


@room.context_processor
def _words() -> dict[str, Any]:
    return {
        "said": notice_words,
        "recall_level": notice_words.RECALL_LEVEL,
        "as_error": as_error,
    }


@room.before_request
def let_in() -> ResponseReturnValue | None:
    """Whoever may read notices; each deed needs its own right."""
    stopped = log_in_required()
    if stopped is None:
        actor().require("notice.read")
    return stopped
