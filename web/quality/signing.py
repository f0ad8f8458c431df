"""Whether the person logged in may be the second signature under a hold."""

from ...trace.stock.holds import HOLD
from ..current import actor
from .lists import HoldLine


def why_not(line: HoldLine) -> str:
    """Why the person logged in may not lift a hold: ``right``, ``placed_by``,
    ``requested_by``, or nothing when they may."""
    step = HOLD.steps["release"]
    if not actor().may(step.right):
        return "right"
    for column in step.not_by:
        if any(getattr(row, column) == actor().login for row in line.holds):
            return column
    return ""
