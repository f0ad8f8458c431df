"""Moving goods, and stopping them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from ...trace.errors import N_, NotFound
from ...trace.identity.items import ItemSet
from ...trace.parties.tables import Location
from ...trace.people import Actor
from ...trace.stock.holds import place_hold
from ...trace.stock.loose import move_goods
from ...trace.stock.places import SOURCES
from ...trace.stock.service import Move
from ...trace.stock.stores import own_place
from ...trace.stock.tables import Hold
from ...trace.stock.transfers import check_back
from .goods import TAG, HoldOut
from .room import writes
from .values import Code, Id, Items, Line, Moment, Quantity, Reason, Shown, Told

MOST_MOVES = 1000


class MoveIn(Told):
    """A quantity of a lot, or scanned items of it, that went from place to place."""

    lot_id: Id
    source: Code
    """Code of the place it left: `supplied` for goods received."""
    target: Code
    """Code of the place it went to."""
    document: Code
    """The paper it belongs to."""
    at: Moment | None = None
    """When it happened; now when left out."""
    quantity: Quantity | None = None
    """In the base unit; may be left out where `items` says it."""
    items: Items | None = None
    """Which items, where they were scanned."""
    reason: Line = ""

    @model_validator(mode="after")
    def says_how_much(self) -> "MoveIn":
        if self.quantity is None and self.items is None:
            raise ValueError("give a quantity, or the items that were scanned")
        return self


class MovesIn(Told):
    """Movements, booked in this order: all of them, or none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "moves": [
                        {
                            "lot_id": 17,
                            "source": "YL1/L2",
                            "target": "FG1",
                            "quantity": 2400,
                            "document": "RK-26-0117",
                        }
                    ]
                }
            ]
        }
    )

    moves: Annotated[list[MoveIn], Field(min_length=1, max_length=MOST_MOVES)]


class MovesOut(Shown):
    """What was booked."""

    booked: int
    documents: list[str]


@writes("/movements", "stock.move", MovesIn, MovesOut, tag=TAG)
def post_movements(session: Session, body: MovesIn, actor: Actor, now: datetime) -> Any:
    """Book movements between places of ours, or into them as they are made or supplied.

    Shipments, returns, inputs and withdrawals have addresses of their own. Goods on
    hold, unreleased or recalled are refused where they may not go.
    """
    codes = {code for move in body.moves for code in (move.source, move.target)}
    places = _places(session, codes)
    for move in body.moves:
        _check_ways(session, places[move.source], places[move.target])
    moves = [
        Move(
            lot_id=move.lot_id,
            source_id=places[move.source].id,
            target_id=places[move.target].id,
            at=move.at or now,
            document=move.document,
            quantity=move.quantity,
            items=ItemSet.parse(move.items) if move.items else None,
            reason=move.reason,
        )
        for move in body.moves
    ]
    move_goods(session, moves, actor=actor, now=now)
    for one, told in zip(moves, body.moves, strict=True):
        check_back(session, [one], places[told.target], one.reason)
    documents = sorted({move.document for move in moves})
    return {"booked": len(moves), "documents": documents}


def _check_ways(session: Session, source: Location, target: Location) -> None:
    """What leaves us or is used up takes its own checks, and is not booked here."""
    if source.kind not in SOURCES:
        own_place(session, source.id)
    own_place(session, target.id)


def _places(session: Session, codes: set[str]) -> dict[str, Location]:
    rows = session.scalars(sa.select(Location).where(Location.code.in_(codes)))
    found = {place.code: place for place in rows}
    for code in sorted(codes - set(found)):
        raise NotFound(
            "place_unknown", N_("No place %(place)s is recorded."), place=code
        )
    return found


class HeldLot(Told):
    """A lot to hold, whole or in part."""

    lot_id: Id
    items: Items | None = None
    """Left out, the whole lot is held."""


class HoldIn(Told):
    """Goods that may not leave."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "lots": [{"lot_id": 17}],
                    "hazard": "health",
                    "reason": "Metal detector failed its test at 10:00",
                }
            ]
        }
    )

    lots: Annotated[list[HeldLot], Field(min_length=1, max_length=1000)]
    hazard: Literal["health", "quality", "label", "other"]
    reason: Reason


class HoldPlaced(Shown):
    """The hold, as its rows."""

    number: str
    holds: list[HoldOut]


@writes("/holds", "hold.place", HoldIn, HoldPlaced, tag=TAG)
def post_holds(session: Session, body: HoldIn, actor: Actor, now: datetime) -> Any:
    """Put lots on hold at once.

    One hand is enough for this; two persons lift it.
    """
    some = {one.lot_id: ItemSet.parse(one.items) for one in body.lots if one.items}
    holds = place_hold(
        session,
        [one.lot_id for one in body.lots],
        items=some,
        hazard=body.hazard,
        reason=body.reason,
        actor=actor,
        now=now,
    )
    return holds_document(holds)


def holds_document(holds: Sequence[Hold]) -> dict[str, Any]:
    """The rows of one hold as answers show them."""
    rows = [
        {
            **{name: getattr(hold, name, None) for name in HoldOut.model_fields},
            "lot": hold.lot.code,
            "first_item": hold.lo,
            "last_item": None if hold.hi is None else hold.hi - 1,
        }
        for hold in holds
    ]
    return {"number": holds[0].number, "holds": rows}
