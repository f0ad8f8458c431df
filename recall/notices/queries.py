"""What pages, feeds and boards read of notices."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.errors import N_, NotFound
from ..recalls.tables import Recall
from .machine import SHOWN
from .reading import wordings_of
from .tables import Notice, NoticeDelivery
from .values import Content, Published

SHOWN_AT_ONCE = 200
"""Deliveries on one page of the board."""


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of channel on the board."""

    kind: str
    together: bool
    counts: dict[str, int]
    """State to how many."""

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def public_notice(
    session: Session, number: str, version: int | None = None
) -> Published:
    """A notice at its address: the newest version that was out, or a given one.

    Exercises have no public page. Raises NotFound ``recall_notice_unknown``.
    """
    shown = (
        sa.select(Notice)
        .join(Recall)
        .where(
            Recall.number == number,
            Notice.state.in_(SHOWN),
            Notice.drill.is_(False),
        )
        .order_by(Notice.version.desc())
    )
    rows = session.scalars(shown).all()
    wanted = [row for row in rows if version is None or row.version == version]
    if not wanted:
        raise NotFound(
            "recall_notice_unknown",
            N_("There is no recall notice %(number)s."),
            number=number,
        )
    return as_published(session, wanted[0], rows[0].version)


def public_notices(session: Session, most: int = 50) -> list[Published]:
    """The newest version of every recall's notice, the latest first; no exercises."""
    last = (
        sa.select(Notice.recall_id, sa.func.max(Notice.version).label("version"))
        .where(Notice.state.in_(SHOWN), Notice.drill.is_(False))
        .group_by(Notice.recall_id)
        .subquery()
    )
    rows = session.scalars(
        sa.select(Notice)
        .join(
            last,
            sa.and_(
                last.c.recall_id == Notice.recall_id,
                last.c.version == Notice.version,
            ),
        )
        .order_by(Notice.publishing_at.desc(), Notice.id.desc())
        .limit(most)
    )
    return [as_published(session, row, row.version) for row in rows]


def as_published(session: Session, notice: Notice, newest: int) -> Published:
    """A version as a page shows it; of a draft, as it would."""
    return Published(
        notice.recall.number,
        notice.version,
        notice.kind,
        notice.state,
        notice.change,
        Content.read(notice.content),
        wordings_of(session, notice),
        notice.publishing_at or notice.drafted_at,
        notice.state_at,
        newest,
        notice.drill,
        bool(notice.alone_by and not notice.countersigned_by),
    )


def versions(session: Session, recall_id: int) -> Sequence[Notice]:
    """All versions of a recall's notice, the newest first."""
    rows = sa.select(Notice).where(Notice.recall_id == recall_id)
    return session.scalars(rows.order_by(Notice.version.desc())).all()


def recent(session: Session, most: int = 50) -> Sequence[Notice]:
    """The newest notices, for the list of the staff."""
    rows = sa.select(Notice).order_by(Notice.state_at.desc(), Notice.id.desc())
    return session.scalars(rows.limit(most)).all()


def board(session: Session, notice: Notice) -> list[Row]:
    """How its deliveries stand, by kind of channel; those that go together first."""
    counted: dict[tuple[bool, str], Counter[str]] = {}
    rows = session.execute(
        sa.select(
            NoticeDelivery.together,
            NoticeDelivery.kind,
            NoticeDelivery.state,
            sa.func.count(),
        )
        .where(NoticeDelivery.notice_id == notice.id)
        .group_by(NoticeDelivery.together, NoticeDelivery.kind, NoticeDelivery.state)
    )
    for together, kind, state, count in rows:
        counted.setdefault((together, kind), Counter())[state] += count
    return [
        Row(kind, together, dict(states))
        for (together, kind), states in sorted(
            counted.items(), key=lambda one: (not one[0][0], one[0][1])
        )
    ]


def deliveries(
    session: Session, notice: Notice, *, open_only: bool = True, after: int = 0
) -> Sequence[NoticeDelivery]:
    """A page of its deliveries in the order they were asked for; ``open_only`` those
    that wait for a person.
    """
    rows = sa.select(NoticeDelivery).where(
        NoticeDelivery.notice_id == notice.id, NoticeDelivery.id > after
    )
    if open_only:
        rows = rows.where(
            NoticeDelivery.state.in_(("manual", "bounced", "unreachable"))
        )
    return session.scalars(rows.order_by(NoticeDelivery.id).limit(SHOWN_AT_ONCE)).all()
