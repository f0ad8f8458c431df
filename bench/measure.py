"""What the benchmarks of the plant share: databases of their own, and a stopwatch."""

import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from lotmark.trace.db import Database

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))

import testpg

Key = TypeVar("Key")
ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class Place:
    """Makes empty databases of both kinds."""

    def __init__(self, folder: Path, server: testpg.Server) -> None:
        self.folder, self.server = folder, server

    def database(self, engine: str, name: str) -> Database:
        if engine == "sqlite":
            return Database(f"sqlite:///{self.folder / name}.db")
        url = sa.make_url(self.server.url)
        link = sa.create_engine(url, isolation_level="AUTOCOMMIT").connect()
        link.exec_driver_sql(f'CREATE DATABASE "{name}"')
        link.close()
        return Database(url.set(database=name).render_as_string(hide_password=False))


@contextmanager
def place(keep: bool = False) -> Iterator[Place]:
    """A folder and a server of our own, gone afterwards unless they are kept."""
    folder = Path(tempfile.mkdtemp(prefix="lotmark-bench-"))
    server = testpg.start()
    try:
        yield Place(folder, server)
    finally:
        if keep:
            print(f"Kept: {folder} and {server.url}")
        else:
            server.stop()
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()


def median(work: Callable[[], object], rounds: int = 7) -> float:
    """Median seconds of some rounds after one that does not count.

    What takes long is done fewer times: no more is begun after half a minute.
    """
    work()
    seconds: list[float] = []
    while len(seconds) < rounds and sum(seconds) < 30:
        gc.collect()
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def in_turn(works: dict[Key, Callable[[], object]], rounds: int) -> dict[Key, float]:
    """Median seconds of each; in turn, so that what else runs here disturbs all."""
    seconds: dict[Key, list[float]] = {key: [] for key in works}
    for _ in range(rounds):
        for key, work in works.items():
            start = time.perf_counter()
            work()
            seconds[key].append(time.perf_counter() - start)
    return {key: statistics.median(some) for key, some in seconds.items()}


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print a table of Markdown."""
    print(f"\n| {' | '.join(head)} |\n|---{'|---:' * (len(head) - 1)}|")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    sys.stdout.flush()


def told(seconds: float) -> str:
    """A duration as people read it.

    >>> told(0.00042), told(0.0123), told(12.3)
    ('0.42 ms', '12 ms', '12.3 s')
    """
    if seconds < 0.01:
        return f"{seconds * 1e3:.2f} ms"
    return f"{seconds * 1e3:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
