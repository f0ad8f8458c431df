"""The lots of a scope as people read them."""

from collections.abc import Collection, Mapping
from datetime import date
from operator import attrgetter
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.among import among, plain_rows, rows
from ...trace.identity.items import ItemSet
from ...trace.parties.tables import Article, Line, Lot
from ...trace.stock.tables import Stock
from .engine import Affected
from .narrowing import Narrowed
from .ours import Ours
from .reasons import Reason
from .scans import Scan

COUNTED_TIERS = (1, 2)
"""Tiers that count without a decision."""


class LotRecord(NamedTuple):
    """What is on record of a lot; ``ScopeLot`` says what the fields are."""

    lot_id: int
    code: str
    article: str
    name: str
    name_en: str
    kind: str
    origin: str
    numbered: int
    unit: str
    produced_on: date | None
    expires_on: date | None
    line: str
    status: str


# Built once: to build them takes longer than to run them.
_LOTS = (
    # The fields of ``LotRecord``, in its order.
    sa.select(
        Lot.id,
        Lot.code,
        Article.code,
        Article.name,
        Article.name_en,
        Article.kind,
        Lot.origin,
        Lot.next_item,
        Article.base_unit,
        Lot.produced_on,
        Lot.expires_on,
        sa.func.coalesce(Line.code, ""),
        Lot.status,
    )
    .join(Article, Article.id == Lot.article_id)
    .outerjoin(Line, Line.id == Lot.line_id)
    .where(among(Lot.id, "lots"))
)


def _sum(where: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    some = sa.case((where, Stock.quantity), else_=0)
    return sa.cast(sa.func.sum(some), sa.BigInteger)


# Below nothing is what came from sources. "+ 0", or PostgreSQL reads the balances of
# all lots at our places beside those of the lots.
_SUMS = (
    sa.select(Stock.lot_id, -_sum(Stock.quantity < 0), _sum(Stock.quantity > 0))
    .where(among(Stock.lot_id, "lots"), among(Stock.location_id + 0, "ours"))
    .group_by(Stock.lot_id)
)


class ScopeLot(NamedTuple):
    """An affected lot.

    Not a dataclass: a scope may hold twenty thousand, and making those takes longer
    than finding them.
    """

    lot_id: int
    code: str
    article: str
    """The article's code."""
    name: str
    name_en: str
    kind: str
    """``product``, ``ingredient`` or ``packaging``."""
    origin: str
    """Code of the supplier who numbered it; empty for our own."""
    tier: int
    """1 confirmed, 2 probable, 3 possible."""
    items: ItemSet | None
    """Affected items; None is the whole lot."""
    numbered: int
    """Items with a number: 0 to ``numbered`` - 1."""
    quantity: int
    """What was made or received of it, in ``unit``."""
    affected: int
    """What of that is affected, in ``unit``."""
    in_hand: int
    """What of the lot is still in our own places, affected or not, in ``unit``."""
    unit: str
    produced_on: date | None
    expires_on: date | None
    line: str
    """Code of its line, or empty."""
    status: str
    counted: bool
    """Whether it is part of ``made`` and the positions."""
    why: tuple[Reason, ...]
    narrowed: Narrowed | None
    """How ``items`` were told from their batch; None for a whole lot."""
    scan: Scan | None = None
    """The scan that would settle most of where its affected packs are."""

    @property
    def packs(self) -> bool:
        """Whether it is a product counted in pieces."""
        return self.kind == "product" and self.unit == "piece"


def read_lots(session: Session, lot_ids: Collection[int]) -> dict[int, LotRecord]:
    """What is on record of these lots, by id."""
    found = rows(session, _LOTS, lots=lot_ids)
    return {row[0]: LotRecord._make(row) for row in found}


def describe(
    session: Session,
    records: Mapping[int, LotRecord],
    affected: Mapping[int, Affected],
    decided: Mapping[int, bool],
    ours: Ours,
) -> tuple[ScopeLot, ...]:
    """The affected lots by tier, then article, origin and number.

    ``decided`` says of T2 and T3 lots by id whether they count.
    """
    sums = _sums(session, affected, ours)
    lots = [
        _scope_lot(records[lot], found, *sums.get(lot, (0, 0)), decided)
        for lot, found in affected.items()
    ]
    return tuple(sorted(lots, key=attrgetter("tier", "article", "origin", "code")))


def _scope_lot(
    record: LotRecord,
    found: Affected,
    made: int,
    in_hand: int,
    decided: Mapping[int, bool],
) -> ScopeLot:
    countable = record.kind == "product" and record.unit == "piece"
    by_rule = found.tier in COUNTED_TIERS
    wanted = found.tier == 1 or decided.get(record.lot_id, by_rule)
    return ScopeLot(
        record.lot_id,
        record.code,
        record.article,
        record.name,
        record.name_en,
        record.kind,
        record.origin,
        found.tier,
        found.items,
        record.numbered,
        made,
        made,
        in_hand,
        record.unit,
        record.produced_on,
        record.expires_on,
        record.line,
        record.status,
        countable and wanted,
        found.why,
        found.narrowed,
    )


def _sums(
    session: Session, lots: Collection[int], ours: Ours
) -> dict[int, tuple[int, int]]:
    """What was made of each lot, and what of it is in our hands."""
    found = plain_rows(session, _SUMS, lots=lots, ours=ours.ids)
    return {lot: (made, in_hand) for lot, made, in_hand in found}
