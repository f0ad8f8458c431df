"""A batch from the work order to its release (domain.md §3.10)."""

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
from ..parties.lots import YEARS, check_batch_number, find_place, lock_lots
from ..parties.tables import Article, Line, Location, Lot
from ..people import Actor
from ..stock.holds import held_items
from ..stock.service import move_stock
from .marks import mark_items, marked_items
from .tables import LineRun

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
)
"""Steps of a batch; a hold is not a state, it stands beside (``stock.holds``)."""


NOT_ON_PACKS = ("voided", "sampled", "missing")
"""What was noted of items that no pack for sale can carry (domain.md §3.9)."""


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
) -> Lot:
    """Open a batch on a line; what ran there before ends now.

    Raises InvalidInput for a number, day or plan that cannot be, Conflict for a batch
    number already used for this article or a line that does not run.
    """
    actor.require("batch.open")
    _check_order(article, day, planned)
    _lock_running(session, line)
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
        grade=grade,
    )
    _add_once(session, lot, article)
    _end_runs(session, line, now)
    session.add(LineRun(lot_id=lot.id, line_id=line.id, started_at=now))
    session.flush()
    told = {"code": lot.code, "line": line.code, "planned": planned}
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


def _lock_running(session: Session, line: Line) -> None:
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
        raise Conflict(
            "batch_exists",
            N_("Batch %(lot)s of %(article)s exists already. Take the next number."),
            lot=lot.code,
            article=article.name,
        ) from error


def record_applied(
    session: Session, lot_id: int, items: ItemSet, actor: Actor, now: datetime
) -> None:
    """Say that labels are on packs: the items are made, and stand at the line."""
    actor.require("batch.finish")
    lot = lock_lots(session, [lot_id])[lot_id]
    if lot.line is None:
        raise Conflict(
            "lot_without_line", N_("Batch %(lot)s has no line."), lot=lot.code
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
    at_line = line_place(session, lot.line)
    move_stock(
        session,
        lot.id,
        find_place(session, "made").id,
        at_line.id,
        items=items,
        at=now,
        document=lot.code,
        reason="applied",
        actor=actor,
        now=now,
    )
    mark_items(session, lot.id, items, "applied", actor, now)


def finish_batch(session: Session, lot_id: int, actor: Actor, now: datetime) -> Lot:
    """End a batch's runs: no more codes for it."""
    lot = lock_lots(session, [lot_id])[lot_id]
    if flow.apply(session, BATCH, lot, "finish", actor, now) and lot.line is not None:
        _end_runs(session, lot.line, now, lot.id)
    return lot


def start_testing(session: Session, lot_id: int, actor: Actor, now: datetime) -> Lot:
    """Take a produced batch into the outgoing inspection."""
    lot = lock_lots(session, [lot_id])[lot_id]
    flow.apply(session, BATCH, lot, "test", actor, now)
    return lot


def release_batch(
    session: Session, lot_id: int, certificate: str, actor: Actor, now: datetime
) -> Lot:
    """Release a tested batch for sale, with the number of its certificate.

    Raises Conflict while it is on hold (FSL 52: only inspected goods leave the plant).
    """
    if not certificate.strip():
        raise InvalidInput(
            "certificate_missing",
            N_("Expected the number of the inspection certificate."),
        )
    lot = lock_lots(session, [lot_id])[lot_id]
    held = held_items(session, [lot.id]).get(lot.id)
    if held:
        raise Conflict(
            "lot_on_hold",
            N_("%(lot)s is on hold (%(hold)s): lift the hold first, by two persons."),
            lot=lot.code,
            hold=", ".join(held.numbers),
        )
    flow.apply(
        session, BATCH, lot, "release", actor, now, certificate=certificate.strip()
    )
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


def _end_runs(
    session: Session, line: Line, now: datetime, lot_id: int | None = None
) -> None:
    running = sa.select(LineRun).where(
        LineRun.line_id == line.id, LineRun.ended_at.is_(None)
    )
    if lot_id is not None:
        running = running.where(LineRun.lot_id == lot_id)
    for run in session.scalars(running):
        run.ended_at = max(now, run.started_at + timedelta(seconds=1))
    session.flush()  # or the next run begins before this one ends
