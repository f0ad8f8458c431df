"""Where the units of a scope are, who has them, and which trucks can be stopped."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.identity.items import ItemSet
from ...trace.parties.tables import Location, Partner
from ...trace.stock.places import SOURCES
from ...trace.stock.queries import Position, positions
from ...trace.stock.tables import Movement, Shipment
from .among import among

BUCKETS: dict[str, tuple[str, ...]] = {
    "own": ("warehouse", "line"),
    "hold": ("hold",),
    "quarantine": ("quarantine",),
    "returns": ("returns",),
    "sample": ("sample",),
    "transit": ("transit",),
    "consignee": ("consignee",),
    "consumer": ("consumer",),
    "consumed": ("consumed",),
    "destroyed": ("destroyed",),
    "lost": ("lost",),
}
"""Each unit is in exactly one of these: kinds of places, in the order told."""

OWN = ("warehouse", "line", "hold", "quarantine", "returns", "sample")
"""Kinds of places in our own hands."""

_BUCKET_OF = {kind: place for place, kinds in BUCKETS.items() for kind in kinds}


@dataclass(frozen=True)
class PlaceTotal:
    """How many units of the scope are at places of a kind."""

    place: str
    """A key of ``BUCKETS``."""
    quantity_min: int
    quantity_max: int
    """More than the least only where single items are meant and not all are known."""


@dataclass(frozen=True)
class Reached:
    """A consignee who has, gets or got units of the scope, and whom to ring."""

    partner_id: int
    code: str
    name: str
    name_en: str
    contact: str
    phone: str
    email: str
    region: str
    quantity_min: int
    """Units there now, at least."""
    quantity_max: int
    coming: int
    """Units on the way there, at most."""
    shipped: int
    """Units ever sent there, of the lots concerned."""
    shipments: tuple[str, ...]
    """Numbers of the shipments they came with."""


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
    """Units of the scope's lots in it."""


@dataclass(frozen=True)
class Whereabouts:
    """Where the counted units are."""

    positions: tuple[PlaceTotal, ...]
    """One for each of ``BUCKETS``, in its order."""
    consignees: tuple[Reached, ...]
    """Most units first, then by code."""
    on_the_way: tuple[OnTheWay, ...]
    """Latest first."""


def locate(session: Session, lots: Mapping[int, ItemSet | None]) -> Whereabouts:
    """Where the items of these lots are; None is a whole lot.

    A consignee is told also when all it got has been sold on: its own customers are
    reached through it (domain.md §4.6).
    """
    found = [here for here in positions(session, lots) if here.kind not in SOURCES]
    sent = _shipments(session, lots)
    return Whereabouts(
        _totals(found),
        _consignees(session, found, sent),
        tuple(
            OnTheWay(
                shipment.id,
                shipment.number,
                shipment.consignee_id,
                shipment.consignee.name,
                shipment.consignee.name_en,
                shipment.carrier,
                shipment.vehicle,
                shipment.driver_phone,
                shipment.shipped_at,
                quantity,
            )
            for shipment, quantity in sent
            if shipment.delivered_at is None
        ),
    )


def _totals(found: Iterable[Position]) -> tuple[PlaceTotal, ...]:
    least = dict.fromkeys(BUCKETS, 0)
    most = dict.fromkeys(BUCKETS, 0)
    for here in found:
        least[_BUCKET_OF[here.kind]] += here.quantity_min
        most[_BUCKET_OF[here.kind]] += here.quantity_max
    return tuple(PlaceTotal(place, least[place], most[place]) for place in BUCKETS)


def _shipments(
    session: Session, lots: Mapping[int, ItemSet | None]
) -> list[tuple[Shipment, int]]:
    """Shipments that took units of the lots out of our hands, with how many."""
    # A delivery moves the same units on from the truck: counting it would double them.
    left_us = Location.kind.in_((*OWN, *SOURCES))
    rows = session.execute(
        sa.select(Shipment.id, sa.cast(sa.func.sum(Movement.quantity), sa.BigInteger))
        .join(Movement, Movement.shipment_id == Shipment.id)
        .join(Location, Location.id == Movement.from_id)
        .where(Movement.lot_id.in_(among("lots", lots)), left_us)
        .group_by(Shipment.id)
    )
    quantities = {shipment: quantity for shipment, quantity in rows}
    shipments = session.scalars(
        sa.select(Shipment)
        .where(Shipment.id.in_(among("shipments", quantities)))
        .order_by(Shipment.shipped_at.desc(), Shipment.number)
    ).unique()
    return [(shipment, quantities[shipment.id]) for shipment in shipments]


def _consignees(
    session: Session, found: Iterable[Position], sent: list[tuple[Shipment, int]]
) -> tuple[Reached, ...]:
    least: dict[int, int] = defaultdict(int)
    most: dict[int, int] = defaultdict(int)
    coming: dict[int, int] = defaultdict(int)
    shipped: dict[int, int] = defaultdict(int)
    numbers: dict[int, list[str]] = defaultdict(list)
    for here in found:
        if here.partner_id is not None and here.quantity_max > 0:
            if here.kind == "transit":
                coming[here.partner_id] += here.quantity_max
            else:
                least[here.partner_id] += here.quantity_min
                most[here.partner_id] += here.quantity_max
    for shipment, quantity in sent:
        shipped[shipment.consignee_id] += quantity
        numbers[shipment.consignee_id].append(shipment.number)
    partners = session.scalars(
        sa.select(Partner).where(
            Partner.id.in_(among("partners", {*most, *coming, *shipped}))
        )
    )
    reached = [
        Reached(
            partner.id,
            partner.code,
            partner.name,
            partner.name_en,
            partner.contact,
            partner.phone,
            partner.email,
            partner.region,
            least[partner.id],
            most[partner.id],
            coming[partner.id],
            shipped[partner.id],
            tuple(sorted(numbers[partner.id])),
        )
        for partner in partners
    ]
    return tuple(sorted(reached, key=lambda r: (-r.quantity_max - r.coming, r.code)))
