"""A case or pallet from its first day to its last: opened, closed, taken apart."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit, flow
from ..db import insert_if_new
from ..errors import N_, Conflict, InvalidInput
from ..identity.gs1 import Sscc
from ..parties.lots import lock_lots
from ..parties.tables import Lot
from ..people import Actor
from .contents import take_from
from .stays import end_stay
from .stores import own_place
from .tables import LogisticUnit
from .units import Contents, contents_of, lock_units

LEVELS = ("case", "pallet")

UNIT = flow.Machine(
    "unit",
    "state",
    {
        "close": flow.Step(("open",), "closed", "unit.build"),
        "reopen": flow.Step(("closed",), "open", "unit.build"),
        "dissolve": flow.Step(("open", "closed"), "dissolved", "unit.build"),
    },
)
"""A case or pallet: filled while open; a dissolved one's number is never used again."""


def open_unit(
    session: Session,
    sscc: Sscc,
    level: str,
    place_id: int,
    actor: Actor,
    now: datetime,
) -> LogisticUnit:
    """Begin a case or pallet at one of our places.

    Raises Forbidden, InvalidInput ``level_unknown``, ``place_not_ours``, NotFound
    ``place_unknown``, or Conflict ``sscc_taken``.
    """
    actor.require("unit.build")
    if level not in LEVELS:
        raise InvalidInput(
            "level_unknown",
            N_("Expected a case or a pallet, got %(found)s."),
            found=repr(level[:20]),
        )
    place = own_place(session, place_id)
    values = {"level": level, "state": "open", "location_id": place.id}
    if not insert_if_new(
        session, LogisticUnit, sscc=sscc.digits, built_at=now, **values
    ):
        raise Conflict(
            "sscc_taken",
            N_(
                "Number %(sscc)s is on a case or pallet already, and no two share one. "
                "Take the next label."
            ),
            sscc=sscc.digits,
        )
    unit = session.scalars(sa.select(LogisticUnit).filter_by(sscc=sscc.digits)).one()
    audit_unit(session, "unit.open", unit, actor, now, level=level, place=place.code)
    return unit


def close_unit(
    session: Session, sscc: str, actor: Actor, now: datetime
) -> LogisticUnit:
    """Shut a case or wrap a pallet: nothing goes in any more.

    Raises Forbidden, NotFound, or Conflict ``unit_empty``, ``wrong_state``.
    """
    unit = lock_units(session, [sscc])[sscc]
    if not contents_of(session, [unit.id]) and not cases_on(session, unit):
        raise Conflict(
            "unit_empty",
            N_("%(sscc)s is empty: put something in before it is closed."),
            sscc=sscc,
        )
    flow.apply(session, UNIT, unit, "close", actor, now)
    return unit


def reopen_unit(
    session: Session, sscc: str, actor: Actor, now: datetime
) -> LogisticUnit:
    """Open a closed unit to pack more. Raises as ``flow.apply``, and NotFound."""
    unit = lock_units(session, [sscc])[sscc]
    flow.apply(session, UNIT, unit, "reopen", actor, now)
    return unit


def dissolve_unit(
    session: Session, sscc: str, actor: Actor, now: datetime
) -> LogisticUnit:
    """Take a unit apart: all it holds stands loose where the unit stood.

    Raises Forbidden, NotFound, or Conflict ``wrong_state``.
    """
    actor.require("unit.build")
    units = lock_units(session, [sscc], with_cases=True)
    unit = units.pop(sscc)
    held = contents_of(session, [unit.id]).get(unit.id, {})
    lots = lock_lots(session, held)
    for lot_id, goods in held.items():
        take_goods(session, unit, lots[lot_id], goods, actor, now)
    for one in (unit, *units.values()):
        end_stay(session, one, now)
    flow.apply(session, UNIT, unit, "dissolve", actor, now, parent_id=None)
    return unit


def cases_on(session: Session, pallet: LogisticUnit) -> list[LogisticUnit]:
    """The cases that stand on a pallet."""
    rows = sa.select(LogisticUnit).filter_by(parent_id=pallet.id)
    return list(session.scalars(rows.order_by(LogisticUnit.id)))


def take_goods(
    session: Session,
    unit: LogisticUnit,
    lot: Lot,
    goods: Contents,
    actor: Actor,
    now: datetime,
) -> None:
    """Take goods of a locked lot out of a locked unit; a closed one is open then."""
    take_from(session, unit, lot, goods, now)
    if unit.state == "closed":
        unit.state = "open"
    told = {"lot": lot.id, "items": str(goods.items)[:200], "count": goods.quantity}
    audit_unit(session, "unit.take_out", unit, actor, now, **told)


def audit_unit(
    session: Session,
    action: str,
    unit: LogisticUnit,
    actor: Actor,
    now: datetime,
    **told: object,
) -> None:
    """Audit what was done to a unit."""
    record = {"sscc": unit.sscc, **told}
    audit.record(session, actor.login, action, f"unit:{unit.id}", now, **record)
