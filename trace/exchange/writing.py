"""Writing a checked import: table by table, each at once (DESIGN §9)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from ..bulk import (
    insert_rows,
    insert_selected,
    pass_ids,
    plain_moment,
    roomy,
    take_ids,
)
from ..db import Base
from ..identity.tables import (
    CodeBinding,
    CodeBlock,
    CodeSeries,
    ItemMark,
    ItemSegment,
)
from ..numbers import pass_number
from ..parties.tables import Article, Line, Location, Lot, Partner, Site
from ..people import Actor
from ..production.tables import (
    Cleaning,
    CycleLoad,
    EquipmentCycle,
    Inspection,
    LineRun,
    LineStop,
    LotDocument,
    LotInput,
    ProcessCheck,
    RetainedSample,
    TankFill,
)
from ..stock.books import STOCK, STOCK_KEY, save_items
from ..stock.service import audit_moves
from ..stock.tables import (
    Hold,
    LogisticUnit,
    Movement,
    Shipment,
    Sighting,
    SparePolicy,
    Stock,
    StockCount,
    StockCountLine,
    Unbatched,
    UnitContent,
    UnitStay,
)
from .checking import IN_TURN, Checked
from .lots import give_codes
from .plan import Plan, Query
from .staging import Progress

NAMED: tuple[type[Base], ...] = (
    Site,
    Line,
    Partner,
    Location,
    Article,
    SparePolicy,
    Lot,
    CodeSeries,
    CodeBlock,
    CodeBinding,
)
"""What must be there before a code is given out."""
ORDER: tuple[type[Base], ...] = (
    *NAMED,
    LineRun,
    EquipmentCycle,
    CycleLoad,
    TankFill,
    Cleaning,
    ProcessCheck,
    LineStop,
    Inspection,
    RetainedSample,
    LotDocument,
    ItemSegment,
    ItemMark,
    Hold,
    Sighting,
    LotInput,
    Shipment,
    Unbatched,
    LogisticUnit,
    UnitContent,
    UnitStay,
    StockCount,
    StockCountLine,
)
NUMBERED = (("post", "document"), ("hold", "number"), ("stock_count", "number"))
"""Where documents stand whose numbers must not be given out again."""
MOVEMENT = (
    "document",
    "lot_id",
    "from_id",
    "to_id",
    "quantity",
    "lo",
    "hi",
    "at",
    "recorded_at",
    "reason",
    "actor",
    "shipment_id",
)


def write(
    session: Session,
    checked: Checked,
    key_version: int,
    actor: Actor,
    now: datetime,
    progress: Progress,
) -> None:
    """Write what was worked out; the caller holds the locks."""
    plan = checked.plan
    names = [table.__tablename__ for table in ORDER]
    done, total = 0, sum(map(plan.count, (*names, "post")))
    numbers = [one for place in NUMBERED for one in plan.greatest(*place)]
    progress("write", 0, total)
    attached = plan.hand_over(session)
    ids = {
        name: _draw(session, plan, table)
        for name, table in zip(names, ORDER, strict=True)
    }
    with roomy(session):
        for name, table in zip(names, ORDER, strict=True):
            if name in plan:
                columns = plan.columns[name]
                query = plan.query(name, columns, refers=_references(table))
                _insert(session, plan, table, columns, query, attached)
                done += plan.count(name)
                progress("write", done, total)
            if table is NAMED[-1]:
                _give_codes(session, checked, ids["lot"], key_version, now)
        query = _movements(plan, actor, now)
        _insert(session, plan, Movement, MOVEMENT, query, attached)
        _book(session, checked, ids["lot"], ids["location"], actor, now, attached)
        progress("write", total, total)
    for stem, last in numbers:
        pass_number(session, stem[:2], 2000 + int(stem[3:5]), last)


def _give_codes(
    session: Session, checked: Checked, ids: "_Ids", key_version: int, now: datetime
) -> None:
    """New codes, after those of the files: their series keep their numbers."""
    if CodeSeries.__tablename__ in checked.plan:
        pass_ids(session, CodeSeries)
    give_codes(session, checked.job, ids, key_version, now)


def _insert(
    session: Session,
    plan: Plan,
    table: type[Base],
    columns: Sequence[str],
    query: Query | None,
    attached: bool,
    key: Sequence[str] = (),
) -> None:
    """Insert planned rows: the house's database reads them itself, or they are sent."""
    if query is None:
        return
    if attached:
        insert_selected(session, table, columns, query, key=key)
        return
    insert_rows(session, table, columns, plan.run(query), key=key)


def _draw(session: Session, plan: Plan, table: type[Base]) -> "_Ids":
    """Ids for the new records of a table."""
    name = table.__tablename__
    drawn = take_ids(session, table, plan.new[name])
    plan.settle(name, drawn)
    return _Ids(drawn)


def _references(table: type[Base]) -> dict[str, str]:
    """The columns of a table that hold an id, and the table whose."""
    return {
        column.name: table.__tablename__ if column.name == "id" else target
        for column in table.__table__.columns
        for target in [key.column.table.name for key in column.foreign_keys] or ["id"]
        if column.name == "id" or column.foreign_keys
    }


def _movements(plan: Plan, actor: Actor, now: datetime) -> Query | None:
    """One row for each run of items, or one without items, in the order of time."""
    by_run: dict[str, str] = {}
    if "run" in plan:
        quantity = 'coalesce(joined.hi - joined.lo, planned."quantity")'
        by_run = {"quantity": quantity, "lo": "joined.lo", "hi": "joined.hi"}
    return plan.query(
        "post",
        MOVEMENT,
        f"{IN_TURN}, joined.lo" if by_run else IN_TURN,
        refers=_references(Movement),
        constants={} if by_run else {"lo": None, "hi": None},
        defaults={"recorded_at": plain_moment(now), "actor": actor.login},
        instead=by_run,
        joined="run" if by_run else "",
    )


class _Ids(dict[int, int]):
    """The true id of a record; of a recorded one, the id it has."""

    def __init__(self, drawn: Sequence[int]) -> None:
        super().__init__((-1 - place, new) for place, new in enumerate(drawn))

    def __missing__(self, known: int) -> int:
        return known


def _book(
    session: Session,
    checked: Checked,
    lots: _Ids,
    places: _Ids,
    actor: Actor,
    now: datetime,
    attached: bool,
) -> None:
    if not checked.moved:
        return
    desk, plan = checked.desk, checked.plan
    query = plan.query("stock", STOCK, ", ".join(STOCK_KEY), refers=_references(Stock))
    _insert(session, plan, Stock, STOCK, query, attached, key=STOCK_KEY)
    save_items(
        session,
        checked.gone,
        ((lots[lot], places[at], run) for lot, at, run in checked.fresh),
    )
    first = [
        replace(
            move,
            lot_id=lots[move.lot_id],
            source_id=places[move.source_id],
            target_id=places[move.target_id],
        )
        for move in checked.first
    ]
    named = {places[place_id]: place for place_id, place in desk.places.items()}
    subject = "lots" if len(desk.lots) > 1 else f"lot:{first[0].lot_id}"
    audit_moves(session, subject, first, checked.moved, named, actor, now)
