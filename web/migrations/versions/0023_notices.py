"""Notices of recalls: versions, wordings, signatures and deliveries"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("recall_id", NUMBER, nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("replaces_id", NUMBER, nullable=True),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_at", MOMENT, nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("recall_scope_id", NUMBER, nullable=False),
        sa.Column("scope_hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("drafted_by", sa.Text(), nullable=False),
        sa.Column("drafted_at", MOMENT, nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("alone_by", sa.Text(), nullable=True),
        sa.Column("alone_reason", sa.Text(), nullable=False),
        sa.Column("counter_due_at", MOMENT, nullable=True),
        sa.Column("countersigned_by", sa.Text(), nullable=True),
        sa.Column("countersigned_at", MOMENT, nullable=True),
        sa.Column("publishing_at", MOMENT, nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("alarm_at", MOMENT, nullable=True),
        sa.Column("row_version", NUMBER, nullable=False),
        sa.CheckConstraint(
            "alone_by IS NULL OR (alone_reason <> '' AND counter_due_at IS NOT NULL)",
            name=op.f("ck_notice_alone"),
        ),
        sa.CheckConstraint(
            "kind = 'first' OR replaces_id IS NOT NULL", name=op.f("ck_notice_replaces")
        ),
        sa.CheckConstraint(
            "kind IN ('first', 'supersession', 'correction')",
            name=op.f("ck_notice_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'linted', 'in_review', 'approved', 'publishing', 'published', 'superseded', 'corrected', 'retired')",
            name=op.f("ck_notice_state"),
        ),
        sa.CheckConstraint(
            "countersigned_by IS NULL OR (countersigned_at IS NOT NULL AND alone_by IS NOT NULL AND countersigned_by <> alone_by)",
            name=op.f("ck_notice_countersigned"),
        ),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_notice_recall_id")
        ),
        sa.ForeignKeyConstraint(
            ["recall_scope_id"],
            ["recall_scope.id"],
            name=op.f("fk_notice_recall_scope_id"),
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["notice.id"], name=op.f("fk_notice_replaces_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "recall_id", "version", name=op.f("uq_notice_recall_id_version")
        ),
    )
    op.create_index("ix_notice_state", "notice", ["state", "id"], unique=False)
    op.create_table(
        "notice_author",
        sa.Column("notice_id", NUMBER, nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_author_notice_id")
        ),
        sa.PrimaryKeyConstraint("notice_id", "login", name=op.f("pk_notice_author")),
    )
    op.create_table(
        "notice_signature",
        sa.Column("notice_id", NUMBER, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "part IN ('text', 'safety', 'director')",
            name=op.f("ck_notice_signature_part"),
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_signature_notice_id")
        ),
        sa.PrimaryKeyConstraint("notice_id", "part", name=op.f("pk_notice_signature")),
    )
    op.create_table(
        "notice_variant",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("notice_id", NUMBER, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_variant_notice_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_variant")),
        sa.UniqueConstraint(
            "notice_id",
            "jurisdiction",
            "language",
            name=op.f("uq_notice_variant_notice_id_jurisdiction_language"),
        ),
    )
    op.create_table(
        "notice_delivery",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("notice_id", NUMBER, nullable=False),
        sa.Column("variant_id", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("partner_id", NUMBER, nullable=True),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("together", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", NUMBER, nullable=False),
        sa.Column("dedup_key", sa.Text(), nullable=False),
        sa.Column("queued_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("proof", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'delivered', 'acknowledged', 'bounced', 'retry', 'manual', 'unreachable')",
            name=op.f("ck_notice_delivery_state"),
        ),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_notice_delivery_tries")),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_delivery_notice_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_notice_delivery_partner_id")
        ),
        sa.ForeignKeyConstraint(
            ["proof"], ["stored_file.sha256"], name=op.f("fk_notice_delivery_proof")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"],
            ["notice_variant.id"],
            name=op.f("fk_notice_delivery_variant_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_delivery")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_notice_delivery_dedup_key")),
    )
    op.create_index(
        "ix_notice_delivery_channel",
        "notice_delivery",
        ["notice_id", "kind"],
        unique=False,
    )
    op.create_index(
        op.f("ix_notice_delivery_partner_id"),
        "notice_delivery",
        ["partner_id"],
        unique=False,
    )
    op.create_index(
        "ix_notice_delivery_state",
        "notice_delivery",
        ["notice_id", "state"],
        unique=False,
    )
