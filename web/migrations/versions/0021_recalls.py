"""Safety signals and the recall case"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "recall",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_at", MOMENT, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("initiation", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("hazard", sa.Text(), nullable=False),
        sa.Column("depth", sa.Text(), nullable=False),
        sa.Column("effectiveness", sa.Text(), nullable=False),
        sa.Column("aware_at", MOMENT, nullable=False),
        sa.Column("aware_confirmed", sa.Boolean(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("asked_step", sa.Text(), nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("completed_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("version", NUMBER, nullable=False),
        sa.CheckConstraint(
            "action IN ('recall', 'withdrawal', 'stock_recovery', 'safety_warning')",
            name=op.f("ck_recall_action"),
        ),
        sa.CheckConstraint(
            "depth IN ('wholesale', 'retail', 'consumer')", name=op.f("ck_recall_depth")
        ),
        sa.CheckConstraint(
            "effectiveness IN ('A', 'B', 'C', 'D', 'E')",
            name=op.f("ck_recall_effectiveness"),
        ),
        sa.CheckConstraint(
            "initiation IN ('voluntary', 'ordered')", name=op.f("ck_recall_initiation")
        ),
        sa.CheckConstraint("mode IN ('real', 'drill')", name=op.f("ck_recall_mode")),
        sa.CheckConstraint(
            "state IN ('assessment', 'not_required', 'decided', 'scope_locked', 'started', 'published', 'completed', 'dispositioned', 'closed', 'cancelled', 'expanded')",
            name=op.f("ck_recall_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall")),
        sa.UniqueConstraint("number", name=op.f("uq_recall_number")),
    )
    op.create_index("ix_recall_state", "recall", ["state", "id"], unique=False)
    op.create_table(
        "recall_attestation",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("recall_id", NUMBER, nullable=False),
        sa.Column("wave", NUMBER, nullable=False),
        sa.Column("guard", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("signed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_recall_attestation_recall_id")
        ),
        sa.ForeignKeyConstraint(
            ["sha256"],
            ["stored_file.sha256"],
            name=op.f("fk_recall_attestation_sha256"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_attestation")),
    )
    op.create_index(
        "ix_recall_attestation_guard",
        "recall_attestation",
        ["recall_id", "guard"],
        unique=False,
    )
    op.create_table(
        "recall_clock",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("recall_id", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("wave", NUMBER, nullable=False),
        sa.Column("turn", NUMBER, nullable=False),
        sa.Column("since_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("met_at", MOMENT, nullable=True),
        sa.Column("statutory", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('start', 'completion', 'report', 'scope', 'countersign', 'disposition', 'summary')",
            name=op.f("ck_recall_clock_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_recall_clock_recall_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_clock")),
        sa.UniqueConstraint(
            "recall_id",
            "kind",
            "jurisdiction",
            "wave",
            "turn",
            name=op.f("uq_recall_clock_recall_id_kind_jurisdiction_wave_turn"),
        ),
    )
    op.create_index(
        "ix_recall_clock_open", "recall_clock", ["met_at", "due_at"], unique=False
    )
    op.create_table(
        "recall_event",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("recall_id", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("first_by", sa.Text(), nullable=True),
        sa.Column("first_at", MOMENT, nullable=True),
        sa.Column("counter_due_at", MOMENT, nullable=True),
        sa.Column("countersigned_by", sa.Text(), nullable=True),
        sa.Column("countersigned_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "what NOT IN ('dismiss', 'publish', 'dispose', 'cancel', 'lower') OR first_by IS NOT NULL",
            name=op.f("ck_recall_event_two_needed"),
        ),
        sa.CheckConstraint(
            "countersigned_by IS NULL OR (countersigned_at IS NOT NULL AND countersigned_by <> actor)",
            name=op.f("ck_recall_event_countersigned"),
        ),
        sa.CheckConstraint(
            "first_by IS NULL OR (first_at IS NOT NULL AND first_by <> actor)",
            name=op.f("ck_recall_event_two_persons"),
        ),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_recall_event_recall_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_event")),
    )
    op.create_index(
        op.f("ix_recall_event_recall_id"), "recall_event", ["recall_id"], unique=False
    )
    op.create_table(
        "recall_jurisdiction",
        sa.Column("recall_id", NUMBER, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("rule_set", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "level IN ('I', 'II', 'III')", name=op.f("ck_recall_jurisdiction_level")
        ),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_recall_jurisdiction_recall_id")
        ),
        sa.PrimaryKeyConstraint(
            "recall_id", "jurisdiction", name=op.f("pk_recall_jurisdiction")
        ),
    )
    op.create_table(
        "recall_scope",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("recall_id", NUMBER, nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("scope_id", NUMBER, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("wave", NUMBER, nullable=False),
        sa.Column("aware_at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("accepted_by", sa.Text(), nullable=True),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("accepted_reason", sa.Text(), nullable=True),
        sa.Column("locked_by", sa.Text(), nullable=True),
        sa.Column("locked_at", MOMENT, nullable=True),
        sa.Column("made", NUMBER, nullable=False),
        sa.Column("lots", NUMBER, nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state <> 'locked' OR locked_by IS NOT NULL",
            name=op.f("ck_recall_scope_locked_by"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'locked', 'superseded')",
            name=op.f("ck_recall_scope_state"),
        ),
        sa.CheckConstraint(
            "locked_by IS NULL OR (locked_at IS NOT NULL AND locked_by <> proposed_by)",
            name=op.f("ck_recall_scope_two_persons"),
        ),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_recall_scope_recall_id")
        ),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["scope.id"], name=op.f("fk_recall_scope_scope_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_scope")),
        sa.UniqueConstraint(
            "recall_id", "version", name=op.f("uq_recall_scope_recall_id_version")
        ),
    )
    op.create_index(
        op.f("ix_recall_scope_scope_id"), "recall_scope", ["scope_id"], unique=False
    )
    op.create_table(
        "recall_consignee",
        sa.Column("recall_scope_id", NUMBER, nullable=False),
        sa.Column("partner_id", NUMBER, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("quantity_min", NUMBER, nullable=False),
        sa.Column("quantity_max", NUMBER, nullable=False),
        sa.Column("coming", NUMBER, nullable=False),
        sa.Column("shipped", NUMBER, nullable=False),
        sa.Column("unbatched", NUMBER, nullable=False),
        sa.Column("shipments", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_recall_consignee_partner_id")
        ),
        sa.ForeignKeyConstraint(
            ["recall_scope_id"],
            ["recall_scope.id"],
            name=op.f("fk_recall_consignee_recall_scope_id"),
        ),
        sa.PrimaryKeyConstraint(
            "recall_scope_id", "partner_id", name=op.f("pk_recall_consignee")
        ),
    )
    op.create_table(
        "signal",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("complaint_id", NUMBER, nullable=True),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.Column("reported_by", sa.Text(), nullable=False),
        sa.Column("aware_proposed_at", MOMENT, nullable=False),
        sa.Column("aware_at", MOMENT, nullable=True),
        sa.Column("aware_by", sa.Text(), nullable=True),
        sa.Column("aware_noted_at", MOMENT, nullable=True),
        sa.Column("asked_aware_at", MOMENT, nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=True),
        sa.Column("asked_reason", sa.Text(), nullable=True),
        sa.Column("hold_number", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("settle_reason", sa.Text(), nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("version", NUMBER, nullable=False),
        sa.CheckConstraint(
            "kind IN ('lab_positive', 'complaint_cluster', 'illness', 'supplier_notice', 'authority_notice', 'process_deviation', 'label_error', 'tamper', 'cold_chain_break')",
            name=op.f("ck_signal_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'confirmed', 'dismissed')", name=op.f("ck_signal_state")
        ),
        sa.CheckConstraint(
            "aware_at IS NULL OR (aware_by IS NOT NULL AND aware_noted_at IS NOT NULL)",
            name=op.f("ck_signal_aware"),
        ),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.id"], name=op.f("fk_signal_complaint_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal")),
        sa.UniqueConstraint("number", name=op.f("uq_signal_number")),
        sa.UniqueConstraint("request_key", name=op.f("uq_signal_request_key")),
    )
    op.create_index("ix_signal_state", "signal", ["state", "id"], unique=False)
    op.create_table(
        "recall_signal",
        sa.Column("recall_id", NUMBER, nullable=False),
        sa.Column("signal_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_recall_signal_recall_id")
        ),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["signal.id"], name=op.f("fk_recall_signal_signal_id")
        ),
        sa.PrimaryKeyConstraint(
            "recall_id", "signal_id", name=op.f("pk_recall_signal")
        ),
        sa.UniqueConstraint("signal_id", name=op.f("uq_recall_signal_signal_id")),
    )
    op.create_table(
        "signal_file",
        sa.Column("signal_id", NUMBER, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sha256"], ["stored_file.sha256"], name=op.f("fk_signal_file_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["signal.id"], name=op.f("fk_signal_file_signal_id")
        ),
        sa.PrimaryKeyConstraint("signal_id", "sha256", name=op.f("pk_signal_file")),
    )
    op.create_table(
        "signal_lot",
        sa.Column("signal_id", NUMBER, nullable=False),
        sa.Column("lot_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_signal_lot_lot_id")
        ),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["signal.id"], name=op.f("fk_signal_lot_signal_id")
        ),
        sa.PrimaryKeyConstraint("signal_id", "lot_id", name=op.f("pk_signal_lot")),
    )
    op.create_index(
        op.f("ix_signal_lot_lot_id"), "signal_lot", ["lot_id"], unique=False
    )
