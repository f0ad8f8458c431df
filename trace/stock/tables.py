"""Balances, movements, holds, cases and shipments."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, one_of
from ..parties.tables import Article, Location, Lot, Partner


class Stock(Base):
    """How much of a lot is at a place: the sum of its movements, always.

    A trigger (``stock_not_negative``) refuses less than nothing at a real place.
    """

    __tablename__ = "stock"
    # A lot's rows stand together: SQLite reads them without a look at an index first.
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"), primary_key=True)
    location_id: Mapped[int] = mapped_column(
        sa.ForeignKey("location.id"), primary_key=True, index=True
    )
    quantity: Mapped[int]
    """In the article's base unit; negative only where lots come from."""
    blank: Mapped[int | None]
    """How many units without an item number can be among those not known by their
    items; None when all can.
    """


class StockItem(Base):
    """Items of a lot that are (``sure``) or may be at a place."""

    __tablename__ = "stock_item"
    __table_args__ = (
        # In the order packs are looked up by, so that no other index is needed; what is
        # surely at a place is not also possibly there, so the three are enough.
        sa.PrimaryKeyConstraint("lot_id", "lo", "location_id"),
        sa.CheckConstraint("lo >= 0 AND lo < hi", name="range"),
        {"sqlite_with_rowid": False},
    )

    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"))
    location_id: Mapped[int] = mapped_column(sa.ForeignKey("location.id"))
    sure: Mapped[bool]
    lo: Mapped[int]
    hi: Mapped[int]


class Shipment(Base):
    """A delivery to one consignee."""

    __tablename__ = "shipment"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"))
    consignee_id: Mapped[int] = mapped_column(sa.ForeignKey("partner.id"), index=True)
    carrier: Mapped[str] = mapped_column(default="")
    vehicle: Mapped[str] = mapped_column(default="")
    driver_phone: Mapped[str] = mapped_column(default="")
    shipped_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]

    consignee: Mapped[Partner] = relationship(lazy="joined")


class Unbatched(Base):
    """So much of an article went with a shipment, and nobody wrote down of which batch.

    It is in the balance of no customer: what is named of it becomes movements and is
    taken off here, until nothing is left and the row goes.
    """

    __tablename__ = "unbatched"
    __table_args__ = (sa.CheckConstraint("quantity > 0", name="quantity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shipment_id: Mapped[int] = mapped_column(sa.ForeignKey("shipment.id"), index=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"), index=True)
    quantity: Mapped[int]
    """In the base unit: what is not named yet."""

    shipment: Mapped[Shipment] = relationship(lazy="joined")
    article: Mapped[Article] = relationship(lazy="joined")


class Movement(Base):
    """A quantity of a lot that went from one place to another; never changed.

    A trigger (``movement_append_only``) refuses to change or delete a row.
    """

    __tablename__ = "movement"
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("from_id <> to_id", name="places"),
        sa.CheckConstraint(
            "(lo IS NULL AND hi IS NULL) OR (lo >= 0 AND hi - lo = quantity)",
            name="items",
        ),
        sa.Index("ix_movement_lot", "lot_id", "at"),
        # Who received a lot, from the index alone: a scope asks that of every lot.
        sa.Index(
            "ix_movement_shipped",
            "lot_id",
            "shipment_id",
            "from_id",
            "quantity",
            sqlite_where=sa.text("shipment_id IS NOT NULL"),
            postgresql_where=sa.text("shipment_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(index=True)
    """The paper it belongs to, e.g. a shipment's number."""
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"))
    from_id: Mapped[int] = mapped_column(sa.ForeignKey("location.id"))
    to_id: Mapped[int] = mapped_column(sa.ForeignKey("location.id"))
    quantity: Mapped[int]
    lo: Mapped[int | None]
    hi: Mapped[int | None]
    at: Mapped[datetime]
    """When it happened; ``recorded_at`` is when we were told."""
    recorded_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="")
    actor: Mapped[str]
    shipment_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("shipment.id"), index=True
    )

    lot: Mapped[Lot] = relationship()
    source: Mapped[Location] = relationship(foreign_keys=from_id)
    target: Mapped[Location] = relationship(foreign_keys=to_id)


