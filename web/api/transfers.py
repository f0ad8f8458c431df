"""Goods that go from place to place, leave us otherwise, or come back."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from ...trace.parties.lots import find_place
from ...trace.people import Actor
from ...trace.stock.cargo import Cargo
from ...trace.stock.loose import Loose
from ...trace.stock.returns import Returned, bring_back, sender_place, take_back
from ...trace.stock.service import identify_items
from ...trace.stock.transfers import move_between, take_away
from .goods import TAG
from .lots import find_lot
from .much import CargoIn, MuchIn, PlacedIn, Sscc, items_named, place_id, read_cargo
from .room import writes
from .shipping import find_partner, find_shipment, find_site
from .values import Code, Line, Reason, Shown, Told

RIGHT = "stock.move"


class BookedOut(Shown):
    """The paper that was booked."""

    number: str
    """`GET /movements?document=` shows its lines."""


class TransferIn(CargoIn):
    """Goods that go to another place of ours."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"target": "FG2", "units": ["106141412345678908"]}]
        }
    )

    target: Code
    """Code of the place they go to."""
    units_at: Code | None = None
    """Where units stand of which nobody said it before."""
    reason: Line = ""


@writes("/transfers", RIGHT, TransferIn, BookedOut, tag=TAG)
def post_transfers(
    session: Session, body: TransferIn, actor: Actor, now: datetime
) -> Any:
    """Move loose goods, cases and pallets to another place of ours."""
    number = move_between(
        session,
        read_cargo(session, body),
        find_place(session, body.target).id,
        actor,
        now,
        reason=body.reason,
        unit_place_id=place_id(session, body.units_at),
    )
    return {"number": number}


class WithdrawalIn(CargoIn):
    """Goods that leave other than by a shipment."""

    use: Literal["sample", "staff_sale", "donation", "lost"]
    words: Line = ""
    """Who got them, or for lost goods what was looked into."""
    units_at: Code | None = None
    """Where units stand of which nobody said it before."""


@writes("/withdrawals", RIGHT, WithdrawalIn, BookedOut, tag=TAG)
def post_withdrawals(
    session: Session, body: WithdrawalIn, actor: Actor, now: datetime
) -> Any:
    """Book goods taken as samples, sold to staff, given away or lost."""
    number = take_away(
        session,
        body.use,
        read_cargo(session, body),
        body.words,
        actor,
        now,
        unit_place_id=place_id(session, body.units_at),
    )
    return {"number": number}


class SightingIn(PlacedIn):
    """Packs that were seen at a place."""

    reason: Line = ""

    @model_validator(mode="after")
    def says_which(self) -> "SightingIn":
        if self.quantity is not None:
            raise ValueError("give the items or the serials that were seen")
        return self


class SeenOut(Shown):
    """What was seen."""

    lot_id: int
    place: str
    items: str


@writes("/sightings", RIGHT, SightingIn, SeenOut, tag=TAG, status=200)
def post_sightings(
    session: Session, body: SightingIn, actor: Actor, now: datetime
) -> Any:
    """Say which packs stand at a place: it moves nothing, and narrows a recall."""
    items = items_named(session, body)
    place = find_place(session, body.place)
    find_lot(session, body.lot_id)
    assert items is not None  # noqa: S101 - a sighting names them
    identify_items(
        session, body.lot_id, place.id, items, reason=body.reason, actor=actor, now=now
    )
    return {"lot_id": body.lot_id, "place": place.code, "items": str(items)}


class ReturnIn(Told):
    """Goods that come back from a customer or a consumer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "site": "YL1",
                    "consignee": "K01",
                    "goods": [{"lot_id": 17, "quantity": 12}],
                    "reason": "Cartons were wet",
                }
            ]
        }
    )

    site: Code
    """Where they come back to."""
    consignee: Code | None = None
    """Code of the customer; left out, a consumer brings them."""
    goods: Annotated[list[MuchIn], Field(max_length=500)] = Field(default_factory=list)
    units: Annotated[list[Sscc], Field(max_length=500)] = Field(default_factory=list)
    reason: Line = ""


class ReturnedLot(Shown):
    """Where goods of a lot were put."""

    lot_id: int
    place: str
    endangered: bool
    """It is recalled or feared to harm: it went to quarantine."""


class ReturnedOut(Shown):
    """The return's paper."""

    number: str
    lots: list[ReturnedLot]


@writes("/returns", RIGHT, ReturnIn, ReturnedOut, tag=TAG)
def post_returns(session: Session, body: ReturnIn, actor: Actor, now: datetime) -> Any:
    """Book goods that come back: to the returns area, or straight to quarantine."""
    partner = find_partner(session, body.consignee) if body.consignee else None
    place = sender_place(session, partner.id if partner else None)
    loose = tuple(
        Loose(one.lot_id, place.id, one.quantity, items_named(session, one))
        for one in body.goods
    )
    back = take_back(
        session,
        Cargo(loose, tuple(dict.fromkeys(body.units))),
        find_site(session, body.site).id,
        actor,
        now,
        reason=body.reason,
        sender=place,
    )
    return _returned(back)


class RefusedIn(Told):
    """Why a customer did not take a delivery."""

    reason: Reason


@writes("/shipments/<int:shipment_id>/refused", RIGHT, RefusedIn, ReturnedOut, tag=TAG)
def refuse_shipment(
    session: Session, body: RefusedIn, shipment_id: int, actor: Actor, now: datetime
) -> Any:
    """Book back what is still on the way: the customer did not take it."""
    shipment = find_shipment(session, shipment_id)
    return _returned(bring_back(session, shipment, actor, now, body.reason))


def _returned(back: Returned) -> dict[str, Any]:
    return {
        "number": back.number,
        "lots": [
            {
                "lot_id": lot_id,
                "place": place.code,
                "endangered": lot_id in back.endangered,
            }
            for lot_id, place in sorted(back.lots.items())
        ],
    }
