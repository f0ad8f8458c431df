"""Small random plants, as plain values and written to a database.

Lots, lines, cycles and shipments are small numbers, times are hours after ``START``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lotmark.trace.db import Base
from lotmark.trace.parties.tables import Article, Line, Location, Lot, Partner, Site
from lotmark.trace.production.tables import (
    Cleaning,
    CycleLoad,
    EquipmentCycle,
    LineRun,
    LotInput,
)
from lotmark.trace.stock.tables import Movement, Shipment

START = datetime.fromisoformat("2026-11-01T00:00+08:00")
"""Midnight at the plant."""
STEP, STEPS = 6, 9
"""Hours between two moments, and how many moments there are."""
LINES = CYCLES = SHIPMENTS = 2
KINDS = ("product", "ingredient", "packaging")
EDGES = ("consumption", "rework", "repack")


@dataclass(frozen=True)
class Plan:
    """A plant: who went into whom, and what happened when."""

    lots: list[str] = field(default_factory=list)
    """Kind of article of each lot."""
    edges: list[tuple[int, int, str]] = field(default_factory=list)
    """Input, output, kind; the same may stand several times."""
    runs: list[tuple[int, int, int, int | None]] = field(default_factory=list)
    """Lot, line, hours."""
    cleanings: list[tuple[int, int, int, str]] = field(default_factory=list)
    """Line, hours, result."""
    loads: set[tuple[int, int]] = field(default_factory=set)
    """Cycle, lot."""
    sent: list[tuple[int, int, tuple[int, int] | None]] = field(default_factory=list)
    """Shipment, lot, items."""


@dataclass(frozen=True)
class Ids:
    """Where the things of a plan are in the database."""

    lots: list[int]
    lines: list[int]
    cycles: list[int]
    shipments: list[int]


def at(hour: int) -> datetime:
    return START + timedelta(hours=hour)


def spans(open_ended: bool) -> st.SearchStrategy[tuple[int, int | None]]:
    """Times on a coarse grid, so that ends and starts often meet."""

    def hours(start: int, length: int) -> tuple[int, int | None]:
        return start * STEP, None if length > 4 else (start + length) * STEP

    return st.builds(hours, st.integers(0, STEPS), st.integers(1, 4 + open_ended))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plants with cycles of rework, missing cleanings and runs that overlap."""
    lots = draw(st.lists(st.sampled_from(KINDS), min_size=6, max_size=12))
    lot = st.integers(0, len(lots) - 1)
    line = st.integers(0, LINES - 1)
    edge = st.tuples(lot, lot, st.sampled_from(EDGES))
    run = st.builds(lambda of, on, span: (of, on, *span), lot, line, spans(True))
    cleaning = st.builds(
        lambda on, span, result: (on, *span, result),
        line,
        spans(False),
        st.sampled_from(("pass", "pass", "fail")),
    )
    scanned = st.none() | st.builds(
        lambda lo, n: (lo, lo + n), st.integers(0, 5), st.integers(1, 5)
    )
    return Plan(
        lots,
        [e for e in draw(st.lists(edge, min_size=4, max_size=11)) if e[0] != e[1]],
        one_open_run_a_line(draw(st.lists(run, min_size=3, max_size=7))),
        draw(st.lists(cleaning, min_size=2, max_size=6)),
        draw(
            st.sets(st.tuples(st.integers(0, CYCLES - 1), lot), min_size=2, max_size=5)
        ),
        draw(
            st.lists(st.tuples(st.integers(0, SHIPMENTS - 1), lot, scanned), max_size=4)
        ),
    )


def one_open_run_a_line(
    runs: list[tuple[int, int, int, int | None]],
) -> list[tuple[int, int, int, int | None]]:
    """Without further runs that go on where one goes on: nobody can book those."""
    going_on: set[int] = set()
    kept = []
    for run in runs:
        _, line, _, end = run
        if end is not None or line not in going_on:
            kept.append(run)
        if end is None:
            going_on.add(line)
    return kept


