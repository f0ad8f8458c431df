"""The plant of the benchmarks, written into a new database on either engine.

A meat group with four sites and twenty lines. At scale 1: 1e5 batches of 1e9 numbered
packs, 1.9e6 genealogy edges, 2e6 shipment lines to 1e5 customers; every line is shipped
and delivered, and balances are the sums of the movements. Each batch takes five spices,
six packagings, six lots of meat, and brine of its site. The recall of a spice lot (490
batches of a site) is the *typical* scope; that of a lot of curing salt, in the brines
of all sites for 20 % of the batches, the *huge* one.

    python bench/plant.py --scale 0.01 sqlite:////tmp/plant/lotmark.db
"""

import argparse
import io
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from plant_goods import write_goods, write_masters
from plant_lots import (
    Columns,
    Plant,
    add_inputs,
    add_own_lots,
    make_batches,
    write_codes,
    write_lines,
    write_lots,
)

from lotmark.trace import scans
from lotmark.trace.db import Base, Database, UtcDateTime
from lotmark.web import migrations

CHUNK = 200_000
"""Rows turned into Python values at a time."""


def make_plant(scale: float, fixed: dict[str, int], seed: int = 20261124) -> Plant:
    """The rows; ``fixed`` are the ids of the places the migrations made."""
    chance = np.random.default_rng(seed)
    plant = Plant(round(100_000 * scale))
    own = make_batches(plant.batches, chance)
    write_masters(plant)
    add_own_lots(plant, own)
    add_inputs(plant, own, chance)
    write_lots(plant, own)
    write_lines(plant, own, chance)
    write_codes(plant, own)
    write_goods(plant, own, fixed, chance)
    return plant


def build_plant(database: Database, scale: float) -> Plant:
    """Migrate an empty database, fill it and gather its statistics."""
    log = scans.open_scans(database.url) if database.is_sqlite else database
    migrations.upgrade(database, log)
    with database.reading() as session:
        places = session.execute(sa.text("SELECT code, id FROM location"))
        fixed = {code: number for code, number in places}
    plant = make_plant(scale, fixed)
    load(database, plant.tables)
    return plant


def load(
    database: Database,
    tables: dict[str, Columns],
    metadata: sa.MetaData = Base.metadata,
) -> None:
    """Write rows by table, indexes last."""
    chosen = [table for table in metadata.sorted_tables if table.name in tables]
    indexes = [index for table in chosen for index in table.indexes]
    raw: Any = database.engine.raw_connection()
    _run(raw, _before(database.is_sqlite))
    _run(raw, [f"DROP INDEX {index.name}" for index in indexes])
    for table in chosen:
        write = _insert if database.is_sqlite else _copy
        write(raw, table, tables[table.name])
    create = [
        str(sa.schema.CreateIndex(index).compile(database.engine)) for index in indexes
    ]
    _run(raw, create)
    raw.commit()
    raw.close()
    _settle(database, [table.name for table in chosen if "id" in tables[table.name]])


def _run(raw: Any, statements: list[str]) -> None:
    cursor = raw.cursor()
    for statement in statements:
        cursor.execute(statement)


def _before(sqlite: bool) -> list[str]:
    if sqlite:
        off = [
            "query_only=0",
            "journal_mode=OFF",
            "synchronous=OFF",
            "foreign_keys=OFF",
        ]
        settings = [*off, "cache_size=-1000000"]
        return [*(f"PRAGMA {setting}" for setting in settings), "BEGIN"]
    return [
        "SET session_replication_role = replica",
        "SET maintenance_work_mem='512MB'",
    ]


def _settle(database: Database, numbered: list[str]) -> None:
    """Statistics, and PostgreSQL's next ids."""
    raw: Any = database.engine.raw_connection()
    if database.is_sqlite:
        _run(raw, ["ANALYZE"])
    else:
        next_id = "SELECT setval(pg_get_serial_sequence('{0}', 'id'), max(id)) FROM {0}"
        _run(raw, [next_id.format(f'"{name}"') for name in numbered])
        raw.commit()
        raw.driver_connection.autocommit = True
        _run(raw, ["VACUUM ANALYZE"])
    raw.close()
    database.dispose()


def _insert(raw: Any, table: sa.Table, values: Columns) -> None:
    columns = _filled(table, values)
    marks = ", ".join("?" * len(columns))
    names = ", ".join(f'"{column.name}"' for column in columns)
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608
    for cells in _chunks(columns, values):
        raw.cursor().executemany(statement, zip(*cells, strict=True))


def _copy(raw: Any, table: sa.Table, values: Columns) -> None:
    columns = _filled(table, values)
    names = ", ".join(f'"{column.name}"' for column in columns)
    for cells in _chunks(columns, values):
        texts = [["\\N" if c is None else str(c) for c in column] for column in cells]
        lines = "\n".join(map("\t".join, zip(*texts, strict=True)))
        copy = f'COPY "{table.name}" ({names}) FROM STDIN'
        raw.cursor().copy_expert(copy, io.StringIO(lines))


def _filled(table: sa.Table, values: Columns) -> list[sa.Column[Any]]:
    """The columns to write: those given, and those with a default of Python's."""
    for column in table.columns:
        if column.name not in values and column.default is not None:
            if not column.default.is_scalar:
                raise ValueError(f"{column} has no plain default: say its value")
            values[column.name] = column.default.arg
    return [column for column in table.columns if column.name in values]


def _chunks(
    columns: list[sa.Column[Any]], values: Columns
) -> Iterator[list[list[Any]]]:
    """The cells of each column, so many rows at a time."""
    arrays = [value for value in values.values() if isinstance(value, np.ndarray)]
    size = len(arrays[0])
    for start in range(0, size, CHUNK):
        part = slice(start, min(start + CHUNK, size))
        yield [_cells(column, values[column.name], part) for column in columns]


def _cells(column: sa.Column[Any], value: Any, part: slice) -> list[Any]:
    """Values as both engines read them; time 0 and -1 where nullable are NULL."""
    some = (
        value[part]
        if isinstance(value, np.ndarray)
        else np.repeat(value, part.stop - part.start)
    )
    cells: list[Any] = some.tolist()
    if isinstance(column.type, UtcDateTime):
        return [_moment(cell) if cell else None for cell in cells]
    if column.nullable:
        cells = [None if cell == -1 else cell for cell in cells]
    if isinstance(column.type, sa.Date):
        return [None if cell is None else _day(cell) for cell in cells]
    return cells


def _moment(seconds: int) -> str:
    # As SQLAlchemy writes it on SQLite, where times compare as text; UTC on the other.
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S.000000")


def _day(number: int) -> str:
    return date.fromordinal(date(1970, 1, 1).toordinal() + number).isoformat()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", help="address of an empty database")
    parser.add_argument("--scale", type=float, default=1.0)
    arguments = parser.parse_args()
    database = Database(arguments.url)
    if database.path:
        database.path.parent.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    plant = build_plant(database, arguments.scale)
    for name, columns in plant.tables.items():
        sizes = [len(c) for c in columns.values() if isinstance(c, np.ndarray)]
        print(f"{sizes[0]:>10,}  {name}")
    print(f"typical: the input lots {plant.spices[:3]} …; huge: {plant.salts[:3]} …")
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
