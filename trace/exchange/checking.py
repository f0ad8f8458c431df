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
from ..stock.unbatched import NAMED_LATER
from . import (
    consumption,
    counts,
    goods,
    items,
    lots,
    master,
    production,
    records,
    sightings,
    using,
)
from .book import Book
from .coded import CodeFiles
from .cycles import Cycles
from .facts import Facts
from .job import Job
from .kinds import KINDS
from .known_lots import KnownLot
from .line_checks import LineChecks
from .past import PastGates
from .plan import Plan
from .rows import BadRows, ImportRefused, Row
from .sightings import Sightings
from .staging import Progress, Staged
from .stays import Stays
from .units import Units

Step = Callable[[list[Row]], None]
WHERE = ("file_no", "line_no")
ROUTE = ("lot_id", "from_id", "to_id", "quantity")
IN_TURN = "planned.turn, planned.seq"
"""The order of movements, see ``Job.post``."""


@dataclass(slots=True)
class Checked:
    """An import that may be written as it is, unless something changes first."""

    plan: Plan
    desk: Desk
    job: Job
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
        desk, gates = _open_desk(job)
        checked = Checked(plan, desk, job)
        _book(job, checked, gates)
        if job.bad:
            raise ImportRefused(job.bad)
    except BaseException:
        plan.close()
        raise
    return checked


def _read(job: Job, staged: Staged, progress: Progress) -> None:
    """Go through the rows, kind by kind in the order they refer to one another."""
    units, code_files, cycles = Units(job), CodeFiles(job), Cycles(job)
    shipments, line_checks = goods.Shipments(job, units), LineChecks(job)
    stays = Stays(job, units)
    steps: dict[str, Step] = {
        "sites": partial(master.add_sites, job),
        "lines": partial(master.add_lines, job),
        "places": partial(master.add_places, job),
        "partners": partial(master.add_partners, job),
        "articles": partial(master.add_articles, job),
        "spares": partial(master.add_spares, job),
        "lots": partial(lots.add_lots, job),
        "codes": code_files.add_codes,
        "bindings": code_files.add_bindings,
        "runs": partial(production.add_runs, job),
        "cycles": cycles.add,
        "fills": cycles.add_fills,
        "cleanings": partial(production.add_cleanings, job),
        "checks": line_checks.add_checks,
        "stops": line_checks.add_stops,
        "inspections": partial(records.add_inspections, job),
        "samples": partial(records.add_samples, job),
        "papers": partial(records.add_papers, job),
        "items": partial(items.add_items, job),
        "marks": partial(items.add_marks, job),
        "holds": partial(items.add_holds, job),
        "consumption": partial(consumption.add_consumption, job),
        "cases": units.add,
        "stays": stays.add,
        "shipments": shipments.add,
        "movements": partial(goods.add_movements, job, units),
        "sightings": partial(sightings.add_sightings, job),
        "counts": counts.Counts(job).add,
    }
    afterwards: dict[str, Callable[[], None]] = {
        "codes": code_files.finish_codes,
        "bindings": code_files.finish_bindings,
        "runs": partial(production.check_runs, job),
        "fills": cycles.check_fills,
        "checks": line_checks.check_checks,
        "stops": line_checks.check_stops,
        "consumption": partial(consumption.check_consumption, job),
        "cases": units.finish,
        "stays": stays.finish,
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
    shipments.finish()
    lots.certify_lots(job)
    using.check_booked(job)


def _open_desk(job: Job) -> tuple[Desk, PastGates]:
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
    new = {one for one, lot in every.items() if one < 0 and lot.status_since}
    gates = PastGates(facts, desk.gates.held, desk.gates.returns, new, job.stops)
    desk.lots, desk.gates = facts, gates
    for lot_id in moved - recorded.keys():
        desk.before[lot_id] = LotLedger(every[lot_id].code, {})
    return desk, gates


def _book(job: Job, checked: Checked, gates: PastGates) -> None:
    """Book all stock movements, in memory: what the ledger refuses is a bad row."""
    job.plan.index("post", "turn")
    job.plan.index("run", "post")
    plan, add = job.plan, checked.desk.add
    seen = Sightings(job, checked.desk)
    for number, *route, scanned in plan.read("post", ("seq", *ROUTE, "items"), IN_TURN):
        # what can be added up had its time and paper checked when it was read
        if scanned is not None or route[0] in seen or not add(*route):
            _book_one(job, checked.desk, gates, seen, number)
    seen.tell_all()
    before, after = checked.desk.before, checked.desk.after()
    plan.add_all("stock", STOCK, changed_stock(before, after))
    checked.gone, checked.fresh = changed_items(before, after)
    checked.moved = job.plan.count("post")
    told = ("lot_id", "from_id", "to_id", "at", "document", "quantity", "items")
    for one in islice(job.plan.read("post", told, IN_TURN), AUDITED):
        lot_id, source, target, at, document, quantity, text = one
        some = None if text is None else ItemSet.parse(text)
        paper = read_moment(at), document, quantity, some
        checked.first.append(Move(lot_id, source, target, *paper))


def _book_one(
    job: Job, desk: Desk, gates: PastGates, seen: Sightings, number: int
) -> None:
    told = *ROUTE, "items", "document", "reason", "at", "recorded_at", "column", *WHERE
    [found] = job.plan.look_up("post", told, "seq", number)
    lot_id, source, target, quantity, text, document, *rest = found
    reason, at, booked, column, *where = rest
    some = None if text is None else ItemSet.parse(text)
    when, actor, now = read_moment(at), job.actor, job.now
    gates.moment = when if booked is None else read_moment(booked)
    seen.tell(lot_id, booked or at)
    route = lot_id, source, target, quantity
    missing = document in job.counted
    gone = booked is not None and reason == NAMED_LATER
    paper = document, actor, now
    try:
        desk.book(*route, some, when, *paper, missing=missing, gone=gone)
    except LotmarkError as error:
        job.bad.note(job.plan.row(*where), column, error)


def _place(place: Location) -> Place:
    return Place(place.id, place.code, place.kind, place.partner_id)
