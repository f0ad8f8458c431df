"""Staff who go on working while something else is done: how long each of them waits."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.synchronize import Event

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from lotmark.trace import clock, people, scans
from lotmark.trace.db import Database
from lotmark.trace.errors import LotmarkError
from lotmark.trace.parties.lots import find_lot, find_place
from lotmark.trace.stock.queries import load_ledgers
from lotmark.trace.stock.service import move_stock
from lotmark.trace.stock.tables import Movement

PAUSE = 0.02
"""Seconds between two actions of one person."""
TASKS = ("read", "scan", "write")


@dataclass(frozen=True, slots=True)
class Waits:
    """What one of them did, in seconds."""

    task: str
    times: list[float]
    errors: list[str]

    def __str__(self) -> str:
        done = sorted(self.times)
        if not done:
            return f"0 {self.task}s, {len(self.errors)} errors"
        middle, longest = f"{done[len(done) // 2] * 1e3:.0f} ms", f"{done[-1]:.2f} s"
        waited = f"median {middle}, longest {longest}"
        return f"{len(done):,} {self.task}s, {waited}, {len(self.errors)} errors"


@contextmanager
def staff(url: str, lot: str, source: str, target: str) -> Iterator[list[Waits]]:
    """One who reads lots, one who scans packs, and one who moves stock to and fro.

    The list is filled when they have stopped. ``lot`` is what they move, a unit at a
    time, between the two places; the one who reads looks at it, too.
    """
    context = multiprocessing.get_context("spawn")
    begin, stop = context.Barrier(len(TASKS) + 1), context.Event()
    found: multiprocessing.Queue[Waits] = context.Queue()
    workers = [
        context.Process(
            target=_work, args=(task, url, lot, (source, target), begin, stop, found)
        )
        for task in TASKS
    ]
    for worker in workers:
        worker.start()
    waits: list[Waits] = []
    begin.wait(300)
    try:
        yield waits
    finally:
        stop.set()
        waits += [found.get(timeout=120) for _ in workers]
        waits.sort(key=lambda one: TASKS.index(one.task))
        for worker in workers:
            worker.join()


def _work(
    task: str,
    url: str,
    lot: str,
    places: tuple[str, str],
    begin: "multiprocessing.synchronize.Barrier",
    stop: Event,
    found: "multiprocessing.Queue[Waits]",
) -> None:
    house = Database(url)
    log = scans.open_scans(house.url) if house.is_sqlite else house
    acts: dict[str, Callable[[int], None]] = {
        "read": lambda _: _read(house, lot),
        "scan": lambda number: _scan(log, number),
        "write": lambda number: _move(house, lot, places[:: (-1) ** number], number),
    }
    waits = Waits(task, [], [])
    begin.wait(300)
    number = 0
    while not stop.is_set():
        start = time.perf_counter()
        try:
            acts[task](number)
            number += 1
        except (LotmarkError, SQLAlchemyError) as error:
            waits.errors.append(repr(error)[:200])
        waits.times.append(time.perf_counter() - start)
        time.sleep(PAUSE)
    found.put(waits)


def _read(house: Database, code: str) -> None:
    with house.reading() as session:
        lot = find_lot(session, code)
        load_ledgers(session, [lot.id])
        moves = sa.select(Movement).where(Movement.lot_id == lot.id)
        session.scalars(moves.order_by(Movement.at.desc()).limit(50)).all()


def _scan(log: Database, number: int) -> None:
    with log.writing() as session:
        scans.record_scan(session, 1, number, f"visitor {number}", clock.now())


def _move(house: Database, code: str, way: tuple[str, str], number: int) -> None:
    now = clock.now() - timedelta(seconds=1)
    with house.writing() as session:
        source, target = (find_place(session, place).id for place in way)
        lot = find_lot(session, code).id
        said = {"quantity": 1, "document": f"W{number}", "at": now}
        move_stock(session, lot, source, target, actor=people.system(), now=now, **said)
