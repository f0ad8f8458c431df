"""Tanks and silos: what is put in, what is drawn, and when they are empty and clean.

Lots in a tank are mixed from the first filling until it is emptied and cleaned;
whatever is drawn meanwhile has some of every lot put in before (domain.md §4.4.3). A
tank that is never emptied keeps its first lot for ever: that is said, never cut off.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, Conflict, InvalidInput, NotFound
from ..parties.lots import find_place, lock_lots
from ..parties.tables import Site
from ..people import Actor
from ..stock.loose import move_goods
from ..stock.service import Move
from .consumption import check_output, check_usable
from .tables import CycleLoad, EquipmentCycle, TankFill
from .told import check_past, zone_of

DRAWN_AFTER = sa.and_(
    CycleLoad.cycle_id == TankFill.cycle_id,
    CycleLoad.lot_id != TankFill.lot_id,
    sa.or_(CycleLoad.drawn_at.is_(None), CycleLoad.drawn_at >= TankFill.at),
)
"""The load has some of the fill: it was last drawn after it, or nobody knows when."""


def open_tank(
    session: Session,
    site_id: int,
    equipment: str,
    number: str,
    at: datetime,
    actor: Actor,
    now: datetime,
) -> EquipmentCycle:
    """Begin a filling of a tank that is empty and clean.

    Raises Forbidden, NotFound ``site_unknown``, InvalidInput ``tank_unnamed``,
    ``time_ahead``, Conflict ``tank_in_use``, ``cycle_exists``.
    """
    actor.require("batch.finish")
    check_past(at, now)
    equipment, number = equipment.strip(), number.strip()
    if not equipment or not number:
        raise InvalidInput(
            "tank_unnamed",
            N_("Expected the tank's name and a number for this filling."),
        )
    site = session.get(Site, site_id, with_for_update=True)
    if site is None:
        raise NotFound(
            "site_unknown", N_("No site %(name)s is recorded."), name=site_id
        )
    _check_empty_then(session, site_id, equipment, at)
    tank = sa.select(EquipmentCycle).filter_by(site_id=site_id)
    if session.scalars(tank.filter_by(number=number)).first() is not None:
        raise Conflict(
            "cycle_exists",
            N_("Number %(number)s is taken already: choose the next."),
            number=number,
        )
    cycle = EquipmentCycle(
        site_id=site_id,
        number=number,
        equipment=equipment,
        kind="tank",
        started_at=at,
        result="pass",
    )
    session.add(cycle)
    session.flush()
    _note(session, "tank.open", cycle, actor, now, tank=equipment)
    return cycle


def fill_tank(
    session: Session,
    cycle_id: int,
    lot_id: int,
    *,
    place_id: int,
    quantity: int,
    at: datetime,
    actor: Actor,
    now: datetime,
) -> TankFill:
    """Some of a lot went into a tank; ``quantity`` in the lot's base unit.

    Raises Forbidden, NotFound ``cycle_unknown``, Conflict ``tank_not_then``, and as
    ``check_usable`` and ``move_goods``: goods that were ever sold never go in.
    """
    actor.require("batch.finish")
    check_past(at, now)
    lot = lock_lots(session, [lot_id])[lot_id]
    cycle = _lock(session, cycle_id)
    _check_then(cycle, at)
    check_usable(session, lot, "consumption", at, zone_of(lot))
    gone = find_place(session, "consumed").id
    moved = Move(lot.id, place_id, gone, at, cycle.number, quantity, reason="tank")
    move_goods(session, [moved], actor=actor, now=now)
    fill = TankFill(cycle_id=cycle.id, lot_id=lot.id, quantity=quantity, at=at)
    session.add(fill)
    session.flush()
    told = {"lot": lot.id, "quantity": quantity, "when": at.isoformat()}
    _note(session, "tank.fill", cycle, actor, now, **told)
    return fill


def draw_from_tank(
    session: Session,
    cycle_id: int,
    lot_id: int,
    *,
    quantity: int,
    at: datetime,
    actor: Actor,
    now: datetime,
) -> CycleLoad:
    """A batch was made with what was drawn; ``quantity`` is how much of the batch.

    Drawing again adds up; the latest time counts, for then all that was put in before
    is in the batch. Raises Forbidden, NotFound, Conflict ``tank_not_then``,
    ``batch_closed``, InvalidInput ``quantity_invalid``.
    """
    actor.require("batch.finish")
    check_past(at, now)
    if quantity < 1:
        raise InvalidInput(
            "quantity_invalid",
            N_("Expected a quantity of at least 1, got %(found)s."),
            found=quantity,
        )
    lot = lock_lots(session, [lot_id])[lot_id]
    check_output(lot)
    cycle = _lock(session, cycle_id)
    _check_then(cycle, at)
    load = session.get(CycleLoad, (cycle.id, lot.id))
    if load is None:
        load = CycleLoad(
            cycle_id=cycle.id, lot_id=lot.id, quantity=quantity, drawn_at=at
        )
        session.add(load)
    else:
        load.quantity += quantity
        load.drawn_at = None if load.drawn_at is None else max(load.drawn_at, at)
    session.flush()
    told = {"lot": lot.id, "quantity": quantity, "when": at.isoformat()}
    _note(session, "tank.draw", cycle, actor, now, **told)
    return load


def empty_tank(
    session: Session, cycle_id: int, at: datetime, actor: Actor, now: datetime
) -> EquipmentCycle:
    """The tank was emptied and cleaned: what comes next starts anew.

    Raises Forbidden, NotFound, Conflict ``tank_not_then`` when something was put in or
    drawn later, or it was emptied already.
    """
    actor.require("inspection.record")
    check_past(at, now)
    cycle = _lock(session, cycle_id)
    last = [
        session.scalar(sa.select(sa.func.max(when)).filter_by(cycle_id=cycle.id))
        for when in (TankFill.at, CycleLoad.drawn_at)
    ]
    if cycle.ended_at is not None or any(one and one > at for one in last):
        raise _not_then(cycle)
    if at <= cycle.started_at:
        raise _not_then(cycle)
    cycle.ended_at = at
    session.flush()
    _note(session, "tank.empty", cycle, actor, now, when=at.isoformat())
    return cycle


def _lock(session: Session, cycle_id: int) -> EquipmentCycle:
    of = {"of": EquipmentCycle}
    cycle = session.get(EquipmentCycle, cycle_id, with_for_update=of)
    if cycle is None or cycle.kind != "tank":
        raise NotFound(
            "cycle_unknown",
            N_("No equipment cycle %(cycle)s is recorded."),
            cycle=cycle_id,
        )
    return cycle


def _check_empty_then(
    session: Session, site_id: int, equipment: str, at: datetime
) -> None:
    """Raises Conflict ``tank_in_use`` where another filling was in the tank, or is.

    A filling that began before the last one ended would have its lots too, and no scope
    would find what was drawn from it.
    """
    fillings = sa.select(EquipmentCycle).where(
        EquipmentCycle.site_id == site_id,
        EquipmentCycle.kind == "tank",
        sa.func.lower(EquipmentCycle.equipment) == equipment.lower(),
        sa.or_(EquipmentCycle.ended_at.is_(None), EquipmentCycle.ended_at > at),
    )
    found = session.scalars(fillings.order_by(EquipmentCycle.started_at)).all()
    if not found:
        return
    last = found[-1]
    if last.ended_at is None:
        raise Conflict(
            "tank_in_use",
            N_(
                "Tank %(tank)s still has filling %(number)s in it: say first that it "
                "was emptied and cleaned."
            ),
            tank=equipment,
            number=last.number,
        )
    zone = ZoneInfo(last.site.time_zone)
    raise Conflict(
        "tank_in_use",
        N_(
            "Tank %(tank)s was emptied of filling %(number)s at %(until)s: the next "
            "one begins after that."
        ),
        tank=equipment,
        number=last.number,
        until=last.ended_at.astimezone(zone).isoformat(" ", "minutes"),
    )


def _check_then(cycle: EquipmentCycle, at: datetime) -> None:
    ended = cycle.ended_at is not None and at > cycle.ended_at
    if at < cycle.started_at or ended:
        raise _not_then(cycle)


def _not_then(cycle: EquipmentCycle) -> Conflict:
    return Conflict(
        "tank_not_then",
        N_(
            "Filling %(number)s of tank %(tank)s was not going on at that time: "
            "compare the time with when it was begun, and emptied and cleaned."
        ),
        number=cycle.number,
        tank=cycle.equipment,
    )


def _note(
    session: Session,
    action: str,
    cycle: EquipmentCycle,
    actor: Actor,
    now: datetime,
    **told: object,
) -> None:
    about = f"equipment_cycle:{cycle.id}"
    told = {"number": cycle.number, **told}
    audit.record(session, actor.login, action, about, now, **told)
