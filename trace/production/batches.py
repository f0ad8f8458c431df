"""A batch from the work order to its release (domain.md §3.10)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from .. import audit, flow
from ..errors import N_, Conflict, InvalidInput
from ..flow import Machine, Step
from ..identity.gs1 import LotCode
from ..identity.items import ItemSet
from ..parties.lots import (
    YEARS,
    check_artwork,
    check_batch_number,
    check_work_order,
    find_place,
    lock_lots,
)
from ..parties.tables import Article, Line, Location, Lot
from ..people import Actor
from ..stock.service import move_stock
from .marks import mark_items, marked_items
from .tables import LineRun
from .told import check_past

BATCH = Machine(
    "batch",
    "status",
    {
        "start": Step(("planned",), "in_production", "batch.open"),
        "finish": Step(("in_production",), "produced", "batch.finish"),
        "test": Step(("produced",), "testing", "batch.test"),
        "release": Step(("testing",), "released", "batch.release"),
        "reject": Step(("produced", "testing"), "rejected", "batch.release"),
        "close": Step(("released", "recalled", "rejected"), "closed", "batch.release"),
    },
    since="status_since",
)
"""Steps of a batch; a hold is not a state, it stands beside (``stock.holds``)."""


NOT_ON_PACKS = ("voided", "sampled", "missing")
"""What was noted of items that no pack for sale can carry (domain.md §3.9)."""


PACKED_IN = ("in_production", "produced")
"""States in which packs may be added: what was tested is not what came later."""


def propose_batch(session: Session, line: Line, article: Article, day: date) -> str:
    """The next batch number for a line and day, as ours are written: L2-261124-01."""
    stem = f"{line.code}-{day:%y%m%d}-"
    used = session.scalars(
        sa.select(Lot.code).where(Lot.code.startswith(stem, autoescape=True))
    )
    numbers = [int(rest) for code in used if (rest := code[len(stem) :]).isdecimal()]
    return f"{stem}{max(numbers, default=0) + 1:02}"


def open_batch(
    session: Session,
    article: Article,
    line: Line,
    code: str,
    day: date,
    planned: int,
    actor: Actor,
    now: datetime,
    grade: str = "item",
    artwork: str = "",
    work_order: str = "",
) -> Lot:
    """Open a batch on a line; what ran there before ends now. ``artwork`` is the
    version of its label, ``work_order`` the number of the order it is made for.

    Raises InvalidInput for a number, day or plan that cannot be, Conflict for a batch
    number already used for this article or a line that does not run.
    """
    actor.require("batch.open")
    _check_order(article, day, planned)
    lock_running(session, line)
    code = check_batch_number(code)
    lot = Lot(
        article_id=article.id,
        code=code,
        ai10=LotCode.from_batch_number(code).text,
        site_id=line.site_id,
        line_id=line.id,
        produced_on=day,
        expires_on=expiry(article, day),
        planned=planned,
        status="in_production",
        status_since=now,
        grade=grade,
        artwork=check_artwork(artwork),
        work_order=check_work_order(work_order),
    )
    _add_once(session, lot, article)
    ended = begin_run(session, line, lot, now)
    told = {"code": lot.code, "line": line.code, "planned": planned, "ended": ended}
    audit.record(session, actor.login, "batch.open", f"lot:{lot.id}", now, **told)
    return lot


def _check_order(article: Article, day: date, planned: int) -> None:
    """Raises InvalidInput for what no work order can ask for."""
    if article.kind != "product":
        raise InvalidInput(
            "article_not_product",
            N_("Expected a product, but %(article)s is %(kind)s."),
            article=article.name,
            kind=article.kind,
        )
    if day.year not in YEARS:
        raise InvalidInput(
            "date_unbelievable",
            N_("Expected a date from %(first)s to %(last)s, got %(found)s."),
            first=date(YEARS[0], 1, 1),
            last=date(YEARS[-1], 12, 31),
            found=day,
        )
    if not 0 < planned <= 100_000_000:
        raise InvalidInput(
            "planned_invalid",
            N_("Expected a planned number of packs from 1, got %(planned)s."),
            planned=planned,
        )


def lock_running(session: Session, line: Line) -> None:
    """Lock a line: no run begins or ends on it meanwhile. Raises Conflict
    ``line_not_running``."""
    session.refresh(line, ["status"], with_for_update={"of": Line})
    if line.status != "running":
        raise Conflict(
            "line_not_running",
            N_("Line %(line)s is %(status)s: nothing can be made on it now."),
            line=line.code,
            status=line.status,
        )


def _add_once(session: Session, lot: Lot, article: Article) -> None:
    """Record a batch whose number nobody else has, or takes at the same moment.

    Raises Conflict ``batch_exists``. Only the unique constraints see what another
    transaction is about to record.
    """
    try:
        with session.begin_nested():
            session.add(lot)
    except IntegrityError as error:
        same = sa.select(Lot.code).filter_by(
            article_id=article.id, origin="", ai10=lot.ai10
        )
        raise Conflict(
            "batch_exists",
            N_("Batch %(lot)s of %(article)s exists already. Take the next number."),
            lot=session.scalar(same) or lot.code,
            article=article.name,
        ) from error


def record_applied(
    session: Session,
    lot_id: int,
    items: ItemSet,
    actor: Actor,
    now: datetime,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> None:
    """Say that labels are on packs: the items are made, and stand at the line.

    They were put on between ``since`` and ``until``. Who does not say is believed only
    that it was after the batch's first run began and before now: a scope is narrowed by
    these times (domain.md §4.2), so a guess would leave bad packs out.
    """
    actor.require("batch.finish")
    lot = lock_lots(session, [lot_id])[lot_id]
    if lot.line is None:
        raise Conflict(
            "lot_without_line", N_("Batch %(lot)s has no line."), lot=lot.code
        )
    _check_loose(session, lot, items)
    until = until or now
    since = since or min(_first_run(session, lot.id) or until, until)
    check_past(until, now)
    if since > until:
        raise InvalidInput(
            "times_reversed",
            N_("Expected a time from %(start)s on, found %(end)s."),
            start=since.isoformat(),
            end=until.isoformat(),
        )
    book_applied(session, lot, lot.line, items, (since, until), actor, now)


def book_applied(
    session: Session,
    lot: Lot,
    line: Line,
    items: ItemSet,
    between: tuple[datetime, datetime],
    actor: Actor,
    now: datetime,
) -> None:
    """Book packs of a locked lot as made at its line, labelled between two times."""
    since, until = between
    move_stock(
        session,
        lot.id,
        find_place(session, "made").id,
        line_place(session, line).id,
        items=items,
        at=until,
        document=lot.code,
        reason="applied",
        actor=actor,
        now=now,
    )
    mark_items(session, lot.id, items, "applied", actor, until, since=since)


def _check_loose(session: Session, lot: Lot, items: ItemSet) -> None:
    if lot.status not in PACKED_IN:
        raise Conflict(
            "lot_not_packed_now",
            N_(
                "Packs are added to a batch until its testing begins, but %(lot)s is "
                "%(status)s. Put these packs aside and call QA."
            ),
            lot=lot.code,
            status=lot.status,
        )
    if items.intervals and items.intervals[-1][1] > lot.next_item:
        raise InvalidInput(
            "items_not_issued",
            N_("No codes were issued for items %(items)s of this batch."),
            items=str(items - ItemSet.range(0, lot.next_item))[:80],
        )
    if gone := items & marked_items(session, lot.id, *NOT_ON_PACKS):
        raise Conflict(
            "item_voided",
            N_(
                "Items %(items)s of batch %(lot)s were voided, sampled or reported "
                "missing: their labels may not be on packs for sale."
            ),
            items=str(gone)[:80],
            lot=lot.code,
        )


def _first_run(session: Session, lot_id: int) -> datetime | None:
    began = sa.select(sa.func.min(LineRun.started_at)).where(LineRun.lot_id == lot_id)
    return session.scalar(began)


def finish_batch(session: Session, lot_id: int, actor: Actor, now: datetime) -> Lot:
    """End a batch's runs: no more codes for it."""
    lot = lock_lots(session, [lot_id])[lot_id]
    if flow.apply(session, BATCH, lot, "finish", actor, now) and lot.line is not None:
        end_runs(session, lot.line, now, lot.id)
    return lot


