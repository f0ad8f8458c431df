"""The page of all components: what browser tests and new pages start from."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from ..auth.views import log_in_required
from ..current import actor

room = Blueprint("admin", __name__, template_folder="templates")
room.before_request(log_in_required)


@room.get("/admin/components")
def components() -> ResponseReturnValue:
    """Every component of the stylesheet; any member of staff may look."""
    actor()
    return render_template("admin/components.html")
