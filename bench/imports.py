"""Importing big files with every check: rows a second and memory, by kind.

    python bench/imports.py [--rows N] [--format csv|xlsx] [--beside] [KIND ...]

A plant of 2,000 received lots and 2,000 batches is there; each figure is one file of
one kind (``mixed``: a fifth each of five kinds), read, checked and applied by
``bring_files``, the way ``lotmark import`` does. Memory is the most the process had
beyond what it had before; CPU seconds are those of the importing process, without
PostgreSQL's. Each import runs in a process of its own; PostgreSQL is a
server of the bench's own (tests/support/testpg.py). With ``--beside`` others go on
working meanwhile, and how long they wait stands below. Prints rows of Markdown.
"""

import argparse
import csv
import multiprocessing
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import sqlalchemy as sa

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))
import testpg
from beside import Waits, staff

from lotmark.trace import people, scans
from lotmark.trace.db import Database
from lotmark.trace.exchange.imports import bring_files
from lotmark.web import migrations

NOW = datetime(2026, 11, 24, tzinfo=UTC)
START = datetime(2025, 1, 1, 8)  # noqa: DTZ001 - as files write it
LOTS, LINES, SHOPS = 2_000, 20, 300
KINDS = ("runs", "checks", "consumption", "shipments", "movements", "mixed")
Cells = list[str]


def plant() -> dict[str, Iterator[Cells]]:
    """The files of the plant as it is before."""
    return {
        "sites": rows("code,name,time_zone", [["Y1", "厂", "Asia/Shanghai"]]),
        "lines": rows("site,code,name", ([f"Y1,L{n},线" for n in range(LINES)])),
        "places": rows(
            "site,code,kind,name",
            ["Y1,RM,warehouse,原料库", "Y1,FG,warehouse,成品库", "Y1,FG2,warehouse,库"],
        ),
        "partners": rows(
            "code,kind,name",
            ["S1,supplier,牧场", *(f"C{n},consignee,店" for n in range(SHOPS))],
        ),
        "articles": rows(
            "code,name,kind,unit", ["BEEF,牛肉,ingredient,kg", "PACK,酱牛肉,product,袋"]
        ),
        "received": rows(
            "article,lot,supplier,received_on,quantity,unit,place",
            (f"BEEF,R{n:05},S1,2025-01-01,900000,kg,RM" for n in range(LOTS)),
        ),
        "own": rows(
            "article,lot,line,produced_on,quantity,unit,place,status,certificate",
            (
                f"PACK,{lot},Y1/L{n % LINES},2025-01-01,9000000,袋,FG,released,C{n}"
                for n, lot in enumerate([*(f"P{n:05}" for n in range(LOTS)), "OTHER"])
            ),
        ),
    }


def rows(header: str, lines: Iterable[str | Cells]) -> Iterator[Cells]:
    yield header.split(",")
    for line in lines:
        yield line.split(",") if isinstance(line, str) else line


