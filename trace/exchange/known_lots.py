"""The lots that files name: which they can be, and what rows need to know of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..identity.gs1 import LotCode
from ..parties.tables import Article, Lot
from ..stock.books import CHUNK, by_ids


@dataclass(slots=True)
class KnownLot:
    """What rows need to know of a lot: a plain value, because they ask very often."""

    id: int
    """Below zero for a new one."""
    article: Article
    article_id: int
    origin: str
    code: str
    ai10: str
    status: str
    status_since: datetime | None
    site_id: int | None
    expires_on: date | None
    next_item: int

    @classmethod
    def of(cls, lot: Lot) -> "KnownLot":
        return cls(
            lot.id,
            lot.article,
            lot.article_id,
            lot.origin,
            lot.code,
            lot.ai10,
            lot.status,
            lot.status_since,
            lot.site_id,
            lot.expires_on,
            lot.next_item,
        )

    @property
    def own(self) -> bool:
        """Made here, not bought."""
        return self.origin == ""


def found_among(
    session: Session,
    select: sa.Select[*tuple[Any, ...]],
    column: Any,
    keys: Iterable[Any],
) -> Iterator[Any]:
    """Rows of ``select`` where ``column`` is one of ``keys``; mostly one query."""
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), CHUNK):
        part = column.in_(wanted[start : start + CHUNK])
        yield from session.execute(select.where(part))


def find_lots(session: Session, codes: Iterable[str]) -> set[int]:
    """The recorded lots that these numbers can mean."""
    named = set(codes)
    forms = {LotCode.from_batch_number(code).text for code in named}
    ids = {row.id for row in found_among(session, sa.select(Lot.id), Lot.code, named)}
    ids |= {row.id for row in found_among(session, sa.select(Lot.id), Lot.ai10, forms)}
    return ids


def load_lots(session: Session, codes: Iterable[str]) -> list[Lot]:
    ids = find_lots(session, codes)
    select = sa.select(Lot).execution_options(populate_existing=True)
    found: dict[int, Lot] = {}
    for lot in by_ids(session, select, Lot.id, ids):
        found[lot[0].id] = lot[0]
    return [found[lot_id] for lot_id in sorted(found)]
