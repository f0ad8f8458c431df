"""Notes of labels and holds that contradict what is recorded."""

from datetime import datetime

from plant_files import bring
from refusing import check_refused

from lotmark.trace.db import Database

NOTES = "lot,items,kind,start,end"
HOLDS = "number,lot,state,hazard,reason,placed_by,placed_at"
LIFTED = ",requested_by,requested_at,released_by,released_at"


def test_labels_on_packs_were_not_voided(plant: Database, now: datetime) -> None:
    rows = "P-1,0-3,voided,2026-11-10 09:00,\nP-1,4,missing,2026-11-10 09:00,"
    wrong = [(2, "items", "item_accounted"), (3, "items", "item_accounted")]
    check_refused(plant, now, (NOTES, rows, wrong))


def test_a_recorded_hold_is_not_told_again_as_lifted(
    plant: Database, now: datetime
) -> None:
    hold = "FC-1,P-1,{},health,胀袋,qian,2026-11-12 09:05"
    placed = f"{HOLDS}\n{hold.format('active')}\n"
    bring(plant, [("holds.csv", placed.encode())], now)
    lifted = ",sun,2026-11-12 10:00,dong,2026-11-12 11:00"
    rows = hold.format("released") + lifted
    rows += "\n" + rows.replace("P-1", "P-2")  # under its number it would be lifted too
    wrong = [(2, "number", "already_there"), (3, "number", "already_there")]
    check_refused(plant, now, (HOLDS + LIFTED, rows, wrong))
