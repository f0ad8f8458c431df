"""Which shipments took units of a scope out of our hands, and which are on the way."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.identity.items import ItemSet
from ...trace.parties.tables import Partner
from ...trace.stock.tables import Movement, Shipment
from .among import among, plain_rows, rows
from .ours import Ours


@dataclass(frozen=True)
class OnTheWay:
    """A shipment not delivered yet: it can be stopped."""

    shipment_id: int
    number: str
    partner_id: int
    name: str
    """Of the consignee."""
    name_en: str
    carrier: str
    vehicle: str
    driver_phone: str
    shipped_at: datetime
    quantity: int
    """Affected units in it, at most."""


class Sent(NamedTuple):
    """What a consignee was sent."""

    quantity: int
    """Affected units, at most."""
    shipments: tuple[str, ...]
    """Their numbers, ascending."""


Trip = tuple[int, str, int, bool, int]
"""A shipment (id, number, consignee, whether it is on the way) with affected units."""


@dataclass(frozen=True, slots=True)
class Journeys:
    """The shipments of a scope."""

    by_partner: Mapping[int, Sent]
    on_the_way: tuple[OnTheWay, ...]
    """Latest first."""


def journeys(
    session: Session, lots: Mapping[int, ItemSet | None], ours: Ours
) -> Journeys:
    """The shipments with affected items of these lots; None is a whole lot.

    A shipment whose packs were all read, and none of which is affected, is left out.
    """
    whole = {lot for lot, items in lots.items() if items is None}
    single = {lot: items for lot, items in lots.items() if items is not None}
    trips = _of_whole_lots(session, whole, ours)
    trips += _with_items(session, single, ours) if single else []
    waiting: dict[int, int] = defaultdict(int)
    for shipment, _, _, on_the_way, quantity in trips:
        if on_the_way:
            waiting[shipment] += quantity
    return Journeys(_by_partner(trips), _on_the_way(session, waiting))


def _by_partner(trips: list[Trip]) -> dict[int, Sent]:
    trips.sort(key=itemgetter(2, 1))  # most consignees have few: no list for each
    found: dict[int, Sent] = {}
    for partner, some in groupby(trips, itemgetter(2)):
        total = 0
        numbers: list[str] = []
        for _, number, _, _, quantity in some:
            total += quantity
            if not numbers or numbers[-1] != number:
                numbers.append(number)
        found[partner] = Sent(total, tuple(numbers))
    return found


def _left_us(lots: Iterable[int], ours: Ours) -> sa.ColumnElement[bool]:
    """Movements that took lots out of our hands.

    A delivery moves the same units on from the truck: counting it would double them.
    """
    return sa.and_(
        among(Movement.lot_id, lots),
        Movement.shipment_id.is_not(None),
        Movement.from_id.in_(sorted(ours.hands | ours.sources)),
    )


def _of_whole_lots(session: Session, lots: Iterable[int], ours: Ours) -> list[Trip]:
    # "+ 0", or SQLite walks the whole table in order of shipment once there are many
    # lots, instead of the movements of these lots
    which = (Movement.shipment_id + 0).label("trip")
    units = sa.cast(sa.func.sum(Movement.quantity), sa.BigInteger).label("units")
    sent = (
        sa.select(which, units).where(_left_us(lots, ours)).group_by("trip").subquery()
    )
    return plain_rows(
        session,
        sa.select(
            Shipment.id,
            Shipment.number,
            Shipment.consignee_id,
            Shipment.delivered_at.is_(None),
            sent.c.units,
        ).join(sent, sent.c.trip == Shipment.id),
    )


def _with_items(
    session: Session, lots: Mapping[int, ItemSet], ours: Ours
) -> Iterator[Trip]:
    moved = (
        sa.select(
            Shipment.id,
            Shipment.number,
            Shipment.consignee_id,
            Shipment.delivered_at.is_(None),
            Movement.lot_id,
            Movement.quantity,
            Movement.lo,
            Movement.hi,
        )
        .join(Movement, Movement.shipment_id == Shipment.id)
        .where(_left_us(lots, ours))
    )
    for *trip, lot, quantity, lo, hi in rows(session, moved):
        if lo is None:
            affected = min(quantity, lots[lot].count)
        else:
            affected = (lots[lot] & ItemSet.range(lo, hi)).count
        if affected:
            yield (*trip, affected)


def _on_the_way(session: Session, waiting: Mapping[int, int]) -> tuple[OnTheWay, ...]:
    trucks = (
        sa.select(
            Shipment.id,
            Shipment.number,
            Partner.id,
            Partner.name,
            Partner.name_en,
            Shipment.carrier,
            Shipment.vehicle,
            Shipment.driver_phone,
            Shipment.shipped_at,
        )
        .join(Partner, Partner.id == Shipment.consignee_id)
        .where(among(Shipment.id, waiting))
        .order_by(Shipment.shipped_at.desc(), Shipment.number)
    )
    found = rows(session, trucks) if waiting else ()
    return tuple(OnTheWay(*(*row, waiting[row[0]])) for row in found)
