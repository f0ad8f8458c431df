"""What every page of the staff rooms can show: words, times, amounts, and rights."""

from typing import Any

from flask import g

from ..trace import clock
from . import clocks, words
from .amounts import amount
from .counted import counted
from .i18n import PLANT_ZONE
from .once import form_number


def staff_context() -> dict[str, Any]:
    """Names for templates; a room installs it as its context processor."""
    return {
        "words": words,
        "now": clock.now(),
        "when": clocks.when,
        "plant_zone": PLANT_ZONE.key,
        "clock": clocks.clock,
        "amount": amount,
        "counted": counted,
        "may": may,
        "form_number": form_number,
    }


def may(right: str) -> bool:
    """Whether the person logged in, if anybody is, has a right."""
    person = g.get("actor")
    return person is not None and person.may(right)
