"""One installation, opened once per process: its databases, keys and folders."""

from dataclasses import dataclass

import sqlalchemy as sa

from ..labels.engine.stock import use_own_stocks
from ..trace.db import Database
from ..trace.errors import N_, Conflict
from ..trace.identity.keys import KeyRing, load_keys
from ..trace.identity.known_keys import check_keys, remember_keys
from ..trace.scans import open_scans
from .settings import Settings


@dataclass(frozen=True, slots=True)
class Installation:
    """What views, commands and the worker share."""

    settings: Settings
    plant: Database
    scans: Database
    """Scans by the public; the same PostgreSQL, or a file of their own on SQLite."""
    keys: KeyRing

    def close(self) -> None:
        self.plant.dispose()
        self.scans.dispose()


def open_installation(settings: Settings) -> Installation:
    """Open what ``settings`` name.

    Raises Conflict when there is none yet, and when the code keys are not the ones
    that its codes were made with.
    """
    plant = Database(settings.database_url)
    if (plant.path and not plant.path.exists()) or not sa.inspect(
        plant.engine
    ).has_table("lot"):
        raise Conflict(
            "no_installation",
            N_(
                "There is no Lotmark installation at %(place)s yet: run lotmark init "
                "or lotmark demo, or set LOTMARK_HOME or LOTMARK_DATABASE_URL."
            ),
            place=plant.url.render_as_string(hide_password=True),
        )
    keys = load_keys(settings.code_keys, settings.key_file)
    use_own_stocks(settings.stocks)
    with plant.reading() as session:
        all_known = check_keys(session, keys)
    if not all_known:
        with plant.writing() as session:
            remember_keys(session, keys)
    return Installation(settings, plant, open_scans(plant.url), keys)
