"""Spare stock: goods free to go, against what the policy wants kept for exchanges.

10 % of the average monthly sales (domain.md §2.3 SpareStockPolicy); what is held,
recalled, expired or not released does not count.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from .. import audit
from ..db import insert_if_new
from ..errors import N_, InvalidInput, NotFound
from ..parties.tables import Article, Location, Lot
from ..people import Actor
from .holds import held_items
from .places import OUTSIDE
from .tables import Movement, Shipment, SparePolicy, Stock

DEFAULT_PERMILLE = 100
MONTHS = 3
"""Full months whose sales are averaged."""
PLENTY = 2
"""So many times what is wanted is above: goods stand until they expire."""


@dataclass(frozen=True, slots=True)
class SpareLine:
    """An article's spare stock."""

    article: Article
    permille: int
    sold: int
    """Shipped in the last full months together."""
    free: int
    """Released goods in the warehouses that nobody holds."""
    months: int = MONTHS
    """How many months that was: fewer while the plant has no more on record."""

    @property
    def base(self) -> int:
        """Average monthly sales."""
        return round(self.sold / self.months)

    @property
    def wanted(self) -> int:
        """What should be kept, rounded up."""
        return -(-self.sold * self.permille // (1000 * self.months))

    @property
    def state(self) -> str:
        """``below``, ``right``, ``above`` or ``none`` when nothing was sold."""
        if not self.wanted:
            return "none"
        if self.free < self.wanted:
            return "below"
        return "above" if self.free > PLENTY * max(self.wanted, self.base) else "right"


def spare_lines(session: Session, now: datetime, zone: str) -> list[SpareLine]:
    """Every product with its spare stock, what is short first.

    A plant that began in the meantime is measured by the full months since its first
    sale, in its first month by what it sold so far.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    start, end, months = _measured(session, today, now, zone)
    sold, free = _sold(session, start, end), _free(session, today)
    policies = {
        policy.article_id: policy.permille
        for policy in session.scalars(sa.select(SparePolicy))
    }
    articles = session.scalars(
        sa.select(Article).where(Article.kind == "product").order_by(Article.code)
    )
    lines = [
        SpareLine(
            article,
            policies.get(article.id, DEFAULT_PERMILLE),
            sold.get(article.id, 0),
            free.get(article.id, 0),
            months,
        )
        for article in articles
    ]
    order = ("below", "above", "right", "none")
    return sorted(lines, key=lambda line: (order.index(line.state), line.article.code))


def set_policy(
    session: Session, article_id: int, permille: int, actor: Actor, now: datetime
) -> None:
    """Say how much of an article is kept. Raises Forbidden, NotFound, InvalidInput."""
    actor.require("master.edit")
    if session.get(Article, article_id) is None:
        raise NotFound("article_unknown", N_("No such product is recorded."))
    if not 0 <= permille <= 1000:
        raise InvalidInput("permille_invalid", N_("Expected a share from 0 to 100 %%."))
    key = {"article_id": article_id}
    if not insert_if_new(session, SparePolicy, **key, permille=permille):
        session.execute(
            sa.update(SparePolicy).filter_by(**key).values(permille=permille)
        )
    audit.record(
        session,
        actor.login,
        "spare.set",
        f"article:{article_id}",
        now,
        permille=permille,
    )


def _measured(
    session: Session, today: date, now: datetime, zone: str
) -> tuple[datetime, datetime, int]:
    """The time whose sales are averaged, and how many months it is."""
    place = ZoneInfo(zone)
    this = today.year * 12 + today.month - 1
    first = session.scalar(sa.select(sa.func.min(Shipment.shipped_at)))
    began = this - MONTHS
    if first is not None:
        day = first.astimezone(place)
        began = max(began, day.year * 12 + day.month - 1)
    if began >= this:
        return _first_of(this, place), now, 1
    return _first_of(began, place), _first_of(this, place), this - began


def _first_of(month: int, place: ZoneInfo) -> datetime:
    """The start of a month, counted from year 0."""
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=place)


def _sold(session: Session, start: datetime, end: datetime) -> dict[int, int]:
    """What left us, by article; what went on out there is not counted twice."""
    source, target = aliased(Location), aliased(Location)
    much = sa.cast(sa.func.sum(Movement.quantity), sa.BigInteger)
    rows = session.execute(
        sa.select(Lot.article_id, much)
        .select_from(Movement)
        .join(Lot, Lot.id == Movement.lot_id)
        .join(source, source.id == Movement.from_id)
        .join(target, target.id == Movement.to_id)
        .where(
            Movement.at >= start,
            Movement.at < end,
            target.kind.in_(sorted(OUTSIDE)),
            source.kind.not_in(sorted(OUTSIDE)),
        )
        .group_by(Lot.article_id)
    )
    return {article: quantity for article, quantity in rows}


def _free(session: Session, today: date) -> dict[int, int]:
    """Released stock in the warehouses; of a lot held in part, what surely is free."""
    much = sa.cast(sa.func.sum(Stock.quantity), sa.BigInteger)
    rows = session.execute(
        sa.select(Lot.id, Lot.article_id, much)
        .join(Stock, Stock.lot_id == Lot.id)
        .join(Location, Location.id == Stock.location_id)
        .where(
            Location.kind == "warehouse",
            Lot.status == "released",
            sa.or_(Lot.expires_on.is_(None), Lot.expires_on >= today),
        )
        .group_by(Lot.id, Lot.article_id)
    ).all()
    held = held_items(session, (lot_id for lot_id, _, _ in rows))
    free: dict[int, int] = {}
    for lot_id, article_id, quantity in rows:
        hold = held.get(lot_id)
        if hold is not None:
            quantity = 0 if hold.whole else max(0, quantity - hold.items.count)
        free[article_id] = free.get(article_id, 0) + quantity
    return free
