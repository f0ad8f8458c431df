"""Our own places, read once for a scope.

A plant has a few places of its own and may have two hundred thousand shops: joining
every balance to its place costs more than all the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.among import among_found, plain_rows
from ...trace.parties.tables import Location
from ...trace.stock.places import SOURCES
from .buckets import OWN

# By their ids, which the index has: SQLite believes kinds to be alike in number, and
# would read all places to find these few.
_OURS = sa.select(
    Location.id, Location.code, Location.kind, Location.name, Location.name_en
).where(
    among_found(
        Location.id,
        sa.select(Location.id).where(Location.kind.in_((*OWN, *SOURCES))),
    )
)


class Here(NamedTuple):
    """A place in our hands: somebody can go there."""

    code: str
    kind: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Ours:
    """Our own places, by id."""

    hands: Mapping[int, Here]
    """Where goods are in our hands."""
    sources: frozenset[int]
    """Where goods come from."""

    @property
    def ids(self) -> list[int]:
        """Of all of them, ascending."""
        return sorted(self.hands.keys() | self.sources)


def load_ours(session: Session) -> Ours:
    """The places in our hands, and those where goods come from."""
    found = [(number, Here(*names)) for number, *names in plain_rows(session, _OURS)]
    return Ours(
        {number: here for number, here in found if here.kind in OWN},
        frozenset(number for number, here in found if here.kind in SOURCES),
    )
