"""Small random plants, as plain values and written to a database."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from plant_plans import (
    BEGUN,
    CASES,
    CYCLES,
    EMPTIED,
    EQUIPMENT,
    ITEMS,
    KINDS,
    LINES,
    PALLETS,
    PLACES,
    SHIPMENTS,
    START,
    STEP,
    STEPS,
    SUPPLIERS,
    TANKS,
    WASHABLE,
    Plan,
    at,
    day,
    plans,
)
from plant_rows import (
    Row,
    article_row,
    check_rows,
    cleaning_rows,
    complaint_rows,
    content_rows,
    cycle_row,
    left_rows,
    line_row,
    lot_row,
    move_row,
    partner_row,
    place_row,
    segment_rows,
    ship_row,
    site_row,
    stay_rows,
    stop_rows,
    unit_rows,
    washed_rows,
)
from sqlalchemy.orm import Session

from lotmark.recall.complaints.tables import Complaint
from lotmark.trace.db import Base
from lotmark.trace.identity.tables import ItemSegment
from lotmark.trace.parties.tables import Article, Line, Location, Lot, Partner, Site
from lotmark.trace.production.tables import (
    Cleaning,
    CycleLoad,
    EquipmentCycle,
    LineRun,
    LineStop,
    LotInput,
    ProcessCheck,
    TankFill,
)
from lotmark.trace.stock.tables import (
    LogisticUnit,
    Movement,
    Shipment,
    Stock,
    Unbatched,
    UnitContent,
    UnitStay,
)

__all__ = [
    "BEGUN",
    "CASES",
    "CYCLES",
    "EMPTIED",
    "EQUIPMENT",
    "ITEMS",
    "LINES",
    "PALLETS",
    "PLACES",
    "SHIPMENTS",
    "START",
    "STEP",
    "STEPS",
    "SUPPLIERS",
    "TANKS",
    "WASHABLE",
    "Ids",
    "Plan",
    "at",
    "build",
    "day",
    "insert",
    "insert_plain",
    "plans",
    "stock_up",
]


@dataclass(frozen=True)
class Ids:
    """Where the things of a plan are in the database."""

    lots: list[int]
    lines: list[int]
    cycles: list[int]
    shipments: list[int]
    cleanings: list[int]
    checks: list[int]
    complaints: list[int]
    places: list[int]
    cases: list[int]
    pallets: list[int]
    suppliers: list[int]
    articles: list[int]
    shop: int
    site: int


def build(session: Session, plan: Plan) -> Ids:
    """Write the plan; the session's caller rolls it back."""
    site = insert(session, Site, [site_row()])[0]
    articles = insert(session, Article, map(article_row, KINDS))
    suppliers = insert(
        session, Partner, [partner_row(f"S{n}", "supplier") for n in range(SUPPLIERS)]
    )
    shop = insert(session, Partner, [partner_row("C01", "consignee")])[0]
    lines = insert(session, Line, [line_row(n, site, plan) for n in range(LINES)])
    lots = insert(
        session,
        Lot,
        [
            lot_row(plan, number, articles[KINDS.index(kind)], lines, suppliers)
            for number, kind in enumerate(plan.lots)
        ],
    )
    ids = Ids(
        lots=lots,
        lines=lines,
        cycles=insert(
            session, EquipmentCycle, [cycle_row(n, site) for n in range(len(CYCLES))]
        ),
        shipments=insert(
            session, Shipment, [ship_row(n, site, shop) for n in range(SHIPMENTS)]
        ),
        cleanings=insert(session, Cleaning, cleaning_rows(plan, lines)),
        checks=insert(session, ProcessCheck, check_rows(plan, lots, lines)),
        complaints=insert(session, Complaint, complaint_rows(plan, lots)),
        places=insert(session, Location, [place_row(code, shop) for code in PLACES]),
        cases=insert(session, LogisticUnit, unit_rows("case", CASES)),
        pallets=insert(session, LogisticUnit, unit_rows("pallet", PALLETS)),
        suppliers=suppliers,
        articles=articles,
        shop=shop,
        site=site,
    )
    insert(session, Cleaning, washed_rows(plan, lines))
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
        CycleLoad,
        [
            {
                "cycle_id": ids.cycles[cycle],
                "lot_id": ids.lots[lot],
                "quantity": 1,
                "drawn_at": None if hour is None else at(hour),
            }
            for (cycle, lot), hour in plan.loads.items()
        ],
    )
    insert_plain(
        session,
        TankFill,
        [
            {
                "cycle_id": ids.cycles[cycle],
                "lot_id": ids.lots[lot],
                "quantity": 1,
                "at": at(hour),
            }
            for cycle, lot, hour in plan.fills
        ],
    )
    insert_plain(session, Unbatched, left_rows(plan, ids.shipments, ids.articles))
    insert_plain(session, UnitContent, content_rows(plan, ids.cases, ids.lots))
    insert_plain(session, UnitStay, stay_rows(plan, ids.cases, ids.pallets))
    for case, pallet in plan.standing.items():
        session.get_one(LogisticUnit, ids.cases[case]).parent_id = ids.pallets[pallet]
    session.flush()
    insert_plain(session, LineStop, stop_rows(plan, ids.lines, ids.checks))
    insert_plain(session, ItemSegment, segment_rows(plan, ids.lots))
    _ship(session, plan, ids)


def _ship(session: Session, plan: Plan, ids: Ids) -> None:
    made, lost = _ends(session)
    insert_plain(
        session,
        Movement,
        [
            move_row(ids.lots[lot], made, lost, 0, items)
            | {"shipment_id": ids.shipments[shipment]}
            for shipment, lot, items in plan.sent
        ],
    )


def stock_up(session: Session, plan: Plan, ids: Ids) -> None:
    """What was made, and the packs that came to a place and left it again."""
    made, lost = _ends(session)
    rows: list[Row] = []
    stock: Counter[tuple[int, int]] = Counter()
    for lot, count in plan.units.items():
        stock[ids.lots[lot], made] -= count
    for lot, place, start, end in plan.visits:
        number, here = ids.lots[lot], ids.places[place]
        rows.append(move_row(number, made, here, start))
        if end is not None:
            rows.append(move_row(number, here, lost, end))
        stock[number, made] -= 1
        stock[number, here] += end is None
    insert_plain(session, Movement, rows)
    balances: list[Row] = [
        {"lot_id": lot, "location_id": place, "quantity": quantity}
        for (lot, place), quantity in stock.items()
    ]
    insert_plain(session, Stock, balances)


def _ends(session: Session) -> list[int]:
    """Where packs come from, and where they end."""
    return [
        session.scalars(sa.select(Location.id).where(Location.code == code)).one()
        for code in ("made", "lost")
    ]


def insert(session: Session, table: type[Base], rows: Iterable[Row]) -> list[int]:
    """Insert rows and say their ids, in order."""
    things = [table(**row) for row in rows]
    session.add_all(things)
    session.flush()
    return [session.identity_key(instance=thing)[1][0] for thing in things]


def insert_plain(session: Session, table: type[Base], rows: list[Row]) -> None:
    if rows:
        session.execute(sa.insert(table), rows)
