"""A planned batch goes onto its line: planned → in_production (domain.md §3.10)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit, flow
from ..errors import N_, Conflict, NotFound
from ..parties.lots import check_artwork, lock_lots
from ..parties.tables import Line, Lot
from ..people import Actor
from .batches import BATCH, begin_run, expiry, local_day, lock_running


def planned_for(session: Session, line: Line) -> list[Lot]:
    """Batches planned for a line, or for any line of its site; the first due first."""
    anywhere = sa.and_(
        Lot.line_id.is_(None),
        sa.or_(Lot.site_id.is_(None), Lot.site_id == line.site_id),
    )
    planned = sa.select(Lot).where(
        Lot.status == "planned",
        Lot.origin == "",
        sa.or_(Lot.line_id == line.id, anywhere),
    )
    in_order = planned.order_by(Lot.produced_on, Lot.code)
    return list(session.scalars(in_order).unique())


def ordered_batch(session: Session, line: Line, scanned: str) -> Lot | None:
    """The batch of a scanned work order, or of a scanned batch number, that a line may
    run: planned or in production at its site. The one planned first, then the oldest.
    """
    wanted = sa.or_(Lot.work_order == scanned, Lot.code == scanned, Lot.ai10 == scanned)
    here = sa.or_(Lot.site_id.is_(None), Lot.site_id == line.site_id)
    able = sa.select(Lot).where(
        wanted,
        here,
        Lot.origin == "",
        Lot.status.in_(("planned", "in_production")),
    )
    first = able.order_by(Lot.status != "planned", Lot.id).limit(1)
    return session.scalars(first).first() if scanned else None


def last_artwork(session: Session, article_id: int) -> str:
    """The version on the labels of an article's newest batch, or nothing."""
    newest = sa.select(Lot.artwork).where(
        Lot.article_id == article_id, Lot.origin == "", Lot.status != "planned"
    )
    return session.scalar(newest.order_by(Lot.id.desc()).limit(1)) or ""


def start_planned(
    session: Session,
    lot_id: int,
    line_id: int,
    actor: Actor,
    now: datetime,
    artwork: str = "",
) -> Lot:
    """Begin a planned batch's run on a line; what ran there before ends now.

    Its production date becomes today and its line this one, as they go onto the labels,
    unless labels were issued with others: then it is refused (domain.md §2.2 B3).

    Raises Forbidden, NotFound ``line_unknown``, Conflict ``line_not_running``,
    ``wrong_state``, ``lot_not_made_here``, ``labels_disagree``.
    """
    actor.require("batch.open")
    lot = lock_lots(session, [lot_id])[lot_id]
    line = session.get(Line, line_id)
    if line is None:
        raise NotFound("line_unknown", N_("No such line is recorded. Choose another."))
    lock_running(session, line)
    _check_here(lot, line)
    day = local_day(line, now)
    if lot.next_item and (lot.produced_on, lot.line_id) != (day, line.id):
        raise Conflict(
            "labels_disagree",
            N_(
                "Codes of batch %(lot)s were issued already, with another day or line "
                "than %(day)s on %(line)s. Void them and open a new batch."
            ),
            lot=lot.code,
            day=day,
            line=line.code,
        )
    artwork = check_artwork(artwork)
    if flow.apply(session, BATCH, lot, "start", actor, now, line_id=line.id):
        lot.site_id, lot.produced_on = line.site_id, day
        lot.expires_on = expiry(lot.article, day)
        lot.artwork = artwork or lot.artwork
        ended = begin_run(session, line, lot, now)
        told = {"line": line.code, "day": day.isoformat(), "ended": ended}
        audit.record(session, actor.login, "batch.start", f"lot:{lot.id}", now, **told)
    return lot


def _check_here(lot: Lot, line: Line) -> None:
    elsewhere = lot.site_id is not None and lot.site_id != line.site_id
    if not lot.own or lot.article.kind != "product" or elsewhere:
        raise Conflict(
            "lot_not_made_here",
            N_("%(lot)s is not a batch that is made at the site of line %(line)s."),
            lot=lot.code,
            line=line.code,
        )
