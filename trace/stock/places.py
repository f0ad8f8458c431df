"""Places of the ledger as plain values, and which way is inward."""

from dataclasses import dataclass

SOURCES = frozenset({"made", "supplied"})
"""Where lots come from: their balance is minus what came from there."""
OUTSIDE = frozenset({"transit", "consignee", "consumer"})
"""Sold or on the way: no longer in our hands."""
ENDS = frozenset({"consumed", "destroyed", "lost"})
"""Where goods end."""

_RANK = {
    "line": 1,
    "warehouse": 1,
    "returns": 2,
    "hold": 3,
    "sample": 3,
    "quarantine": 4,
}


@dataclass(frozen=True, slots=True)
class Place:
    """A place where units of a lot can be."""

    id: int
    code: str
    """What people call it; errors name it."""
    kind: str
    """One of ``LOCATION_KINDS``."""
    partner_id: int | None = None
    """The firm it belongs to, where it is not ours."""

    @property
    def is_source(self) -> bool:
        return self.kind in SOURCES

    @property
    def is_outside(self) -> bool:
        return self.kind in OUTSIDE

    @property
    def rank(self) -> int:
        """How deep in our hands: outside and ends 0, stock 1, … quarantine 4."""
        return _RANK.get(self.kind, 0)


def may_move_held(source: Place, target: Place) -> bool:
    """Whether goods under a hold, or of a rejected or recalled lot, may go there.

    Only inward: to returns, hold, samples or quarantine, never back to a lesser place
    (domain.md §3.5 Q4, Q10). Three facts are not stopped, because refusing to book them
    would only hide where the goods are: what is made of a held lot, or was lost and is
    found, comes into our hands, and what is outside already goes on outside (delivered,
    sold on). Ends are never inward: destruction needs a disposition (Q6).
    """
    if source.is_source or source.kind == "lost":
        return target.rank >= 1
    if target.is_outside:
        return source.is_outside
    return target.rank >= 2 and target.rank >= source.rank
