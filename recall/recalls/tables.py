"""The recall case: one row, and apart what it has several of."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ...trace.db import Base, one_of

STATES = (
    *("assessment", "not_required", "decided", "scope_locked", "started"),
    *("published", "completed", "dispositioned", "closed", "cancelled", "expanded"),
)
"""domain.md §3.3, in the order of the way."""
LEVELS = ("I", "II", "III")
ACTIONS = ("recall", "withdrawal", "stock_recovery", "safety_warning")
DEPTHS = ("wholesale", "retail", "consumer")
EFFECTIVENESS = ("A", "B", "C", "D", "E")
CLOCKS = (
    *("start", "completion", "report", "scope", "countersign"),
    *("disposition", "summary"),
)
"""What a deadline of a recall is for."""


TWO_PERSONS = ("dismiss", "publish", "dispose", "cancel", "lower")
"""Steps one person asks for and another takes; the history cannot hold them otherwise.
"""


class Recall(Base):
    """A recall, real or an exercise (domain.md §2.5)."""

    __tablename__ = "recall"
    __table_args__ = (
        one_of("mode", "real", "drill"),
        one_of("state", *STATES),
        one_of("action", *ACTIONS),
        one_of("initiation", "voluntary", "ordered"),
        one_of("depth", *DEPTHS),
        one_of("effectiveness", *EFFECTIVENESS),
        sa.Index("ix_recall_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    """What people call it: ``ZH-26-0001``, of an exercise ``YL-26-0001``."""
    mode: Mapped[str]
    state: Mapped[str] = mapped_column(default="assessment")
    state_at: Mapped[datetime]
    """When it came to its state."""
    title: Mapped[str]
    """Product and trouble in a few words."""
    action: Mapped[str] = mapped_column(default="recall")
    initiation: Mapped[str] = mapped_column(default="voluntary")
    reason: Mapped[str] = mapped_column(default="")
    hazard: Mapped[str] = mapped_column(default="")
    """What may happen to whom, as the plan and the notices will say it."""
    depth: Mapped[str] = mapped_column(default="consumer")
    effectiveness: Mapped[str] = mapped_column(default="A")
    aware_at: Mapped[datetime]
    """T0: statutory clocks run from here."""
    aware_confirmed: Mapped[bool] = mapped_column(default=False)
    """A person confirmed T0."""
    provisional: Mapped[bool] = mapped_column(default=False)
    """It was started on a scope nobody has locked yet."""
    asked_step: Mapped[str | None]
    """The step that waits for a second signature."""
    asked_by: Mapped[str | None]
    asked_at: Mapped[datetime | None]
    asked: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    """What the first person wrote: the reason, and for a level which and where."""
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    decided_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    """When it was first started; an expansion does not change it."""
    published_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """When it was closed, cancelled or found not to be required."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class RecallJurisdiction(Base):
    """A law the recall runs under: its rule set and the level there."""

    __tablename__ = "recall_jurisdiction"
    __table_args__ = (one_of("level", *LEVELS),)

    recall_id: Mapped[int] = mapped_column(sa.ForeignKey("recall.id"), primary_key=True)
    jurisdiction: Mapped[str] = mapped_column(primary_key=True)
    """E.g. ``cn_food``: rule files know them."""
    rule_set: Mapped[str]
    """Id of the rule set in force at T0; it stays."""
    level: Mapped[str | None]
    """Unknown until decided, and then counts as I (domain.md §1.2)."""


class RecallSignal(Base):
    """A signal that led to the recall, or to its expansion."""

    __tablename__ = "recall_signal"

    recall_id: Mapped[int] = mapped_column(sa.ForeignKey("recall.id"), primary_key=True)
    signal_id: Mapped[int] = mapped_column(
        sa.ForeignKey("signal.id"), primary_key=True, unique=True
    )


