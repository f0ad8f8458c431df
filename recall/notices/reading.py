"""A notice as it stands, beside what its case says now."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.db import UtcDateTime
from ...trace.errors import N_, Conflict, NotFound
from ...trace.parties.tables import Article, Lot
from ..recalls.scopes import current_scope
from ..recalls.tables import (
    Recall,
    RecallClock,
    RecallJurisdiction,
    RecallScope,
)
from ..scope.tables import SavedScopeLot
from .tables import Notice, NoticeVariant
from .values import Content, Draft, Product, Wording, digest_of

ZONE = ZoneInfo("Asia/Shanghai")


def draft_of(session: Session, notice: Notice, now: datetime) -> Draft:
    """The notice as the linter takes it, beside the case as it is now."""
    recall = notice.recall
    scope = scope_of(session, recall)
    return Draft(
        Content.read(notice.content),
        wordings_of(session, notice),
        notice.drill,
        tuple((one.lot_id, one.items) for one in products_of(session, scope)),
        levels_of(session, recall),
        recall.aware_at.astimezone(ZONE).date(),
        complete_by(session, recall),
        now.astimezone(ZONE).date(),
        recall.initiation,
    )


def find_notice(session: Session, number: str, version: int) -> Notice:
    """Raises NotFound ``notice_unknown``."""
    notice = session.scalar(
        sa.select(Notice)
        .join(Recall)
        .where(Recall.number == number, Notice.version == version)
    )
    if notice is None:
        raise NotFound(
            "notice_unknown",
            N_("Recall %(number)s has no notice version %(version)s."),
            number=number,
            version=version,
        )
    return notice


def newest(session: Session, recall_id: int) -> Notice | None:
    """The last version, whatever its state."""
    rows = sa.select(Notice).where(Notice.recall_id == recall_id)
    return session.scalar(rows.order_by(Notice.version.desc()).limit(1))


def variants(session: Session, notice: Notice) -> list[NoticeVariant]:
    """Its wordings, those of the case's first law first."""
    rows = sa.select(NoticeVariant).where(NoticeVariant.notice_id == notice.id)
    return list(session.scalars(rows.order_by(NoticeVariant.id)))


def wordings_of(session: Session, notice: Notice) -> tuple[Wording, ...]:
    return tuple(
        Wording(row.jurisdiction, row.language, row.title, dict(row.fields))
        for row in variants(session, notice)
    )


def levels_of(session: Session, recall: Recall) -> dict[str, str | None]:
    """The recall's jurisdictions and the level in each."""
    rows = sa.select(RecallJurisdiction).where(
        RecallJurisdiction.recall_id == recall.id
    )
    ordered = rows.order_by(RecallJurisdiction.jurisdiction)
    return {one.jurisdiction: one.level for one in session.scalars(ordered)}


def scope_of(session: Session, recall: Recall) -> RecallScope:
    """The newest version of its scope. Raises Conflict ``notice_no_scope``."""
    scope = current_scope(session, recall.id)
    if scope is None:
        raise Conflict(
            "notice_no_scope",
            N_("%(number)s has no scope yet: a notice names its batches."),
            number=recall.number,
        )
    return scope


def products_of(session: Session, scope: RecallScope) -> tuple[Product, ...]:
    """The batches of a scope that count, as the notice names them."""
    rows = session.execute(
        sa.select(Lot, SavedScopeLot.items)
        .join(SavedScopeLot, SavedScopeLot.lot_id == Lot.id)
        .join(Article, Article.id == Lot.article_id)
        .where(
            SavedScopeLot.scope_id == scope.scope_id,
            SavedScopeLot.counted,
            Article.kind == "product",
        )
        .order_by(Lot.article_id, Lot.produced_on, Lot.code)
    ).unique()
    return tuple(_product(lot, items) for lot, items in rows)


def _product(lot: Lot, items: str | None) -> Product:
    article = lot.article
    return Product(
        lot.id,
        lot.code,
        article.code,
        article.name,
        article.name_en or article.name,
        article.gtin or "",
        article.net_content,
        article.net_content_en or article.net_content,
        lot.produced_on.isoformat() if lot.produced_on else "",
        lot.expires_on.isoformat() if lot.expires_on else "",
        items,
    )


def complete_by(session: Session, recall: Recall) -> date | None:
    """The last day of the earliest completion deadline, once publication began it."""
    due = session.scalar(
        sa.select(sa.func.min(RecallClock.due_at, type_=UtcDateTime)).where(
            RecallClock.recall_id == recall.id, RecallClock.kind == "completion"
        )
    )
    if due is None:
        return None
    return (due.astimezone(ZONE) - timedelta(seconds=1)).date()  # midnight ends it


def state_digest(session: Session, notice: Notice) -> str:
    """Digest of what it says now."""
    content: Any = Content.read(notice.content)
    return digest_of(content, wordings_of(session, notice))
