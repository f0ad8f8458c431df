"""Notices and what became of them: one row a version, and one each message sent."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...trace.db import Base, one_of
from ..recalls.tables import Recall

STATES = (
    *("draft", "linted", "in_review", "approved", "publishing", "published"),
    *("superseded", "corrected", "retired"),
)
"""domain.md §3.6."""
KINDS = ("first", "supersession", "correction")
PARTS = ("text", "safety", "director")
"""What is signed: the wording, what it says of the danger, and at level I the whole."""
DELIVERY_STATES = (
    *("queued", "sending", "sent", "delivered", "acknowledged"),
    *("bounced", "retry", "manual", "unreachable"),
)


class Notice(Base):
    """A version of a recall's public notice; its address is the recall's for good."""

    __tablename__ = "notice"
    __table_args__ = (
        one_of("state", *STATES),
        one_of("kind", *KINDS),
        sa.UniqueConstraint("recall_id", "version"),
        sa.Index("ix_notice_state", "state", "id"),
        sa.CheckConstraint(
            "countersigned_by IS NULL OR (countersigned_at IS NOT NULL "
            "AND alone_by IS NOT NULL AND countersigned_by <> alone_by)",
            name="countersigned",
        ),
        sa.CheckConstraint(
            "alone_by IS NULL OR (alone_reason <> '' AND counter_due_at IS NOT NULL)",
            name="alone",
        ),
        sa.CheckConstraint(
            "kind = 'first' OR replaces_id IS NOT NULL", name="replaces"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recall_id: Mapped[int] = mapped_column(sa.ForeignKey("recall.id"))
    version: Mapped[int]
    """From 1. The public number is the recall's; every version stays readable."""
    kind: Mapped[str] = mapped_column(default="first")
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("notice.id"))
    change: Mapped[str] = mapped_column(default="")
    """What a later version changes, as readers see it."""
    state: Mapped[str] = mapped_column(default="draft")
    state_at: Mapped[datetime]
    drill: Mapped[bool]
    """Part of an exercise: it goes to the sandbox and to nobody."""
    recall_scope_id: Mapped[int] = mapped_column(sa.ForeignKey("recall_scope.id"))
    scope_hash: Mapped[str] = mapped_column(sa.String(64))
    content: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """Products, levels, dates and photo, the same in every language (``values``)."""
    digest: Mapped[str] = mapped_column(sa.String(64), default="")
    """Of content and wording, as linted: a signature is under this."""
    drafted_by: Mapped[str]
    drafted_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    alone_by: Mapped[str | None]
    """Who published it alone (紧急先行处置)."""
    alone_reason: Mapped[str] = mapped_column(default="")
    counter_due_at: Mapped[datetime | None]
    countersigned_by: Mapped[str | None]
    countersigned_at: Mapped[datetime | None]
    publishing_at: Mapped[datetime | None]
    """When it appeared on our own site and everything else was asked for."""
    published_at: Mapped[datetime | None]
    """When the last of the channels that go together was out."""
    alarm_at: Mapped[datetime | None]
    """When it was seen that those were not out together."""
    row_version: Mapped[int] = mapped_column(default=1)

    recall: Mapped[Recall] = relationship(lazy="joined")

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012


class NoticeVariant(Base):
    """A notice as one law and one language have it."""

    __tablename__ = "notice_variant"
    __table_args__ = (sa.UniqueConstraint("notice_id", "jurisdiction", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(sa.ForeignKey("notice.id"))
    jurisdiction: Mapped[str]
    language: Mapped[str]
    title: Mapped[str]
    fields: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """Name of a field to its text; the rule file says which there are."""


class NoticeAuthor(Base):
    """Somebody who wrote in a notice, and so cannot approve it."""

    __tablename__ = "notice_author"

    notice_id: Mapped[int] = mapped_column(sa.ForeignKey("notice.id"), primary_key=True)
    login: Mapped[str] = mapped_column(primary_key=True)


class NoticeSignature(Base):
    """A part of the approval, under the content with this digest."""

    __tablename__ = "notice_signature"
    __table_args__ = (one_of("part", *PARTS),)

    notice_id: Mapped[int] = mapped_column(sa.ForeignKey("notice.id"), primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    login: Mapped[str]
    at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(sa.String(64))


class NoticeDelivery(Base):
    """One message to one recipient by one channel: sent by the house or by a person."""

    __tablename__ = "notice_delivery"
    __table_args__ = (
        one_of("state", *DELIVERY_STATES),
        sa.Index("ix_notice_delivery_state", "notice_id", "state"),
        sa.Index("ix_notice_delivery_channel", "notice_id", "kind"),
        sa.CheckConstraint("tries >= 0", name="tries"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(sa.ForeignKey("notice.id"))
    variant_id: Mapped[int] = mapped_column(sa.ForeignKey("notice_variant.id"))
    kind: Mapped[str]
    """Kind of channel, e.g. ``e_commerce`` (``channels.KINDS``)."""
    channel: Mapped[str]
    """Name of the configured channel; empty for a task nobody configured."""
    recipient: Mapped[str]
    """Who gets it, as people say it."""
    address: Mapped[str] = mapped_column(default="")
    """E-mail address, telephone number or link."""
    partner_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("partner.id"), index=True
    )
    automatic: Mapped[bool]
    together: Mapped[bool] = mapped_column(default=False)
    """Belongs to the channels that must be out within 15 minutes of each other."""
    state: Mapped[str] = mapped_column(default="queued")
    tries: Mapped[int] = mapped_column(default=0)
    dedup_key: Mapped[str] = mapped_column(unique=True)
    """The same for every try: receivers know a repetition by it (Idempotency-Key)."""
    queued_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    """When it was delivered, acknowledged or given up."""
    last_error: Mapped[str] = mapped_column(default="")
    receipt: Mapped[str] = mapped_column(default="")
    """What the receiver called it, e.g. a message's number."""
    done_by: Mapped[str | None]
    """Who did it by hand."""
    outcome: Mapped[str] = mapped_column(default="")
    """What came of it, in words: whom they spoke to, where the text hangs."""
    proof: Mapped[str | None] = mapped_column(sa.ForeignKey("stored_file.sha256"))
    """Screenshot, recording or receipt."""
