"""Which shipments took units of a scope out of our hands, and which are on the way."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.among import among, among_found, plain_rows, rows
from ...trace.identity.items import ItemSet
from ...trace.parties.tables import Partner
from ...trace.stock.tables import Movement, Shipment
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


Trip = tuple[int, int | None, int, str]
"""Affected units on shipments: the consignee, the shipment's id if it is on the way,
how many, and the numbers of shipments ``BETWEEN`` each other.

What was delivered to a consignee may stand together: most scopes have few trucks on the
way, and a hundred thousand shipments.
"""
BETWEEN = "\x1f"
"""Between numbers of shipments; no text of ours holds a control character."""

# Movements that took lots out of our hands. A delivery moves the same units on from the
# truck: counting it would double them.
_LEFT_US = (
    among(Movement.lot_id, "lots"),
    Movement.shipment_id.is_not(None),
    among(Movement.from_id, "ours"),
)
_ON_THE_WAY = sa.case((Shipment.delivered_at.is_(None), Shipment.id))


def _trips() -> sa.Select[int, int | None, int, str]:
    # "+ 0", or SQLite walks the whole table in order of shipment once there are many
    # lots, instead of the movements of these lots
    which = (Movement.shipment_id + 0).label("trip")
    sent = (
        sa.select(which, sa.func.sum(Movement.quantity).label("units"))
        .where(*_LEFT_US)
        .group_by("trip")
        .cte("sent")
    )
    return (
        sa.select(
            Shipment.consignee_id,
            _ON_THE_WAY.label("on_the_way"),
            sa.cast(sa.func.sum(sent.c.units), sa.BigInteger),
            sa.func.aggregate_strings(Shipment.number, BETWEEN),
        )
        .join(sent, sent.c.trip == Shipment.id)
        .where(among_found(Shipment.id, sa.select(sent.c.trip)))
        .group_by(Shipment.consignee_id, "on_the_way")
    )


# Built once: to build them takes longer than to run them.
_TRIPS = _trips()
_MOVED = (
    sa.select(
        Shipment.consignee_id,
        _ON_THE_WAY,
        Shipment.number,
        Movement.lot_id,
        Movement.quantity,
        Movement.lo,
        Movement.hi,
    )
    .join(Movement, Movement.shipment_id == Shipment.id)
    .where(*_LEFT_US)
)
_TRUCKS = (
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
    .where(among(Shipment.id, "shipments"))
    .order_by(Shipment.shipped_at.desc(), Shipment.number)
)


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
    trips: list[Trip] = plain_rows(session, _TRIPS, lots=whole, ours=ours.ids)
    trips += _with_items(session, single, ours) if single else []
    waiting: dict[int, int] = defaultdict(int)
    for _, shipment, quantity, _ in trips:
        if shipment is not None:
            waiting[shipment] += quantity
    return Journeys(_by_partner(trips), _on_the_way(session, waiting))


def _by_partner(trips: list[Trip]) -> dict[int, Sent]:
    found: dict[int, Sent] = {}
    for partner, _, quantity, listed in trips:
        known = found.get(partner)
        if known is None and BETWEEN not in listed:  # most have one
            found[partner] = Sent(quantity, (listed,))
            continue
        before, numbers = known or (0, ())
        several = {*numbers, *listed.split(BETWEEN)}
        found[partner] = Sent(before + quantity, tuple(sorted(several)))
    return found


def _with_items(
    session: Session, lots: Mapping[int, ItemSet], ours: Ours
) -> Iterator[Trip]:
    moved = plain_rows(session, _MOVED, lots=lots, ours=ours.ids)
    for partner, shipment, number, lot, quantity, lo, hi in moved:
        if lo is None:
            affected = min(quantity, lots[lot].count)
        else:
            affected = (lots[lot] & ItemSet.range(lo, hi)).count
        if affected:
            yield partner, shipment, affected, number


def _on_the_way(session: Session, waiting: Mapping[int, int]) -> tuple[OnTheWay, ...]:
    found = rows(session, _TRUCKS, shipments=waiting) if waiting else ()
    return tuple(OnTheWay(*(*row, waiting[row[0]])) for row in found)
