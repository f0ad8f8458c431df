"""Which lots to take first: what expires first, and nothing that may not leave.

First expired, first out, then oldest production (先进先出, domain.md §2.3
StockMovement). A proposal books nothing; shipping checks again under lock.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..errors import N_, InvalidInput
from ..identity.items import ItemSet
from ..parties.tables import Location, Lot
from .balance import Balance
from .case_picks import BY_COUNT, CasePick, pick_cases
from .gates import WITHDRAWN
from .holds import Held, held_items
from .ledger import LotLedger
from .queries import balances
from .stores import place_value
from .tables import LogisticUnit, Stock, UnitContent
from .units import INSIDE


@dataclass(frozen=True, slots=True)
class Pick:
    """So many of a lot, at a place."""

    lot: Lot
    place: Location
    quantity: int
    there: int
    """What is booked there."""
    items: ItemSet | None = None
    """Only these, because others of the lot are on hold."""
    packed: int = 0
    """How many of it stand there in cases."""
    cases: CasePick = BY_COUNT
    """Which cases to fetch, where none of the lot is on hold."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Stock that is there and may not be picked."""

    lot: Lot
    place: Location
    there: int
    why: str
    """``held``, ``not_released``, ``withdrawn``, ``expired`` or ``scan_needed``."""
    holds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to take, in the order of taking."""

    wanted: int
    picks: tuple[Pick, ...]
    skipped: tuple[Skipped, ...]

    @property
    def missing(self) -> int:
        """How much of what was wanted is not there to take."""
        return self.wanted - sum(pick.quantity for pick in self.picks)


def propose_pick(
    session: Session,
    article_id: int,
    quantity: int,
    places: Collection[Location],
    today: date,
) -> Proposal:
    """Take ``quantity`` of an article from these places, the first to expire first.

    Raises InvalidInput ``quantity_invalid``.
    """
    if quantity < 1:
        raise InvalidInput(
            "quantity_invalid",
            N_("Expected a quantity of at least 1, got %(found)s."),
            found=quantity,
        )
    lots = _lots_there(session, article_id, places)
    ledgers = balances(session, (lot.id for lot in lots))
    holds = held_items(session, (lot.id for lot in lots))
    packed = _packed(session, lots, places)
    picks: list[Pick] = []
    skipped: list[Skipped] = []
    left = quantity
    for lot in sorted(lots, key=age):
        for place in places:
            here = ledgers[lot.id].at(place_value(place))
            if here.quantity <= 0:
                continue
            held = holds.get(lot.id)
            if why := _why_not(lot, ledgers[lot.id], here, held, today):
                numbers = held.numbers if held else ()
                skipped.append(Skipped(lot, place, here.quantity, why, numbers))
            elif left:
                items = _scanned(ledgers[lot.id], here, held)
                free = here.quantity if items is None else items.count
                take = min(left, free)
                left -= take
                some = None if items is None else items.take(take)
                inside = packed.get((lot.id, place.id), 0)
                loose = max(0, here.quantity - inside)
                way = session, lot.id, place.id, take, loose
                cases = pick_cases(*way) if inside and some is None else BY_COUNT
                picks.append(Pick(lot, place, take, here.quantity, some, inside, cases))
    return Proposal(quantity, tuple(picks), tuple(skipped))


def _lots_there(
    session: Session, article_id: int, places: Iterable[Location]
) -> list[Lot]:
    rows = session.scalars(
        sa.select(Lot).where(
            Lot.article_id == article_id,
            Lot.id.in_(
                sa.select(Stock.lot_id).where(
                    Stock.location_id.in_([place.id for place in places]),
                    Stock.quantity > 0,
                )
            ),
        )
    )
    return list(rows.unique())


def age(lot: Lot) -> tuple[date, date, date, int]:
    """Where a lot stands in its turn; what has no date comes last."""
    days = (lot.expires_on, lot.produced_on, lot.received_on)
    first, second, third = (day or date.max for day in days)
    return first, second, third, lot.id


def _why_not(
    lot: Lot, ledger: LotLedger, here: Balance, held: Held | None, today: date
) -> str:
    if lot.status in WITHDRAWN:
        return "withdrawn"
    if held and held.whole:
        return "held"
    if lot.status != "released":
        return "not_released"
    if lot.expires_on is not None and lot.expires_on < today:
        return "expired"
    items = _scanned(ledger, here, held)
    return "scan_needed" if items is not None and not items else ""


def _scanned(ledger: LotLedger, here: Balance, held: Held | None) -> ItemSet | None:
    """The items that may go one by one, where held ones may stand among them; None
    where any may go, as the gates will see it."""
    if held is None or not held.items - ledger.known_except(here.place):
        return None
    return here.known - held.items


def _packed(
    session: Session, lots: Iterable[Lot], places: Iterable[Location]
) -> dict[tuple[int, int], int]:
    held = sa.cast(sa.func.sum(UnitContent.quantity), sa.BigInteger)
    rows = session.execute(
        sa.select(UnitContent.lot_id, LogisticUnit.location_id, held)
        .join(LogisticUnit, LogisticUnit.id == UnitContent.unit_id)
        .where(
            INSIDE,
            UnitContent.lot_id.in_([lot.id for lot in lots]),
            LogisticUnit.location_id.in_([place.id for place in places]),
        )
        .group_by(UnitContent.lot_id, LogisticUnit.location_id)
    )
    return {(lot, place or 0): count for lot, place, count in rows}