def at(minutes: int) -> str:
    return (START + timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M")


def events(kind: str, count: int) -> Iterator[Cells]:
    """A file of ``count`` rows of a kind; a minute lies between some of them."""
    step = 600_000 / count
    if kind == "runs":
        yield ["lot", "line", "start", "end", "team"]
        for n in range(count):
            turn = n // LINES
            long = 600_000 * LINES // count
            start, end = at(turn * long), at((turn + 1) * long)
            yield [f"P{n % LOTS:05}", f"Y1/L{n % LINES}", start, end, f"班{n % 3}"]
    elif kind == "checks":
        yield ["lot", "line", "at", "kind", "value", "limits", "result"]
        for n in range(count):
            lot, line = f"P{n % LOTS:05}", f"Y1/L{n % LINES}"
            value = f"-0.0{n % 89 + 10} MPa"
            time_ = at(int(n * step))
            yield [lot, line, time_, "vacuum", value, "≤ -0.085 MPa", "pass"]
    elif kind == "consumption":
        head = "output_lot,input_article,input_lot,supplier,quantity,unit,at,place"
        yield head.split(",")
        for n in range(count):
            used, made = f"R{n * 7 % LOTS:05}", f"P{n % LOTS:05}"
            amount = f"{n % 997 + 1}.{n % 10}"
            yield [made, "BEEF", used, "S1", amount, "kg", at(int(n * step)), "RM"]
    elif kind == "shipments":
        head = "number,consignee,carrier,vehicle,shipped_at,delivered_at,lot,quantity"
        yield [*head.split(","), "unit", "place"]
        for n in range(count):
            order = n // 4
            gone, there = at(int(order * 4 * step)), at(int(order * 4 * step) + 95)
            way = [f"F{order:07}", f"C{order % SHOPS}", "顺达", f"云A{order % 40}"]
            lot = f"P{(n * 11) % LOTS:05}"
            yield [*way, gone, there, lot, str(n % 300 + 1), "袋", "FG"]
    else:
        yield ["document", "lot", "from", "to", "quantity", "unit", "at", "reason"]
        for n in range(count):
            lot, amount = f"P{n * 3 % LOTS:05}", str(n % 30 + 1)
            time_ = at(int(n * step))
            yield [f"M{n // 5:07}", lot, "FG", "FG2", amount, "袋", time_, "移库"]


def write(table: Iterator[Cells], path: Path) -> None:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(table)
        return
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for cells in table:
        sheet.append(cells)
    book.save(path)


def bring(url: str, paths: list[Path]) -> tuple[int, float, float, float]:
    """Rows, seconds, CPU seconds, and those in which others on SQLite cannot write."""
    database = Database(url)
    began: list[float] = []

    def progress(step: str, done: int, total: int) -> None:
        if step == "write" and not began:
            began.append(time.process_time())

    files = [(path.name, path.open("rb")) for path in paths]
    start, cpu = time.perf_counter(), time.process_time()
    report = bring_files(
        database, files, people.system(), NOW, key_version=1, progress=progress
    )
    spent, now = time.perf_counter() - start, time.process_time()
    database.dispose()
    return report.rows, spent, now - cpu, now - (began or [now])[0]


def measure(url: str, paths: list[Path], out: "multiprocessing.Queue[object]") -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = bring(url, paths)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    out.put((*found, (after - before) / 1024))


def apart(url: str, paths: list[Path]) -> tuple[int, float, float, float, float]:
    """``measure`` in a process of its own."""
    context = multiprocessing.get_context("spawn")
    out: multiprocessing.Queue[tuple[int, float, float, float, float]]
    out = context.Queue()
    worker = context.Process(target=measure, args=(url, paths, out))
    worker.start()
    found = out.get()
    worker.join()
    return found


def new_house(engine: str, server: str, folder: Path) -> str:
    """The address of an empty house."""
    if engine == "sqlite":
        url = f"sqlite:///{folder / uuid.uuid4().hex}/lotmark.db"
        Path(sa.make_url(url).database or "").parent.mkdir()
    else:
        name = f"bench_{uuid.uuid4().hex[:8]}"
        with sa.create_engine(server, isolation_level="AUTOCOMMIT").connect() as link:
            link.exec_driver_sql(f"CREATE DATABASE {name}")
        url = str(sa.make_url(server).set(database=name))
    database = Database(url)
    log = scans.open_scans(database.url) if database.is_sqlite else database
    migrations.upgrade(database, log)
    database.dispose()
    return url


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("kinds", nargs="*", default=KINDS)
    options.add_argument("--rows", type=int, default=200_000)
    options.add_argument("--format", default="csv", choices=("csv", "xlsx"))
    options.add_argument("--engine", choices=("sqlite", "postgresql"))
    options.add_argument("--beside", action="store_true")
    given = options.parse_args()
    engines = [given.engine] if given.engine else ["sqlite", "postgresql"]
    server = testpg.start() if "postgresql" in engines else None
    print("| file | engine | rows | a second | a CPU second | writing, CPU s | MiB |")
    print("|---|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base = [folder / f"{kind}.csv" for kind in plant()]
        for path, table in zip(base, plant().values(), strict=True):
            write(table, path)
        for kind in given.kinds:
            kinds = KINDS[:5] if kind == "mixed" else (kind,)
            paths = [folder / f"x-{one}.{given.format}" for one in kinds]
            for path, one in zip(paths, kinds, strict=True):
                write(events(one, given.rows // len(kinds)), path)
            for engine in engines:
                url = new_house(engine, server.url if server else "", folder)
                bring(url, base)
                waits: list[Waits] = []
                if given.beside:
                    with staff(url, "OTHER", "FG", "FG2") as waits:
                        count, spent, used, writing, memory = apart(url, paths)
                else:
                    count, spent, used, writing, memory = apart(url, paths)
                print(
                    f"| {kind} {given.format} | {engine} | {count:,} | "
                    f"{count / spent:,.0f} | {count / used:,.0f} | {writing:.1f} | "
                    f"{memory:,.0f} |",
                    *waits,
                    *{error for one in waits for error in one.errors},
                    sep="\n",
                    flush=True,
                )
    if server:
        server.stop()


if __name__ == "__main__":
    main()
