"""What a consignee says of one batch, and where it contradicts itself or our books."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Flag: TypeAlias = Literal[
    "never_shipped",
    "received_more",
    "received_less",
    "returned_more",
    "sum_over",
    "sum_short",
    "returned_unbooked",
    "booked_more",
]


@dataclass(frozen=True, slots=True)
class Figures:
    """Units of a batch, in its base unit; what was received is in one of the rest."""

    received: int = 0
    on_hand: int = 0
    sold_on: int = 0
    used: int = 0
    returned: int = 0
    destroyed: int = 0
    corrected: int = 0

    @property
    def told(self) -> int:
        """What became of so many it says."""
        return (
            self.on_hand
            + self.sold_on
            + self.used
            + self.returned
            + self.destroyed
            + self.corrected
        )


def contradictions(said: Figures, shipped: int, booked: int) -> tuple[Flag, ...]:
    """What does not fit (domain.md §9.45): said aloud, and the answer is kept.

    ``shipped`` is what our books sent there, ``booked`` what came back by them since
    the recall.

    >>> contradictions(Figures(received=10, returned=12), shipped=10, booked=0)
    ('returned_more', 'sum_over', 'returned_unbooked')
    """
    found: list[Flag] = []
    if not shipped and (said.received or said.told):
        found.append("never_shipped")
    elif said.received > shipped:
        found.append("received_more")
    elif said.received < shipped:
        found.append("received_less")
    if shipped and said.returned > shipped:
        found.append("returned_more")
    if said.told > said.received:
        found.append("sum_over")
    elif said.told < said.received:
        found.append("sum_short")
    if said.returned > booked:
        found.append("returned_unbooked")
    elif booked > said.returned:
        found.append("booked_more")
    return tuple(found)
