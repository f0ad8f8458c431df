"""What the plant has: articles, partners, sites, lines and places."""

from datetime import date
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import StringConstraints
from sqlalchemy.orm import Session

from ...trace.parties.tables import Article, Line, Location, Partner, Site
from .paging import PageQuery, page, page_of
from .room import reads
from .values import Asked, Code, Shown

TAG = "Master data"

Gtin = Annotated[str, StringConstraints(pattern="^[0-9]{14}$")]


class ArticleOut(Shown):
    """What is bought, made or sold."""

    id: int
    code: str
    kind: Literal["product", "ingredient", "packaging"]
    name: str
    name_en: str
    gtin: str | None
    """GTIN-14."""
    base_unit: Literal["piece", "mg", "ul"]
    """Every quantity of it is a whole number of these."""
    case_size: int | None
    shelf_life_days: int | None
    net_content: str


class ArticleQuery(PageQuery):
    code: Code | None = None
    gtin: Gtin | None = None
    kind: Literal["product", "ingredient", "packaging"] | None = None


@reads("/articles", "trace.read", page_of(ArticleOut), tag=TAG, query=ArticleQuery)
def list_articles(session: Session, query: ArticleQuery) -> Any:
    """Articles."""
    select = sa.select(*columns(Article, ArticleOut))
    return page(session, equal(select, query, Article), query, Article.id)


class PartnerOut(Shown):
    """A firm we buy from, sell to or send by."""

    id: int
    code: str
    kind: Literal["supplier", "consignee", "carrier", "authority", "lab"]
    name: str
    name_en: str
    address: str
    contact: str
    """Who answers in a recall."""
    phone: str
    """Recall telephone, day and night."""
    email: str
    backup_contact: str
    backup_phone: str
    contact_checked_on: date | None
    """When somebody last answered there."""
    region: str


class PartnerQuery(PageQuery):
    code: Code | None = None
    kind: Literal["supplier", "consignee", "carrier", "authority", "lab"] | None = None


@reads("/partners", "trace.read", page_of(PartnerOut), tag=TAG, query=PartnerQuery)
def list_partners(session: Session, query: PartnerQuery) -> Any:
    """Suppliers, consignees, carriers, authorities and laboratories.

    With whom to ring in a recall, day and night.
    """
    select = sa.select(*columns(Partner, PartnerOut))
    return page(session, equal(select, query, Partner), query, Partner.id)


class SiteOut(Shown):
    """A plant."""

    id: int
    code: str
    name: str
    name_en: str
    address: str
    time_zone: str
    licence: str


class CodeQuery(PageQuery):
    code: Code | None = None


@reads("/sites", "trace.read", page_of(SiteOut), tag=TAG, query=CodeQuery)
def list_sites(session: Session, query: CodeQuery) -> Any:
    """Plants."""
    select = sa.select(*columns(Site, SiteOut))
    return page(session, equal(select, query, Site), query, Site.id)


class LineOut(Shown):
    """A production line."""

    id: int
    site: str
    """Code of its site."""
    code: str
    name: str
    name_en: str
    status: Literal["running", "stopped", "rectifying"]
    labels_at_packing: bool
    """Packs get their labels as they are filled."""


@reads("/lines", "trace.read", page_of(LineOut), tag=TAG, query=CodeQuery)
def list_lines(session: Session, query: CodeQuery) -> Any:
    """Production lines."""
    select = sa.select(*columns(Line, LineOut, site=Site.code)).join(Site)
    return page(session, equal(select, query, Line), query, Line.id)


class PlaceOut(Shown):
    """A place goods can be: a warehouse, a line, a consignee, or where goods end."""

    id: int
    code: str
    kind: str
    name: str
    name_en: str
    site: str | None
    """Code of its site, for places of ours."""
    partner: str | None
    """Code of the firm it belongs to, for places that are not ours."""


class PlaceQuery(PageQuery):
    code: Code | None = None
    kind: Code | None = None


@reads("/places", "trace.read", page_of(PlaceOut), tag=TAG, query=PlaceQuery)
def list_places(session: Session, query: PlaceQuery) -> Any:
    """Places of the stock ledger."""
    named = {"site": Site.code, "partner": Partner.code}
    select = (
        sa.select(*columns(Location, PlaceOut, **named))
        .outerjoin(Site, Site.id == Location.site_id)
        .outerjoin(Partner, Partner.id == Location.partner_id)
    )
    return page(session, equal(select, query, Location), query, Location.id)


def columns(table: Any, shown: type[Shown], **named: Any) -> list[Any]:
    """The columns of an answer: those ``named``, and the table's own for the rest."""
    return [
        named[name].label(name) if name in named else getattr(table, name).label(name)
        for name in shown.model_fields
    ]


def equal(
    select: sa.Select[Any], query: Asked, table: Any, **named: Any
) -> sa.Select[Any]:
    """Only rows whose columns are what the address asks for."""
    for name in type(query).model_fields:
        wanted = getattr(query, name)
        if wanted is None or name in PageQuery.model_fields:
            continue
        column = named.get(name)
        select = select.where(
            (getattr(table, name) if column is None else column) == wanted
        )
    return select
