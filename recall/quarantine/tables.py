"""What consignees answer, how they were checked, and what becomes of the goods."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...trace.db import Base, one_of
from ...trace.parties.tables import Location, Lot

WAYS = ("page", "phone", "letter", "electronic", "visit")
"""How a consignee was reached, or answered."""
CALLS = ("asked", "reached", "no_answer", "wrong_number", "refused")
"""What came of trying to reach one; ``asked`` is a nudge nobody made yet."""
FIGURES = (
    *("received", "on_hand", "sold_on", "used", "returned", "destroyed"),
    "corrected",
)
"""What a consignee says of a batch (domain.md §2.5, ConsigneeResponse)."""
DISPOSITIONS = ("release", "relabel", "harmless", "destroy", "scrap", "supplier_return")
"""What can become of goods that were set apart (domain.md §3.5 Q5-Q7)."""
GRAVE = ("harmless", "destroy")
"""Announced to the authority beforehand, before two witnesses (Q6)."""
ORDER_STATES = ("asked", "approved", "done", "declined", "withdrawn")
SCAN_OUTCOMES = ("moved", "there", "refused", "unknown")


class ConsigneeLink(Base):
    """A consignee of a recall, and the private page on which it answers."""

    __tablename__ = "consignee_link"
    __table_args__ = (
        sa.UniqueConstraint("recall_id", "partner_id"),
        sa.CheckConstraint(
            "closed_at IS NULL OR (closed_by IS NOT NULL AND closed_reason <> '')",
            name="closed",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recall_id: Mapped[int] = mapped_column(sa.ForeignKey("recall.id"))
    partner_id: Mapped[int] = mapped_column(sa.ForeignKey("partner.id"), index=True)
    token: Mapped[str] = mapped_column(unique=True)
    """Opens ``/r/{token}``; nobody can guess it. A new one ends the old one."""
    issued_at: Mapped[datetime]
    issued_by: Mapped[str]
    told_at: Mapped[datetime | None]
    """When it was first told, by whatever channel."""
    told_how: Mapped[str] = mapped_column(default="")
    opened_at: Mapped[datetime | None]
    """When its page was first opened."""
    acknowledged_at: Mapped[datetime | None]
    """When it first said that it knows and has stopped selling."""
    answered_at: Mapped[datetime | None]
    """When it first gave quantities."""
    closed_at: Mapped[datetime | None]
    """When it was given up: nobody answers there, and somebody says why."""
    closed_by: Mapped[str | None]
    closed_reason: Mapped[str] = mapped_column(default="")


class ConsigneeAnswer(Base):
    """What a consignee said once; a later answer corrects it, and both stay."""

    __tablename__ = "consignee_answer"
    __table_args__ = (
        one_of("way", *WAYS),
        sa.Index("ix_consignee_answer_link", "link_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(sa.ForeignKey("consignee_link.id"))
    request_key: Mapped[str] = mapped_column(unique=True)
    """The form's key: sent twice, it is one answer."""
    at: Mapped[datetime]
    way: Mapped[str]
    actor: Mapped[str]
    """``consignee`` on its own page, else who took it down."""
    said_by: Mapped[str] = mapped_column(default="")
    """Who answered there."""
    subs_told: Mapped[bool | None]
    """It told those it sold to; None where it sold to nobody or did not say."""
    text: Mapped[str] = mapped_column(default="")


class ConsigneeAnswerLine(Base):
    """The figures of one batch in an answer, in the article's base unit."""

    __tablename__ = "consignee_answer_line"
    __table_args__ = tuple(
        sa.CheckConstraint(f"{name} >= 0", name=name) for name in FIGURES
    )

    answer_id: Mapped[int] = mapped_column(
        sa.ForeignKey("consignee_answer.id"), primary_key=True
    )
    lot_id: Mapped[int] = mapped_column(
        sa.ForeignKey("lot.id"), primary_key=True, index=True
    )
    received: Mapped[int]
    on_hand: Mapped[int]
    """Still there, sealed."""
    sold_on: Mapped[int]
    used: Mapped[int]
    """Eaten or used up for certain."""
    returned: Mapped[int]
    destroyed: Mapped[int]
    """Destroyed on the spot, with proof."""
    corrected: Mapped[int]
    """Put right on the spot, such as a label pasted over."""


