"""Orders of codes for print houses, and who fetched them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...trace.db import Base, one_of
from ...trace.parties.tables import Article, Lot


class CodeOrder(Base):
    """Codes given to a print house: items ``lo … hi-1`` of a lot or of a roll."""

    __tablename__ = "code_order"
    __table_args__ = (
        one_of("state", "ordered", "returned"),
        sa.CheckConstraint("lo >= 0 AND lo < hi", name="range"),
        sa.CheckConstraint("(lot_id IS NULL) <> (series_id IS NULL)", name="of"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    house: Mapped[str]
    """Name of the print house."""
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"))
    lot_id: Mapped[int | None] = mapped_column(sa.ForeignKey("lot.id"))
    series_id: Mapped[int | None] = mapped_column(sa.ForeignKey("code_series.id"))
    """The series of a roll, which gets its batch later."""
    lo: Mapped[int]
    hi: Mapped[int]
    state: Mapped[str] = mapped_column(default="ordered")
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    paper: Mapped[str] = mapped_column(default="")
    """Number of the delivery note the labels came back with."""
    delivered: Mapped[int | None]
    """Good labels that came back."""
    faulty: Mapped[int | None]
    returned_by: Mapped[str | None]
    returned_at: Mapped[datetime | None]

    article: Mapped[Article] = relationship(lazy="joined")
    lot: Mapped[Lot | None] = relationship(lazy="joined")

    @property
    def count(self) -> int:
        """Codes handed out."""
        return self.hi - self.lo


class CodeFetch(Base):
    """A person took an order's list of codes away: once, under an own password."""

    __tablename__ = "code_fetch"
    __table_args__ = (sa.UniqueConstraint("order_id", "person"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("code_order.id"))
    person: Mapped[str]
    at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(
        sa.String(64), sa.ForeignKey("stored_file.sha256")
    )
    """The sealed file; nobody keeps the password."""
