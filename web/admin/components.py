"""The page of all components: what browser tests and new pages start from."""

from flask import render_template
from flask.typing import ResponseReturnValue

from ..current import actor
from .room import room


@room.get("/admin/components")
def components() -> ResponseReturnValue:
    """Every component of the stylesheet; any member of staff may look."""
    actor()
    return render_template("admin/components.html")
