"""What must be the same in two houses, and how one is made of another's files."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from plant_life import RING

from lotmark.recall.scope.criteria import (
    CheckFailed,
    Criteria,
    Criterion,
    Cycle,
    LineWindow,
    LotCriterion,
    Packed,
    Shipped,
)
from lotmark.recall.scope.service import find_affected
from lotmark.trace.db import Database, Session
from lotmark.trace.exchange.exports import write_list, write_plant
from lotmark.trace.exchange.lists import IMPORTS
from lotmark.trace.exchange.lists.query import Asked
from lotmark.trace.exchange.reading import File
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.known_keys import remember_keys
from lotmark.trace.parties.tables import Line, Lot
from lotmark.trace.production.genealogy import trace_document, trace_lots
from lotmark.trace.production.label_balance import label_balance
from lotmark.trace.production.tables import EquipmentCycle, ProcessCheck
from lotmark.trace.stock.queries import balances, positions
from lotmark.trace.stock.tables import LogisticUnit, Shipment, Unbatched


def exported(database: Database) -> list[File]:
    """The files of an export that hold a row, as ``lotmark export csv`` writes them."""
    with database.reading() as session:
        files = [(name, b"".join(c)) for name, c in write_plant(session, Asked())]
    return [pair for pair in files if pair[1].count(b"\r\n") > 1]


def as_workbooks(database: Database) -> list[File]:
    """The same in Excel's format."""
    with database.reading() as session:
        return [
            (
                f"{one.name}.xlsx",
                b"".join(write_list(session, one, Asked(), "xlsx", "import")),
            )
            for one in IMPORTS
        ]


def facts(database: Database) -> dict[str, Any]:
    """What must be the same in both houses, without the ids of either."""
    with database.reading() as session:
        lots = {lot.id: _name(lot) for lot in session.scalars(sa.select(Lot)).unique()}
        return {
            "balances": _balances(session, lots),
            "positions": _positions(session, lots),
            "traces": {name: _trace(session, id_) for id_, name in lots.items()},
            "labels": {name: label_balance(session, i) for i, name in lots.items()},
            "scopes": _scopes(session),
            "unbatched": _unbatched(session),
        }


def _name(lot: Lot) -> str:
    return f"{lot.article.code} {lot.origin} {lot.code} {lot.status} {lot.next_item}"


def _balances(session: Session, lots: dict[int, str]) -> dict[str, Any]:
    return {
        lots[lot_id]: {
            here.place.code: (
                *(here.quantity, here.blank, str(here.known), str(here.possible)),
            )
            for here in ledger.balances.values()
            if here.quantity
        }
        for lot_id, ledger in balances(session, lots).items()
    }


def _positions(session: Session, lots: dict[int, str]) -> set[tuple[object, ...]]:
    halves = {
        lot.id: ItemSet.range(0, lot.next_item // 2)
        for lot in session.scalars(sa.select(Lot)).unique()
        if lot.next_item > 1
    }
    found = positions(session, halves) + positions(session, dict.fromkeys(lots))
    return {
        (
            lots[one.lot_id],
            one.place.code,
            one.quantity_min,
            one.quantity_max,
            str(one.items_known),
        )
        for one in found
    }


def _unbatched(session: Session) -> list[tuple[object, ...]]:
    rows = session.scalars(sa.select(Unbatched)).unique()
    return sorted((one.shipment.number, one.article.code, one.quantity) for one in rows)


def _trace(session: Session, lot_id: int) -> list[str]:
    document = trace_document(trace_lots(session, lot_id))
    for node in document["nodes"]:
        del node["id"]
    for edge in document["edges"]:
        del edge["input"], edge["output"]
    return sorted(map(str, document["nodes"] + document["edges"]))


def _scopes(session: Session) -> dict[str, str]:
    criteria: dict[str, Criterion] = {}
    for lot in session.scalars(sa.select(Lot)).unique():
        criteria[f"lot {_name(lot)}"] = LotCriterion(lot.id)
    for cycle in session.scalars(sa.select(EquipmentCycle)).unique():
        criteria[f"cycle {cycle.number}"] = Cycle(cycle.id)
    for shipment in session.scalars(sa.select(Shipment)).unique():
        criteria[f"shipment {shipment.number}"] = Shipped(shipment.id)
    whole = datetime.fromisoformat("2026-01-01T00:00+00:00")
    for unit in session.scalars(sa.select(LogisticUnit)):
        packed = Packed(unit.id, whole, whole + timedelta(days=700))
        criteria[f"unit {unit.sscc}"] = packed
    for line in session.scalars(sa.select(Line)).unique():
        start = datetime.fromisoformat("2026-11-11T08:00+08:00")
        criteria[f"line {line.site.code}/{line.code}"] = LineWindow(
            line.id, start, start + timedelta(hours=30)
        )
    lines = {one.id: one for one in session.scalars(sa.select(Line)).unique()}
    for check in session.scalars(sa.select(ProcessCheck)):
        line = lines[check.line_id]
        key = f"check {line.site.code}/{line.code} {check.kind} {check.at}"
        criteria.setdefault(key, CheckFailed(check.id))
    return {
        name: find_affected(session, Criteria((one,))).hash
        for name, one in criteria.items()
    }


@contextmanager
def empty_house(template: Path, folder: Path) -> Iterator[Database]:
    """Another installation, on SQLite."""
    folder.mkdir(exist_ok=True)
    target = folder / "other.db"
    target.write_bytes(template.read_bytes())
    opened = Database(f"sqlite:///{target}")
    with opened.writing() as session:
        remember_keys(session, RING)
    try:
        yield opened
    finally:
        opened.dispose()
        target.unlink()
