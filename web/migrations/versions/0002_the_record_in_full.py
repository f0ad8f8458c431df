"""The record in full: inspections, samples, papers, counts, cases, keys, scopes"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rights", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("name", name=op.f("uq_api_key_name")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_key_prefix")),
    )
    op.create_table(
        "import_file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column(
            "rows", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_import_file")),
    )
    op.create_table(
        "scope",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("computed_by", sa.Text(), nullable=False),
        sa.Column("positions", sa.JSON(), nullable=False),
        sa.Column("stale_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stale_hash", sa.String(length=64), nullable=True),
        sa.Column(
            "previous_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "version",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'stale', 'superseded')", name=op.f("ck_scope_state")
        ),
        sa.ForeignKeyConstraint(
            ["previous_id"], ["scope.id"], name=op.f("fk_scope_previous_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scope")),
        sa.UniqueConstraint("number", name=op.f("uq_scope_number")),
    )
    op.create_table(
        "idempotent_answer",
        sa.Column(
            "api_key_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column(
            "status",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_key.id"], name=op.f("fk_idempotent_answer_api_key_id")
        ),
        sa.PrimaryKeyConstraint("api_key_id", "key", name=op.f("pk_idempotent_answer")),
    )
    op.create_index(
        op.f("ix_idempotent_answer_answered_at"),
        "idempotent_answer",
        ["answered_at"],
        unique=False,
    )
    op.create_table(
        "spare_policy",
        sa.Column(
            "article_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "permille",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "permille >= 0 AND permille <= 1000", name=op.f("ck_spare_policy_permille")
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_spare_policy_article_id")
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_spare_policy")),
    )
    op.create_table(
        "stock_count",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "location_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_by", sa.Text(), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("booked_by", sa.Text(), nullable=True),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "version",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state <> 'booked' OR (booked_by IS NOT NULL AND booked_by <> counted_by)",
            name=op.f("ck_stock_count_two_persons"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'counted', 'booked', 'cancelled')",
            name=op.f("ck_stock_count_state"),
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_stock_count_location_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_count")),
        sa.UniqueConstraint("number", name=op.f("uq_stock_count_number")),
    )
    op.create_index(
        "ix_stock_count_location",
        "stock_count",
        ["location_id", "due_on"],
        unique=False,
    )
    op.create_table(
        "device_report",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_device_report_lot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_report")),
    )
    op.create_index(
        op.f("ix_device_report_lot_id"), "device_report", ["lot_id"], unique=False
    )
    op.create_table(
        "inspection",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lab", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("report", sa.String(length=64), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('receiving', 'outgoing', 'incubation', 'retained', 'returned')",
            name=op.f("ck_inspection_kind"),
        ),
        sa.CheckConstraint(
            "result IN ('pass', 'fail')", name=op.f("ck_inspection_result")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_inspection_lot_id")
        ),
        sa.ForeignKeyConstraint(
            ["report"], ["stored_file.sha256"], name=op.f("fk_inspection_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
    )
    op.create_index(
        op.f("ix_inspection_lot_id"), "inspection", ["lot_id"], unique=False
    )
    op.create_table(
        "lot_document",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('animal_quarantine', 'meat_inspection', 'test_report', 'supplier_licence', 'delivery_note', 'other')",
            name=op.f("ck_lot_document_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["file"], ["stored_file.sha256"], name=op.f("fk_lot_document_file")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_lot_document_lot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_document")),
    )
    op.create_index(
        op.f("ix_lot_document_lot_id"), "lot_document", ["lot_id"], unique=False
    )
    op.create_table(
        "retained_sample",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "quantity",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("shelf", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=True),
        sa.Column("kept_by", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.Text(), nullable=True),
        sa.Column("removed_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_retained_sample_quantity")),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_retained_sample_lot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retained_sample")),
    )
    op.create_index(
        op.f("ix_retained_sample_lot_id"), "retained_sample", ["lot_id"], unique=False
    )
    op.create_table(
        "scope_line",
        sa.Column(
            "scope_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "tier", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("items", sa.Text(), nullable=True),
        sa.Column(
            "quantity",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.CheckConstraint("tier >= 1 AND tier <= 3", name=op.f("ck_scope_line_tier")),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_scope_line_lot_id")
        ),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["scope.id"], name=op.f("fk_scope_line_scope_id")
        ),
        sa.PrimaryKeyConstraint("scope_id", "lot_id", name=op.f("pk_scope_line")),
    )
    op.create_index(
        op.f("ix_scope_line_lot_id"), "scope_line", ["lot_id"], unique=False
    )
    op.create_table(
        "stock_count_line",
        sa.Column(
            "count_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "counted",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "booked",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_stock_count_line_counted")),
        sa.ForeignKeyConstraint(
            ["count_id"], ["stock_count.id"], name=op.f("fk_stock_count_line_count_id")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_stock_count_line_lot_id")
        ),
        sa.PrimaryKeyConstraint("count_id", "lot_id", name=op.f("pk_stock_count_line")),
    )
    op.create_index("ix_location_kind", "location", ["kind"])
    shipped = sa.text("shipment_id IS NOT NULL")
    op.create_index(
        "ix_movement_shipped",
        "movement",
        ["lot_id", "shipment_id", "from_id", "quantity"],
        sqlite_where=shipped,
        postgresql_where=shipped,
    )
    op.add_column("code_block", _text("device"))
    op.add_column(
        "line",
        sa.Column(
            "labels_at_packing", sa.Boolean(), server_default=sa.false(), nullable=False
        ),
    )
    op.add_column("lot", _text("artwork"))
    op.add_column("lot_input", _text("reason"))
    op.add_column("lot_input", _text("approved_by"))
    op.add_column("partner", _text("backup_contact"))
    op.add_column("partner", _text("backup_phone"))
    op.add_column("partner", sa.Column("contact_checked_on", sa.Date()))
    op.add_column("unit_content", sa.Column("packed_at", sa.DateTime(timezone=True)))
    op.add_column("unit_content", sa.Column("removed_at", sa.DateTime(timezone=True)))
    with op.batch_alter_table("equipment_cycle") as cycle:
        cycle.drop_constraint(op.f("ck_equipment_cycle_kind"), type_="check")
        cycle.create_check_constraint(
            op.f("ck_equipment_cycle_kind"),
            "kind IN ('retort', 'kettle', 'chiller', 'tank')",
        )
        cycle.add_column(sa.Column("chart", sa.String(length=64)))
        cycle.create_foreign_key(
            op.f("fk_equipment_cycle_chart"), "stored_file", ["chart"], ["sha256"]
        )
    with op.batch_alter_table("logistic_unit") as unit:
        unit.add_column(
            sa.Column("state", sa.Text(), server_default="closed", nullable=False)
        )
        unit.add_column(
            sa.Column(
                "location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")
            )
        )
        unit.add_column(sa.Column("built_at", sa.DateTime(timezone=True)))
        unit.create_check_constraint(
            op.f("ck_logistic_unit_state"), "state IN ('open', 'closed', 'dissolved')"
        )
        unit.create_foreign_key(
            op.f("fk_logistic_unit_location_id"), "location", ["location_id"], ["id"]
        )
        unit.create_index(op.f("ix_logistic_unit_location_id"), ["location_id"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)
