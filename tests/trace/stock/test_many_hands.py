"""Eight processes on two lots at once: nothing lost, nothing negative, no deadlock."""

import json
import multiprocessing
import time
from datetime import datetime

import sqlalchemy as sa
from stockroom import PATIENCE, WANG, Plant, add_lot, push_about

from lotmark.trace import audit
from lotmark.trace.db import Database
from lotmark.trace.stock.queries import balances
from lotmark.trace.stock.service import Move, move_many
from lotmark.trace.stock.tables import Movement

HANDS = 8
MADE = 60


def test_eight_processes_keep_one_book(
    database: Database, database_url: str, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lots = [add_lot(session, plant).id for _ in range(2)]
        made, store = plant.places["made"], plant.places["W1"]
        moves = [Move(lot, made, store, now, "D-0", quantity=MADE) for lot in lots]
        move_many(session, moves, actor=WANG, now=now)
    # Eight processes that each import everything would spend most of the time on that.
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["lotmark.trace.stock.service", "pytest"])
    start = forks.Barrier(HANDS)
    hands = [
        forks.Process(target=push_about, args=(database_url, plant, lots, hand, start))
        for hand in range(HANDS)
    ]
    until = time.monotonic() + PATIENCE
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(max(0.0, until - time.monotonic()))
    late = [hand for hand in hands if hand.is_alive()]
    for hand in late:
        hand.kill()
    assert not late
    assert [hand.exitcode for hand in hands] == [0] * HANDS
    check_books(database, lots)
    check_held_stayed(database)


def check_books(database: Database, lots: list[int]) -> None:
    with database.reading() as session:
        for lot_id, ledger in balances(session, lots).items():
            assert ledger.made == MADE
            assert min(here.quantity for here in ledger.real) >= 0
            sums: dict[int, int] = {}
            of_lot = sa.select(Movement).where(Movement.lot_id == lot_id)
            for row in session.scalars(of_lot):
                sums[row.from_id] = sums.get(row.from_id, 0) - row.quantity
                sums[row.to_id] = sums.get(row.to_id, 0) + row.quantity
            stock = {place: here.quantity for place, here in ledger.balances.items()}
            assert stock == sums


def check_held_stayed(database: Database) -> None:
    """Rows of the chain stand in the order of the commits."""
    columns = sa.select(audit.AuditRow.action, audit.AuditRow.data)
    with database.reading() as session:
        assert audit.verify(session)[1] is None
        rows = session.execute(columns.order_by(audit.AuditRow.id)).all()
    actions = [row.action for row in rows]
    moves = [
        (one["from"], one["to"])
        for row in rows[actions.index("hold.place") :]
        if row.action == "stock.move"
        for one in json.loads(row.data)["moves"]
    ]
    ours = {"L1", "W1", "W2", "R1", "H1", "Q1"}
    assert moves, "nothing was tried after the hold"
    assert not [
        (source, to) for source, to in moves if source in ours and to not in ours
    ]
