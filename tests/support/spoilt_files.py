"""Good files of every kind, spoilt in the ways that files get spoilt."""

import csv
import io
import random
from collections.abc import Callable, Iterator

import openpyxl
from plant_files import BASE, saved

Cells = list[list[str]]
File = tuple[str, bytes]

GOOD = {
    **{name: text for name, text in BASE.items() if name != "cases.csv"},
    "runs.csv": """\
lot,line,start,end,team
P-1,YL1/L1,2026-11-10 08:00,2026-11-10 09:00,甲
P-2,YL1/L2,2026-11-11 08:00,,
""",
    "cycles.csv": """\
site,equipment,kind,number,start,end,result,lot,quantity
YL1,R1,retort,R1-0461,2026-11-10 08:00,2026-11-10 09:25,missing,P-1,600
YL1,R1,retort,R1-0461,2026-11-10 08:00,2026-11-10 09:25,missing,P-2,400
""",
    "cleanings.csv": """\
line,site,start,end,kind,result,verified_by
YL1/L1,,2026-11-10 09:00,2026-11-10 10:00,full,pass,钱宁
L2,YL1,2026-11-10 09:00,2026-11-10 10:00,湿清洁,合格,
""",
    "checks.csv": """\
lot,line,site,at,kind,value,limits,result
P-1,YL1/L1,,2026-11-10 09:00,vacuum,1,≤ 2,pass
P-2,YL1/L1,,2026-11-10 09:05:30,金检,,,通过
""",
    "consumption.csv": """\
output_lot,input_article,input_lot,supplier,quantity,unit,at,kind,place
P-1,BEEF,B-7,S1,320,公斤,2026-11-10 05:30,投料,RM1
P-3,PACK,P-2,,2,箱,2026-11-11 05:30,返工,
""",
    "cases.csv": """\
sscc,parent,lot,items,quantity
095060000000000046,095060000000000053,P-1,80-119,
095060000000000060,,P-2,,40
095060000000000053,,,,
""",
    "shipments.csv": """\
number,consignee,vehicle,shipped_at,delivered_at,lot,quantity,unit,items,sscc,place
F1,C1,示A,2026-11-12 08:00,2026-11-12 10:00,P-2,2,箱,,,FG1
F2,C2,示B,2026-11-13 08:00,,P-1,,,"200-239,300",,FG1
F3,C2,示B,2026-11-13 08:00,,,,,,095060000000000015 095060000000000022,FG1
""",
    "movements.csv": """\
document,lot,from,to,quantity,unit,items,at,reason
D1,P-2,FG1,QZ1,100,,,2026-11-12 08:00,隔离
D2,P-1,FG1,sample,,,988-999,2026-11-10 12:00,留样
""",
}
"""A file of each kind that a plant of ``plant_files`` takes, or has already."""

HUGE = "巨" * 11_000
ODD = (
    *("", " ", "0", "-1", "1e9", "1,200", "9" * 400, "nan", "∞", "=1+1", "'", '"'),
    *("2026-02-30", "2026-13-01 25:61", "9999-12-31 23:59", "46143.999", "-0", "٣"),
    *("=cmd|'/c calc'!A0", "@SUM(1)", "<script>", "../../etc", "\x00", "\x01", "\x7f"),
    *("\u202e", "\ufeff", "\ud7ff", "😀" * 70, "a\nb", "a\tb", "NULL", "true", HUGE),
    *("0-999999999999999999", "5-3", "1,,2", "P-1/P-2", "YL1/", "/", "\\N", "%s%d"),
)
BYTES = (b'"', b",", b"\n", b"\r", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b";", b"=")
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-32", "cp1252")


def spoilt_files(count: int, seed: int) -> Iterator[File]:
    """The same files for the same seed; a few are spoilt without any harm."""
    dice = random.Random(seed)  # noqa: S311 - the same damage in every run
    names = sorted(GOOD)
    for number in range(count):
        name = names[number % len(names)]
        rows = list(csv.reader(io.StringIO(GOOD[name])))
        for _ in range(dice.randint(0, 2)):
            dice.choice(CELLS)(rows, dice)
        if dice.random() < 0.3:
            content, name = _workbook(rows, dice), name.replace("csv", "xlsx")
        else:
            content = _text(rows, dice)
        if dice.random() < 0.6:
            content = _damaged(content, dice)
        yield name, content


def _swap_columns(rows: Cells, dice: random.Random) -> None:
    one, other = (dice.randrange(len(rows[0])) for _ in range(2))
    for row in rows[dice.randint(0, 1) :]:
        if max(one, other) < len(row):
            row[one], row[other] = row[other], row[one]


def _odd_cell(rows: Cells, dice: random.Random) -> None:
    row = dice.choice(rows)
    if row:
        row[dice.randrange(len(row))] = dice.choice(ODD)


def _repeat_row(rows: Cells, dice: random.Random) -> None:
    rows.insert(dice.randrange(len(rows)), list(dice.choice(rows)))


def _drop_cell(rows: Cells, dice: random.Random) -> None:
    row = dice.choice(rows)
    del row[dice.randrange(len(row) + 1) :]


def _more_cells(rows: Cells, dice: random.Random) -> None:
    dice.choice(rows).extend(dice.choices(ODD, k=dice.choice((1, 3, 120))))


def _wrong_kind(rows: Cells, dice: random.Random) -> None:
    rows[0] = next(csv.reader(io.StringIO(GOOD[dice.choice(sorted(GOOD))])))


CELLS: tuple[Callable[[Cells, random.Random], None], ...] = (
    _swap_columns,
    _odd_cell,
    _odd_cell,
    _odd_cell,
    _repeat_row,
    _drop_cell,
    _more_cells,
    _wrong_kind,
)


def _text(rows: Cells, dice: random.Random) -> bytes:
    out = io.StringIO()
    form = csv.writer(out, delimiter=dice.choice(",,,;\t|"), lineterminator="\n")
    form.writerows(rows)
    encoding = dice.choice(("utf-8", "utf-8", *ENCODINGS))
    return out.getvalue().encode(encoding, errors="replace")


def _workbook(rows: Cells, dice: random.Random) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for line, row in enumerate(rows, start=1):
        for place, text in enumerate(row, start=1):
            plain = "".join(c for c in text if c.isprintable())[:32_000]
            value: str | float = plain
            if plain.isascii() and plain.isdigit() and dice.random() < 0.5:
                value = dice.choice((int(plain[:300]), float(plain[:300]), plain))
            sheet.cell(line, place, value)
    if dice.random() < 0.1:
        sheet.merge_cells("A1:B2")
    if dice.random() < 0.1:
        book.create_sheet().append(["notes", "to myself"])
    return saved(book)


def _damaged(content: bytes, dice: random.Random) -> bytes:
    """Some bytes changed, taken out, put in twice, or the rest cut off."""
    data = bytearray(content)
    for _ in range(dice.randint(1, 6)):
        place = dice.randrange(len(data) or 1)
        match dice.randrange(5):
            case 0:
                data[place : place + 1] = bytes([dice.randrange(256)])
            case 1:
                del data[place : place + dice.randint(1, 9)]
            case 2:
                data[place:place] = data[place : place + dice.randint(1, 40)]
            case 3:
                data[place:place] = dice.choice(BYTES)
            case _ if dice.random() < 0.2:
                del data[place:]
    return bytes(data)
