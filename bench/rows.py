"""The alternative: a table with a row for every pack, asked the same questions.

It lies in the same database as the plant and has what it needs: where each pack is and
its state, with the index that answers a scope from itself alone. Its code is left out,
in its favour; how much larger the rows are with their codes is measured apart.
"""

from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from plant import load
from plant_lots import ITEMS

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
    sa.Index("ix_item_lot", "lot_id", "location_id"),
)

CODED = sa.MetaData()
CODED_ITEM = sa.Table(
    "coded_item",
    CODED,
    *(sa.Column(c.name, c.type, primary_key=c.primary_key) for c in ITEM.columns),
    sa.Column("code", sa.String(16), nullable=False),
    sa.Index("ix_coded_item_lot", "lot_id", "location_id"),
    sa.Index("ix_coded_item_code", "code", unique=True),
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
_JOINED = "reach r CROSS JOIN item i WHERE i.lot_id = r.id"
_LISTED = "item i WHERE i.lot_id IN :lots"
_TYPES = {"kind": sa.Text, "partner_id": BigId, "units": BigId}
SCOPE = sa.text(" ".join((_REACH, _WHO.format(_JOINED)))).columns(**_TYPES)
WALK = sa.text(" ".join((_REACH, "SELECT id FROM reach"))).columns(id=BigId)
LISTED = sa.text(_WHO.format(_LISTED)).columns(**_TYPES)


@dataclass(frozen=True)
class Items:
    """What was put into the table."""

    count: int
    size: int
    """In bytes, with its indexes."""


def add_items(database: Database, lots: list[int], most: int) -> Items:
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
    before = _size(database)
    with database.engine.execution_options(lotmark_write=True).begin() as link:
        ROWS.create_all(link)
    items = {
        "id": np.arange(1, many.sum() + 1),
        "lot_id": np.repeat(chosen[:, 0], many),
        "location_id": np.repeat(chosen[:, 3], many),
        "status": 1,
    }
    load(database, {"item": items}, ROWS)
    return Items(int(many.sum()), _size(database) - before)


def coded_size(database: Database, count: int) -> float:
    """Bytes of a pack's row that also holds its code, and is found by it."""
    codes = encode_many(CodeKey(1, bytes(range(32))), 7, ItemSet.range(0, count))
    before = _size(database)
    with database.engine.execution_options(lotmark_write=True).begin() as link:
        CODED.create_all(link)
    items = {
        **{"id": np.arange(1, count + 1), "code": codes.astype(str), "status": 1},
        "lot_id": np.arange(count) // ITEMS + 1,
        "location_id": 1000 + np.arange(count) // 500,
    }
    load(database, {"coded_item": items}, CODED)
    return (_size(database) - before) / count


def scope_joined(database: Database, lot: int) -> int:
    """Where the packs of a scope are: one statement. Returns how many there are."""
    with database.reading() as session:
        return sum(row.units for row in session.execute(SCOPE, {"lot": lot}))


def scope_listed(database: Database, lot: int) -> int:
    """The same in two statements: PostgreSQL may use its second process for it."""
    with database.reading() as session:
        lots = session.scalars(WALK, {"lot": lot}).all()
        listed = sa.bindparam("lots", lots, expanding=True, literal_execute=True)
        return sum(row.units for row in session.execute(LISTED.bindparams(listed)))


def hold(database: Database, lots: list[int], status: int) -> None:
    """Put every pack of these lots on hold."""
    listed = sa.bindparam("lots", lots, BigId, expanding=True, literal_execute=True)
    update = sa.text("UPDATE item SET status = :status WHERE lot_id IN :lots")
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
