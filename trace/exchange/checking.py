"""Working out what an import writes, and whether it may: nothing is written here."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..bulk import read_moment
from ..errors import LotmarkError
from ..identity.items import ItemSet
from ..parties.tables import Location, Lot
from ..people import Actor
from ..stock.books import STOCK, ItemRow, by_ids, changed_items, changed_stock
from ..stock.desk import Desk, open_desk
from ..stock.ledger import LotLedger
from ..stock.places import Place
from ..stock.service import AUDITED, Move
from . import consumption, goods, lots, master, production
from .book import Book
from .facts import Facts
from .job import Coded, Job
from .kinds import KINDS
from .known_lots import KnownLot
from .plan import Plan
from .rows import BadRows, ImportRefused, Row
from .staging import Progress, Staged
from .units import Units

Step = Callable[[list[Row]], None]
ROUTE = ("lot_id", "from_id", "to_id", "quantity")
IN_TIME = "planned.opening, planned.at, planned.seq"
"""The order of movements: lots come in first, then all else as it happened."""


@dataclass(slots=True)
class Checked:
    """An import that may be written as it is, unless something changes first."""

    plan: Plan
    desk: Desk
    coded: list[Coded]
    runs: dict[int, tuple[datetime, datetime]]
    gone: set[ItemRow] = field(default_factory=set)
    fresh: set[ItemRow] = field(default_factory=set)
    """What goes out of and comes into the table of items."""
    changes: int | None = None
    """How long the audit chain was before anything was looked at."""
    facts: Facts | None = None
    """What was asked of the database, if that was noted."""
    moved: int = 0
    """How many stock movements."""
    first: list[Move] = field(default_factory=list)
    """The first of them, for the audit."""

    @property
    def lots(self) -> set[int]:
        """Recorded lots that move."""
        return {lot_id for lot_id in self.desk.lots if lot_id > 0}

    def close(self) -> None:
        self.plan.close()


def check(
    session: Session,
    staged: Staged,
    actor: Actor,
    now: datetime,
    progress: Progress,
    facts: Facts | None = None,
) -> Checked:
    """Work out what the files ask for, and note in ``facts`` what that rests on.

    Raises ImportRefused with every bad row.
    """
    # First of all, or a change while we look would not show.
    changes = session.scalar(sa.select(audit.AuditHead.count))
    with nullcontext() if facts is None else facts.noted(session):
        checked = _work_out(session, staged, actor, now, progress)
    checked.changes, checked.facts = changes, facts
    return checked


def _work_out(
    session: Session,
    staged: Staged,
    actor: Actor,
    now: datetime,
    progress: Progress,
) -> Checked:
    plan = Plan()
    try:
        book = Book(session, staged.lots)
        book.bad |= staged.missed
        job = Job(session, actor, now, book, BadRows(staged.bad), plan)
        _read(job, staged, progress)
        desk = _open_desk(job)
        checked = Checked(plan, desk, job.coded, job.runs)
        _book(job, checked)
        if job.bad:
            raise ImportRefused(job.bad)
    except BaseException:
        plan.close()
        raise
    return checked


def _read(job: Job, staged: Staged, progress: Progress) -> None:
    """Go through the rows, kind by kind in the order they refer to one another."""
    units = Units(job)
    steps: dict[str, Step] = {
        "sites": partial(master.add_sites, job),
        "lines": partial(master.add_lines, job),
        "places": partial(master.add_places, job),
        "partners": partial(master.add_partners, job),
        "articles": partial(master.add_articles, job),
        "lots": partial(lots.add_lots, job),
        "runs": partial(production.add_runs, job),
        "cycles": production.Cycles(job).add,
        "cleanings": partial(production.add_cleanings, job),
        "checks": partial(production.add_checks, job),
        "consumption": partial(consumption.add_consumption, job),
        "cases": units.add,
        "shipments": goods.Shipments(job, units).add,
        "movements": partial(goods.add_movements, job, units),
    }
    afterwards: dict[str, Callable[[], None]] = {
        "runs": partial(production.check_runs, job),
        "checks": partial(production.check_checks, job),
        "consumption": partial(consumption.check_consumption, job),
        "cases": units.finish,
        "movements": partial(goods.check_movements, job),
    }
    done = 0
    for kind in KINDS:
        batches = [batch for batch in staged.batches if batch.kind is kind]
        for batch in batches:
            for rows in batch.rows():
                steps[kind.name](rows)
                done += len(rows)
                progress("check", done, staged.rows)
        if batches and kind.name in afterwards:
            afterwards[kind.name]()


def _open_desk(job: Job) -> Desk:
    """A desk for the lots that move: new ones have an empty ledger."""
    every = {lot.id: lot for some in job.book.lots.values() for lot in some}
    places = {place.id: _place(place) for place in job.book.places.values()}
    consumed = job.book.places["consumed"].id
    moved = job.plan.values("post", "lot_id")
    inside = {lot_id for lot_id in moved - every.keys() if lot_id > 0}  # of cases
    for (lot,) in by_ids(job.session, sa.select(Lot), Lot.id, inside):
        every[lot.id] = KnownLot.of(lot)
    # Gates ask a lot for its code, state and items, which a KnownLot has as well.
    facts = cast("dict[int, Lot]", {lot_id: every[lot_id] for lot_id in moved})
    recorded = {lot_id: lot for lot_id, lot in facts.items() if lot_id > 0}
    used = job.plan.values("post", "lot_id", f"to_id = {consumed}")
    desk = open_desk(job.session, recorded, places, used & recorded.keys())
    desk.lots = desk.gates.lots = facts
    for lot_id in moved - recorded.keys():
        desk.before[lot_id] = LotLedger(every[lot_id].code, {})
    return desk


def _book(job: Job, checked: Checked) -> None:
    """Book all stock movements, in memory: what the ledger refuses is a bad row."""
    job.plan.index("post", "opening", "at")
    job.plan.index("run", "post")
    plan, add = job.plan, checked.desk.add
    for number, *route, items in plan.read("post", ("seq", *ROUTE, "items"), IN_TIME):
        # what can be added up had its time and paper checked when it was read
        if items is not None or not add(*route):
            _book_one(job, checked.desk, number)
    before, after = checked.desk.before, checked.desk.after()
    plan.add_all("stock", STOCK, changed_stock(before, after))
    checked.gone, checked.fresh = changed_items(before, after)
    checked.moved = job.plan.count("post")
    told = ("lot_id", "from_id", "to_id", "at", "document", "quantity", "items")
    for one in islice(job.plan.read("post", told, IN_TIME), AUDITED):
        lot_id, source, target, at, document, quantity, text = one
        items = None if text is None else ItemSet.parse(text)
        paper = read_moment(at), document, quantity, items
        checked.first.append(Move(lot_id, source, target, *paper))


def _book_one(job: Job, desk: Desk, number: int) -> None:
    told = *ROUTE, "items", "document", "at", "column", "file_no", "line_no"
    [found] = job.plan.look_up("post", told, "seq", number)
    lot_id, source, target, quantity, text, document, at, column, file, line = found
    items = None if text is None else ItemSet.parse(text)
    when, actor, now = read_moment(at), job.actor, job.now
    route = lot_id, source, target, quantity
    try:
        desk.book(*route, items, when, document, actor, now)
    except LotmarkError as error:
        job.bad.note(job.plan.row(file, line), column, error)


def _place(place: Location) -> Place:
    return Place(place.id, place.code, place.kind, place.partner_id)
