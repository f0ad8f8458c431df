"""A plant as small as can be, as files for the importer."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import openpyxl
import sqlalchemy as sa

from lotmark.trace import people
from lotmark.trace.db import Base, Database
from lotmark.trace.exchange.files import read_tables
from lotmark.trace.exchange.imports import File as Given
from lotmark.trace.exchange.imports import Report, bring_files

File = tuple[str, bytes]

BASE = {
    "sites.csv": """\
code,name,time_zone
YL1,本厂,Asia/Shanghai
YL2,分厂,Asia/Shanghai
""",
    "lines.csv": """\
site,code,name
YL1,L1,1 号线
YL1,L2,2 号线
YL2,L1,1 号线
""",
    "places.csv": """\
site,code,kind,name
YL1,FG1,warehouse,成品库
YL1,RM1,warehouse,原料库
YL1,QZ1,quarantine,召回品隔离区
YL1,RT1,returns,退货区
""",
    "partners.csv": """\
code,kind,name
S1,supplier,牧场
S2,supplier,酱园
C1,consignee,批发部
C2,consignee,便利店
T1,carrier,货运
""",
    "articles.csv": """\
code,name,kind,unit,gtin,case_size,shelf_life_days
BEEF,牛肉,ingredient,kg,,,
SOY,酱油,ingredient,l,,,
PACK,五香酱牛肉,product,袋,9506000134352,40,180
TRAY,卤味拼盘,product,袋,,,
""",
    "lots.csv": """\
article,lot,supplier,produced_on,expires_on,received_on,quantity,unit,place
BEEF,B-7,S1,2026-10-20,2027-10-20,2026-11-01,900,kg,RM1
BEEF,OLD,S1,2025-10-20,2026-10-20,2026-10-01,10,kg,RM1
SOY,B-7,S2,,,2026-11-01,100.5,l,RM1
""",
    "batches.csv": """\
article,lot,line,site,produced_on,quantity,unit,place,grade,status,certificate
PACK,P-1,L1,YL1,2026-11-10,1000,袋,FG1,item,released,C-1
PACK,P-2,L1,YL1,2026-11-11,25,箱,FG1,quantity,released,C-2
TRAY,P-3,L2,YL1,2026-11-11,500,袋,FG1,quantity,released,C-3
""",
    "cases.csv": """\
sscc,parent,lot,items,quantity
095060000000000015,,P-1,0-39,
095060000000000022,,P-1,40-79,
095060000000000039,,P-2,,40
""",
}
"""File name to text."""


def base_files() -> list[File]:
    return [(name, text.encode()) for name, text in BASE.items()]


def bring(database: Database, files: Sequence[Given], now: datetime) -> Report:
    """Import files as the house itself."""
    return bring_files(database, files, people.system(), now, key_version=1)


class Whole(NamedTuple):
    """A table read to its end."""

    name: str
    header: tuple[str, ...]
    header_line: int
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_whole(name: str, content: bytes) -> list[Whole]:
    """Every table of a file with all its rows."""
    return [
        Whole(table.name, table.header, table.header_line, tuple(table.rows))
        for table in read_tables((name, content))
    ]


def row_counts(database: Database) -> dict[str, int]:
    """How many rows every table has."""
    with database.reading() as session:
        return {
            name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, in an order of its own."""
    with database.reading() as session:
        return {
            name: sorted(map(tuple, session.execute(sa.select(table))), key=repr)
            for name, table in Base.metadata.tables.items()
        }


def workbook(*sheets: list[list[object]]) -> bytes:
    """An XLSX file with these rows on each sheet."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes of a workbook."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
