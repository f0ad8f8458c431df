"""What a move of the past is checked against: what held then, not what holds now."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from ..identity.items import ItemSet
from ..stock.gates import Gates
from ..stock.holds import Held

SLACK = timedelta(minutes=1)
"""An action reads the clock before it waits for its turn."""
BEFORE = {"recalled": "released", "closed": "released"}
"""The state a batch had before; one only tested, if it is another (domain.md §3.10)."""


class Stated(Protocol):
    """A lot with the state it has now."""

    @property
    def own(self) -> bool: ...
    @property
    def status(self) -> str: ...
    @property
    def status_since(self) -> datetime | None: ...


def status_at(lot: Stated, moment: datetime) -> str:
    """The state that counted for a lot at a moment of the past.

    Near the change it is the one that lets goods go: the other would have refused what
    was booked.
    """
    since = lot.status_since
    margin = -SLACK if lot.status == "released" else SLACK
    if since is None or moment > since + margin:
        return lot.status
    return BEFORE.get(lot.status, "testing") if lot.own else "released"


class Stop(NamedTuple):
    """A hold that files tell."""

    number: str
    items: ItemSet | None
    """None for the whole lot."""
    placed_at: datetime
    released_at: datetime | None

    def holds(self, moment: datetime) -> bool:
        if moment <= self.placed_at + SLACK:
            return False
        return self.released_at is None or moment < self.released_at - SLACK


@dataclass(slots=True)
class PastGates(Gates):
    """Gates that stand as they stood at the ``moment`` of the move at hand."""

    new: set[int]
    """Lots that had other states before, and it is known until when."""
    stops: dict[int, list[Stop]]
    moment: datetime = field(default=datetime.min.replace(tzinfo=UTC))

    def status(self, lot_id: int) -> str:
        lot = self.lots[lot_id]
        return status_at(lot, self.moment) if lot_id in self.new else lot.status

    def holding(self, lot_id: int) -> Held | None:
        now = self.held.get(lot_id)
        then = [s for s in self.stops.get(lot_id, ()) if s.holds(self.moment)]
        if not then:
            return now
        parts = [stop.items for stop in then if stop.items is not None]
        pairs = [pair for items in parts for pair in items.intervals]
        return Held(
            len(parts) < len(then) or (now is not None and now.whole),
            ItemSet.from_intervals(pairs) | (now.items if now else ItemSet()),
            tuple(
                sorted({stop.number for stop in then} | set(now.numbers if now else ()))
            ),
        )

    def steady(self, lot_id: int) -> bool:
        timed = lot_id in self.new or lot_id in self.stops
        return not timed and lot_id not in self.held
