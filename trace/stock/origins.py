"""Where goods may come from: what is at a customer is not moved, but comes back."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..errors import N_, Conflict
from ..parties.tables import Location
from .balance import Balance
from .ledger import LotLedger
from .loose import Loose
from .places import Place
from .queries import balances
from .stores import place_value
from .tables import LogisticUnit, Movement, Shipment


def check_ours(unit: LogisticUnit, place: Place) -> None:
    """Raises Conflict ``unit_not_here`` unless the unit is in our hands by the book."""
    if place.rank < 1:
        raise Conflict(
            "unit_not_here",
            N_(
                "%(sscc)s is booked at %(place)s, out of our hands. If it stands here, "
                "book its return first."
            ),
            sscc=unit.sscc,
            place=place.code,
        )


def check_theirs(
    senders: Collection[int] | None,
) -> Callable[[LogisticUnit, Place], None]:
    """A check that a unit is out of our hands, at one of these places where any are
    given.

    It raises Conflict ``unit_never_left`` or ``unit_of_other``.
    """

    def check(unit: LogisticUnit, place: Place) -> None:
        if not place.is_outside:
            raise Conflict(
                "unit_never_left",
                N_(
                    "%(sscc)s is booked at %(place)s: by the book it never left, so it "
                    "cannot come back. Move it, or find out which shipment was not "
                    "booked."
                ),
                sscc=unit.sscc,
                place=place.code,
            )
        if senders is not None and place.id not in senders:
            raise Conflict(
                "unit_of_other",
                N_(
                    "%(sscc)s was sent to %(place)s, not to the customer chosen here. "
                    "Choose that customer, and say in the reason who brought it."
                ),
                sscc=unit.sscc,
                place=place.code,
            )

    return check


def places_of(session: Session, sender: Location | None) -> set[int] | None:
    """A customer's places, goods on the way there included; none for anybody's."""
    if sender is None or sender.partner_id is None:
        return None
    ours = sa.select(Location.id).where(Location.partner_id == sender.partner_id)
    return set(session.scalars(ours))


def sold_by(session: Session, loose: Iterable[Loose]) -> tuple[Loose, ...]:
    """Returned goods at the place where they are by the book.

    What a consumer brings is still at the customer who sold it: nobody books that. What
    is still on the way there must first have arrived.

    Raises Conflict ``seller_unknown`` when several customers may have sold it, or
    ``not_delivered`` naming the shipments that nobody booked as delivered.
    """
    every = tuple(loose)  # unlocked: the move looks again, units come before lots
    ledgers = balances(session, (one.lot_id for one in every))
    return tuple(
        _sold_by(session, one, ledgers[one.lot_id]) if one.lot_id in ledgers else one
        for one in every
    )


def _sold_by(session: Session, one: Loose, ledger: LotLedger) -> Loose:
    here = ledger.balances.get(one.place_id)
    place = here.place if here else place_value(session.get_one(Location, one.place_id))
    if here and _may_be(ledger, here, one):
        return one
    if place.kind == "consumer":
        shops = [
            other.place
            for other in ledger.real
            if other.place.kind == "consignee" and _may_be(ledger, other, one)
        ]
        if len(shops) == 1:
            return replace(one, place_id=shops[0].id)
        if shops:
            raise Conflict(
                "seller_unknown",
                N_(
                    "Several customers had lot %(lot)s: %(shops)s. Choose the one who "
                    "sold it as the sender, and write in the reason that a consumer "
                    "brought it."
                ),
                lot=ledger.lot,
                shops=", ".join(shop.code for shop in shops[:10]),
            )
    _check_arrived(session, one, place, ledger)
    return one  # the ledger says what is wrong


def _may_be(ledger: LotLedger, here: Balance, one: Loose) -> bool:
    """Whether the goods can be there; a pack never read may be any without a number."""
    if one.items is None:
        return here.quantity >= (one.quantity or 0)
    unread = one.items - here.known - here.possible
    return (
        here.quantity >= one.items.count
        and here.numberless >= unread.count
        and not unread & ledger.placed
    )


def _check_arrived(
    session: Session, one: Loose, place: Place, ledger: LotLedger
) -> None:
    way = [
        other.place.id
        for other in ledger.real
        if other.place.kind == "transit"
        and other.quantity
        and (place.partner_id is None or other.place.partner_id == place.partner_id)
    ]
    if not way:
        return
    sent = (
        sa.select(Shipment.number)
        .join(Movement, Movement.shipment_id == Shipment.id)
        .where(
            Movement.lot_id == one.lot_id,
            Movement.to_id.in_(way),
            Shipment.delivered_at.is_(None),
        )
        .distinct()
        .order_by(Shipment.number)
    )
    raise Conflict(
        "not_delivered",
        N_(
            "Lot %(lot)s is still on the way there by the book: book first what was "
            "delivered of %(shipments)s. What was refused at the door is booked there "
            "too."
        ),
        lot=ledger.lot,
        shipments=", ".join(session.scalars(sent.limit(5))) or "–",
    )
