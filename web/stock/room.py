"""The warehouse's room: each deed needs its own right, and scans come from a hand."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from ...trace.errors import N_, Forbidden
from ..auth.views import log_in_required
from ..current import actor
from ..shown import staff_context

room = Blueprint("stock", __name__, template_folder="templates")
room.context_processor(staff_context)

MOST_ID = 2**53
"""Largest id a form may name."""
MOST_GOODS = 20_000
"""Characters of a list of scanned codes."""
MOST_REASON = 400


@room.before_request
def let_in() -> ResponseReturnValue | None:
    return log_in_required()


def require_one(*rights: str) -> None:
    """Raises Forbidden unless the person has one of the rights."""
    person = actor()
    if not any(person.may(right) for right in rights):
        raise Forbidden(
            "right_missing",
            N_("%(name)s may not do this: the right %(right)s is needed."),
            name=person.name,
            right=" / ".join(rights),
        )


def paper_address(number: str) -> str:
    """The page of what was just booked."""
    return url_for("stock.paper", number=number, done="yes")