class Sighting(Base):
    """Items that were seen at a place: knowledge that no movement tells.

    Balances are what movements and sightings of a lot give, in the order of recording.
    """

    __tablename__ = "sighting"
    __table_args__ = (sa.CheckConstraint("lo >= 0 AND lo < hi", name="range"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"), index=True)
    location_id: Mapped[int] = mapped_column(sa.ForeignKey("location.id"))
    lo: Mapped[int]
    hi: Mapped[int]
    recorded_at: Mapped[datetime]
    """Later than that of every movement of the lot before it."""
    reason: Mapped[str] = mapped_column(default="")
    actor: Mapped[str]


class Hold(Base):
    """Goods that may not leave: a whole lot (no ``lo``) or some of its items.

    One hand places it; two persons lift it (domain.md §3.5 Q1, Q2).
    """

    __tablename__ = "hold"
    __table_args__ = (
        one_of("state", "active", "release_requested", "released"),
        one_of("hazard", "health", "quality", "label", "other"),
        sa.CheckConstraint(
            "(lo IS NULL AND hi IS NULL) OR (lo >= 0 AND lo < hi)", name="range"
        ),
        sa.CheckConstraint(
            "state <> 'released' OR (released_by IS NOT NULL"
            " AND requested_by IS NOT NULL AND released_by <> requested_by"
            " AND released_by <> placed_by)",
            name="two_persons",
        ),
        sa.Index("ix_hold_lot", "lot_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(index=True)
    """What people call it; one order may hold several lots."""
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"))
    lo: Mapped[int | None]
    hi: Mapped[int | None]
    hazard: Mapped[str] = mapped_column(default="other")
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(default="active")
    placed_by: Mapped[str]
    placed_at: Mapped[datetime]
    requested_by: Mapped[str | None]
    requested_at: Mapped[datetime | None]
    request_reason: Mapped[str | None]
    """The test or assessment that says the goods are good."""
    released_by: Mapped[str | None]
    released_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    lot: Mapped[Lot] = relationship(lazy="joined")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class LogisticUnit(Base):
    """A case or pallet with an SSCC."""

    __tablename__ = "logistic_unit"
    __table_args__ = (
        one_of("level", "case", "pallet"),
        one_of("state", "open", "closed", "dissolved"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sscc: Mapped[str] = mapped_column(sa.String(18), unique=True)
    level: Mapped[str] = mapped_column(default="case")
    parent_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("logistic_unit.id"), index=True
    )
    state: Mapped[str] = mapped_column(default="closed", server_default="closed")
    location_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("location.id"), index=True
    )
    """Where it was last seen as a whole."""
    shipment_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("shipment.id"), index=True
    )
    """The shipment it is on the way with."""
    built_at: Mapped[datetime | None]


class UnitStay(Base):
    """A case stood on a pallet from one time to another (domain.md §1, aggregation).

    ``LogisticUnit.parent_id`` is where it stands now: its stay without an end.
    """

    __tablename__ = "unit_stay"
    __table_args__ = (
        sa.CheckConstraint("unit_id <> parent_id", name="units"),
        sa.Index("ix_unit_stay_unit", "unit_id", "until"),
        sa.Index("ix_unit_stay_parent", "parent_id", "until"),
        sa.Index(
            "uq_unit_stay_open",
            "unit_id",
            unique=True,
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("logistic_unit.id"))
    parent_id: Mapped[int] = mapped_column(sa.ForeignKey("logistic_unit.id"))
    since: Mapped[datetime | None]
    """None where it is not on record."""
    until: Mapped[datetime | None]
    """None while it stands there."""


class UnitContent(Base):
    """What a case holds: items ``lo … hi-1`` of a lot, or a count where not known."""

    __tablename__ = "unit_content"
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint(
            "(lo IS NULL AND hi IS NULL) OR (lo >= 0 AND hi - lo = quantity)",
            name="items",
        ),
        sa.Index("ix_unit_content_lot", "lot_id", "lo"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("logistic_unit.id"), index=True)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"))
    quantity: Mapped[int]
    lo: Mapped[int | None]
    hi: Mapped[int | None]
    packed_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    """Since when it is no longer inside; None while it is."""


class StockCount(Base):
    """A count of a place (盘点), blind: who counts does not see what is booked."""

    __tablename__ = "stock_count"
    __table_args__ = (
        one_of("state", "open", "counted", "booked", "cancelled"),
        sa.CheckConstraint(
            "state <> 'booked' OR (booked_by IS NOT NULL AND booked_by <> counted_by)",
            name="two_persons",
        ),
        sa.Index("ix_stock_count_location", "location_id", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    location_id: Mapped[int] = mapped_column(sa.ForeignKey("location.id"))
    state: Mapped[str] = mapped_column(default="open")
    due_on: Mapped[date]
    opened_by: Mapped[str]
    opened_at: Mapped[datetime]
    counted_by: Mapped[str | None]
    counted_at: Mapped[datetime | None]
    booked_by: Mapped[str | None]
    booked_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    location: Mapped[Location] = relationship(lazy="joined")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class StockCountLine(Base):
    """What was found of a lot; ``booked`` is what the ledger said at that moment."""

    __tablename__ = "stock_count_line"
    __table_args__ = (sa.CheckConstraint("counted >= 0", name="counted"),)

    count_id: Mapped[int] = mapped_column(
        sa.ForeignKey("stock_count.id"), primary_key=True
    )
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"), primary_key=True)
    counted: Mapped[int]
    booked: Mapped[int]
    reason: Mapped[str] = mapped_column(default="")
    """Why they differ."""


class SparePolicy(Base):
    """How much of an article is kept as spare stock (domain.md §2.3, default 10 %)."""

    __tablename__ = "spare_policy"
    __table_args__ = (
        sa.CheckConstraint("permille >= 0 AND permille <= 1000", name="permille"),
    )

    article_id: Mapped[int] = mapped_column(
        sa.ForeignKey("article.id"), primary_key=True
    )
    permille: Mapped[int] = mapped_column(default=100)
    """Of the average monthly sales."""