def start_testing(session: Session, lot_id: int, actor: Actor, now: datetime) -> Lot:
    """Take a produced batch into the outgoing inspection."""
    lot = lock_lots(session, [lot_id])[lot_id]
    flow.apply(session, BATCH, lot, "test", actor, now)
    return lot


def expiry(article: Article, day: date) -> date | None:
    """The last day of the shelf life of what is made on ``day``."""
    if article.shelf_life_days is None:
        return None
    return day + timedelta(days=article.shelf_life_days)


def local_day(line: Line, now: datetime) -> date:
    """Today, at the line's site."""
    return now.astimezone(ZoneInfo(line.site.time_zone)).date()


def line_place(session: Session, line: Line) -> Location:
    """The ledger's place at a line."""
    return find_place(session, f"{line.site.code}/{line.code}")


def begin_run(session: Session, line: Line, lot: Lot, now: datetime) -> list[int]:
    """A lot runs on a line from now on; the lots whose runs end for it."""
    before = end_runs(session, line, now)
    start = max([now, *(run.ended_at for run in before if run.ended_at)])
    session.add(LineRun(lot_id=lot.id, line_id=line.id, started_at=start))
    session.flush()
    return [run.lot_id for run in before]


def end_runs(
    session: Session, line: Line, now: datetime, lot_id: int | None = None
) -> Sequence[LineRun]:
    """End what runs on a line; the runs that ended."""
    running = sa.select(LineRun).where(
        LineRun.line_id == line.id, LineRun.ended_at.is_(None)
    )
    if lot_id is not None:
        running = running.where(LineRun.lot_id == lot_id)
    runs = session.scalars(running).all()
    for run in runs:
        run.ended_at = max(now, run.started_at + timedelta(microseconds=1))
    session.flush()  # or the next run begins before this one ends
    return runs
