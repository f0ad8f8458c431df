"""The database's shape, step by step: the plant's tables and, apart, the scans."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection

from ...trace import scans
from ...trace.db import Base, Database
from . import models

HERE = Path(__file__).parent

__all__ = ["config", "models", "upgrade"]


def upgrade(plant: Database, scan_log: Database) -> None:
    """Bring both databases to the newest shape; an up-to-date one is left alone."""
    for database, metadata, folder, table in (
        (plant, Base.metadata, "versions", "alembic_version"),
        (scan_log, scans.METADATA, "scan_versions", "alembic_version_scan"),
    ):
        with _altering(database) as link, link.begin():
            settings = config(folder)
            settings.attributes |= {
                "connection": link,
                "metadata": metadata,
                "version_table": table,
            }
            command.upgrade(settings, "head")
            _check_references(database, link)


@contextmanager
def _altering(database: Database) -> Iterator[Connection]:
    """A connection that may rebuild tables.

    SQLite changes a constraint only by a new table in place of the old one, and to drop
    the old one would break every reference to it.
    """
    with database.engine.execution_options(lotmark_write=True).connect() as link:
        if not database.is_sqlite:
            yield link
            return
        raw: Any = link.connection.driver_connection
        raw.execute("PRAGMA foreign_keys=OFF")
        try:
            yield link
        finally:
            raw.execute("PRAGMA foreign_keys=ON")


def _check_references(database: Database, link: Connection) -> None:
    if not database.is_sqlite:
        return
    broken = link.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise RuntimeError(f"The migration would break references: {broken[:5]}")


def config(folder: str) -> Config:
    """Alembic's settings for one of the two histories."""
    settings = Config()
    settings.set_main_option("script_location", str(HERE))
    settings.set_main_option("version_locations", str(HERE / folder))
    settings.set_main_option("path_separator", "os")
    return settings
