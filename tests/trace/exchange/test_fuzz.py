"""Damaged files: refused in our own words, the database untouched."""

import random
from collections.abc import Iterator
from datetime import datetime

from plant_files import BASE, File, base_files, row_counts, workbook

from lotmark.trace import people
from lotmark.trace.db import Database
from lotmark.trace.errors import LotmarkError
from lotmark.trace.exchange.imports import import_files

TIMES = 150


class Undo(Exception):
    """Take a successful import back: some damage does no harm."""


def damaged(content: bytes, dice: random.Random) -> bytes:
    """Some bytes changed, taken out, put in twice, or the rest cut off."""
    data = bytearray(content)
    for _ in range(dice.randint(1, 8)):
        place = dice.randrange(len(data) or 1)
        match dice.randrange(5):
            case 0:
                data[place : place + 1] = bytes([dice.randrange(256)])
            case 1:
                del data[place : place + dice.randint(1, 9)]
            case 2:
                data[place:place] = data[place : place + dice.randint(1, 40)]
            case 3:
                data[place:place] = dice.choice(TOKENS)
            case _ if dice.random() < 0.1:
                del data[place:]
    return bytes(data)


TOKENS = (b'"', b",", b"\n", b"\x00", b"\xff", b"-", b"9" * 30, b"\xef\xbb\xbf", b";")


def variants(content: bytes, seed: int) -> Iterator[bytes]:
    dice = random.Random(seed)  # noqa: S311 - the same damage in every run
    for _ in range(TIMES):
        yield damaged(content, dice)


def attempt(database: Database, files: list[File], now: datetime) -> None:
    try:
        with database.writing() as session:
            import_files(session, files, people.system(), now, key_version=1)
            raise Undo
    except Undo:
        return
    except LotmarkError as error:
        assert str(error)


def test_damaged_csv_files(database: Database, now: datetime) -> None:
    before = row_counts(database)
    for name in ("articles.csv", "batches.csv", "cases.csv"):
        for content in variants(BASE[name].encode(), len(name)):
            files = [file for file in base_files() if file[0] != name]
            attempt(database, [*files, (name, content)], now)
    assert row_counts(database) == before


def test_damaged_workbooks(database: Database, now: datetime) -> None:
    before = row_counts(database)
    rows: list[list[object]] = [["code", "name", "time_zone"]]
    rows += [[f"Y{number}", "厂", "Asia/Shanghai"] for number in range(20)]
    for content in variants(workbook(rows), 7):
        attempt(database, [("sites.xlsx", content)], now)
    assert row_counts(database) == before
