"""Rows written at once are the rows that were given, on both engines."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from lotmark.trace.bulk import (
    Plain,
    insert_rows,
    plain_moment,
    plain_row,
    read_moment,
    take_ids,
)
from lotmark.trace.db import Database
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
