"""Who got some of a lot, how much of it is there, and whom to ring."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..parties.tables import Location, Partner
from ..stock.places import OUTSIDE
from ..stock.tables import Movement, Shipment, Stock

OURS = frozenset({"line", "warehouse", "returns", "hold", "sample", "quarantine"})
"""Kinds of places in our own hands: what comes there from a firm came back."""


@dataclass(slots=True)
class Sent:
    """What one firm got of a lot, in its base unit."""

    partner: Partner
    shipped: int = 0
    """Ever sent there, what came back included."""
    returned: int = 0
    coming: int = 0
    """On the way there now."""
    there: int = 0
    first: datetime | None = None
    last: datetime | None = None
    shipments: list[str] = field(default_factory=list)
    """Numbers of the shipments it came with."""


def sent_to(session: Session, lot_id: int) -> list[Sent]:
    """Every firm that ever got some of a lot: those with most first, then by code."""
    partners = sa.select(Location.id, Partner).join(Partner)
    firms = {
        place: partner
        for place, partner in session.execute(
            partners.where(Location.kind.in_(sorted(OUTSIDE)))
        )
    }
    found: dict[int, Sent] = {}

    def of(place_id: int) -> Sent:
        partner = firms[place_id]
        return found.setdefault(partner.id, Sent(partner))

    for move in _moves(session, lot_id, firms):
        if move.target in firms and move.source not in firms:
            _note(of(move.target), move.quantity, move.at, move.number)
        elif move.target in firms and firms[move.source] is not firms[move.target]:
            _note(of(move.target), move.quantity, move.at, move.number)  # sold on
        elif move.source in firms and move.kind in OURS:
            of(move.source).returned += move.quantity
    here = sa.select(Stock.location_id, Stock.quantity, Location.kind).join(Location)
    for place, quantity, kind in session.execute(
        here.where(Stock.lot_id == lot_id, Stock.location_id.in_(firms))
    ):
        if quantity and kind == "transit":
            of(place).coming += quantity
        elif quantity:
            of(place).there += quantity
    return sorted(found.values(), key=lambda one: (-one.shipped, one.partner.code))


def sent_document(sent: Iterable[Sent]) -> list[dict[str, Any]]:
    """Who got some as plain values; ``docs/trace.schema.json`` describes them."""
    return [
        {
            **{name: getattr(one.partner, name) for name in _CONTACT},
            **{name: getattr(one, name) for name in _FIGURES},
            "shipments": list(one.shipments),
        }
        for one in sent
    ]


_CONTACT = (
    "code",
    "name",
    "name_en",
    "contact",
    "phone",
    "backup_contact",
    "backup_phone",
)
_FIGURES = ("shipped", "returned", "coming", "there")


def _moves(
    session: Session, lot_id: int, firms: Iterable[int]
) -> Iterable[sa.Row[tuple[int, int, int, datetime, str | None, str]]]:
    ids = list(firms)
    return session.execute(
        sa.select(
            Movement.from_id.label("source"),
            Movement.to_id.label("target"),
            Movement.quantity,
            Movement.at,
            Shipment.number,
            Location.kind,
        )
        .join(Location, Location.id == Movement.to_id)
        .join(Shipment, Shipment.id == Movement.shipment_id, isouter=True)
        .where(
            Movement.lot_id == lot_id,
            sa.or_(Movement.from_id.in_(ids), Movement.to_id.in_(ids)),
        )
        .order_by(Movement.at, Movement.id)
    )


def _note(sent: Sent, quantity: int, at: datetime, number: str | None) -> None:
    sent.shipped += quantity
    sent.first = sent.first or at
    sent.last = at
    if number and number not in sent.shipments:
        sent.shipments.append(number)
