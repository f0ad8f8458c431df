"""Writing a checked import: table by table, each at once (DESIGN §9)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from ..bulk import Plain, insert_rows, plain_moment, take_ids
from ..db import Base
from ..identity.items import ItemSet
from ..parties.tables import Article, Line, Location, Lot, Partner, Site
from ..people import Actor
from ..production.tables import (
    Cleaning,
    CycleLoad,
    EquipmentCycle,
    LineRun,
    LotInput,
    ProcessCheck,
)
from ..stock.books import save_ledgers
from ..stock.ledger import LotLedger
from ..stock.service import audit_moves
from ..stock.tables import LogisticUnit, Movement, Shipment, UnitContent
from .checking import IN_TIME, Checked
from .lots import give_codes
from .plan import Plan
from .staging import Progress

ORDER: tuple[type[Base], ...] = (
    Site,
    Line,
    Partner,
    Location,
    Article,
    Lot,
    LineRun,
    EquipmentCycle,
    CycleLoad,
    Cleaning,
    ProcessCheck,
    LotInput,
    LogisticUnit,
    UnitContent,
    Shipment,
)
MOVEMENT = (
    "document",
    "lot_id",
    "from_id",
    "to_id",
    "quantity",
    "lo",
    "hi",
    "at",
    "recorded_at",
    "reason",
    "actor",
    "shipment_id",
)
TOGETHER = 20_000
"""Rows written in one statement."""


def write(
    session: Session,
    checked: Checked,
    key_version: int,
    actor: Actor,
    now: datetime,
    progress: Progress,
) -> None:
    """Write what was worked out; the caller holds the locks."""
    plan = checked.plan
    ids = {table.__tablename__: _draw(session, plan, table) for table in ORDER}
    done, total = 0, sum(plan.count(name) for name in (*ids, "post"))
    for table in ORDER:
        name = table.__tablename__
        if name not in plan.columns:
            continue
        columns = plan.columns[name]
        rows = plan.read(name, columns, refers=_references(table))
        for some in _pieces(rows):
            insert_rows(session, table, columns, some)
            done += len(some)
            progress("write", done, total)
        if table is Lot:
            _give_codes(session, checked, ids["lot"], key_version, actor, now)
    for some in _pieces(_movements(plan, actor, now)):
        insert_rows(session, Movement, MOVEMENT, some)
        done += len(some)
        progress("write", min(done, total), total)
    _book(session, checked, ids["lot"], ids["location"], actor, now)


def _draw(session: Session, plan: Plan, table: type[Base]) -> "_Ids":
    """Ids for the new records of a table."""
    name = table.__tablename__
    drawn = take_ids(session, table, plan.new[name])
    plan.settle(name, drawn)
    return _Ids(drawn)


def _references(table: type[Base]) -> dict[str, str]:
    """The columns of a table that hold an id, and the table whose."""
    return {
        column.name: table.__tablename__ if column.name == "id" else target
        for column in table.__table__.columns
        for target in [key.column.table.name for key in column.foreign_keys] or ["id"]
        if column.name == "id" or column.foreign_keys
    }


def _movements(plan: Plan, actor: Actor, now: datetime) -> Iterator[Sequence[Plain]]:
    """One row for each run of items, or one without items, in the order of time."""
    scanned = plan.values("post", "kind", "items IS NOT NULL")
    rows = plan.read(
        "post",
        (*MOVEMENT, "items") if scanned else MOVEMENT,
        IN_TIME,
        refers=_references(Movement),
        constants={
            "lo": None,
            "hi": None,
            "recorded_at": plain_moment(now),
            "actor": actor.login,
        },
    )
    return _by_run(rows) if scanned else rows


def _by_run(rows: Iterator[tuple[Any, ...]]) -> Iterator[Sequence[Plain]]:
    """Rows whose items stand at their end, one for each run of them."""
    for row in rows:
        if row[-1] is None:
            yield row[:-1]
            continue
        for lo, hi in ItemSet.parse(row[-1]).intervals:
            yield *row[:4], hi - lo, lo, hi, *row[7:-1]


def _give_codes(
    session: Session,
    checked: Checked,
    ids: "_Ids",
    key_version: int,
    actor: Actor,
    now: datetime,
) -> None:
    coded = [replace(one, lot_id=ids[one.lot_id]) for one in checked.coded]
    runs = {ids[lot_id]: span for lot_id, span in checked.runs.items()}
    give_codes(session, coded, runs, key_version, actor, now)


class _Ids(dict[int, int]):
    """The true id of a record; of a recorded one, the id it has."""

    def __init__(self, drawn: Sequence[int]) -> None:
        super().__init__((-1 - place, new) for place, new in enumerate(drawn))

    def __missing__(self, known: int) -> int:
        return known


def _pieces(rows: Iterator[Sequence[Plain]]) -> Iterator[list[Sequence[Plain]]]:
    while some := list(islice(rows, TOGETHER)):
        yield some


def _book(
    session: Session,
    checked: Checked,
    lots: _Ids,
    places: _Ids,
    actor: Actor,
    now: datetime,
) -> None:
    if not checked.moved:
        return
    desk = checked.desk
    before = _renamed(desk.before, lots, places)
    save_ledgers(session, before, _renamed(desk.after(), lots, places))
    first = [
        replace(
            move,
            lot_id=lots[move.lot_id],
            source_id=places[move.source_id],
            target_id=places[move.target_id],
        )
        for move in checked.first
    ]
    named = {places[place_id]: place for place_id, place in desk.places.items()}
    subject = "lots" if len(desk.lots) > 1 else f"lot:{first[0].lot_id}"
    audit_moves(session, subject, first, checked.moved, named, actor, now)


def _renamed(
    ledgers: Mapping[int, LotLedger], lots: _Ids, places: _Ids
) -> dict[int, LotLedger]:
    """The same ledgers by true ids; balances that need no other stay what they are."""
    return {
        lots[lot_id]: LotLedger(
            ledger.lot,
            {
                places[place_id]: held
                if place_id > 0
                else replace(held, place=replace(held.place, id=places[place_id]))
                for place_id, held in ledger.balances.items()
            },
        )
        for lot_id, ledger in ledgers.items()
    }
