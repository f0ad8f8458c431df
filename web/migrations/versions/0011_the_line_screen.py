"""At the line: work orders, clearance, first labels, signed counts, badges and PINs"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    order = sa.Column("work_order", sa.Text(), server_default="", nullable=False)
    op.add_column("lot", order)
    op.create_index(op.f("ix_lot_work_order"), "lot", ["work_order"])
    op.add_column("line_run", sa.Column("cleared_at", MOMENT))
    op.add_column("line_run", sa.Column("cleared_by", sa.Text()))
    op.add_column(
        "login_session",
        sa.Column("at_line", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    _badge()
    _first_label()
    _label_count()


def _badge() -> None:
    op.create_table(
        "badge",
        sa.Column("user_id", NUMBER, nullable=False),
        sa.Column("digest", sa.String(64)),
        sa.Column("pin_hash", sa.Text()),
        sa.Column("misses", NUMBER, nullable=False),
        sa.Column("missed_at", MOMENT),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_badge_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_badge")),
        sa.UniqueConstraint("digest", name=op.f("uq_badge_digest")),
    )


def _first_label() -> None:
    op.create_table(
        "first_label",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("job_id", NUMBER, nullable=False),
        sa.Column("scanned", sa.Text(), nullable=False),
        sa.Column("lot_id", NUMBER),
        sa.Column("item", NUMBER),
        sa.Column("matches", sa.Boolean(), nullable=False),
        sa.Column("checked_by", sa.Text(), nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["print_job.id"], name=op.f("fk_first_label_job_id")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_first_label_lot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_first_label")),
    )
    op.create_index(op.f("ix_first_label_job_id"), "first_label", ["job_id"])


def _label_count() -> None:
    counted = ("printed", "applied", "voided", "sampled", "missing")
    op.create_table(
        "label_count",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("lot_id", NUMBER, nullable=False),
        *(sa.Column(name, NUMBER, nullable=False) for name in counted),
        sa.Column("printer_reading", NUMBER),
        sa.Column("applicator_reading", NUMBER),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("signed_at", MOMENT, nullable=False),
        sa.Column("qa_by", sa.Text()),
        sa.Column("qa_at", MOMENT),
        sa.CheckConstraint(
            "state IN ('qa_needed', 'signed')", name=op.f("ck_label_count_state")
        ),
        sa.CheckConstraint(
            "printed = applied + voided + sampled + missing",
            name=op.f("ck_label_count_sum"),
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_label_count_lot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_count")),
    )
    op.create_index(op.f("ix_label_count_lot_id"), "label_count", ["lot_id"])
