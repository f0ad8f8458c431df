"""The consumers' room of the application, and how often a stranger may try."""

from flask import Blueprint, Response

from ..limits import limiter
from .pages import drawing

room = Blueprint("public", __name__, template_folder="templates")
room.add_app_template_global(drawing)


def not_found(answer: Response) -> bool:
    """Whether an answer counts against those who try codes."""
    return answer.status_code == 404


# A telephone network shows thousands of people behind one address, so these are wide:
# they stop a machine that tries codes, not a family that scans its fridge.
guesses = limiter.limit("120/minute;2000/hour", deduct_when=not_found)
photos = limiter.limit("30/minute")
forms = limiter.limit("30/minute;300/hour")
