"""Eight processes in one warehouse at once: nothing lost, nothing doubled, no deadlock.

Each has a connection of its own and receives, moves, packs, picks, ships, delivers,
takes back, uses, counts, signs, holds and releases at random. At the end the whole book
is added up again, row by row. ``LOTMARK_LONG=1`` works thirteen times as long.
"""

import json
import multiprocessing
import os
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from books_oracle import check_all
from hands import DEEDS, ITEMS, Shelves, lend_a_hand
from loads import works
from stockroom import PATIENCE, Plant, add_lot, move

from lotmark.trace.db import Database
from lotmark.trace.parties.tables import Article, Partner

HANDS = 8
LONG = bool(os.environ.get("LOTMARK_LONG"))
STEPS = 200 if LONG else 15
WAIT = PATIENCE * (20 if LONG else 2)


def shelves(database: Database, plant: Plant, now: datetime) -> Shelves:
    """Two lots of each kind in the first store, and salt to be received."""
    with database.writing() as session:
        site = works(session)
        supplier = Partner(code="S01", kind="supplier", name="盐场", name_en="Salt")
        session.add(supplier)
        session.add(
            Article(
                code="SALT",
                kind="ingredient",
                name="盐",
                name_en="Salt",
                base_unit="mg",
            )
        )
        lots = [add_lot(session, plant, items=ITEMS) for _ in range(6)]
        for lot in lots[:2] + lots[4:]:
            route, every = "made > W1", f"0-{ITEMS - 1}"
            move(session, plant, lot, route, items=every, at=now)
        for lot in lots[2:4]:
            move(session, plant, lot, "made > W1", ITEMS, at=now)
        ids = tuple(lot.id for lot in lots)
        return Shelves(plant, site, supplier.id, ids[:2], ids[2:4], ids[4:])


@pytest.mark.timeout(WAIT + PATIENCE)
def test_eight_processes_keep_one_book(
    database: Database,
    database_url: str,
    plant: Plant,
    now: datetime,
    tmp_path: Path,
) -> None:
    stock = shelves(database, plant, now)
    # Eight processes that each import everything would spend most of the time on that.
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["hands"])
    start = forks.Barrier(HANDS)
    told = [tmp_path / f"{hand}.json" for hand in range(HANDS)]
    hands = [
        forks.Process(
            target=lend_a_hand,
            args=(database_url, stock, hand, STEPS, start, str(told[hand])),
        )
        for hand in range(HANDS)
    ]
    until = time.monotonic() + WAIT
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(max(0.0, until - time.monotonic()))
    late = [hand for hand in hands if hand.is_alive()]
    for hand in late:
        hand.kill()
    assert not late
    assert [hand.exitcode for hand in hands] == [0] * HANDS
    done = sum((Counter(json.loads(path.read_text())) for path in told), Counter())
    with database.reading() as session:
        check_all(session, stock.scanned)
    missing = set(DEEDS) - set(done)
    assert not missing if LONG else len(missing) < 8, done
