"""What the database itself refuses, whoever writes to it and with whatever program."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from stockroom import QIAN, Plant, add_lot, move

from lotmark.trace.db import Database
from lotmark.trace.parties.tables import Line, Site
from lotmark.trace.stock.holds import place_hold

BINDING = (
    "INSERT INTO code_binding (series_id, lo, hi, lot_id, lot_lo, bound_at, bound_by)"
    " SELECT {series}, {lo}, {hi}, id, {lot_lo}, '2026-11-24 02:02:00', 'x' FROM lot"
)
RUN = (
    "INSERT INTO line_run (lot_id, line_id, started_at, ended_at, team)"
    " SELECT lot.id, line.id, '2026-11-24 02:02:00', {end}, '' FROM lot, line"
)
SERIES = "INSERT INTO code_series (id, issued, created_at) VALUES ({}, 9, '2026-11-24')"
STOCK = (
    "UPDATE stock SET quantity = {}"
    " WHERE location_id = (SELECT id FROM location WHERE code = '{}')"
)
RELEASE = "UPDATE hold SET state = 'released', "


@pytest.fixture
def stocked(database: Database, plant: Plant, now: datetime) -> Database:
    """Ten of a lot in the warehouse, on hold; a line; codes 0 to 9 of series 1."""
    with database.writing() as session:
        lot = add_lot(session, plant, items=10)
        move(session, plant, lot, "made > W1", items="0-9", at=now)
        place_hold(session, [lot.id], reason="swollen", actor=QIAN, now=now)
        site = Site(code="YL1", name="云岭", name_en="Yunling")
        session.add(site)
        session.flush()
        session.add(Line(site_id=site.id, code="L2", name="2", name_en="2"))
        session.flush()
        for number in (1, 2):
            session.execute(sa.text(SERIES.format(number)))
        first = BINDING.format(series=1, lo=0, hi=10, lot_lo=0)
        session.execute(sa.text(first))
        session.execute(sa.text(RUN.format(end="NULL")))
    return database


def refusal(database: Database, *statements: str) -> str:
    """What the database says against statements; empty when they are done."""
    try:
        with database.engine.execution_options(lotmark_write=True).begin() as link:
            for statement in statements:
                link.execute(sa.text(statement))
    except sa.exc.IntegrityError as error:
        return str(error.orig)
    return ""


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE movement SET quantity = 9, hi = 9", "movement_append_only"),
        ("DELETE FROM movement", "movement_append_only"),
        ("UPDATE audit SET actor = 'wang'", "audit_append_only"),
        ("DELETE FROM audit WHERE id = 1", "audit_append_only"),
        (STOCK.format(-1, "W1"), "stock_not_negative"),
        (
            "INSERT INTO stock (lot_id, location_id, quantity)"
            " SELECT lot.id, location.id, -1 FROM lot, location"
            " WHERE location.code = 'C01'",
            "stock_not_negative",
        ),
        (RELEASE + "released_by = 'dong'", "ck_hold_two_persons"),
        (RELEASE + "requested_by = 'zhao'", "ck_hold_two_persons"),
        (
            RELEASE + "requested_by = 'dong', released_by = 'dong'",
            "ck_hold_two_persons",
        ),
        (
            RELEASE + "requested_by = 'zhao', released_by = 'qian'",
            "ck_hold_two_persons",
        ),
        (BINDING.format(series=1, lo=9, hi=12, lot_lo=10), "ex_code_binding_items"),
        (BINDING.format(series=1, lo=3, hi=4, lot_lo=10), "ex_code_binding_items"),
        (RUN.format(end="NULL"), "line_run"),
    ],
)
def test_the_database_refuses(stocked: Database, statement: str, named: str) -> None:
    assert named in refusal(stocked, statement)


def test_a_binding_cannot_grow_into_another(stocked: Database) -> None:
    beside = BINDING.format(series=1, lo=10, hi=12, lot_lo=10)
    grow = "UPDATE code_binding SET hi = 11 WHERE lo = 0"
    assert "ex_code_binding_items" in refusal(stocked, beside, grow)


@pytest.mark.parametrize(
    "statement",
    [
        STOCK.format(-20, "made"),
        STOCK.format(0, "W1"),
        RELEASE + "requested_by = 'zhao', released_by = 'dong'",
        BINDING.format(series=1, lo=10, hi=12, lot_lo=10),
        BINDING.format(series=2, lo=0, hi=10, lot_lo=10),
        RUN.format(end="'2026-11-24 04:00:00'"),
    ],
)
def test_the_database_allows(stocked: Database, statement: str) -> None:
    assert refusal(stocked, statement) == ""


def test_nobody_empties_the_books(stocked: Database) -> None:
    if stocked.is_sqlite:  # which has no TRUNCATE: a DELETE of all is refused above
        assert refusal(stocked, "DELETE FROM audit") == "audit_append_only"
        return
    for table in ("movement", "audit"):
        assert f"{table}_append_only" in refusal(stocked, f"TRUNCATE {table} CASCADE")
