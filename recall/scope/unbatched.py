"""What goods that left without their batch on paper may have been, and who has them.

domain.md §4.6.2, §9.21: every consignee that was sent the article without a batch
between the day a batch was released, or produced where that is not known, and the day
none of it was left, both included, may have some of it. What the first to expire would
have been excludes nobody.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.among import among, rows
from ...trace.errors import N_
from ...trace.parties.tables import Article, Location, Lot, Partner, Site
from ...trace.stock.places import ENDS, OUTSIDE, SOURCES
from ...trace.stock.tables import Movement, Shipment, Stock, Unbatched
from .reasons import stamp

SENTENCE = N_(
    "%(quantity)s of article %(article)s left with shipment %(shipment)s and no batch "
    "was written down, on a day when %(lots)s could be sent: it may be among them."
)
"""Why a consignee may have some."""


class Possible(NamedTuple):
    """Goods on a shipment that may be of an affected batch."""

    shipment: str
    """Its number."""
    partner_id: int
    consignee: str
    """Code of the consignee."""
    name: str
    name_en: str
    article: str
    quantity: int
    """At most so many affected units."""
    shipped_at: datetime
    on_the_way: bool
    """Not delivered, as far as anybody said."""
    driver_phone: str
    contact: str
    """Whom to ring at the consignee, and the deputy."""
    phone: str
    backup_contact: str
    backup_phone: str
    lots: tuple[str, ...]
    """Numbers of the affected batches it may be of."""

    @property
    def params(self) -> dict[str, str | int]:
        """Values for the places of ``SENTENCE``."""
        return {
            "quantity": self.quantity,
            "article": self.article,
            "shipment": self.shipment,
            "lots": ", ".join(self.lots),
        }

    @property
    def sentence(self) -> str:
        """The English sentence."""
        return SENTENCE % self.params


@dataclass(frozen=True, slots=True)
class Stay:
    """The days on which some of a lot could have left us, each end included."""

    since: date | None
    """None where neither release nor production is on record."""
    until: date | None
    """None while some of it is here."""

    def may_have_left(self, day: date) -> bool:
        """Whether it was here to be sent on a day.

        >>> Stay(date(2026, 11, 2), None).may_have_left(date(2026, 11, 1))
        False
        """
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )


_LEFT = (
    sa.select(
        Shipment.number,
        Partner.id,
        Partner.code,
        Partner.name,
        Partner.name_en,
        Article.code,
        Unbatched.quantity,
        Shipment.shipped_at,
        Shipment.delivered_at.is_(None),
        Shipment.driver_phone,
        Partner.contact,
        Partner.phone,
        Partner.backup_contact,
        Partner.backup_phone,
        Unbatched.article_id,
        Site.time_zone,
    )
    .join(Shipment, Shipment.id == Unbatched.shipment_id)
    .join(Partner, Partner.id == Shipment.consignee_id)
    .join(Article, Article.id == Unbatched.article_id)
    .join(Site, Site.id == Shipment.site_id)
    .order_by(Shipment.shipped_at, Shipment.number, Unbatched.id)
)
_LEFT_WITH = (
    sa.select(Shipment.id, Shipment.shipped_at, Unbatched.article_id, Site.time_zone)
    .join(Unbatched, Unbatched.shipment_id == Shipment.id)
    .join(Site, Site.id == Shipment.site_id)
)
_LIVES = sa.select(
    Lot.id, Lot.code, Lot.article_id, Lot.produced_on, Lot.status, Lot.status_since
)
_LOTS = _LIVES.where(among(Lot.id, "lots"))
_LOTS_OF = _LIVES.where(among(Lot.article_id, "articles"))
_NOT_OURS = (*sorted(SOURCES | OUTSIDE | ENDS), "sample")
"""Where goods are that cannot leave us any more: a retained sample stays for years."""


def possible_consignees(
    session: Session, lots: Collection[int]
) -> tuple[Possible, ...]:
    """What left without a batch and may be of these lots, in the order it left."""
    left = rows(session, _LEFT) if lots else ()
    articles = {row[-2] for row in left}
    if not articles:
        return ()
    known = [row for row in rows(session, _LOTS, lots=lots) if row[2] in articles]
    stays = _Stays(session, known)
    found = []
    for *told, article, zone in left:
        codes = sorted(code for _, code in stays.among(article, told[7], zone))
        if codes:
            found.append(Possible._make((*told, tuple(codes))))
    return tuple(found)


def possible_lots(
    session: Session, *which: sa.ColumnElement[bool]
) -> list[tuple[int, int]]:
    """Shipment and lot, where goods that left without a batch may be of the lot.

    ``which`` are the shipments.
    """
    left = rows(session, _LEFT_WITH.where(*which))
    if not left:
        return []
    articles = {article for _, _, article, _ in left}
    stays = _Stays(session, rows(session, _LOTS_OF, articles=articles))
    return sorted(
        {
            (shipment, lot)
            for shipment, at, article, zone in left
            for lot, _ in stays.among(article, at, zone)
        }
    )


class _Stays:
    """When each of some lots could have left us."""

    def __init__(self, session: Session, known: Iterable[Any]) -> None:
        self._of: dict[int, list[Any]] = defaultdict(list)
        for row in known:
            self._of[row[2]].append(row)
        ids = [row[0] for of in self._of.values() for row in of]
        self._first, self._last = _first_out(session, ids), _last_out(session, ids)
        self._here = _here(session, ids)

    def among(self, article: int, at: datetime, zone: str) -> Iterator[tuple[int, str]]:
        """Id and number of the lots of an article that could be sent on a day."""
        clock = ZoneInfo(zone)
        for lot, code, _, produced, status, since in self._of[article]:
            stay = _stay(
                produced,
                since if status == "released" else None,
                self._first.get(lot),
                None if lot in self._here else self._last.get(lot),
                clock,
            )
            if stay.may_have_left(at.astimezone(clock).date()):
                yield lot, code


def possible_document(possible: Iterable[Possible]) -> list[dict[str, Any]]:
    """Who may have some as plain values; ``docs/trace.schema.json`` describes them."""
    return [
        {
            "code": one.consignee,
            **{name: getattr(one, name) for name in _TOLD},
            "shipped_at": stamp(one.shipped_at),
            "why": one.sentence,
        }
        for one in possible
    ]


_TOLD = (
    *("name", "name_en", "contact", "phone", "backup_contact", "backup_phone"),
    *("shipment", "quantity", "on_the_way", "driver_phone"),
)


def _stay(
    produced: date | None,
    released: datetime | None,
    first_out: datetime | None,
    last_out: datetime | None,
    clock: ZoneInfo,
) -> Stay:
    """What left before its release is on record is no reason to look only later."""
    began = [
        moment.astimezone(clock).date() for moment in (released, first_out) if moment
    ]
    since = min(began) if released else produced
    return Stay(since, last_out and last_out.astimezone(clock).date())


def _here(session: Session, lots: Iterable[int]) -> set[int]:
    """The lots of which some is here and can leave."""
    found = sa.select(Stock.lot_id).join(Location, Location.id == Stock.location_id)
    found = found.where(
        among(Stock.lot_id, lots),
        Stock.quantity > 0,
        Location.kind.not_in(_NOT_OURS),
    )
    return set(session.scalars(found))


def _first_out(session: Session, lots: Iterable[int]) -> Mapping[int, datetime]:
    """When a shipment first took some of each lot."""
    found = sa.select(Movement.lot_id, sa.func.min(Movement.at))
    found = found.where(among(Movement.lot_id, lots), Movement.shipment_id.is_not(None))
    return {lot: at for lot, at in rows(session, found.group_by(Movement.lot_id))}


def _last_out(session: Session, lots: Iterable[int]) -> Mapping[int, datetime]:
    """When some of each lot last went from where it could leave us."""
    found = sa.select(Movement.lot_id, sa.func.max(Movement.at))
    found = found.join(Location, Location.id == Movement.from_id)
    found = found.where(among(Movement.lot_id, lots), Location.kind.not_in(_NOT_OURS))
    return {lot: at for lot, at in rows(session, found.group_by(Movement.lot_id))}
