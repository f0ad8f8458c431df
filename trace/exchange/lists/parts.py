"""Expressions and columns that several lists share."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from ...errors import N_
from ...parties.tables import Article, Line, Lot, Site
from ...stock.places import ENDS, OUTSIDE, SOURCES
from .shape import EVERYWHERE, IMPORTED, LISTED, SCREEN, SEEN, Column, Filter, Use

LINE_CODE = Site.code + "/" + Line.code
"""``YL1/L2``, as an import finds a line at any site."""
LOTS_FIRST = sa.func.coalesce(Lot.received_on, Lot.produced_on, date(1, 1, 1))
"""With the id, the order of lots in their own file, which an import keeps."""
ELSEWHERE = SOURCES | OUTSIDE | ENDS
"""Kinds of places that are not in our hands."""


def article_columns(uses: frozenset[Use] = LISTED) -> tuple[Column, ...]:
    """The article of a lot: its code in files, its name on the screen too."""
    return (
        Column("article", N_("Article"), Article.code, "code", uses=uses),
        Column(
            "article_name",
            N_("Product"),
            Article.name,
            "name",
            Article.name_en,
            uses=SEEN,
        ),
    )


def lot_column(
    name: str = "lot",
    title: str = N_("Batch"),
    lot: Any = Lot,
    uses: frozenset[Use] = EVERYWHERE,
) -> Column:
    return Column(name, title, lot.code, "lot", link=("lot", lot.id), uses=uses)


def supplier_column(lot: Any = Lot, uses: frozenset[Use] = EVERYWHERE) -> Column:
    return Column(
        "supplier",
        N_("Supplier"),
        sa.func.nullif(lot.origin, ""),
        "code",
        leads=("lots", "supplier"),
        uses=uses,
    )


def origin_column(lot: Any = Lot) -> Column:
    """Who numbered the lot that a row names, so that an import finds no other."""
    own = sa.case((lot.origin == "", "/"), else_=lot.origin)
    return Column("supplier", "", own, "code", uses=IMPORTED)


def entry_column(number: Any) -> Column:
    """The place of a row in the record: entries may be alike in all else."""
    nth = sa.func.row_number().over(order_by=number)
    return Column("entry", "", nth, "count", uses=IMPORTED)


def place_column(name: str, title: str, place: Any) -> Column:
    """A place by its name, for screens: files have its code."""
    return Column(
        name,
        title,
        place.name,
        "place",
        place.name_en,
        link=("place", place.kind),
        uses=SCREEN,
    )


def article_filter() -> Filter:
    return Filter("article", N_("Article"), Article.code, among="article")


def total(value: Any) -> Any:
    """A sum as a whole number: PostgreSQL sums BIGINT as NUMERIC."""
    return sa.cast(sa.func.coalesce(sa.func.sum(value), 0), sa.BigInteger)


def span(lo: Any, hi: Any) -> Any:
    """Items ``lo … hi-1`` as people and imports write them: ``0-239``."""
    text = sa.cast(lo, sa.String) + "-" + sa.cast(hi - 1, sa.String)
    return sa.case((lo.is_(None), sa.null()), else_=text)


def zone_of(*sites: Any) -> Any:
    """The time zone of the first of the sites there is."""
    if len(sites) == 1:
        return sites[0].time_zone
    return sa.func.coalesce(*(site.time_zone for site in sites))
