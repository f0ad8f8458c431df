"""The ledger of a recall: each batch at each consignee, and whether it adds up."""

from flask import render_template
from flask.typing import ResponseReturnValue

from ...recall.quarantine.guards import left_of
from ...recall.quarantine.ledgers import reckon
from ...recall.quarantine.reckoning import percent
from ...recall.recalls.cases import find_recall
from ...trace import clock
from ..clocks import span
from ..current import house
from .room import room

MOST_ROWS = 500
"""Rows of consignees a page shows, those that are wrong first."""


@room.get("/recall/<number>/ledger")
def ledger(number: str) -> ResponseReturnValue:
    now = clock.now()
    with house().plant.reading() as session:
        recall = find_recall(session, number)
        found = reckon(session, recall, now)
        rows = sorted(
            found.rows,
            key=lambda row: (
                not row.ledger.is_over,
                not row.flags,
                -row.ledger.unaccounted,
            ),
        )
        return render_template(
            "recovery/ledger.html",
            recall=recall,
            found=found,
            rows=rows[:MOST_ROWS],
            lots={one.lot.id: one.lot for one in found.lots},
            left=left_of(session, recall),
            percent=percent,
            span=span,
        )
