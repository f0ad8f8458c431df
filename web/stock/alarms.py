"""Goods that somebody tried to take out of quarantine."""

from ...recall.quarantine.zones import alarm
from ...trace import clock
from ...trace.errors import LotmarkError
from ..current import actor, house


def note_alarm(error: LotmarkError, goods: str) -> None:
    """A refused move out of quarantine is an alarm, whichever way it was tried."""
    if error.code != "quarantine_kept":
        return
    with house().plant.writing() as session:
        target = str(error.params.get("target", ""))
        alarm(session, target, goods, actor(), clock.now())
