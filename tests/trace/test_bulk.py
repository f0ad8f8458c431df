"""Rows written at once are the rows that were given, on both engines."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from lotmark.trace.bulk import (
    Plain,
    attach,
    insert_rows,
    insert_selected,
    plain_moment,
    plain_row,
    read_moment,
    take_ids,
)
from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict
from lotmark.trace.parties.tables import Article, Partner

NASTY = (
    "",
    " ",
    "\\N",
    "NULL",
    '"quoted", with; commas\tand tabs',
    "two\nlines\r\nand a return\r",
    "back\\slash \\. \\t",
    "汉字 😀 é",
    "'; DROP TABLE lot; --",
    "\\.",
)


def test_any_text_comes_back_as_it_was(database: Database) -> None:
    columns = ("id", "code", "kind", "name", "name_en", *REST)
    with database.writing() as session:
        ids = take_ids(session, Partner, len(NASTY))
        rows: list[tuple[Plain, ...]] = [
            (id_, f"P{id_}", "supplier", text, text, *("" for _ in REST))
            for id_, text in zip(ids, NASTY, strict=True)
        ]
        insert_rows(session, Partner, columns, iter(rows))
    with database.reading() as session:
        found = session.scalars(sa.select(Partner).order_by(Partner.id)).all()
        assert [one.name for one in found] == list(NASTY)
        assert [one.id for one in found] == ids == sorted(ids)


REST = ("address", "contact", "phone", "email", "region")


def test_every_type_and_default_comes_back(database: Database) -> None:
    values = {
        "code": "A1",
        "kind": "product",
        "name": "牛肉",
        "name_en": "Beef",
        "nutrition": {"钠": ["869 mg", 43]},
    }
    columns = [column.name for column in Article.__table__.columns]
    with database.writing() as session:
        [new] = take_ids(session, Article, 1)
        insert_rows(
            session, Article, columns, [plain_row(Article, {**values, "id": new})]
        )
    with database.reading() as session:
        article = session.get(Article, new)
        assert article is not None
        assert article.nutrition == {"钠": ["869 mg", 43]}
        assert (article.gtin, article.case_size) == (None, None)
        assert (article.base_unit, article.standard) == ("piece", "")


def test_ids_are_nobody_elses(database: Database) -> None:
    with database.writing() as session:
        assert take_ids(session, Partner, 0) == []
        first = take_ids(session, Partner, 3)
        insert_rows(
            session,
            Partner,
            ("id", "code", "kind", "name", "name_en", *REST),
            [(id_, f"P{id_}", "lab", "x", "x", *("" for _ in REST)) for id_ in first],
        )
        session.add(Partner(code="Q", kind="lab", name="x", name_en="x"))
        session.flush()
        assert not set(take_ids(session, Partner, 3)) & set(first)


def test_moments_are_kept_in_utc() -> None:
    at = datetime(2026, 5, 1, 0, 30, 1, 2, tzinfo=UTC)
    assert plain_moment(at) == "2026-05-01 00:30:01.000002"
    assert read_moment(plain_moment(at + timedelta(hours=8))) == at + timedelta(hours=8)


def test_rows_that_are_there_get_new_values(database: Database) -> None:
    columns = ("id", "code", "kind", "name", "name_en", *REST)
    rest = tuple("" for _ in REST)
    with database.writing() as session:
        first, second = take_ids(session, Partner, 2)
        insert_rows(session, Partner, columns, [(first, "A", "lab", "x", "x", *rest)])
        rows: list[tuple[Plain, ...]] = [
            (first, "A", "lab", "y", "y", *rest),
            (second, "B", "lab", "", "", *rest),
        ]
        insert_rows(session, Partner, columns, rows, key=("id",))
    with database.reading() as session:
        found = session.scalars(sa.select(Partner).order_by(Partner.id)).all()
        assert [(one.id, one.name) for one in found] == [(first, "y"), (second, "")]


def test_a_value_taken_meanwhile_is_told_as_everywhere(database: Database) -> None:
    row = ("A", "lab", "x", "x", *("" for _ in REST))
    columns = ("code", "kind", "name", "name_en", *REST)
    told = sa.exc.IntegrityError if database.is_sqlite else Conflict
    with pytest.raises(told), database.writing() as session:
        insert_rows(session, Partner, columns, [row, row])


def test_an_attached_file_is_read_and_let_go(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "x.db"
    columns = ("code", "kind", "name", "name_en", *REST)
    link = sqlite3.connect(file)
    link.execute("CREATE TABLE one (code, kind, name)")
    link.execute("INSERT INTO one VALUES ('A', 'lab', '店'), ('B', 'lab', 'y')")
    link.commit()
    link.close()
    blanks = ", ".join("''" for _ in REST)
    select = f"SELECT code, kind, name, ?, {blanks} FROM x.one ORDER BY code"  # noqa: S608
    for _ in range(12):  # SQLite attaches ten files at the most
        with database.writing() as session:
            taken = attach(session, file, "x")
            assert taken == database.is_sqlite
            if taken:
                assert not attach(session, file, "y")
                insert_selected(session, Partner, columns, (select, ["en"]))
                rows = sa.select(Partner.code, Partner.name, Partner.name_en)
                assert session.execute(rows).all() == [
                    ("A", "店", "en"),
                    ("B", "y", "en"),
                ]
                session.rollback()
