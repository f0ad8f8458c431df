"""Where lots and items are, for the scope of a recall and the screens."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..errors import N_, NotFound
from ..identity.items import ItemSet
from .books import load_ledgers
from .bounds import bounds_of
from .item_status import ItemStatus, item_status
from .ledger import LotLedger
from .places import Place
from .tables import Shipment


@dataclass(frozen=True, slots=True)
class Position:
    """How many of the units asked for are at one place: between two numbers."""

    lot_id: int
    place: Place
    quantity_min: int
    quantity_max: int
    items_known: ItemSet
    """Those of them known to be there, item by item."""

    @property
    def location_id(self) -> int:
        return self.place.id

    @property
    def kind(self) -> str:
        """Kind of the place, e.g. ``consignee``."""
        return self.place.kind

    @property
    def partner_id(self) -> int | None:
        return self.place.partner_id


def balances(session: Session, lot_ids: Iterable[int]) -> dict[int, LotLedger]:
    """The ledgers of lots: ``balances(…)[lot_id].balances[location_id].quantity``.

    Three queries whatever the number of lots; lots that do not exist are left out.
    """
    return load_ledgers(session, lot_ids)


def positions(session: Session, wanted: Mapping[int, ItemSet | None]) -> list[Position]:
    """Where units of lots are or may be, by lot and place.

    ``wanted`` names items of each lot, or None for the whole lot, whose quantities are
    exact. Every place that may have one of the items is listed, so that each possible
    holder can be told (DESIGN §1.4). Three queries whatever the number of lots.
    """
    ledgers = load_ledgers(session, wanted)
    return [
        position
        for lot_id in sorted(ledgers)
        for position in _positions(lot_id, ledgers[lot_id], wanted[lot_id])
    ]


def find_shipment(session: Session, number: str) -> Shipment:
    """The shipment with that number. Raises NotFound ``shipment_unknown``."""
    numbered = sa.select(Shipment).where(Shipment.number == number.strip())
    shipment = session.scalar(numbered)
    if shipment is None:
        raise NotFound(
            "shipment_unknown",
            N_("No shipment %(shipment)s is recorded."),
            shipment=number,
        )
    return shipment


def _positions(
    lot_id: int, ledger: LotLedger, items: ItemSet | None
) -> Iterator[Position]:
    held = sorted(ledger.real, key=lambda here: here.place.id)
    if items is None:
        for here in held:
            if here.quantity:
                exact = here.quantity
                yield Position(lot_id, here.place, exact, exact, here.known)
        return
    bounds = bounds_of(ledger, items)
    for here in held:
        limits = bounds.get(here.place.id)
        if limits and limits.most:
            known = here.known & items
            yield Position(lot_id, here.place, limits.least, limits.most, known)


__all__ = [
    "ItemStatus",
    "Position",
    "balances",
    "find_shipment",
    "item_status",
    "positions",
]
