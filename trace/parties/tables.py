"""Master data: who makes, who receives, where goods can be, and the lots themselves."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, one_of

LOCATION_KINDS = (
    "made",
    "supplied",
    "line",
    "warehouse",
    "hold",
    "quarantine",
    "returns",
    "sample",
    "transit",
    "consignee",
    "consumer",
    "consumed",
    "destroyed",
    "lost",
)
"""Kinds of places a unit can be; ``made`` and ``supplied`` are where lots come from."""

LOT_STATES = (
    "planned",
    "in_production",
    "produced",
    "testing",
    "released",
    "recalled",
    "closed",
    "rejected",
)
"""States of a lot (domain.md §3.10). Being on hold is not a state: see ``hold``."""

GRADES = ("quantity", "case", "item")
"""How closely a lot is followed (DESIGN §1.3): by count, by case, by single pack."""


class Site(Base):
    """A plant; recalls are reported to the authority of its county."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    address_en: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str] = mapped_column(default="Asia/Shanghai")
    licence: Mapped[str] = mapped_column(default="")
    """Production licence number (食品生产许可证编号)."""
    phone: Mapped[str] = mapped_column(default="")
    """What consumers ring."""
    authority: Mapped[str] = mapped_column(default="")
    authority_phone: Mapped[str] = mapped_column(default="")


class Line(Base):
    """A production line; its code is printed on every pack."""

    __tablename__ = "line"
    __table_args__ = (
        sa.UniqueConstraint("site_id", "code"),
        one_of("status", "running", "stopped", "rectifying"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"))
    code: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    status: Mapped[str] = mapped_column(default="running")
    labels_at_packing: Mapped[bool] = mapped_column(
        default=False, server_default=sa.false()
    )
    """Packs get their labels as they are filled: then a label's time is the pack's."""

    site: Mapped[Site] = relationship(lazy="joined")


class Partner(Base):
    """A firm we buy from, sell to or send by; ``phone`` answers at any hour."""

    __tablename__ = "partner"
    __table_args__ = (
        one_of("kind", "supplier", "consignee", "carrier", "authority", "lab"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    contact: Mapped[str] = mapped_column(default="")
    """Person who answers in a recall."""
    phone: Mapped[str] = mapped_column(default="")
    """Recall telephone, day and night."""
    email: Mapped[str] = mapped_column(default="")
    backup_contact: Mapped[str] = mapped_column(
        default="", server_default=sa.text("''")
    )
    backup_phone: Mapped[str] = mapped_column(default="", server_default=sa.text("''"))
    contact_checked_on: Mapped[date | None]
    """When somebody last answered there."""
    region: Mapped[str] = mapped_column(default="")
    """Province, for the announcement's area."""


class Location(Base):
    """A place of the ledger: a warehouse, a consignee's shop, or where goods end."""

    __tablename__ = "location"
    __table_args__ = (
        one_of("kind", *LOCATION_KINDS),
        sa.Index("ix_location_kind", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(sa.ForeignKey("site.id"))
    partner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("partner.id"))


class Article(Base):
    """What is bought, made or sold. Quantities are whole numbers of ``base_unit``."""

    __tablename__ = "article"
    __table_args__ = (
        one_of("kind", "product", "ingredient", "packaging"),
        one_of("base_unit", "piece", "mg", "ul"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    gtin: Mapped[str | None] = mapped_column(sa.String(14), unique=True)
    """GTIN-14, or none."""
    base_unit: Mapped[str] = mapped_column(default="piece")
    case_size: Mapped[int | None]
    """Packs in a case."""
    shelf_life_days: Mapped[int | None]
    net_content: Mapped[str] = mapped_column(default="")
    net_content_en: Mapped[str] = mapped_column(default="")
    ingredients: Mapped[str] = mapped_column(default="")
    ingredients_en: Mapped[str] = mapped_column(default="")
    allergens: Mapped[str] = mapped_column(default="")
    allergens_en: Mapped[str] = mapped_column(default="")
    storage: Mapped[str] = mapped_column(default="")
    storage_en: Mapped[str] = mapped_column(default="")
    standard: Mapped[str] = mapped_column(default="")
    """Product standard code, e.g. ``GB/T 23586``."""
    nutrition: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    """Nutrition table: name to ``[per 100 g, NRV %]``."""
    picture: Mapped[str] = mapped_column(default="")
    """Name of its drawing in ``web/static/products``."""


class Lot(Base):
    """A received lot or an own batch: made or bought, released and recalled as one."""

    __tablename__ = "lot"
    __table_args__ = (
        sa.UniqueConstraint("article_id", "origin", "code"),
        sa.UniqueConstraint("article_id", "origin", "ai10"),
        one_of("status", *LOT_STATES),
        one_of("grade", *GRADES),
        sa.CheckConstraint("next_item >= 0", name="next_item"),
        sa.CheckConstraint("planned > 0", name="planned"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"))
    origin: Mapped[str] = mapped_column(default="")
    """Code of the supplier who numbered the lot; empty for our own batches."""
    code: Mapped[str] = mapped_column(index=True)
    """The batch number as the plant or the supplier writes it."""
    ai10: Mapped[str] = mapped_column(sa.String(20))
    """The batch number as GS1 AI (10) carries it."""
    supplier_id: Mapped[int | None] = mapped_column(sa.ForeignKey("partner.id"))
    site_id: Mapped[int | None] = mapped_column(sa.ForeignKey("site.id"))
    line_id: Mapped[int | None] = mapped_column(sa.ForeignKey("line.id"))
    """The line whose code stands on the pack."""
    produced_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    received_on: Mapped[date | None]
    planned: Mapped[int | None]
    """Packs the work order asks for."""
    work_order: Mapped[str] = mapped_column(
        default="", server_default=sa.text("''"), index=True
    )
    """Number of the work order (工单), which is scanned at the line."""
    status: Mapped[str] = mapped_column(default="planned")
    status_since: Mapped[datetime | None]
    """When it got this status, as far as known; what was booked before had another."""
    grade: Mapped[str] = mapped_column(default="quantity")
    next_item: Mapped[int] = mapped_column(default=0)
    """Item numbers given out so far: items are 0 to next_item - 1."""
    artwork: Mapped[str] = mapped_column(default="", server_default=sa.text("''"))
    """Version of the label's artwork."""
    certificate: Mapped[str] = mapped_column(default="")
    """Number of the certificate it was released or received with."""
    caution_at: Mapped[datetime | None]
    """Since when the consumer page says: under examination, do not eat."""
    version: Mapped[int] = mapped_column(default=1)

    article: Mapped[Article] = relationship(lazy="joined")
    line: Mapped[Line | None] = relationship(lazy="joined")
    site: Mapped[Site | None] = relationship(lazy="joined")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def own(self) -> bool:
        """Made here, not bought."""
        return self.origin == ""
