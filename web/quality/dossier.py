"""What is on record of a lot: where it ran, what was measured, what was cleaned."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...recall.complaints.queries import OPEN
from ...recall.complaints.tables import Complaint
from ...trace.parties.tables import Location, Lot, Partner
from ...trace.production.tables import (
    Cleaning,
    CycleLoad,
    EquipmentCycle,
    LineRun,
    ProcessCheck,
)
from ...trace.stock.places import ENDS, OUTSIDE, SOURCES
from ...trace.stock.tables import Stock


@dataclass(frozen=True, slots=True)
class Heap:
    """What of a lot is at one place."""

    place: Location
    quantity: int


@dataclass(frozen=True, slots=True)
class Dossier:
    """A lot's record."""

    lot: Lot
    supplier: Partner | None
    runs: Sequence[LineRun]
    cycles: Sequence[tuple[EquipmentCycle, int]]
    """Loads of retorts and kettles it was in, with how much of it."""
    checks: Sequence[ProcessCheck]
    cleanings: Sequence[Cleaning]
    """The last cleaning of each line before its runs, the first after, and between."""
    heaps: Sequence[Heap]
    """Where it is, the fullest place first."""
    open_complaints: int
    complaints: int

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

    def _at(self, kinds: frozenset[str]) -> int:
        return sum(heap.quantity for heap in self.heaps if heap.place.kind in kinds)


def dossier_of(session: Session, lot: Lot) -> Dossier:
    """The record of a lot."""
    runs = session.scalars(
        sa.select(LineRun).where(LineRun.lot_id == lot.id).order_by(LineRun.started_at)
    ).all()
    cycles = session.execute(
        sa.select(EquipmentCycle, CycleLoad.quantity)
        .join(CycleLoad, CycleLoad.cycle_id == EquipmentCycle.id)
        .where(CycleLoad.lot_id == lot.id)
        .order_by(EquipmentCycle.started_at)
    ).unique()
    checks = session.scalars(
        sa.select(ProcessCheck)
        .where(ProcessCheck.lot_id == lot.id)
        .order_by(ProcessCheck.at)
    )
    states = session.scalars(
        sa.select(Complaint.state).where(
            Complaint.lot_id == lot.id, Complaint.state != "invalid"
        )
    ).all()
    return Dossier(
        lot=lot,
        supplier=session.get(Partner, lot.supplier_id) if lot.supplier_id else None,
        runs=runs,
        cycles=[(cycle, quantity) for cycle, quantity in cycles],
        checks=checks.all(),
        cleanings=_cleanings(session, runs),
        heaps=_heaps(session, lot.id),
        open_complaints=sum(state in OPEN for state in states),
        complaints=len(states),
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


def _cleanings(session: Session, runs: Sequence[LineRun]) -> list[Cleaning]:
    found: dict[int, Cleaning] = {}
    for run in runs:
        here = sa.select(Cleaning).where(Cleaning.line_id == run.line_id)
        before = here.where(Cleaning.ended_at <= run.started_at)
        last = session.scalar(before.order_by(Cleaning.ended_at.desc()).limit(1))
        later = here.where(Cleaning.started_at >= run.started_at)
        first = session.scalar(later.order_by(Cleaning.started_at).limit(1))
        found |= {one.id: one for one in (last, first) if one is not None}
    return sorted(found.values(), key=lambda one: one.ended_at)
