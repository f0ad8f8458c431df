"""Which codes were given out, and which packs of which lot they became."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, one_of

SEGMENT_KINDS = ("printed", "applied", "voided", "sampled", "missing")
"""What can be known of a run of items."""


class KnownKey(Base):
    """A key version codes were made with; its check value tells it from another."""

    __tablename__ = "code_key"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    check_value: Mapped[str]


class CodeSeries(Base):
    """A number of 28 bits, allocated once and never reused; at most 2^24 items."""

    __tablename__ = "code_series"
    __table_args__ = (
        sa.CheckConstraint("id > 0 AND id < 268435456", name="id"),
        sa.CheckConstraint("issued >= 0 AND issued <= 16777216", name="issued"),
        {"sqlite_autoincrement": True},  # or SQLite reuses the highest deleted id
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    issued: Mapped[int] = mapped_column(default=0)
    """Items issued so far: 0 to issued - 1."""
    created_at: Mapped[datetime]


class CodeBlock(Base):
    """Codes issued together, under one key version."""

    __tablename__ = "code_block"
    __table_args__ = (
        sa.UniqueConstraint("series_id", "first"),
        sa.CheckConstraint("first >= 0", name="first"),
        sa.CheckConstraint("count > 0", name="count"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(sa.ForeignKey("code_series.id"))
    first: Mapped[int]
    count: Mapped[int]
    key_version: Mapped[int]
    issued_at: Mapped[datetime]
    issued_by: Mapped[str]
    device: Mapped[str] = mapped_column(default="", server_default=sa.text("''"))
    """Line machine the block was given to for work without a network."""


class CodeReturn(Base):
    """Codes of a block that a device never printed, and never will: given back."""

    __tablename__ = "code_return"
    __table_args__ = (sa.CheckConstraint("lo >= 0 AND lo < hi", name="range"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    block_id: Mapped[int] = mapped_column(sa.ForeignKey("code_block.id"), index=True)
    lo: Mapped[int]
    """Places ``lo … hi-1`` in the block."""
    hi: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str]


class CodeBinding(Base):
    """Items ``lo … hi-1`` of a series are items ``lot_lo …`` of a lot.

    Made when codes are issued for a lot, or later for a roll printed before it. No two
    overlap: PostgreSQL excludes it (``ex_code_binding_items``), SQLite has a trigger.
    """

    __tablename__ = "code_binding"
    __table_args__ = (
        sa.UniqueConstraint("series_id", "lo"),
        sa.UniqueConstraint("lot_id", "lot_lo"),
        sa.CheckConstraint("lo >= 0 AND lo < hi", name="range"),
        sa.CheckConstraint("lot_lo >= 0", name="lot_lo"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(sa.ForeignKey("code_series.id"))
    lo: Mapped[int]
    hi: Mapped[int]
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"))
    lot_lo: Mapped[int]
    bound_at: Mapped[datetime]
    bound_by: Mapped[str]


class SpoiltCode(Base):
    """Items ``lo … hi-1`` of a series are on no good label: void in any batch."""

    __tablename__ = "spoilt_code"
    __table_args__ = (
        sa.CheckConstraint("lo >= 0 AND lo < hi", name="range"),
        sa.Index("ix_spoilt_code_series", "series_id", "lo"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(sa.ForeignKey("code_series.id"))
    lo: Mapped[int]
    hi: Mapped[int]
    reason: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]


class ItemSegment(Base):
    """Something known of items ``lo … hi-1`` of a lot, between ``t0`` and ``t1``."""

    __tablename__ = "item_segment"
    __table_args__ = (
        one_of("kind", *SEGMENT_KINDS),
        sa.CheckConstraint("lo >= 0 AND lo < hi", name="range"),
        sa.CheckConstraint("t0 <= t1", name="times"),
        sa.Index("ix_item_segment_lot", "lot_id", "lo"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"))
    lo: Mapped[int]
    hi: Mapped[int]
    kind: Mapped[str]
    t0: Mapped[datetime]
    t1: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="")
    actor: Mapped[str]


class ItemMark(Base):
    """What the scan page must know of items, written down when it happens."""

    __tablename__ = "item_mark"
    __table_args__ = (
        one_of("kind", "recalled", "suspect"),
        sa.CheckConstraint("lo >= 0 AND lo < hi", name="range"),
        sa.Index("ix_item_mark_lot", "lot_id", "lo"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"))
    lo: Mapped[int]
    hi: Mapped[int]
    kind: Mapped[str]
    public_no: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