class ConsigneeCall(Base):
    """Somebody tried to reach a consignee, or is asked to."""

    __tablename__ = "consignee_call"
    __table_args__ = (
        one_of("way", *WAYS),
        one_of("outcome", *CALLS),
        sa.Index("ix_consignee_call_link", "link_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(sa.ForeignKey("consignee_link.id"))
    at: Mapped[datetime]
    actor: Mapped[str]
    way: Mapped[str]
    outcome: Mapped[str]
    spoke_with: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")


class EffectivenessDraw(Base):
    """A sample of consignees to be checked, drawn so that it can be drawn again."""

    __tablename__ = "effectiveness_draw"
    __table_args__ = (
        one_of("level", "A", "B", "C", "D", "E"),
        sa.CheckConstraint("permille >= 0 AND permille <= 1000", name="permille"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recall_id: Mapped[int] = mapped_column(sa.ForeignKey("recall.id"), index=True)
    scope_version: Mapped[int]
    """The version of the recall's scope whose consignees were drawn from."""
    level: Mapped[str]
    permille: Mapped[int]
    """Share of the consignees, of each stratum rounded up."""
    seed: Mapped[str]
    drawn_at: Mapped[datetime]
    drawn_by: Mapped[str]


class EffectivenessDrawn(Base):
    """A consignee of a sample."""

    __tablename__ = "effectiveness_drawn"

    draw_id: Mapped[int] = mapped_column(
        sa.ForeignKey("effectiveness_draw.id"), primary_key=True
    )
    partner_id: Mapped[int] = mapped_column(
        sa.ForeignKey("partner.id"), primary_key=True
    )
    stratum: Mapped[int]
    """From 1, those with the most units."""
    volume: Mapped[int]


class EffectivenessCheck(Base):
    """One attempt to find out whether a consignee knows, understood and acted."""

    __tablename__ = "effectiveness_check"
    __table_args__ = (
        one_of("method", *WAYS),
        sa.UniqueConstraint("recall_id", "partner_id", "attempt"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recall_id: Mapped[int] = mapped_column(sa.ForeignKey("recall.id"))
    partner_id: Mapped[int] = mapped_column(sa.ForeignKey("partner.id"))
    attempt: Mapped[int]
    method: Mapped[str]
    received: Mapped[bool]
    understood: Mapped[bool]
    acted: Mapped[bool]
    at: Mapped[datetime]
    actor: Mapped[str]
    spoke_with: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")


class DispositionOrder(Base):
    """What shall become of goods set apart: one asks, another approves (§2.5)."""

    __tablename__ = "disposition"
    __table_args__ = (
        one_of("kind", *DISPOSITIONS),
        one_of("state", *ORDER_STATES),
        sa.CheckConstraint(
            "approved_by IS NULL OR (approved_at IS NOT NULL "
            "AND approved_by <> asked_by)",
            name="two_persons",
        ),
        sa.CheckConstraint(
            "state <> 'done' OR (done_by IS NOT NULL AND done_at IS NOT NULL)",
            name="done",
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'done') OR kind = 'scrap' "
            "OR approved_by IS NOT NULL",
            name="approved",
        ),
        sa.CheckConstraint(
            "state <> 'done' OR kind NOT IN ('harmless', 'destroy') "
            "OR (witness_1 <> '' AND witness_2 <> '' AND witness_1 <> witness_2)",
            name="witnesses",
        ),
        sa.CheckConstraint(
            "state <> 'done' OR kind NOT IN ('harmless', 'destroy') "
            "OR recall_id IS NULL "
            "OR (authority_told_at IS NOT NULL AND authority_told_at < done_at)",
            name="told_before",
        ),
        sa.Index("ix_disposition_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    """What people call it, e.g. ``CZ-26-0001``; the movements bear it."""
    recall_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("recall.id"), index=True
    )
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="asked")
    reason: Mapped[str]
    remedy: Mapped[str] = mapped_column(default="")
    """Of relabelling: what the buyer is told at the sale (Q5)."""
    planned_at: Mapped[datetime | None]
    planned_place: Mapped[str] = mapped_column(default="")
    """Where it will be done, as the authority is told."""
    authority: Mapped[str] = mapped_column(default="")
    authority_told_at: Mapped[datetime | None]
    authority_receipt: Mapped[str] = mapped_column(default="")
    """How the authority was told, and its receipt."""
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(default="")
    """Why it was declined or withdrawn."""
    done_by: Mapped[str | None]
    done_at: Mapped[datetime | None]
    witness_1: Mapped[str] = mapped_column(default="")
    witness_2: Mapped[str] = mapped_column(default="")
    result: Mapped[str] = mapped_column(default="")
    """What was done and how, e.g. the contractor and the weighbridge ticket."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class DispositionLine(Base):
    """Goods of an order: so many units of a lot at a place, or these items of it."""

    __tablename__ = "disposition_line"
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.Index("ix_disposition_line_lot", "lot_id", "location_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("disposition.id"), index=True)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"))
    location_id: Mapped[int] = mapped_column(sa.ForeignKey("location.id"))
    quantity: Mapped[int]
    items: Mapped[str] = mapped_column(default="")
    """As ``ItemSet`` prints them; empty where they were only counted."""
    sscc: Mapped[str] = mapped_column(default="")
    """The case or pallet they go in, if they go whole."""

    lot: Mapped[Lot] = relationship(lazy="joined")
    location: Mapped[Location] = relationship(lazy="joined")


class DispositionFile(Base):
    """A photo, film or paper that proves a disposition."""

    __tablename__ = "disposition_file"

    order_id: Mapped[int] = mapped_column(
        sa.ForeignKey("disposition.id"), primary_key=True
    )
    sha256: Mapped[str] = mapped_column(
        sa.ForeignKey("stored_file.sha256"), primary_key=True
    )
    name: Mapped[str] = mapped_column(default="")
    added_by: Mapped[str]
    added_at: Mapped[datetime]


class ZoneScan(Base):
    """One scan into a zone; the device made its id, so sent twice it is one."""

    __tablename__ = "zone_scan"
    __table_args__ = (
        one_of("outcome", *SCAN_OUTCOMES),
        sa.Index("ix_zone_scan_zone", "zone_id", "received_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """UUID of the device's making."""
    zone_id: Mapped[int] = mapped_column(sa.ForeignKey("location.id"))
    code: Mapped[str]
    """As it was scanned."""
    scanned_at: Mapped[datetime]
    """By the device's clock."""
    received_at: Mapped[datetime]
    actor: Mapped[str]
    outcome: Mapped[str]
    document: Mapped[str] = mapped_column(default="")
    """The paper of the movement."""
    told: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    """What the device was answered: quantity, batches, cases missing, or the error."""
