"""Migrations: up from empty on both engines, and what they make is what models say."""

from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from lotmark.trace import scans
from lotmark.trace.db import Base, Database
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
