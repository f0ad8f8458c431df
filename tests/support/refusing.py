"""Headers of files for the small plant, and how a refusal of their rows is checked."""

from datetime import datetime

import pytest
from plant_files import bring, row_counts

from lotmark.trace.db import Database
from lotmark.trace.exchange.imports import ImportRefused

LOTS = "article,lot,supplier,line,site,produced_on,expires_on,received_on,quantity,unit"
LOTS += ",place,grade,status,certificate,planned,coded"
RUNS = "lot,line,site,start,end,team"
CYCLES = "site,equipment,kind,number,start,end,result,lot,quantity"
DRAWN = f"{CYCLES},drawn_at"
TANKS = "site,cycle,lot,article,supplier,quantity,unit,at,place"
USED = "output_lot,input_article,input_lot,supplier,quantity,unit,at,kind,place"
CASES = "sscc,parent,lot,items,quantity"
SHIPS = "number,consignee,shipped_at,delivered_at,lot,quantity,unit,items,sscc,place"
MOVES = "document,lot,from,to,quantity,unit,items,sscc,at,reason"
CLEAN = "line,site,start,end,kind,result"
CHECKS = "lot,line,site,at,kind,value,result"
CORRECTED = "lot,line,at,kind,result,corrected_at,correction,entry"
STOPS = "line,start,rectified_at,end,check,reason"
STAYS = "sscc,pallet,since,until"
S1, S2, S3 = "095060000000000015", "095060000000000022", "095060000000000039"
NEW, PALLET = "095060000000000046", "095060000000000053"


Bad = tuple[int, str, str]
"""Line, column and code of the reason."""
Wrong = tuple[str, str, list[Bad]]
"""A header, rows below it, and what is wrong with them."""


def check_refused(plant: Database, now: datetime, wrong: Wrong) -> None:
    """Every bad row is told with line, column and reason, and nothing changes."""
    header, rows, expected = wrong
    before = row_counts(plant)
    with pytest.raises(ImportRefused) as refused:
        bring(plant, [("x.csv", f"{header}\n{rows}\n".encode())], now)
    found = [(row.line, row.column, row.code) for row in refused.value.rows]
    assert sorted(found) == sorted(expected)
    assert all(str(row).startswith("x.csv:") for row in refused.value.rows)
    assert str(refused.value.rows[0]) in str(refused.value)
    assert row_counts(plant) == before
