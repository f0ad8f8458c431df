"""How many complaints there are; never who complained, or in which words."""

from datetime import timedelta
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session

from ...recall.complaints.tables import Complaint
from ...trace import clock
from ...trace.parties.tables import Article, Lot
from .room import reads
from .values import Asked, AskedId, Shown

MOST = 1000


class CountsQuery(Asked):
    days: int = Field(30, ge=1, le=3650)
    """Reported in so many days."""
    lot_id: AskedId | None = None


class ComplaintCount(Shown):
    """Complaints of one kind about one lot."""

    lot_id: int | None
    """Null where the batch is not known."""
    lot: str | None
    article: str | None
    kind: Literal["swollen", "foreign", "smell", "ill", "label", "other"]
    complaints: int
    open: int
    """Not closed yet."""


class CountsOut(Shown):
    """Counts, the most first; at most 1,000."""

    counts: list[ComplaintCount]


@reads(
    "/complaints/counts",
    "complaint.read",
    CountsOut,
    tag="Complaints",
    query=CountsQuery,
)
def count_complaints(session: Session, query: CountsQuery) -> Any:
    """Complaints by lot and symptom, without those that were none."""
    since = clock.now() - timedelta(days=query.days)
    count = sa.func.count()
    select = (
        sa.select(
            Complaint.lot_id,
            Lot.code.label("lot"),
            Article.code.label("article"),
            Complaint.kind,
            count.label("complaints"),
            count.filter(Complaint.state != "closed").label("open"),
        )
        .outerjoin(Lot, Lot.id == Complaint.lot_id)
        .outerjoin(Article, Article.id == Lot.article_id)
        .where(Complaint.state != "invalid", Complaint.reported_at >= since)
        .group_by(Complaint.lot_id, Lot.code, Article.code, Complaint.kind)
        .order_by(count.desc(), Complaint.lot_id, Complaint.kind)
        .limit(MOST)
    )
    if query.lot_id is not None:
        select = select.where(Complaint.lot_id == query.lot_id)
    return {"counts": [dict(row) for row in session.execute(select).mappings()]}