class RecallScope(Base):
    """A version of the recall's scope: never changed, only followed by a larger one."""

    __tablename__ = "recall_scope"
    __table_args__ = (
        one_of("state", "proposed", "locked", "superseded"),
        sa.UniqueConstraint("recall_id", "version"),
        sa.CheckConstraint(
            "locked_by IS NULL OR (locked_at IS NOT NULL AND locked_by <> proposed_by)",
            name="two_persons",
        ),
        sa.CheckConstraint(
            "state <> 'locked' OR locked_by IS NOT NULL", name="locked_by"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recall_id: Mapped[int] = mapped_column(sa.ForeignKey("recall.id"))
    version: Mapped[int]
    """From 1; each contains the one before."""
    scope_id: Mapped[int] = mapped_column(sa.ForeignKey("scope.id"), index=True)
    """The kept scope: criteria, membership with reasons, hash."""
    hash: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[str] = mapped_column(default="proposed")
    wave: Mapped[int]
    """1 for what the recall began with; each expansion's units are the next."""
    aware_at: Mapped[datetime]
    """T0 of the units it added."""
    reason: Mapped[str] = mapped_column(default="")
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    accepted_by: Mapped[str | None]
    """Who took it upon themselves that something in it is not resolved."""
    accepted_at: Mapped[datetime | None]
    accepted_reason: Mapped[str | None]
    locked_by: Mapped[str | None]
    locked_at: Mapped[datetime | None]
    made: Mapped[int]
    """Affected units of the counted lots."""
    lots: Mapped[int]
    """How many lots count."""
    document: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """Positions, own places, trucks and what is unresolved, at the proposal or lock."""


class RecallConsignee(Base):
    """A consignee with units of a scope version: whom to tell, frozen with it."""

    __tablename__ = "recall_consignee"

    recall_scope_id: Mapped[int] = mapped_column(
        sa.ForeignKey("recall_scope.id"), primary_key=True
    )
    partner_id: Mapped[int] = mapped_column(
        sa.ForeignKey("partner.id"), primary_key=True
    )
    code: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    contact: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]
    region: Mapped[str]
    quantity_min: Mapped[int]
    """Units there, at least."""
    quantity_max: Mapped[int]
    coming: Mapped[int]
    """Units on the way there, at most."""
    shipped: Mapped[int]
    """Units ever sent there, at most."""
    unbatched: Mapped[int]
    """Units sent there without a batch that may be affected, at most."""
    shipments: Mapped[list[Any]] = mapped_column(sa.JSON)
    """Numbers of the shipments."""


class RecallClock(Base):
    """A deadline. Statutory ones never pause; a clock is met or it is late."""

    __tablename__ = "recall_clock"
    __table_args__ = (
        one_of("kind", *CLOCKS),
        sa.UniqueConstraint("recall_id", "kind", "jurisdiction", "wave", "turn"),
        sa.Index("ix_recall_clock_open", "met_at", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recall_id: Mapped[int] = mapped_column(sa.ForeignKey("recall.id"))
    kind: Mapped[str]
    jurisdiction: Mapped[str]
    """Empty for the firm's own limits."""
    wave: Mapped[int]
    turn: Mapped[int] = mapped_column(default=1)
    """Counts clocks that come again: interim reports, countersignatures."""
    since_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """None when no confirmed calendar of working days reaches so far."""
    met_at: Mapped[datetime | None]
    statutory: Mapped[bool]
    source: Mapped[str]


class RecallEvent(Base):
    """A line of the recall's history, with the signatures under it."""

    __tablename__ = "recall_event"
    __table_args__ = (
        sa.CheckConstraint(
            "first_by IS NULL OR (first_at IS NOT NULL AND first_by <> actor)",
            name="two_persons",
        ),
        sa.CheckConstraint(
            "countersigned_by IS NULL OR (countersigned_at IS NOT NULL "
            "AND countersigned_by <> actor)",
            name="countersigned",
        ),
        sa.CheckConstraint(
            f"what NOT IN ({', '.join(map(repr, TWO_PERSONS))}) "
            "OR first_by IS NOT NULL",
            name="two_needed",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recall_id: Mapped[int] = mapped_column(sa.ForeignKey("recall.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    """Who took the step; of two, the second."""
    what: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    data: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    first_by: Mapped[str | None]
    first_at: Mapped[datetime | None]
    counter_due_at: Mapped[datetime | None]
    """Of a step one person took alone (紧急先行处置): until when another signs."""
    countersigned_by: Mapped[str | None]
    countersigned_at: Mapped[datetime | None]


class RecallAttestation(Base):
    """Somebody signs that what a guard asks for is done."""

    __tablename__ = "recall_attestation"
    __table_args__ = (sa.Index("ix_recall_attestation_guard", "recall_id", "guard"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recall_id: Mapped[int] = mapped_column(sa.ForeignKey("recall.id"))
    wave: Mapped[int]
    """Of an expansion each is signed anew."""
    guard: Mapped[str]
    text: Mapped[str]
    sha256: Mapped[str | None] = mapped_column(sa.ForeignKey("stored_file.sha256"))
    file_name: Mapped[str] = mapped_column(default="")
    signed_by: Mapped[str]
    signed_at: Mapped[datetime]
