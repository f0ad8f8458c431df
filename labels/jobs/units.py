"""Labels of cases and pallets, with what is inside at the moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import IO

from sqlalchemy.orm import Session

from ...trace.identity.gs1 import Sscc
from ...trace.identity.links import unit_link
from ...trace.parties.tables import Article, Location, Lot, Site
from ...trace.stock.building import cases_on
from ...trace.stock.tables import LogisticUnit
from ...trace.stock.units import Contents, find_unit, items_of_units
from ..engine.bars import Element
from ..engine.stock import Stock
from ..engine.unit_labels import render_units
from ..engine.unit_values import UnitRecord

KINDS = {"case": "箱", "pallet": "托盘"}
MG_PER_GRAM = 1000
MOST_GRAMS = 999_999
"""AI 3103 has six digits, the last three after the point."""


@dataclass(frozen=True, slots=True)
class _Inside:
    """What a unit holds, by lot."""

    goods: Mapping[Lot, Contents]
    cases: int
    """Cases on a pallet; 0 for a case."""

    @property
    def articles(self) -> list[Article]:
        return list({lot.article_id: lot.article for lot in self.goods}.values())

    @property
    def total(self) -> int:
        """In the base unit of the only article."""
        return sum(held.quantity for held in self.goods.values())


def draw_unit_labels(
    session: Session,
    ssccs: Iterable[str],
    base_url: str,
    format: str,
    stock: Stock,
    out: IO[bytes],
    skip: int = 0,
) -> int:
    """Draw the labels of cases and pallets into ``out``; how many there are.

    Raises NotFound for a number that is not recorded, and as ``render_units``.
    """
    units = [find_unit(session, sscc) for sscc in ssccs]
    records = [unit_record(session, unit, base_url) for unit in units]
    return render_units(format, records, stock, out, skip)


def unit_record(session: Session, unit: LogisticUnit, base_url: str) -> UnitRecord:
    """What the label of a case or pallet says of what is in it now."""
    inside = _inside(session, unit)
    lots = list(inside.goods)
    article = inside.articles[0] if len(inside.articles) == 1 else None
    return UnitRecord(
        url=unit_link(base_url, Sscc(unit.sscc)),
        sscc=unit.sscc,
        kind=KINDS[unit.level],
        elements=tuple(_elements(inside, article)),
        product=article.name if article else _many(inside.articles, "种产品"),
        product_en=article.name_en if article else "",
        quantity=_quantity(inside.total, article) if article else "",
        cases=f"{inside.cases:,} 箱" if inside.cases else "",
        batch_no=lots[0].code if len(lots) == 1 else _many(lots, "个批次"),
        production_date=_first_day([lot.produced_on for lot in lots]),
        expiry_date=_first_day([lot.expires_on for lot in lots]),
        storage=article.storage if article else "",
        firm=_firm(session, unit, lots),
    )


def _inside(session: Session, unit: LogisticUnit) -> _Inside:
    held = items_of_units(session, [unit.sscc])
    goods = {session.get_one(Lot, lot_id): held[lot_id] for lot_id in sorted(held)}
    cases = len(cases_on(session, unit)) if unit.level == "pallet" else 0
    return _Inside(goods, cases)


def _elements(inside: _Inside, article: Article | None) -> list[Element]:
    """What bars can say: only of a unit that holds one article with a GTIN.

    AI 02 is what is inside and needs AI 37, how many of it; the others hold only when
    they hold for all of it. GS1 General Specifications 3.3.2, 3.6.5.
    """
    if article is None or article.gtin is None or inside.total < 1:
        return []
    found: list[Element] = [("02", article.gtin)]
    if article.base_unit == "piece":
        found.append(("37", str(inside.total)))
    elif article.base_unit == "mg" and inside.total // MG_PER_GRAM <= MOST_GRAMS:
        # Goods by weight: each case is one piece of a weight of its own.
        found.append(("3103", f"{inside.total // MG_PER_GRAM:06d}"))
        found.append(("37", str(max(inside.cases, 1))))
    else:
        return []
    lots = list(inside.goods)
    for ai, days in (
        ("11", {lot.produced_on for lot in lots}),
        ("17", {lot.expires_on for lot in lots}),
    ):
        day = days.pop()
        if day is not None and not days:
            found.append((ai, f"{day:%y%m%d}"))
    if len(lots) == 1:
        found.append(("10", lots[0].ai10))
    return found


def _quantity(quantity: int, article: Article) -> str:
    if article.base_unit == "piece":
        unit = "袋" if article.kind == "product" else "件"
        return f"{quantity:,} {unit}"
    unit = "kg" if article.base_unit == "mg" else "L"
    return f"{(Decimal(quantity) / 1_000_000).normalize():,f} {unit}"


def _many(some: Sequence[object], word: str) -> str:
    return f"{len(some)} {word}" if some else ""


def _first_day(days: Sequence[date | None]) -> str:
    known = [day for day in days if day is not None]
    return min(known).isoformat() if known else ""


def _firm(session: Session, unit: LogisticUnit, lots: Sequence[Lot]) -> str:
    """The site that made it, or where it stands."""
    for lot in lots:
        if lot.own and lot.site:
            return lot.site.name
    place = session.get(Location, unit.location_id) if unit.location_id else None
    site = session.get(Site, place.site_id) if place and place.site_id else None
    return site.name if site else ""
