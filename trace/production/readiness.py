"""What speaks for and against the release of a batch (domain.md §3.10)."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..parties.tables import Location, Lot
from ..stock.holds import held_items
from ..stock.places import SOURCES
from ..stock.tables import Stock
from .cycles import loads_of
from .inspections import inspections_of
from .samples import kept_quantity
from .tables import CycleLoad, EquipmentCycle, Inspection


@dataclass(frozen=True, slots=True)
class Readiness:
    """The record of a batch as far as its release depends on it."""

    holds: tuple[str, ...]
    """Numbers of the holds in force."""
    outgoing: Inspection | None
    """The last outgoing inspection."""
    incubation: Inspection | None
    """The last incubation test (保温试验)."""
    kept: int
    """Packs of it kept as retained samples."""
    unsafe: tuple[EquipmentCycle, ...]
    """Loads that failed or have no record, with some of the batch inside."""
    unproven: tuple[EquipmentCycle, ...]
    """Those of them after which no inspection has passed yet."""
    made: int
    sterilised: int
    """What of it was in recorded retort loads."""
    usual: bool
    """Other batches of its product or its line went through a retort."""

    @property
    def failed(self) -> tuple[Inspection, ...]:
        """Inspections that say no, and that no later one of their kind outweighs."""
        last = (self.outgoing, self.incubation)
        return tuple(one for one in last if one is not None and one.result == "fail")

    @property
    def certificate(self) -> str:
        """Of the passed outgoing inspection, or nothing."""
        one = self.outgoing
        return one.certificate if one is not None and one.result == "pass" else ""

    @property
    def unrecorded(self) -> int:
        """Packs for which a retort load is usual, but none is on record."""
        if not self.usual and not self.sterilised:
            return 0
        return max(self.made - self.sterilised, 0)

    @property
    def needs_reason(self) -> bool:
        """Whoever releases it has to write down why it is good all the same."""
        return bool(self.unsafe) or self.unrecorded > 0

    @property
    def stops(self) -> bool:
        """Something has to be done before anybody may release it."""
        return bool(
            self.holds
            or self.failed
            or not self.certificate
            or not self.kept
            or self.unproven
        )


def readiness_of(session: Session, lot: Lot) -> Readiness:
    """What is on record of a batch that its release depends on."""
    inspections = inspections_of(session, lot.id)
    loads = loads_of(session, lot.id)
    unsafe = tuple(cycle for cycle, _ in loads if cycle.result != "pass")
    held = held_items(session, [lot.id]).get(lot.id)
    return Readiness(
        holds=held.numbers if held else (),
        outgoing=_last(inspections, "outgoing"),
        incubation=_last(inspections, "incubation"),
        kept=kept_quantity(session, lot.id),
        unsafe=unsafe,
        unproven=tuple(one for one in unsafe if not _proven(one, inspections)),
        made=_made(session, lot.id),
        sterilised=sum(part for cycle, part in loads if cycle.kind == "retort"),
        usual=_is_usual(session, lot),
    )


def _last(inspections: Sequence[Inspection], kind: str) -> Inspection | None:
    return next((one for one in reversed(inspections) if one.kind == kind), None)


def _proven(cycle: EquipmentCycle, inspections: Sequence[Inspection]) -> bool:
    """Whether goods were found good after they had been inside."""
    return any(
        one.kind in ("outgoing", "incubation")
        and one.result == "pass"
        and one.at >= (cycle.ended_at or cycle.started_at)
        for one in inspections
    )


def _made(session: Session, lot_id: int) -> int:
    taken = sa.select(-sa.func.coalesce(sa.func.sum(Stock.quantity), 0))
    here = taken.join(Location, Location.id == Stock.location_id).where(
        Stock.lot_id == lot_id, Location.kind.in_(sorted(SOURCES))
    )
    return int(session.scalar(here) or 0)


def _is_usual(session: Session, lot: Lot) -> bool:
    same = Lot.article_id == lot.article_id
    if lot.line_id is not None:
        same = sa.or_(same, Lot.line_id == lot.line_id)
    others = (
        sa.select(sa.literal(1))
        .select_from(CycleLoad)
        .join(EquipmentCycle, EquipmentCycle.id == CycleLoad.cycle_id)
        .join(Lot, Lot.id == CycleLoad.lot_id)
        .where(EquipmentCycle.kind == "retort", Lot.id != lot.id, same)
        .limit(1)
    )
    return session.scalar(others) is not None
