"""The page on which the line is said to be clear for the batch here."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from ...trace.errors import LotmarkError
from .clearance import confirm
from .room import batch_here, form_page, room, writing
from .times import tick


@room.get("/line/clearance")
def clearance_form() -> ResponseReturnValue:
    return form_page("clearance")


@room.post("/line/clearance")
def clear_now() -> ResponseReturnValue:
    try:
        with writing() as (kept, who):
            confirm(kept, batch_here(kept), who, tick())
    except LotmarkError as error:
        return form_page("clearance", error)
    return redirect(url_for("station.line"))
