"""Goods that left and nobody wrote down of which batch: recorded, and named later.

A plant may only know "30 cases of this article to that customer on that day" (domain.md
§4.6.2, §9.21). No batch is invented for it and no stock moves until a person names the
batches; what the first to expire would have been is information, nothing more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, Conflict, InvalidInput, NotFound
from ..parties.lots import lock_lots
from ..parties.tables import Article, Location, Lot
from ..people import Actor
from .checks import AHEAD, QUANTITY_LIMIT
from .holds import held_items
from .picking import age
from .service import Move, move_many
from .shipping import Transport, add_shipment, customer_place, lock_shipment
from .stores import own_place
from .tables import Shipment, Stock, Unbatched

NAMED_LATER = "batch named later"
"""Reason of the movements of what was named; an import knows them by it."""
LEFT_FROM = ("warehouse", "line")
"""Kinds of places that goods go out from."""
NAME_ANY = "batch.release"
"""The right to say that goods of a batch had left that may not leave."""


@dataclass(frozen=True, slots=True)
class Named:
    """So much of it was of a lot, taken from a place of ours."""

    lot_id: int
    place_id: int
    quantity: int
    """In the base unit."""


@dataclass(frozen=True, slots=True)
class Likely:
    """A lot it may have been of, as it is booked at a place now."""

    lot: Lot
    place: Location
    there: int
    estimate: int
    """So much, had the first to expire gone first."""


def record_unbatched(
    session: Session,
    consignee_id: int,
    site_id: int,
    article_id: int,
    quantity: int,
    shipped_at: datetime,
    transport: Transport,
    actor: Actor,
    now: datetime,
    *,
    number: str = "",
    delivered_at: datetime | None = None,
) -> Unbatched:
    """Record that goods of an article left for a consignee; of which batch is unknown.

    ``number`` is the paper's; without one the shipment gets the next number.

    Raises Forbidden, NotFound ``article_unknown``, InvalidInput ``consignee_wrong``,
    ``quantity_invalid``, ``time_ahead``, ``times_reversed``, Conflict
    ``place_missing``, ``shipment_number_taken``.
    """
    actor.require("stock.move")
    if session.get(Article, article_id) is None:
        raise NotFound("article_unknown", N_("No such product is recorded."))
    if not 0 < quantity < QUANTITY_LIMIT:
        raise InvalidInput(
            "quantity_invalid",
            N_("Expected a quantity of at least 1, got %(found)s."),
            found=quantity,
        )
    _check_times(shipped_at, delivered_at, now)
    customer_place(session, consignee_id, "transit")
    shipment = add_shipment(
        session, consignee_id, site_id, transport, shipped_at, now, number
    )
    shipment.delivered_at = delivered_at
    row = Unbatched(shipment_id=shipment.id, article_id=article_id, quantity=quantity)
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor.login,
        "shipment.unbatched",
        f"shipment:{shipment.id}",
        now,
        number=shipment.number,
        article=article_id,
        quantity=quantity,
    )
    return row


def find_unbatched(session: Session, number: int) -> Unbatched:
    """The row of that id. Raises NotFound ``unbatched_unknown``."""
    row = session.get(Unbatched, number)
    if row is None:
        raise NotFound(
            "unbatched_unknown",
            N_(
                "Goods without a batch number %(number)s are not on record: their "
                "batches may be named by now. Look at the shipment."
            ),
            number=number,
        )
    return row


def list_unbatched(session: Session, most: int) -> tuple[Sequence[Unbatched], int]:
    """What waits for its batches, the longest gone first, at most so many; and how
    many there are."""
    count = session.scalar(sa.select(sa.func.count(Unbatched.id)))
    rows = session.scalars(
        sa.select(Unbatched)
        .join(Shipment, Shipment.id == Unbatched.shipment_id)
        .order_by(Shipment.shipped_at, Unbatched.id)
        .limit(most)
    )
    return rows.unique().all(), count or 0


def likely_lots(session: Session, row: Unbatched) -> list[Likely]:
    """Our batches of the article that stand at the site, the first to expire first.

    What left without a batch before this takes its estimate first.
    """
    here = session.execute(
        sa.select(Lot, Location, Stock.quantity)
        .join(Lot, Lot.id == Stock.lot_id)
        .join(Location, Location.id == Stock.location_id)
        .where(
            Lot.article_id == row.article_id,
            Stock.quantity > 0,
            Location.kind.in_(LEFT_FROM),
            sa.or_(
                Location.site_id == row.shipment.site_id, Location.site_id.is_(None)
            ),
        )
    ).unique()
    found: list[Likely] = []
    before, left = _gone_before(session, row), row.quantity
    ranked = sorted(here, key=lambda one: (age(one[0]), _ready(one[1])))
    for lot, place, there in ranked:
        others = min(before, there)
        estimate = min(left, there - others)
        before, left = before - others, left - estimate
        found.append(Likely(lot, place, there, estimate))
    return found


def name_batches(
    session: Session,
    number: int,
    named: Iterable[Named],
    actor: Actor,
    now: datetime,
) -> int:
    """Say of which batches goods were: they move as if booked when they left.

    Answers with what is still not named. A batch that may not leave, held or not
    released, can be named too, for it did leave; that takes ``NAME_ANY`` instead of
    ``stock.move``.

    Raises Forbidden, NotFound, InvalidInput ``cargo_empty``, ``lot_of_other_article``,
    ``place_not_ours``, Conflict ``named_too_much``, and as ``move_many``.
    """
    told = [one for one in named if one.quantity]
    row = find_unbatched(session, number)
    lock_shipment(session, row.shipment)
    session.expire(row)  # somebody may have named it while we waited
    row = find_unbatched(session, number)
    lots = lock_lots(session, {one.lot_id for one in told})
    _check_named(session, row, told, lots)
    free = all(lot.status == "released" for lot in lots.values())
    actor.require("stock.move" if free and not held_items(session, lots) else NAME_ANY)
    moves = [move for one in told for move in _moves(session, row.shipment, one)]
    move_many(session, moves, actor=actor, now=now)
    audit.record(
        session,
        actor.login,
        "shipment.name",
        f"shipment:{row.shipment_id}",
        now,
        number=row.shipment.number,
        lots=[[lots[one.lot_id].code, one.quantity] for one in told],
    )
    left = row.quantity - sum(one.quantity for one in told)
    if left:
        row.quantity = left
    else:
        session.delete(row)
    session.flush()
    return left


def _check_named(
    session: Session, row: Unbatched, told: Sequence[Named], lots: dict[int, Lot]
) -> None:
    if not told:
        raise InvalidInput(
            "cargo_empty", N_("Say of which batch it was, and how much of it.")
        )
    for one in told:
        own_place(session, one.place_id)
        if lots[one.lot_id].article_id != row.article_id:
            raise InvalidInput(
                "lot_of_other_article",
                N_("Lot %(lot)s is of another article than what left (%(article)s)."),
                lot=lots[one.lot_id].code,
                article=row.article.code,
            )
    total = sum(one.quantity for one in told)
    if min(one.quantity for one in told) < 0 or total > row.quantity:
        raise Conflict(
            "named_too_much",
            N_(
                "%(found)s left without a batch on this shipment, so %(wanted)s cannot "
                "be named. Compare with the delivery note."
            ),
            found=row.quantity,
            wanted=total,
        )


def _moves(session: Session, shipment: Shipment, one: Named) -> list[Move]:
    """Out at the time it left, and to the customer's when it arrived."""
    transit = customer_place(session, shipment.consignee_id, "transit").id
    paper = shipment.number
    moves = [
        Move(
            *(one.lot_id, one.place_id, transit, shipment.shipped_at, paper),
            quantity=one.quantity,
            reason=NAMED_LATER,
            shipment_id=shipment.id,
            gone=True,
        )
    ]
    if shipment.delivered_at is not None:
        shop = customer_place(session, shipment.consignee_id, "consignee").id
        moves.append(
            Move(
                *(one.lot_id, transit, shop, shipment.delivered_at, paper),
                quantity=one.quantity,
                reason="delivered",
                shipment_id=shipment.id,
                gone=True,
            )
        )
    return moves


