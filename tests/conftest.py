"""Databases for the tests: each test gets its own, on both engines."""

import os
import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import testpg
from emptied import Emptied
from hypothesis import settings

from lotmark.trace import scans
from lotmark.trace.db import Database
from lotmark.web import migrations

ENGINES = ("sqlite", "postgresql")
NOW = datetime(2026, 11, 24, 2, 2, tzinfo=UTC)
"""Tuesday 10:02 at the plant."""

settings.register_profile("house", deadline=None)
settings.load_profile("house")

_server: testpg.Server | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once, before the workers: they find it in the environment."""
    global _server
    if not hasattr(config, "workerinput") and "TEST_PG_URL" not in os.environ:
        _server = testpg.start()
        os.environ["TEST_PG_URL"] = _server.url


def pytest_unconfigure() -> None:
    if _server is not None:
        _server.stop()
        del os.environ["TEST_PG_URL"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name in one line each what was missing, with the command that installs it."""
    skipped = terminalreporter.stats.get("skipped", [])
    for reason in sorted({str(report.longrepr[2]) for report in skipped}):
        terminalreporter.write_line(reason.removeprefix("Skipped: "), yellow=True)


@pytest.fixture(scope="session", autouse=True)
def written_once() -> Iterator[None]:
    """Each test has databases of its own; what was made SQL for one serves the next.

    Otherwise every test would write each of its statements anew, a third of its time.
    """
    first: dict[tuple[str, object], sa.Engine] = {}
    create = sa.create_engine

    def like_the_first(url: sa.URL | str, **options: Any) -> sa.Engine:
        engine = create(url, query_cache_size=10_000, **options)
        kind = engine.dialect.name, options.get("isolation_level")
        model = first.setdefault(kind, engine)
        engine.dialect = model.dialect
        engine._compiled_cache = model._compiled_cache
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sa, "create_engine", like_the_first)
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty house on SQLite, migrated once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "lotmark.db"
    plant = Database(f"sqlite:///{path}")
    log = scans.open_scans(plant.url)
    migrations.upgrade(plant, log)
    for database in (plant, log):
        with database.engine.connect() as link:
            link.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[sa.URL]:
    """An empty house on PostgreSQL, migrated once and copied for each test."""
    server = sa.make_url(os.environ["TEST_PG_URL"])
    name = f"lotmark_{uuid.uuid4().hex[:12]}"
    _postgres(server, f'CREATE DATABASE "{name}"')
    url = server.set(database=name)
    plant = Database(url.render_as_string(hide_password=False))
    migrations.upgrade(plant, plant)
    plant.dispose()
    yield url
    _postgres(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgres_house(postgres_template: sa.URL) -> Iterator[Emptied]:
    """A copy of the template, emptied after each test."""
    server = sa.make_url(os.environ["TEST_PG_URL"])
    name = f"lotmark_{uuid.uuid4().hex[:12]}"
    copy = f'CREATE DATABASE "{name}" TEMPLATE "{postgres_template.database}"'
    kept = Emptied(
        postgres_template.set(database=name),
        make=lambda: _postgres(server, f"{copy} STRATEGY file_copy"),
        drop=lambda: _postgres(server, f'DROP DATABASE "{name}" WITH (FORCE)'),
    )
    yield kept
    kept.close()


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of an empty, migrated database of the test's own, on each engine."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        for source in template.parent.glob("*.db"):
            shutil.copy(source, tmp_path / source.name)
        yield f"sqlite:///{tmp_path / template.name}"
        return
    kept: Emptied = request.getfixturevalue("postgres_house")
    yield kept.ready()
    kept.empty()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty, migrated database of the test's own, on each engine."""
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def now() -> datetime:
    return NOW


def _postgres(server: sa.URL, statement: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as link:
        link.exec_driver_sql(statement)
    engine.dispose()
