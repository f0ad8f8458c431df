"""Our own places, read once for a scope.

A plant has a few places of its own and may have two hundred thousand shops: joining
every balance to its place costs more than all the rest.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.parties.tables import Location
from ...trace.stock.places import SOURCES
from .buckets import OWN


@dataclass(frozen=True, slots=True)
class Ours:
    """Ids of places."""

    hands: frozenset[int]
    """Where goods are in our hands."""
    sources: frozenset[int]
    """Where goods come from."""


def load_ours(session: Session) -> Ours:
    """The places in our hands, and those where goods come from."""
    rows = session.execute(
        sa.select(Location.id, Location.kind).where(Location.kind.in_((*OWN, *SOURCES)))
    ).all()
    return Ours(
        frozenset(number for number, kind in rows if kind in OWN),
        frozenset(number for number, kind in rows if kind in SOURCES),
    )
