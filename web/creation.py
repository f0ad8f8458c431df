"""Making an installation: its folder, its databases, its keys."""

from ..trace.db import Database
from ..trace.scans import open_scans
from . import migrations
from .installation import Installation, open_installation
from .settings import Settings


def create_installation(settings: Settings) -> Installation:
    """Make what ``settings`` name, or bring it up to date, and open it."""
    settings.home.mkdir(parents=True, exist_ok=True)
    plant = Database(settings.database_url)
    scan_log = open_scans(plant.url)
    migrations.upgrade(plant, scan_log)
    plant.dispose()
    scan_log.dispose()
    return open_installation(settings)
