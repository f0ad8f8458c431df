"""The tanks: what was put in, what was drawn, and when one is empty and clean."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import LotmarkError
from ...trace.parties.lots import find_lot, find_place
from ...trace.parties.tables import Lot, Site
from ...trace.production.tables import CycleLoad, EquipmentCycle, TankFill
from ...trace.production.tanks import (
    draw_from_tank,
    empty_tank,
    fill_tank,
    open_tank,
)
from ..current import actor, house
from ..forms import moment_field, number_field, text_field
from ..once import book_once
from ..problems import status_of
from .fields import amount_field
from .room import room

MOST_LINE = 80
MOST_PACKS = 100_000_000
MOST_CLOSED = 10
"""Fillings shown that were emptied, the newest."""


@room.get("/quality/tanks")
def tanks() -> ResponseReturnValue:
    return _page()


@room.post("/quality/tanks")
def open_filling() -> ResponseReturnValue:
    actor().require("batch.finish")

    def step(session: Session, now: datetime) -> None:
        open_tank(
            session,
            number_field("site", 1, 2**53),
            text_field("tank", MOST_LINE, required=True),
            text_field("number", MOST_LINE, required=True),
            moment_field("at"),
            actor(),
            now,
        )

    return _take(step)


@room.post("/quality/tanks/<int:cycle_id>/fill")
def fill(cycle_id: int) -> ResponseReturnValue:
    actor().require("batch.finish")

    def step(session: Session, now: datetime) -> None:
        lot = find_lot(session, text_field("lot", MOST_LINE, required=True))
        place = find_place(session, text_field("from", MOST_LINE, required=True))
        fill_tank(
            session,
            cycle_id,
            lot.id,
            place_id=place.id,
            quantity=amount_field("amount", lot.article),
            at=moment_field("at"),
            actor=actor(),
            now=now,
        )

    return _take(step, cycle_id)


@room.post("/quality/tanks/<int:cycle_id>/draw")
def draw_off(cycle_id: int) -> ResponseReturnValue:
    actor().require("batch.finish")

    def step(session: Session, now: datetime) -> None:
        lot = find_lot(session, text_field("lot", MOST_LINE, required=True))
        draw_from_tank(
            session,
            cycle_id,
            lot.id,
            quantity=number_field("packs", 1, MOST_PACKS),
            at=moment_field("at"),
            actor=actor(),
            now=now,
        )

    return _take(step, cycle_id)


@room.post("/quality/tanks/<int:cycle_id>/empty")
def empty(cycle_id: int) -> ResponseReturnValue:
    actor().require("inspection.record")

    def step(session: Session, now: datetime) -> None:
        empty_tank(session, cycle_id, moment_field("at"), actor(), now)

    return _take(step, cycle_id)


def _take(
    step: Callable[[Session, datetime], None], at: int | None = None
) -> ResponseReturnValue:
    def deed(session: Session) -> str:
        step(session, clock.now())
        return url_for("quality.tanks")

    try:
        return book_once(deed)
    except LotmarkError as error:
        return _page(error, at), status_of(error)


def _page(error: LotmarkError | None = None, at: int | None = None) -> str:
    tank = sa.select(EquipmentCycle).filter_by(kind="tank")
    newest = EquipmentCycle.started_at.desc()
    with house().plant.reading() as session:
        used = tank.where(EquipmentCycle.ended_at.is_(None)).order_by(newest)
        done = tank.where(EquipmentCycle.ended_at.is_not(None)).order_by(newest)
        shown = [*session.scalars(used).unique()]
        shown += session.scalars(done.limit(MOST_CLOSED)).unique()
        ids = [cycle.id for cycle in shown]
        return render_template(
            "quality/tanks.html",
            tanks=shown,
            fills=_rows(session, TankFill, ids),
            draws=_rows(session, CycleLoad, ids),
            sites=session.scalars(sa.select(Site).order_by(Site.code)).all(),
            error=error,
            at=at,
            form=request.form,
        )


def _rows(
    session: Session, table: type[TankFill] | type[CycleLoad], cycles: list[int]
) -> dict[int, list[tuple[Lot, Any]]]:
    """Lots put in or drawn, by filling, in the order of time."""
    when = TankFill.at if table is TankFill else CycleLoad.drawn_at
    rows: Iterable[Any] = session.execute(
        sa.select(Lot, table)
        .join(Lot, Lot.id == table.lot_id)
        .where(table.cycle_id.in_(cycles))
        .order_by(when, Lot.code)
    ).unique()
    found: dict[int, list[tuple[Lot, Any]]] = defaultdict(list)
    for lot, row in rows:
        found[row.cycle_id].append((lot, row))
    return found
