"""Sending goods to consignees."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from ...trace.errors import N_, NotFound
from ...trace.identity.items import ItemSet
from ...trace.parties.lots import find_place
from ...trace.parties.tables import Partner, Site
from ...trace.people import Actor
from ...trace.stock.cargo import Cargo, Loose
from ...trace.stock.shipping import Transport, deliver_goods, ship_goods
from ...trace.stock.tables import Shipment
from .goods import TAG, ShipmentOut, Sscc
from .room import writes
from .values import Code, Id, Items, Line, Quantity, Told


class GoodsIn(Told):
    """Goods of a lot that stand in no case that goes with them."""

    lot_id: Id
    place: Code
    """Code of the place they leave."""
    quantity: Quantity | None = None
    items: Items | None = None
    """Which items, where they were scanned."""

    @model_validator(mode="after")
    def says_how_much(self) -> "GoodsIn":
        if self.quantity is None and self.items is None:
            raise ValueError("give a quantity, or the items that were scanned")
        return self


class ShipmentIn(Told):
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
    goods: list[GoodsIn] = Field(default_factory=list, max_length=500)
    units: list[Sscc] = Field(default_factory=list, max_length=500)
    """SSCCs of cases and pallets; a pallet takes its cases along."""
    carrier: Line = ""
    vehicle: Line = ""
    driver_phone: Line = ""
    """A recall rings the driver."""

    @model_validator(mode="after")
    def says_what(self) -> "ShipmentIn":
        if not self.goods and not self.units:
            raise ValueError("name goods or units")
        return self


@writes("/shipments", "stock.move", ShipmentIn, ShipmentOut, tag=TAG)
def post_shipments(
    session: Session, body: ShipmentIn, actor: Actor, now: datetime
) -> Any:
    """Send goods to a consignee: from now on they are on the way.

    Only released goods that nobody holds leave us.
    """
    cargo = Cargo(
        tuple(
            Loose(
                one.lot_id,
                find_place(session, one.place).id,
                one.quantity,
                ItemSet.parse(one.items) if one.items else None,
            )
            for one in body.goods
        ),
        tuple(dict.fromkeys(body.units)),
    )
    shipment = ship_goods(
        session,
        _partner(session, body.consignee).id,
        _site(session, body.site).id,
        cargo,
        Transport(body.carrier, body.vehicle, body.driver_phone),
        actor,
        now,
    )
    return _shown(session, shipment)


@writes(
    "/shipments/<int:shipment_id>/delivered",
    "stock.move",
    None,
    ShipmentOut,
    tag=TAG,
    status=200,
)
def deliver_shipment(
    session: Session, shipment_id: int, actor: Actor, now: datetime
) -> Any:
    """The consignee has all that was still on the way."""
    shipment = session.get(Shipment, shipment_id)
    if shipment is None:
        raise NotFound(
            "shipment_unknown",
            N_("No shipment %(shipment)s is recorded."),
            shipment=shipment_id,
        )
    return _shown(session, deliver_goods(session, shipment, actor, now))


def _shown(session: Session, shipment: Shipment) -> dict[str, Any]:
    session.flush()
    names = set(ShipmentOut.model_fields) - {"site", "consignee"}
    return {
        **{name: getattr(shipment, name) for name in names},
        "site": session.get_one(Site, shipment.site_id).code,
        "consignee": session.get_one(Partner, shipment.consignee_id).code,
    }


def _site(session: Session, code: str) -> Site:
    site = session.scalar(sa.select(Site).where(Site.code == code))
    if site is None:
        raise NotFound("site_unknown", N_("No site %(site)s is recorded."), site=code)
    return site


def _partner(session: Session, code: str) -> Partner:
    partner = session.scalar(sa.select(Partner).where(Partner.code == code))
    if partner is None:
        raise NotFound(
            "partner_unknown", N_("No partner %(partner)s is recorded."), partner=code
        )
    return partner
