"""Tanks: a filling begun, lots put in, batches drawn, and the tank emptied."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict
from sqlalchemy.orm import Session

from ...trace.parties.lots import find_place
from ...trace.people import Actor
from ...trace.production.tables import CycleLoad, EquipmentCycle, TankFill
from ...trace.production.tanks import (
    draw_from_tank,
    empty_tank,
    fill_tank,
    open_tank,
)
from .records import TAG, CycleOut
from .room import writes
from .shipping import find_site
from .values import Code, Id, Moment, Quantity, Shown, Told


class TankIn(Told):
    """A filling of a tank that is empty and clean."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "site": "YL1",
                    "tank": "T1",
                    "number": "T1-0461",
                    "at": "2026-11-24T06:10:00+08:00",
                }
            ]
        }
    )

    site: Code
    tank: Code
    number: Code
    """Of this filling; each number once at a site."""
    at: Moment


class FillIn(Told):
    """Some of a lot that is put into a tank."""

    lot_id: Id
    place: Code
    """Where it is taken from."""
    quantity: Quantity
    """In the lot's base unit."""
    at: Moment


class DrawIn(Told):
    """A batch that is made with what is drawn."""

    lot_id: Id
    quantity: Quantity
    """Packs of the batch."""
    at: Moment


class EmptyIn(Told):
    """When nothing was left in the tank and it was cleaned."""

    at: Moment


class FillOut(Shown):
    """What was put in."""

    id: int
    cycle_id: int
    lot_id: int
    quantity: int
    at: datetime


class DrawOut(Shown):
    """What was made with what was drawn so far."""

    cycle_id: int
    lot_id: int
    quantity: int
    drawn_at: datetime


@writes("/tanks", "batch.finish", TankIn, CycleOut, tag=TAG)
def begin_filling(session: Session, body: TankIn, actor: Actor, now: datetime) -> Any:
    """Begin a filling: until it is emptied, all drawn has some of every lot put in."""
    site = find_site(session, body.site)
    return _filling(
        open_tank(session, site.id, body.tank, body.number, body.at, actor, now)
    )


@writes("/tanks/<int:cycle_id>/fills", "batch.finish", FillIn, FillOut, tag=TAG)
def put_in(
    session: Session, body: FillIn, cycle_id: int, actor: Actor, now: datetime
) -> Any:
    """Put some of a lot into a tank: it is consumed."""
    fill = fill_tank(
        session,
        cycle_id,
        body.lot_id,
        place_id=find_place(session, body.place).id,
        quantity=body.quantity,
        at=body.at,
        actor=actor,
        now=now,
    )
    return _columns(fill, FillOut)


@writes("/tanks/<int:cycle_id>/draws", "batch.finish", DrawIn, DrawOut, tag=TAG)
def draw_off(
    session: Session, body: DrawIn, cycle_id: int, actor: Actor, now: datetime
) -> Any:
    """Draw from a tank for a batch; drawing again adds up."""
    load = draw_from_tank(
        session,
        cycle_id,
        body.lot_id,
        quantity=body.quantity,
        at=body.at,
        actor=actor,
        now=now,
    )
    return _columns(load, DrawOut)


@writes(
    "/tanks/<int:cycle_id>/empty",
    "inspection.record",
    EmptyIn,
    CycleOut,
    tag=TAG,
    status=200,
)
def end_filling(
    session: Session, body: EmptyIn, cycle_id: int, actor: Actor, now: datetime
) -> Any:
    """Say that the tank was emptied and cleaned: a scope ends here."""
    return _filling(empty_tank(session, cycle_id, body.at, actor, now))


def _filling(cycle: EquipmentCycle) -> dict[str, Any]:
    names = set(CycleOut.model_fields) - {"site"}
    return {name: getattr(cycle, name) for name in names} | {"site": cycle.site.code}


def _columns(row: TankFill | CycleLoad, model: type[Shown]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in model.model_fields}
