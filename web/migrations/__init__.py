"""The database's shape, step by step: the plant's tables and, apart, the scans."""

from pathlib import Path

from alembic import command
from alembic.config import Config

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
        with database.engine.execution_options(lotmark_write=True).begin() as link:
            settings = config(folder)
            settings.attributes |= {
                "connection": link,
                "metadata": metadata,
                "version_table": table,
            }
            command.upgrade(settings, "head")


def config(folder: str) -> Config:
    """Alembic's settings for one of the two histories."""
    settings = Config()
    settings.set_main_option("script_location", str(HERE))
    settings.set_main_option("version_locations", str(HERE / folder))
    settings.set_main_option("path_separator", "os")
    return settings
