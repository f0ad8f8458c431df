"""Fetches the loads of retorts, kettles and chillers between two cleanings of them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.among import among, rows
from ...trace.parties.tables import Line, Site
from ...trace.production.tables import Cleaning, CycleLoad, EquipmentCycle
from .cleaned import PASSED, bounding
from .criteria import Criteria
from .equipment import between
from .graph import Graph, Load, Use, Washed, joined

Wanted = tuple[int, str, datetime, datetime | None]
"""A site's equipment and a suspect time; no end means until now."""


def suspect_uses(session: Session, lots: Iterable[int]) -> list[Wanted]:
    """The loads of lots, tanks left out: those end by being cleaned."""
    found = sa.select(
        EquipmentCycle.site_id,
        EquipmentCycle.equipment,
        EquipmentCycle.started_at,
        EquipmentCycle.ended_at,
    )
    found = found.join(CycleLoad, CycleLoad.cycle_id == EquipmentCycle.id)
    found = found.where(among(CycleLoad.lot_id, lots), EquipmentCycle.kind != "tank")
    return [tuple(row) for row in rows(session, found)]


def with_equipment(
    session: Session, graph: Graph, criteria: Criteria, wanted: Iterable[Wanted]
) -> Graph:
    """The cleanings and the loads around suspect times of equipment.

    One time for each equipment covers its suspect times.
    """
    covers: dict[tuple[int, str], tuple[datetime, datetime | None]] = {}
    for site, equipment, start, end in wanted:
        first, last = covers.get((site, equipment), (start, end))
        until = None if end is None or last is None else max(last, end)
        covers[site, equipment] = min(first, start), until
    for (site, equipment), (start, end) in covers.items():
        code, zone = session.execute(
            sa.select(Site.code, Site.time_zone).where(Site.id == site)
        ).one()
        name = f"{code}/{equipment}"
        graph = replace(
            graph,
            equipment={**graph.equipment, (site, equipment): name},
            clocks={**graph.clocks, name: zone},
            washed=joined(
                graph.washed,
                _washed(session, criteria, site, equipment, name, start, end),
            ),
        )
        around = between(graph, criteria, name, start, end)
        uses = _uses(session, site, equipment, name, around.start, around.end)
        cycles = [use.cycle for use in uses]
        loads = sa.select(CycleLoad.cycle_id, CycleLoad.lot_id)
        inside = rows(session, loads.where(among(CycleLoad.cycle_id, cycles)))
        graph = replace(
            graph,
            uses=joined(graph.uses, uses),
            loads=joined(graph.loads, (Load(*row) for row in inside)),
        )
    return graph


def _washed(
    session: Session,
    criteria: Criteria,
    site: int,
    equipment: str,
    name: str,
    start: datetime,
    end: datetime | None,
) -> list[Washed]:
    here = sa.select(Line.id).where(Line.site_id == site)
    near = bounding(
        session,
        criteria,
        [Cleaning.line_id.in_(here), Cleaning.equipment == equipment],
        start,
        end,
    )
    found = sa.select(Cleaning.started_at, Cleaning.ended_at, Cleaning.kind, PASSED)
    return [Washed(name, *row) for row in rows(session, found.where(*near))]


def _uses(
    session: Session,
    site: int,
    equipment: str,
    name: str,
    start: datetime,
    end: datetime | None,
) -> list[Use]:
    found = sa.select(
        EquipmentCycle.id, EquipmentCycle.started_at, EquipmentCycle.ended_at
    ).where(
        EquipmentCycle.site_id == site,
        EquipmentCycle.equipment == equipment,
        EquipmentCycle.kind != "tank",
        sa.or_(EquipmentCycle.ended_at.is_(None), EquipmentCycle.ended_at > start),
    )
    if end is not None:
        found = found.where(EquipmentCycle.started_at < end)
    return [Use(cycle, name, *times) for cycle, *times in rows(session, found)]