def build(session: Session, plan: Plan) -> Ids:
    """Write the plan; the session's caller rolls it back."""
    site = insert(session, Site, [site_row()])[0]
    articles = insert(session, Article, map(article_row, KINDS))
    ids = Ids(
        lots=insert(
            session,
            Lot,
            [
                lot_row(f"B{n}", articles[KINDS.index(kind)])
                for n, kind in enumerate(plan.lots)
            ],
        ),
        lines=insert(
            session,
            Line,
            [
                {"site_id": site, "code": f"L{n}", "name": "", "name_en": ""}
                for n in range(LINES)
            ],
        ),
        cycles=insert(session, EquipmentCycle, [cycle_row(n, site) for n in (0, 1)]),
        shipments=_shipments(session, site),
    )
    _fill(session, plan, ids)
    return ids


def _fill(session: Session, plan: Plan, ids: Ids) -> None:
    insert_plain(
        session,
        LotInput,
        [
            {
                "input_id": ids.lots[source],
                "output_id": ids.lots[target],
                "kind": kind,
                "quantity": 1,
                "at": START,
            }
            for source, target, kind in plan.edges
        ],
    )
    insert_plain(
        session,
        LineRun,
        [
            {
                "lot_id": ids.lots[lot],
                "line_id": ids.lines[line],
                "started_at": at(start),
                "ended_at": None if end is None else at(end),
            }
            for lot, line, start, end in plan.runs
        ],
    )
    insert_plain(
        session,
        Cleaning,
        [
            {
                "line_id": ids.lines[line],
                "started_at": at(start),
                "ended_at": at(end),
                "kind": "wet",
                "result": result,
            }
            for line, start, end, result in plan.cleanings
        ],
    )
    insert_plain(
        session,
        CycleLoad,
        [
            {"cycle_id": ids.cycles[cycle], "lot_id": ids.lots[lot], "quantity": 1}
            for cycle, lot in plan.loads
        ],
    )
    places = session.scalars(
        sa.select(Location.id).where(Location.code.in_(("made", "lost")))
    ).all()
    insert_plain(
        session,
        Movement,
        [
            {
                "document": "S",
                "lot_id": ids.lots[lot],
                "from_id": places[0],
                "to_id": places[1],
                "quantity": 1 if items is None else items[1] - items[0],
                "lo": items and items[0],
                "hi": items and items[1],
                "at": START,
                "recorded_at": START,
                "actor": "li",
                "shipment_id": ids.shipments[shipment],
            }
            for shipment, lot, items in plan.sent
        ],
    )


def insert(
    session: Session, table: type[Base], rows: Iterable[dict[str, object]]
) -> list[int]:
    """Insert rows and say their ids, in order."""
    things = [table(**row) for row in rows]
    session.add_all(things)
    session.flush()
    return [session.identity_key(instance=thing)[1][0] for thing in things]


def insert_plain(
    session: Session, table: type[Base], rows: list[dict[str, object]]
) -> None:
    if rows:
        session.execute(sa.insert(table), rows)


def site_row() -> dict[str, object]:
    return {"code": "QD", "name": "青岛厂", "name_en": "Qingdao plant"}


def article_row(kind: str) -> dict[str, object]:
    unit = "piece" if kind == "product" else "mg"
    return {
        "code": f"A-{kind}",
        "kind": kind,
        "name": kind,
        "name_en": kind,
        "base_unit": unit,
    }


def lot_row(code: str, article: int) -> dict[str, object]:
    return {"code": code, "ai10": code, "article_id": article, "next_item": 10}


def cycle_row(number: int, site: int) -> dict[str, object]:
    return {
        "site_id": site,
        "number": f"R1-{number}",
        "equipment": "R1",
        "kind": "retort",
        "started_at": START,
        "result": "pass",
    }


def _shipments(session: Session, site: int) -> list[int]:
    shop = insert(
        session,
        Partner,
        [{"code": "C01", "kind": "consignee", "name": "店", "name_en": "Shop"}],
    )[0]
    rows: list[dict[str, object]] = [
        {
            "number": f"SH-{n}",
            "site_id": site,
            "consignee_id": shop,
            "shipped_at": START,
        }
        for n in range(SHIPMENTS)
    ]
    return insert(session, Shipment, rows)
