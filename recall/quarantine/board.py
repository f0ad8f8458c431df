"""The board of consignees: who knows, who answered, and who is silent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.among import among
from ...trace.errors import N_, NotFound
from ...trace.parties.tables import Lot, Partner
from ..recalls.scopes import current_scope
from ..recalls.tables import Recall, RecallConsignee
from .calls import calls_of
from .ledgers import Row, recall_lots, reckon_rows
from .tables import ConsigneeCall, ConsigneeLink

STATES = ("silent", "told", "acknowledged", "answered", "closed")
"""How far a consignee is; ``silent`` was not even told, as far as anybody knows."""
PAGE = 100
"""Consignees on one page of the board."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A consignee on the board."""

    link: ConsigneeLink
    partner: Partner
    shipped: int
    """Units sent there, at most, when the scope was proposed."""
    call: ConsigneeCall | None
    rows: tuple[Row, ...]

    @property
    def state(self) -> str:
        return state_of(self.link)

    @property
    def contradicts(self) -> bool:
        return any(row.flags for row in self.rows)


@dataclass(frozen=True, slots=True)
class Board:
    """One page of it, with the counts of all."""

    seats: tuple[Seat, ...]
    counts: Mapping[str, int]
    """Consignees by state."""
    more: bool
    """There is another page."""

    @property
    def everyone(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Answering:
    """What a consignee's own page is about."""

    recall: Recall
    partner: Partner
    lots: Sequence[Lot]
    """The batches it was sent; all of the recall where nobody wrote down which."""
    rows: Mapping[int, Row]
    """Its ledger by batch."""


def state_of(link: ConsigneeLink) -> str:
    """How far one consignee is."""
    if link.closed_at is not None:
        return "closed"
    if link.answered_at is not None:
        return "answered"
    if link.acknowledged_at is not None:
        return "acknowledged"
    return "silent" if link.told_at is None else "told"


_STATE = sa.case(
    (ConsigneeLink.closed_at.is_not(None), "closed"),
    (ConsigneeLink.answered_at.is_not(None), "answered"),
    (ConsigneeLink.acknowledged_at.is_not(None), "acknowledged"),
    (ConsigneeLink.told_at.is_not(None), "told"),
    else_="silent",
)


def board(session: Session, recall: Recall, state: str = "", page: int = 1) -> Board:
    """A page of the board: those who still owe an answer first, then by quantity."""
    scope = current_scope(session, recall.id)
    counts = session.execute(
        sa.select(_STATE.label("how"), sa.func.count())
        .where(ConsigneeLink.recall_id == recall.id)
        .group_by("how")
    ).all()
    frozen = RecallConsignee
    owes = sa.case((_STATE.in_(("answered", "closed")), 1), else_=0)
    rows = (
        sa.select(ConsigneeLink, Partner, frozen.shipped)
        .join(Partner, Partner.id == ConsigneeLink.partner_id)
        .outerjoin(
            frozen,
            sa.and_(
                frozen.partner_id == ConsigneeLink.partner_id,
                frozen.recall_scope_id == (scope.id if scope else 0),
            ),
        )
        .where(ConsigneeLink.recall_id == recall.id)
        .order_by(owes, sa.func.coalesce(frozen.shipped, 0).desc(), Partner.code)
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    )
    if state:
        rows = rows.where(_STATE.in_([state]))
    found = session.execute(rows).all()
    shown = found[:PAGE]
    calls = calls_of(session, [link.id for link, _, _ in shown])
    mine: dict[int, list[Row]] = {}
    if shown:
        ids = {partner.id for _, partner, _ in shown}
        for row in reckon_rows(session, recall, ids):
            mine.setdefault(row.partner_id, []).append(row)
    seats = tuple(
        Seat(
            link,
            partner,
            shipped or 0,
            calls.get(link.id),
            tuple(mine.get(partner.id, ())),
        )
        for link, partner, shipped in shown
    )
    return Board(seats, {name: many for name, many in counts}, len(found) > PAGE)


def seat_of(session: Session, recall: Recall, partner_id: int) -> ConsigneeLink:
    """A consignee of a recall. Raises NotFound ``link_unknown``."""
    link = session.scalar(
        sa.select(ConsigneeLink).filter_by(recall_id=recall.id, partner_id=partner_id)
    )
    if link is None:
        raise NotFound("link_unknown", N_("No consignee of a recall is recorded here."))
    return link


def answering(session: Session, link: ConsigneeLink) -> Answering:
    """What the page of a consignee asks about."""
    recall = session.get_one(Recall, link.recall_id)
    rows = {row.lot_id: row for row in reckon_rows(session, recall, {link.partner_id})}
    wanted = sorted(rows) or sorted(recall_lots(session, recall))
    lots = session.scalars(
        sa.select(Lot).where(among(Lot.id, wanted)).order_by(Lot.code)
    )
    partner = session.get_one(Partner, link.partner_id)
    return Answering(recall, partner, lots.all(), rows)
