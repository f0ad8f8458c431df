"""What the page of a lot shows: its record, how ready it is, complaints about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...recall.complaints.counts import complaint_counts
from ...recall.scope.unbatched import Possible, possible_consignees
from ...trace.parties.tables import Location, Lot
from ...trace.production.readiness import Readiness, readiness_of
from ...trace.production.record import Record, record_of
from ...trace.stock.places import ENDS, OUTSIDE, SOURCES
from ...trace.stock.tables import Stock

BEFORE_RELEASE = ("in_production", "produced", "testing")
"""States in which what is missing for the release is shown."""


@dataclass(frozen=True, slots=True)
class Heap:
    """What of a lot is at one place."""

    place: Location
    quantity: int


@dataclass(frozen=True, slots=True)
class Dossier:
    """A lot's record, and what the page adds to it."""

    record: Record
    ready: Readiness | None
    """None when its release is past, or it is none of ours."""
    heaps: Sequence[Heap]
    """Where it is, the fullest place first."""
    open_complaints: int
    complaints: int
    possible: Sequence[Possible]
    """What left without a batch written down, and may be of it."""

    @property
    def lot(self) -> Lot:
        return self.record.lot

    @property
    def made(self) -> int:
        """What was made or received of it."""
        return sum(heap.quantity for heap in self.heaps)

    @property
    def in_hand(self) -> int:
        return self.made - self.outside - self.gone

    @property
    def outside(self) -> int:
        return self._at(OUTSIDE)

    @property
    def gone(self) -> int:
        """Used up, destroyed or lost."""
        return self._at(ENDS)

    @property
    def at_hand(self) -> list[Heap]:
        """Places of ours from which something can be taken."""
        return [h for h in self.heaps if h.place.kind not in OUTSIDE | ENDS]

    def _at(self, kinds: frozenset[str]) -> int:
        return sum(heap.quantity for heap in self.heaps if heap.place.kind in kinds)


def dossier_of(session: Session, lot: Lot, on: date) -> Dossier:
    """The record of a lot."""
    total, still_open = complaint_counts(session, lot.id)
    ready = None
    if lot.own and lot.status in BEFORE_RELEASE:
        ready = readiness_of(session, lot)
    return Dossier(
        record=record_of(session, lot, on),
        ready=ready,
        heaps=_heaps(session, lot.id),
        open_complaints=still_open,
        complaints=total,
        possible=possible_consignees(session, [lot.id]),
    )


def _heaps(session: Session, lot_id: int) -> list[Heap]:
    rows = session.execute(
        sa.select(Location, Stock.quantity)
        .join(Stock, Stock.location_id == Location.id)
        .where(
            Stock.lot_id == lot_id,
            Stock.quantity != 0,
            Location.kind.not_in(sorted(SOURCES)),
        )
        .order_by(Stock.quantity.desc(), Location.code)
    )
    return [Heap(place, quantity) for place, quantity in rows]
