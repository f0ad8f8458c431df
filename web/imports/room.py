"""The room of imports: for whoever may bring in data."""

from flask import Blueprint, Flask, g, request
from flask.typing import ResponseReturnValue

from ...trace.exchange.orders import RIGHT
from ...trace.exchange.reading import MAX_BYTES
from ..auth.views import log_in_required
from ..current import actor
from ..shown import may, staff_context

room = Blueprint("imports", __name__, template_folder="templates")
room.context_processor(staff_context)

FORM = 2**20
"""Bytes of a request beside its files."""


def set_up(app: Flask) -> None:
    """Let large files through, before anything reads the form."""
    app.before_request(_let_large_files_in)


def _let_large_files_in() -> None:
    # Only of people who may send them: what strangers send fills no disk.
    if request.endpoint == "imports.send" and g.actor is not None and may(RIGHT):
        request.max_content_length = MAX_BYTES + FORM


@room.before_request
def let_in() -> ResponseReturnValue | None:
    stopped = log_in_required()
    if stopped is None:
        actor().require(RIGHT)
    return stopped
