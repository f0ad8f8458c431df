"""Migrations: up from empty on both engines, and what they make is what models say."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from lotmark.trace import scans
from lotmark.trace.db import Base, Database
from lotmark.trace.production.tables import CycleLoad, EquipmentCycle
from lotmark.trace.stock.tables import Stock, StockItem
from lotmark.web import migrations


def differences(database: Database, metadata: sa.MetaData, table: str) -> list[object]:
    def ours(_object: object, name: str | None, kind: str, *_rest: object) -> bool:
        return kind != "table" or name in metadata.tables

    with database.engine.connect() as link:
        context = MigrationContext.configure(
            link,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_object": ours,
                "version_table": table,
            },
        )
        return list(compare_metadata(context, metadata))


def test_models_and_migrations_agree(database: Database) -> None:
    assert differences(database, Base.metadata, "alembic_version") == []
    log = scans.open_scans(database.url)
    assert differences(log, scans.METADATA, "alembic_version_scan") == []
    log.dispose()


def test_upgrading_again_changes_nothing(database: Database) -> None:
    log = scans.open_scans(database.url)
    migrations.upgrade(database, log)
    with database.reading() as session:
        places = session.scalars(sa.text("SELECT code FROM location")).all()
    assert sorted(places) == sorted(
        ["made", "supplied", "sample", "consumer", "consumed", "destroyed", "lost"]
    )
    log.dispose()


def test_each_history_is_one_line() -> None:
    for folder in ("versions", "scan_versions"):
        script = ScriptDirectory.from_config(migrations.config(folder))
        assert len(script.get_heads()) == 1
        assert len(script.get_bases()) == 1


def test_scans_lie_apart_on_sqlite_and_partitioned_on_postgresql(
    database: Database,
) -> None:
    log = scans.open_scans(database.url)
    tables = sa.inspect(database.engine).get_table_names()
    if database.is_sqlite:
        assert "scan" not in tables
        assert log.path == Path(str(database.path)).with_name("lotmark-scans.db")
    else:
        assert {"scan", "scan_other"} <= set(tables)
    log.dispose()


def test_every_constraint_has_a_name(database: Database) -> None:
    inspector = sa.inspect(database.engine)
    for table in Base.metadata.tables:
        found = [
            *inspector.get_unique_constraints(table),
            *inspector.get_foreign_keys(table),
            *inspector.get_check_constraints(table),
        ]
        assert all(constraint["name"] for constraint in found), table


def test_a_table_is_rebuilt_around_its_references(tmp_path: Path) -> None:
    """SQLite rebuilds a table to change a constraint: its rows and referers stay."""
    plant = upgraded_from("0001", tmp_path, LOADED_RETORT)
    with plant.writing() as session:
        load = session.scalars(sa.select(CycleLoad)).one()
        cycle = session.get_one(EquipmentCycle, load.cycle_id)
        assert (cycle.number, cycle.chart, load.quantity) == ("R1-0461", None, 500)
        with pytest.raises(sa.exc.IntegrityError):
            session.execute(sa.delete(EquipmentCycle))
    plant.dispose()


def test_balances_keep_their_rows_and_their_guard(tmp_path: Path) -> None:
    """SQLite lays them out anew: the trigger that refuses less than nothing stays."""
    plant = upgraded_from("0003", tmp_path, LOADED_RETORT + BALANCES)
    with plant.writing() as session:
        assert session.scalars(sa.select(Stock.quantity)).all() == [-500, 500]
        (row,) = session.execute(sa.select(StockItem.__table__)).all()
        assert tuple(row) == (1, 8, True, 0, 500)
        minus = sa.update(Stock).values(quantity=-1).where(Stock.quantity > 0)
        with pytest.raises(sa.exc.IntegrityError, match="stock_not_negative"):
            session.execute(minus)
    plant.dispose()


def upgraded_from(version: str, folder: Path, statements: tuple[str, ...]) -> Database:
    """A database of an earlier version with these rows, brought to the newest."""
    plant = Database(f"sqlite:///{folder}/lotmark.db")
    settings = migrations.config("versions")
    with plant.engine.execution_options(lotmark_write=True).begin() as link:
        settings.attributes |= {
            "connection": link,
            "metadata": Base.metadata,
            "version_table": "alembic_version",
        }
        command.upgrade(settings, version)
        for statement in statements:
            link.exec_driver_sql(statement)
    log = scans.open_scans(plant.url)
    migrations.upgrade(plant, log)
    log.dispose()
    return plant


LOADED_RETORT = (
    "INSERT INTO site (id, code, name, name_en, address, address_en, time_zone,"
    " licence, phone, authority, authority_phone)"
    " VALUES (1, 'S1', '一厂', 'Plant 1', '', '', 'Asia/Shanghai', '', '', '', '')",
    "INSERT INTO article (id, code, kind, name, name_en, base_unit, net_content,"
    " net_content_en, ingredients, ingredients_en, allergens, allergens_en, storage,"
    " storage_en, standard, picture)"
    " VALUES (1, 'A1', 'product', '扒鸡', 'Chicken', 'piece', '', '', '', '', '', '',"
    " '', '', '', '')",
    "INSERT INTO lot (id, article_id, origin, code, ai10, status, grade, next_item,"
    " certificate, version) VALUES (1, 1, '', 'B1', 'B1', 'produced', 'quantity', 0,"
    " '', 1)",
    "INSERT INTO equipment_cycle (id, site_id, number, equipment, kind, started_at,"
    " result) VALUES (1, 1, 'R1-0461', 'R1', 'retort', '2026-11-20 08:00:00', 'pass')",
    "INSERT INTO cycle_load (cycle_id, lot_id, quantity) VALUES (1, 1, 500)",
)
"""A retort load as it was kept before charts were."""
BALANCES = (
    "INSERT INTO location (id, code, kind, name, name_en)"
    " VALUES (8, 'W1', 'warehouse', '仓', 'Store')",
    "INSERT INTO stock (lot_id, location_id, quantity)"
    " SELECT 1, id, -500 FROM location WHERE code = 'made'",
    "INSERT INTO stock (lot_id, location_id, quantity) VALUES (1, 8, 500)",
    "INSERT INTO stock_item (lot_id, location_id, sure, lo, hi)"
    " VALUES (1, 8, 1, 0, 500)",
)
"""Its packs, in a store."""
