"""A file that was imported before is recognised by its bytes and changes nothing."""

import io
from datetime import datetime, timedelta

import sqlalchemy as sa
from plant_files import BASE, bring, contents, workbook

from lotmark.trace.db import Database
from lotmark.trace.exchange.imports import Known
from lotmark.trace.exchange.tables import ImportFile

NEW = b"code,name,time_zone\nY9,new,\n"


def test_files_known_altogether_change_nothing(plant: Database, now: datetime) -> None:
    before = contents(plant)
    later = now + timedelta(days=3)
    files = [(f"copy of {name}", text.encode()) for name, text in BASE.items()]
    report = bring(plant, files, later)
    assert report.files == ()
    assert report.rows == 0
    assert report.known == tuple(Known(name, now, "system") for name, _ in files)
    assert contents(plant) == before


def test_known_files_are_left_out_and_told(plant: Database, now: datetime) -> None:
    later = now + timedelta(days=3)
    files = [("sites.csv", BASE["sites.csv"].encode()), ("new.csv", NEW)]
    report = bring(plant, files, later)
    assert [(file.name, file.rows) for file in report.files] == [("new.csv", 1)]
    assert report.known == (Known("sites.csv", now, "system"),)
    again = bring(plant, [("other name.csv", NEW)], later + timedelta(days=1))
    assert again.known == (Known("other name.csv", later, "system"),)


def test_the_same_content_twice_in_one_import_counts_once(
    plant: Database, now: datetime
) -> None:
    report = bring(plant, [("a.csv", NEW), ("b.csv", NEW)], now)
    assert [file.name for file in report.files] == ["a.csv"]


def test_what_was_imported_is_kept_with_each_file(
    plant: Database, now: datetime
) -> None:
    book = workbook(
        [["code", "name", "time_zone"], ["Y7", "x", None]],
        [["site", "code", "name"], ["Y7", "L1", "x"], ["Y7", "L2", "x"]],
    )
    bring(plant, [("plant.xlsx", io.BytesIO(book))], now)
    with plant.reading() as session:
        row = session.scalars(sa.select(ImportFile).filter_by(name="plant.xlsx")).one()
        assert (row.kinds, row.rows, row.imported_by) == ("sites,lines", 3, "system")
        assert row.imported_at == now


def test_a_refused_file_may_come_again(plant: Database, now: datetime) -> None:
    from lotmark.trace.exchange.imports import ImportRefused

    bad = b"site,code,name\nY9,L1,x\n"
    for _ in range(2):
        try:
            bring(plant, [("l.csv", bad)], now)
        except ImportRefused as refused:
            assert refused.rows[0].code == "site_unknown"
    report = bring(plant, [("s.csv", NEW), ("l.csv", bad)], now)
    assert report.known == ()
    assert report.rows == 2
