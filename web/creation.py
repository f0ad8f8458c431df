"""Making an installation: its folder, its databases, its keys."""

from ..trace.db import Database
from ..trace.identity.keys import create_key_file
from ..trace.scans import open_scans
from . import migrations
from .installation import Installation, open_installation
from .settings import Settings, remember_base_url


def create_installation(settings: Settings) -> Installation:
    """Make what ``settings`` name, or bring it up to date, and open it."""
    if not settings.home.exists():  # nobody else's business: names, health, keys
        settings.home.mkdir(mode=0o700, parents=True)
    plant = Database(settings.database_url)
    scan_log = open_scans(plant.url)
    migrations.upgrade(plant, scan_log)
    plant.dispose()
    scan_log.dispose()
    if not settings.code_keys:
        create_key_file(settings.key_file)
    remember_base_url(settings.home, settings.base_url)
    return open_installation(settings)
