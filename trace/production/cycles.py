"""Loads of retorts, kettles and chillers: finding them, and their charts."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, Conflict, NotFound
from ..parties.lots import lock_lots
from ..parties.tables import Site
from ..people import Actor
from .tables import CycleLoad, EquipmentCycle
from .told import check_choice


def find_cycle(session: Session, text: str) -> EquipmentCycle:
    """The cycle people mean: its number, or ``site code/number``.

    Raises NotFound ``cycle_unknown``, or Conflict ``cycle_ambiguous`` when several
    sites have that number.
    """
    text = text.strip()
    site, slash, number = text.partition("/")
    same = EquipmentCycle.number == text
    if slash:  # a number may itself hold a slash
        named = sa.and_(Site.code == site, EquipmentCycle.number == number)
        same = sa.or_(same, named)
    select = sa.select(EquipmentCycle).join(Site).where(same).order_by(Site.code)
    cycles = session.scalars(select).unique().all()
    if not cycles:
        raise NotFound(
            "cycle_unknown", N_("No equipment cycle %(cycle)s is recorded."), cycle=text
        )
    if len(cycles) > 1:
        raise Conflict(
            "cycle_ambiguous",
            N_("Several sites have a cycle %(cycle)s. Write one of: %(candidates)s."),
            cycle=text,
            candidates=", ".join(f"{one.site.code}/{one.number}" for one in cycles),
        )
    return cycles[0]


def find_equipment(session: Session, text: str) -> tuple[Site, str]:
    """The retort, kettle or chiller people mean: its name, or ``site code/name``, and
    its site. Tanks are named by their fillings.

    Raises NotFound ``equipment_unknown``, or Conflict ``equipment_ambiguous`` when
    several sites have one of that name.
    """
    text = text.strip()
    code, slash, name = text.partition("/")
    same = EquipmentCycle.equipment == text
    if slash:  # a name may itself hold a slash
        named = sa.and_(Site.code == code, EquipmentCycle.equipment == name)
        same = sa.or_(same, named)
    found = session.execute(
        sa.select(Site, EquipmentCycle.equipment)
        .join(EquipmentCycle, EquipmentCycle.site_id == Site.id)
        .where(same, EquipmentCycle.kind != "tank")
        .distinct()
        .order_by(Site.code)
    ).all()
    if not found:
        raise NotFound(
            "equipment_unknown",
            N_("No load of a retort, kettle or chiller %(equipment)s is recorded."),
            equipment=text,
        )
    if len(found) > 1:
        raise Conflict(
            "equipment_ambiguous",
            N_("Several sites have %(equipment)s. Write one of: %(candidates)s."),
            equipment=text,
            candidates=", ".join(f"{site.code}/{name}" for site, name in found),
        )
    site, name = found[0]
    return site, name


def file_chart(
    session: Session,
    cycle_id: int,
    chart: str,
    result: str,
    actor: Actor,
    now: datetime,
) -> EquipmentCycle:
    """File the chart of a cycle, and what it shows: ``pass`` or ``fail``.

    A chart that turns up may settle a record that was missing; it never turns a failed
    load into a good one.

    Raises Conflict ``chart_contradicts`` when the record says otherwise.
    """
    actor.require("inspection.record")
    check_choice(result, ("pass", "fail"))
    inside = sa.select(CycleLoad.lot_id).where(CycleLoad.cycle_id == cycle_id)
    lock_lots(session, session.scalars(inside))
    cycle = session.get(
        EquipmentCycle, cycle_id, with_for_update={"of": EquipmentCycle}
    )
    if cycle is None:
        raise NotFound(
            "cycle_unknown",
            N_("No equipment cycle %(cycle)s is recorded."),
            cycle=cycle_id,
        )
    if cycle.result not in ("missing", result):
        raise Conflict(
            "chart_contradicts",
            N_(
                "Load %(cycle)s is on record as %(result)s: a chart cannot change "
                "that. Hold its batches and have QA decide."
            ),
            cycle=cycle.number,
            result=cycle.result,
        )
    audit.record(
        session,
        actor.login,
        "cycle.chart",
        f"equipment_cycle:{cycle.id}",
        now,
        result=[cycle.result, result],
        chart=[cycle.chart, chart],
    )
    cycle.chart, cycle.result = chart, result
    session.flush()
    return cycle


def loads_of(session: Session, lot_id: int) -> list[tuple[EquipmentCycle, int]]:
    """The cycles a lot was in, with how much of it, in the order they began."""
    rows = session.execute(
        sa.select(EquipmentCycle, CycleLoad.quantity)
        .join(CycleLoad, CycleLoad.cycle_id == EquipmentCycle.id)
        .where(CycleLoad.lot_id == lot_id)
        .order_by(EquipmentCycle.started_at, EquipmentCycle.id)
    ).unique()
    return [(cycle, quantity) for cycle, quantity in rows]