def _ready(place: Location) -> tuple[int, str]:
    """Goods go out from warehouses before they go out from a line."""
    return LEFT_FROM.index(place.kind), place.code


def _gone_before(session: Session, row: Unbatched) -> int:
    """What of the article left its site before, and waits for its batches too."""
    much = session.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(Unbatched.quantity), 0))
        .join(Shipment, Shipment.id == Unbatched.shipment_id)
        .where(
            Unbatched.article_id == row.article_id,
            Shipment.site_id == row.shipment.site_id,
            sa.or_(
                Shipment.shipped_at < row.shipment.shipped_at,
                sa.and_(
                    Shipment.shipped_at == row.shipment.shipped_at,
                    Unbatched.id < row.id,
                ),
            ),
        )
    )
    return int(much or 0)


def _check_times(
    shipped_at: datetime, delivered_at: datetime | None, now: datetime
) -> None:
    if shipped_at > now + AHEAD:
        raise InvalidInput(
            "time_ahead",
            N_("Expected a time in the past, found %(found)s."),
            found=shipped_at.isoformat(),
        )
    if delivered_at is not None and delivered_at <= shipped_at:
        raise InvalidInput(
            "times_reversed",
            N_("Expected a time after %(start)s, found %(end)s."),
            start=shipped_at.isoformat(),
            end=delivered_at.isoformat(),
        )
