"""Sending goods to consignees."""

from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from ...trace.errors import N_, NotFound
from ...trace.parties.tables import Partner, Site
from ...trace.people import Actor
from ...trace.stock.shipping import Transport, deliver_goods, ship_goods
from ...trace.stock.tables import Shipment
from .goods import TAG, ShipmentOut
from .much import CargoIn, place_id, read_cargo
from .room import writes
from .values import EXACT, Code, Id, Line, Told


class ShipmentIn(CargoIn):
    """A delivery to one consignee."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "site": "YL1",
                    "consignee": "K01",
                    "carrier": "顺达冷链",
                    "vehicle": "粤A·12345",
                    "goods": [{"lot_id": 17, "place": "FG1", "quantity": 2400}],
                }
            ]
        }
    )

    site: Code
    consignee: Code
    """Code of the partner."""
    carrier: Line = ""
    vehicle: Line = ""
    driver_phone: Line = ""
    """A recall rings the driver."""
    out_of_turn: Line = ""
    """Why these goods go although others of the article expire before them."""
    units_at: Code | None = None
    """Where units stand of which nobody said it before."""


@writes("/shipments", "stock.move", ShipmentIn, ShipmentOut, tag=TAG)
def post_shipments(
    session: Session, body: ShipmentIn, actor: Actor, now: datetime
) -> Any:
    """Send goods to a consignee: from now on they are on the way.

    Only released goods that nobody holds leave us.
    """
    cargo = read_cargo(session, body)
    shipment = ship_goods(
        session,
        find_partner(session, body.consignee).id,
        find_site(session, body.site).id,
        cargo,
        Transport(body.carrier, body.vehicle, body.driver_phone),
        actor,
        now,
        out_of_turn=body.out_of_turn,
        unit_place_id=place_id(session, body.units_at),
    )
    return _shown(session, shipment)


class ArrivedIn(Told):
    """How much of a lot arrived."""

    lot_id: Id
    quantity: Annotated[int, Field(strict=True, ge=0, lt=EXACT)]


class DeliveryIn(Told):
    """What arrived, where it was not all."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"arrived": [{"lot_id": 17, "quantity": 80}]}]}
    )

    arrived: Annotated[list[ArrivedIn], Field(max_length=500)] | None = None
    """Left out, all that was still on the way; a lot that is not named stays on it."""


@writes(
    "/shipments/<int:shipment_id>/delivered",
    "stock.move",
    DeliveryIn,
    ShipmentOut,
    tag=TAG,
    status=200,
)
def deliver_shipment(
    session: Session, body: DeliveryIn, shipment_id: int, actor: Actor, now: datetime
) -> Any:
    """The consignee has all that was still on the way, or a part of it."""
    shipment = find_shipment(session, shipment_id)
    much = None
    if body.arrived is not None:
        much = {one.lot_id: one.quantity for one in body.arrived}
    return _shown(session, deliver_goods(session, shipment, actor, now, much))


def find_shipment(session: Session, shipment_id: int) -> Shipment:
    """The shipment with that id. Raises NotFound ``shipment_unknown``."""
    shipment = session.get(Shipment, shipment_id)
    if shipment is None:
        raise NotFound(
            "shipment_unknown",
            N_("No shipment %(shipment)s is recorded."),
            shipment=shipment_id,
        )
    return shipment


def _shown(session: Session, shipment: Shipment) -> dict[str, Any]:
    session.flush()
    names = set(ShipmentOut.model_fields) - {"site", "consignee"}
    return {
        **{name: getattr(shipment, name) for name in names},
        "site": session.get_one(Site, shipment.site_id).code,
        "consignee": session.get_one(Partner, shipment.consignee_id).code,
    }


def find_site(session: Session, code: str) -> Site:
    """The site of that code. Raises NotFound ``site_unknown``."""
    site = session.scalar(sa.select(Site).where(Site.code == code))
    if site is None:
        raise NotFound("site_unknown", N_("No site %(site)s is recorded."), site=code)
    return site


def find_partner(session: Session, code: str) -> Partner:
    """The partner of that code. Raises NotFound ``partner_unknown``."""
    partner = session.scalar(sa.select(Partner).where(Partner.code == code))
    if partner is None:
        raise NotFound(
            "partner_unknown", N_("No partner %(partner)s is recorded."), partner=code
        )
    return partner
