"""Works on one lot in a process of its own: issues codes, packs, moves stock."""

from datetime import datetime

from lotmark.trace.db import Database
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.lots import find_place
from lotmark.trace.people import system
from lotmark.trace.production import batches, codes
from lotmark.trace.stock.service import move_stock


def work(url: str, lot_id: int, times: int, now: datetime) -> None:
    """Seven codes ``times`` over: issued, put on packs, and five moved to FG by count.

    Each step is a transaction of its own.
    """
    database = Database(url)
    for _ in range(times):
        with database.writing() as session:
            (issued,) = codes.issue_codes(session, lot_id, 7, 1, system(), now)
        lo = issued.lot_lo or 0
        with database.writing() as session:
            items = ItemSet.range(lo, lo + 7)
            batches.record_applied(session, lot_id, items, system(), now)
        with database.writing() as session:
            move_stock(
                session,
                lot_id,
                find_place(session, "YL1/L2").id,
                find_place(session, "FG").id,
                quantity=5,
                at=now,
                document="D1",
                actor=system(),
                now=now,
            )
    database.dispose()
