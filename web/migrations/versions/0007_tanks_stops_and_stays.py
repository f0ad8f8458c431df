"""Fills of tanks, line stops, corrections, and when a case stood on which pallet"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("process_check", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True)
        )
        for name in ("correction", "corrected_by"):
            batch_op.add_column(
                sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)
            )
        batch_op.create_check_constraint(
            op.f("ck_process_check_corrected"),
            "corrected_at IS NULL OR (result = 'fail' AND corrected_at >= at)",
        )
    with op.batch_alter_table("cycle_load", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True)
        )
    op.create_table(
        "line_stop",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "line_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rectified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "check_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "ended_at IS NULL OR started_at < ended_at", name=op.f("ck_line_stop_times")
        ),
        sa.CheckConstraint(
            "rectified_at IS NULL OR ended_at IS NULL OR check_id IS NOT NULL",
            name=op.f("ck_line_stop_restart_check"),
        ),
        sa.ForeignKeyConstraint(
            ["check_id"], ["process_check.id"], name=op.f("fk_line_stop_check_id")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["line.id"], name=op.f("fk_line_stop_line_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_stop")),
    )
    op.create_index("ix_line_stop_line", "line_stop", ["line_id", "started_at"])
    op.create_index(
        "uq_line_stop_open",
        "line_stop",
        ["line_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "tank_fill",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "cycle_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
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
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_tank_fill_quantity")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["equipment_cycle.id"], name=op.f("fk_tank_fill_cycle_id")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_tank_fill_lot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tank_fill")),
    )
    op.create_index(op.f("ix_tank_fill_cycle_id"), "tank_fill", ["cycle_id"])
    op.create_index("ix_tank_fill_lot", "tank_fill", ["lot_id", "cycle_id"])
    op.create_table(
        "unit_stay",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "unit_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "parent_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("unit_id <> parent_id", name=op.f("ck_unit_stay_units")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["logistic_unit.id"], name=op.f("fk_unit_stay_parent_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["logistic_unit.id"], name=op.f("fk_unit_stay_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_stay")),
    )
    op.create_index("ix_unit_stay_unit", "unit_stay", ["unit_id", "until"])
    op.create_index("ix_unit_stay_parent", "unit_stay", ["parent_id", "until"])
    op.create_index(
        "uq_unit_stay_open",
        "unit_stay",
        ["unit_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
