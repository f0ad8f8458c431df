"""The alternative: a table with a row for every pack, asked the same questions.

It is what a competent team would build, and lies in the same database as the plant:
where each pack is, its state, and its code of 16 characters, which a scan must find
(``uq_item_code``). What may be picked of a lot, and where, is asked all day: the index
``ix_item_lot`` answers that from itself alone, and a scope too; it knows the state, so
a hold rewrites its entries. Movements of single packs are left out, in its favour.

``LEAN`` is the least that could be called such a table: no codes, and no index knows
the state, so that picking reads every row of a lot. It is measured beside.
"""

from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from plant import load
from plant_lots import SERIES

from lotmark.trace.db import BigId, Database
from lotmark.trace.identity.bulk import encode_many
from lotmark.trace.identity.codes import CodeKey
from lotmark.trace.identity.items import ItemSet

ROWS = sa.MetaData()
ITEM = sa.Table(
    "item",
    ROWS,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("lot_id", BigId, nullable=False),
    sa.Column("location_id", BigId, nullable=False),
    sa.Column("status", sa.SmallInteger, nullable=False),
    sa.Column("code", sa.String(16), nullable=False),
    sa.Index("ix_item_lot", "lot_id", "status", "location_id"),
    sa.Index("uq_item_code", "code", unique=True),
)

LEAN_ROWS = sa.MetaData()
LEAN = sa.Table(
    "lean_item",
    LEAN_ROWS,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("lot_id", BigId, nullable=False),
    sa.Column("location_id", BigId, nullable=False),
    sa.Column("status", sa.SmallInteger, nullable=False),
    sa.Index("ix_lean_item_lot", "lot_id", "location_id"),
)

_REACH = """WITH RECURSIVE reach(id) AS (
  SELECT CAST(:lot AS BIGINT)
  UNION
  SELECT e.output_id FROM reach r CROSS JOIN lot_input e WHERE e.input_id = r.id)"""
_WHO = """SELECT l.kind, l.partner_id, x.units, p.code, p.name, p.contact, p.phone
FROM (
  SELECT i.location_id + 0 AS location_id, count(*) AS units FROM {} GROUP BY 1
) AS x JOIN location l ON l.id = x.location_id
LEFT JOIN partner p ON p.id = l.partner_id"""
_BALANCES = _WHO.replace("count(*)", "CAST(sum(i.quantity) AS BIGINT)").format(
    "stock i WHERE i.lot_id IN :lots AND i.quantity > 0"
)
_JOINED = "reach r CROSS JOIN {} i WHERE i.lot_id = r.id"
_LISTED = "{} i WHERE i.lot_id IN :lots"
_TYPES = {"kind": sa.Text, "partner_id": BigId, "units": BigId}
WALK = sa.text(" ".join((_REACH, "SELECT id FROM reach"))).columns(id=BigId)


@dataclass(frozen=True)
class Items:
    """What was put into the table."""

    count: int
    size: int
    """In bytes, with its indexes."""


def add_items(
    database: Database, lots: list[int], most: int, table: sa.Table = ITEM
) -> Items:
    """A row for each pack of these lots in turn, up to ``most``."""
    with database.reading() as session:
        found = session.execute(
            sa.text("SELECT lot_id, lo, hi, location_id FROM stock_item")
        )
        spans = np.array([tuple(row) for row in found], np.int64)
    spans = spans[np.argsort(spans[:, 0], kind="stable")]
    wanted = np.full(spans[:, 0].max() + 1, len(lots))
    wanted[lots] = np.arange(len(lots))
    spans = spans[np.argsort(wanted[spans[:, 0]], kind="stable")]
    spans = spans[wanted[spans[:, 0]] < len(lots)]
    sizes = spans[:, 2] - spans[:, 1]
    chosen = spans[: np.searchsorted(np.cumsum(sizes), most, "right")]
    # By lot and number, as they were made: that keeps a lot's packs on few pages.
    chosen = chosen[np.lexsort((chosen[:, 1], chosen[:, 0]))]
    many = chosen[:, 2] - chosen[:, 1]
    count = int(many.sum())
    before = _size(database)
    with database.engine.execution_options(lotmark_write=True).begin() as link:
        table.metadata.create_all(link)
    items = {
        "id": np.arange(1, count + 1),
        "lot_id": np.repeat(chosen[:, 0], many),
        "location_id": np.repeat(chosen[:, 3], many),
        "status": 1,
    }
    if "code" in table.columns:
        items["code"] = _codes(count)
    load(database, {table.name: items}, table.metadata)
    return Items(count, _size(database) - before)


def _codes(count: int) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """A code for each of so many packs, of as many series as they need."""
    key, series = CodeKey(1, bytes(range(32))), range(-(-count // SERIES))
    parts = [
        encode_many(key, 7 + n, ItemSet.range(0, min(SERIES, count - n * SERIES)))
        for n in series
    ]
    return np.concatenate(parts).astype(str)


def scope_joined(database: Database, lot: int, table: sa.Table = ITEM) -> int:
    """Where the packs of a scope are: one statement. Returns how many there are."""
    text = " ".join((_REACH, _WHO.format(_JOINED.format(table.name))))
    with database.reading() as session:
        found = session.execute(sa.text(text).columns(**_TYPES), {"lot": lot})
        return sum(row.units for row in found)


def scope_listed(database: Database, lot: int, table: sa.Table = ITEM) -> int:
    """The same in two statements: PostgreSQL may use its second process for it."""
    return _listed(database, lot, _WHO.format(_LISTED.format(table.name)))


def scope_of_balances(database: Database, lot: int) -> int:
    """The same question, asked of what Lotmark keeps instead of the rows."""
    return _listed(database, lot, _BALANCES)


def _listed(database: Database, lot: int, who: str) -> int:
    text = sa.text(who).columns(**_TYPES)
    with database.reading() as session:
        # What is left of the lot itself is no pack.
        lots = [each for each in session.scalars(WALK, {"lot": lot}) if each != lot]
        listed = sa.bindparam("lots", lots, expanding=True, literal_execute=True)
        return sum(row.units for row in session.execute(text.bindparams(listed)))


def hold(
    database: Database, lots: list[int], status: int, table: sa.Table = ITEM
) -> None:
    """Put every pack of these lots on hold."""
    listed = sa.bindparam("lots", lots, BigId, expanding=True, literal_execute=True)
    update = sa.text(f"UPDATE {table.name} SET status = :status WHERE lot_id IN :lots")  # noqa: S608
    with database.writing() as session:
        session.execute(update.bindparams(listed, status=status))


def _size(database: Database) -> int:
    with database.reading() as session:
        if database.is_sqlite:
            pages = (
                "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
            )
        else:
            pages = "SELECT pg_database_size(current_database())"
        return session.execute(sa.text(pages)).scalar_one()
