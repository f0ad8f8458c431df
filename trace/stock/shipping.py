"""Shipments to a consignee: loaded, on the way, delivered, also in part."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from .. import audit
from ..errors import N_, Conflict, InvalidInput
from ..identity.items import EMPTY, ItemSet
from ..numbers import next_number
from ..parties.lots import lock_lots
from ..parties.tables import Location, Lot, Partner
from ..people import Actor
from .cargo import Cargo, Paper, move_cargo
from .origins import check_ours
from .service import Move, move_many
from .stores import day_at
from .tables import LogisticUnit, Movement, Shipment
from .turns import check_fresh, check_turn
from .units import Contents, contents_of, lock_units, sum_contents


@dataclass(frozen=True, slots=True)
class Transport:
    """Who drives the goods, with what; a recall rings the driver."""

    carrier: str = ""
    vehicle: str = ""
    driver_phone: str = ""


def ship_goods(
    session: Session,
    consignee_id: int,
    site_id: int,
    cargo: Cargo,
    transport: Transport,
    actor: Actor,
    now: datetime,
    *,
    out_of_turn: str = "",
    unit_place_id: int | None = None,
) -> Shipment:
    """Send goods to a consignee: from now on they are on the way there.

    ``out_of_turn`` says why goods go although others expire before them.

    Raises Forbidden, InvalidInput ``consignee_wrong``, Conflict ``place_missing``,
    ``unit_not_here``, ``past_its_date``, ``older_stock_first``, and as ``move_cargo``:
    only released goods that nobody holds leave us.
    """
    actor.require("stock.move")
    transit = customer_place(session, consignee_id, "transit")
    shipment = add_shipment(session, consignee_id, site_id, transport, now, now)
    today = day_at(session, site_id, now)

    def route(lots: Mapping[int, Lot]) -> int:
        check_fresh(lots.values(), today)
        return transit.id

    words = out_of_turn.strip()
    reason = f"shipped: {words}" if words else "shipped"
    moves = move_cargo(
        session,
        cargo,
        route,
        Paper(shipment.number, now, reason, shipment.id),
        actor,
        now,
        check=check_ours,
        unit_place_id=unit_place_id,
    )
    check_turn(session, moves, today, words)
    told = {"number": shipment.number, "consignee": transit.code}
    if words:
        told["out_of_turn"] = words
    audit.record(
        session, actor.login, "shipment.send", f"shipment:{shipment.id}", now, **told
    )
    return shipment


def deliver_goods(
    session: Session,
    shipment: Shipment,
    actor: Actor,
    now: datetime,
    delivered: Mapping[int, int] | None = None,
) -> Shipment:
    """The consignee has them: all that is still on the way, or so many of each lot.

    What was not delivered stays on the way until it is, or until it comes back.

    Raises Forbidden, Conflict ``nothing_on_the_way``, ``delivered_too_much``.
    """
    actor.require("stock.move")
    lock_shipment(session, shipment)
    transit = customer_place(session, shipment.consignee_id, "transit")
    shop = customer_place(session, shipment.consignee_id, "consignee")
    units = units_on_board(session, shipment)
    lots = lock_lots(session, on_the_way(session, shipment))
    rest = on_the_way(session, shipment)
    if not rest:
        raise nothing_on_the_way(shipment)
    moves: list[Move] = []
    for lot_id, goods in rest.items():
        much = goods.quantity if delivered is None else delivered.get(lot_id, 0)
        if not 0 <= much <= goods.quantity:
            raise Conflict(
                "delivered_too_much",
                N_(
                    "%(found)s of lot %(lot)s are on the way, so not %(wanted)s can "
                    "have been delivered. Count again."
                ),
                lot=lots[lot_id].code,
                found=goods.quantity,
                wanted=much,
            )
        moves += _arrivals(shipment, transit, shop, lot_id, goods, much, now)
    if moves:
        move_many(session, moves, actor=actor, now=now)
    if not on_the_way(session, shipment):
        shipment.delivered_at = now
        arrived = _arrived(session, shipment, shop)
        held = hold_together(session, units)
        # Where some came back uncounted by case, nobody said which cases were left.
        sure = all(goods.quantity <= arrived.get(lot, 0) for lot, goods in held.items())
        for unit in units:
            unit.location_id, unit.shipment_id = shop.id if sure else None, None
    told = {"number": shipment.number, "moves": len(moves)}
    audit.record(
        session, actor.login, "shipment.deliver", f"shipment:{shipment.id}", now, **told
    )
    session.flush()
    return shipment


def add_shipment(
    session: Session,
    consignee_id: int,
    site_id: int,
    transport: Transport,
    shipped_at: datetime,
    now: datetime,
    number: str = "",
) -> Shipment:
    """A shipment with its paper's number, or the next free one; nothing on it yet.

    Raises Conflict ``shipment_number_taken``.
    """
    taken = sa.select(Shipment.id).where(Shipment.number == number)
    if number and session.scalar(taken) is not None:
        raise Conflict(
            "shipment_number_taken",
            N_("A shipment %(number)s is on record already. Use another number."),
            number=number,
        )
    shipment = Shipment(
        number=number or _free_number(session, now),
        site_id=site_id,
        consignee_id=consignee_id,
        carrier=transport.carrier,
        vehicle=transport.vehicle,
        driver_phone=transport.driver_phone,
        shipped_at=shipped_at,
    )
    session.add(shipment)
    session.flush()
    return shipment


def lock_shipment(session: Session, shipment: Shipment) -> None:
    """Of two who say what became of a shipment one waits; before its cases and lots.

    Its key stays free: who takes a case of it back by its number writes that down.
    """
    session.refresh(shipment, with_for_update={"of": Shipment, "key_share": True})


def on_the_way(session: Session, shipment: Shipment) -> dict[int, Contents]:
    """What of a shipment has neither arrived nor come back, by lot."""
    transit = customer_place(session, shipment.consignee_id, "transit")
    rows = session.execute(
        sa.select(
            Movement.lot_id, Movement.to_id, Movement.quantity, Movement.lo, Movement.hi
        )
        .where(
            Movement.shipment_id == shipment.id,
            sa.or_(Movement.to_id == transit.id, Movement.from_id == transit.id),
        )
        .order_by(Movement.lot_id, Movement.id)
    )
    rest: dict[int, Contents] = {}
    for lot_id, to_id, quantity, lo, hi in rows:
        was = rest.get(lot_id, Contents(EMPTY, 0))
        some = ItemSet.range(lo or 0, hi or 0)
        plain = quantity - some.count
        if to_id == transit.id:
            rest[lot_id] = was + Contents(some, plain)
        else:
            rest[lot_id] = _less(was, some, plain)
    return {lot_id: goods for lot_id, goods in rest.items() if goods.quantity}


def under_way(session: Session, most: int) -> tuple[Sequence[Shipment], int]:
    """Shipments of which something is on the way, the last to leave first, at most so
    many; and how many there are."""
    came, went = aliased(Location), aliased(Location)
    there = sa.case(
        (went.kind == "transit", Movement.quantity),
        (came.kind == "transit", -Movement.quantity),
        else_=0,
    )
    waiting = (
        sa.select(Movement.shipment_id)
        .join(Shipment, Shipment.id == Movement.shipment_id)
        .join(came, came.id == Movement.from_id)
        .join(went, went.id == Movement.to_id)
        .where(Shipment.delivered_at.is_(None))
        .group_by(Movement.shipment_id)
        .having(sa.func.sum(there) > 0)
    )
    ids = session.scalars(waiting).all()
    last = sa.select(Shipment).where(Shipment.id.in_(ids))
    rows = session.scalars(last.order_by(Shipment.shipped_at.desc()).limit(most))
    return rows.all(), len(ids)


def nothing_on_the_way(shipment: Shipment) -> Conflict:
    return Conflict(
        "nothing_on_the_way",
        N_("Nothing of shipment %(number)s is on the way any more."),
        number=shipment.number,
    )


def _less(goods: Contents, items: ItemSet, plain: int) -> Contents:
    """What is left after some went; of a plain count nobody knows which items went."""
    left = goods.items - items
    from_items = max(0, plain - goods.unscanned)
    if not from_items:
        return Contents(left, goods.unscanned - plain)
    return Contents(EMPTY, left.count + goods.unscanned - plain)


def _arrivals(
    shipment: Shipment,
    transit: Location,
    shop: Location,
    lot_id: int,
    goods: Contents,
    much: int,
    now: datetime,
) -> list[Move]:
    """By item number when all of it came; else nobody said which of them."""
    parts: list[tuple[int | None, ItemSet | None]] = [(much, None)]
    if much == goods.quantity:
        parts = [(None, goods.items), (goods.unscanned, None)]
    return [
        Move(
            lot_id,
            transit.id,
            shop.id,
            now,
            shipment.number,
            quantity,
            items,
            "delivered",
            shipment.id,
        )
        for quantity, items in parts
        if quantity or items
    ]


def units_on_board(session: Session, shipment: Shipment) -> list[LogisticUnit]:
    """Cases and pallets that went with this shipment and are on the way yet, locked."""
    rows = sa.select(LogisticUnit.sscc).where(LogisticUnit.shipment_id == shipment.id)
    units = lock_units(session, session.scalars(rows).all())
    # One that came back while we waited for its lock is no longer on board.
    return [unit for unit in units.values() if unit.shipment_id == shipment.id]


def hold_together(
    session: Session, units: Iterable[LogisticUnit]
) -> dict[int, Contents]:
    """What units hold together, by lot."""
    return sum_contents(contents_of(session, (unit.id for unit in units)).values())


def _arrived(session: Session, shipment: Shipment, shop: Location) -> dict[int, int]:
    """How much of each lot of a shipment was delivered."""
    much = sa.cast(sa.func.sum(Movement.quantity), sa.BigInteger)
    rows = session.execute(
        sa.select(Movement.lot_id, much)
        .where(Movement.shipment_id == shipment.id, Movement.to_id == shop.id)
        .group_by(Movement.lot_id)
    )
    return {lot_id: quantity for lot_id, quantity in rows}


def customer_place(session: Session, consignee_id: int, kind: str) -> Location:
    """A customer's place, or the way there (``transit``).

    Raises InvalidInput ``consignee_wrong``, Conflict ``place_missing``.
    """
    partner = session.get(Partner, consignee_id)
    if partner is None or partner.kind != "consignee":
        raise InvalidInput(
            "consignee_wrong", N_("Choose who gets it: one of the customers on record.")
        )
    place = session.scalar(
        sa.select(Location).where(
            Location.partner_id == consignee_id, Location.kind == kind
        )
    )
    if place is None:
        raise Conflict(
            "place_missing",
            N_(
                "The plant has no place of kind %(kind)s yet: add one to the places, "
                "with a sign at its door, then book again."
            ),
            kind=kind,
        )
    return place


def _free_number(session: Session, now: datetime) -> str:
    """The next shipment number; one that an import brought is passed over."""
    while True:
        number = next_number(session, "FH", now.year)
        taken = sa.select(Shipment.id).where(Shipment.number == number)
        if session.scalar(taken) is None:
            return number
