"""Goods that come back: to the returns area, or straight to quarantine.

domain.md §3.5 Q4: what comes back from a recall, or is feared to harm, never stands
among other returns.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..errors import N_, InvalidInput
from ..identity.tables import ItemMark
from ..numbers import next_number
from ..parties.lots import find_place, lock_lots
from ..parties.tables import Location, Lot, Partner
from ..people import Actor
from .cargo import Cargo, Paper, move_cargo
from .gates import WITHDRAWN
from .holds import IN_FORCE
from .loose import Loose
from .origins import check_theirs, places_of, sold_by
from .shipping import (
    hold_together,
    lock_shipment,
    nothing_on_the_way,
    on_the_way,
    units_on_board,
)
from .stores import place_of_kind
from .tables import Hold, Shipment
from .units import NOTHING, Contents


@dataclass(frozen=True, slots=True)
class Returned:
    """Where returned goods were put."""

    number: str
    """The return's paper."""
    lots: Mapping[int, Location]
    """By lot: the returns area or quarantine."""
    endangered: frozenset[int]
    """Lots that went to quarantine because they are recalled or feared to harm."""


def sender_place(session: Session, partner_id: int | None) -> Location:
    """Where returned goods come from: a customer's place, or the consumers'.

    Raises InvalidInput ``consignee_wrong``.
    """
    if partner_id is None:
        return find_place(session, "consumer")
    partner = session.get(Partner, partner_id)
    place = session.scalar(
        sa.select(Location).where(
            Location.partner_id == partner_id, Location.kind == "consignee"
        )
    )
    if partner is None or place is None:
        raise InvalidInput(
            "consignee_wrong",
            N_("Choose who sends it back: one of the customers on record."),
        )
    return place


def take_back(
    session: Session,
    cargo: Cargo,
    site_id: int | None,
    actor: Actor,
    now: datetime,
    *,
    reason: str = "",
    shipment: Shipment | None = None,
    sender: Location | None = None,
    number: str = "",
) -> Returned:
    """Book returned goods into our hands; ``shipment`` when they never arrived.

    The lot's state decides where they go, as it is when they are booked. A pallet with
    one lot that is recalled goes to quarantine as a whole. Cases must be booked at the
    ``sender``, or on the way there; what consumers bring comes off the customer who
    has it by the book.

    Who locks cases or lots before this takes the ``number`` before that: others hold
    its counter while they wait for those.

    Raises as ``place_of_kind``, ``check_theirs``, ``sold_by`` and ``move_cargo``.
    """
    actor.require("stock.move")
    usual = place_of_kind(session, "returns", site_id)
    apart = place_of_kind(session, "quarantine", site_id)
    number = number or next_number(session, "TH", now.year)
    sent = shipment.id if shipment else None
    gone: dict[int, Location] = {}
    danger: set[int] = set()

    def route(lots: Mapping[int, Lot]) -> int:
        feared = endangered(session, lots.values())
        danger.update(feared)
        target = apart if feared else usual
        gone.update(dict.fromkeys(lots, target))
        return target.id

    if shipment is None:
        cargo = replace(cargo, loose=sold_by(session, cargo.loose))
    paper = Paper(number, now, reason or "returned", sent)
    move_cargo(
        session,
        cargo,
        route,
        paper,
        actor,
        now,
        check=check_theirs(places_of(session, sender)),
        unit_place_id=sender.id if sender else None,
    )
    return Returned(number, gone, frozenset(danger))


def bring_back(
    session: Session, shipment: Shipment, actor: Actor, now: datetime, reason: str
) -> Returned:
    """Book back what of a shipment is still on the way: the customer did not take it.

    In its cases, where nothing of it was delivered uncounted by case; else as so many
    packs, and where the cases are nobody knows until they are scanned.

    Raises Conflict ``nothing_on_the_way``, and as ``take_back``.
    """
    actor.require("stock.move")
    lock_shipment(session, shipment)
    number = next_number(session, "TH", now.year)
    transit = session.scalars(
        sa.select(Location).filter_by(partner_id=shipment.consignee_id, kind="transit")
    ).one()
    units = units_on_board(session, shipment)
    lock_lots(session, on_the_way(session, shipment))
    rest = on_the_way(session, shipment)
    if not rest:
        raise nothing_on_the_way(shipment)
    if not _fit(hold_together(session, units), rest):
        for unit in units:
            unit.location_id = unit.shipment_id = None
        units = []
    inside = hold_together(session, units)
    loose: list[Loose] = []
    for lot_id, goods in rest.items():
        packed = inside.get(lot_id, NOTHING)
        if items := goods.items - packed.items:
            loose.append(Loose(lot_id, transit.id, items=items))
        if goods.unscanned > packed.unscanned:
            more = goods.unscanned - packed.unscanned
            loose.append(Loose(lot_id, transit.id, quantity=more))
    tops = {unit.id for unit in units}
    ssccs = tuple(unit.sscc for unit in units if unit.parent_id not in tops)
    cargo, site = Cargo(tuple(loose), ssccs), shipment.site_id
    return take_back(
        session,
        cargo,
        site,
        actor,
        now,
        reason=reason,
        shipment=shipment,
        number=number,
    )


def _fit(held: Mapping[int, Contents], rest: Mapping[int, Contents]) -> bool:
    return all(
        not goods.items - rest.get(lot_id, NOTHING).items
        and goods.unscanned <= rest.get(lot_id, NOTHING).unscanned
        for lot_id, goods in held.items()
    )


def endangered(session: Session, lots: Iterable[Lot]) -> set[int]:
    """Lots recalled or rejected, marked so on some packs, or held for health."""
    every: Sequence[Lot] = list(lots)
    ids = [lot.id for lot in every]
    marked = sa.select(ItemMark.lot_id).where(
        ItemMark.lot_id.in_(ids), ItemMark.kind == "recalled"
    )
    feared = sa.select(Hold.lot_id).where(
        Hold.lot_id.in_(ids), Hold.hazard == "health", Hold.state.in_(IN_FORCE)
    )
    return {
        *(lot.id for lot in every if lot.status in WITHDRAWN),
        *session.scalars(marked),
        *session.scalars(feared),
    }
