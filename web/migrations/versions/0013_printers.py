"""Printers, the blocks of labels sent to them, and reprints"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _time(name: str, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _one_of(table: str, column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(
        f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}")
    )


def upgrade() -> None:
    _printer()
    _print_job()
    _print_block()
    _reprint()


def _printer() -> None:
    op.create_table(
        "printer",
        sa.Column("id", _id(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("line_id", _id(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("stock", sa.Text(), nullable=False),
        sa.Column("dpi", _id(), nullable=False),
        sa.Column("offset_x", _id(), nullable=False),
        sa.Column("offset_y", _id(), nullable=False),
        sa.Column("scale_ppm", _id(), nullable=True),
        sa.Column("in_flight", _id(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_words", sa.Text(), nullable=False),
        _time("asked_at"),
        _time("answered_at"),
        sa.Column("labels_left", _id(), nullable=True),
        sa.Column("errand", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        _time("leased_until"),
        _time("created_at", nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        _one_of("printer", "kind", "tcp", "ipp", "folder"),
        _one_of("printer", "status", "ok", "attention", "no_answer", "unknown"),
        _one_of("printer", "errand", "", "test", "ruler"),
        sa.CheckConstraint(
            "in_flight BETWEEN 1 AND 1000", name=op.f("ck_printer_in_flight")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["line.id"], name=op.f("fk_printer_line_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printer")),
        sa.UniqueConstraint("code", name=op.f("uq_printer_code")),
    )
    op.create_index(op.f("ix_printer_line_id"), "printer", ["line_id"])


def _print_job() -> None:
    with op.batch_alter_table("print_job") as job:
        job.add_column(sa.Column("labels", _id(), nullable=True))
        job.add_column(sa.Column("printer_id", _id(), nullable=True))
        job.add_column(sa.Column("reprint", sa.Boolean(), nullable=True))
        job.add_column(sa.Column("first_check", sa.Boolean(), nullable=True))
    op.execute(
        sa.text(
            "UPDATE print_job SET labels = hi - lo, reprint = :no, first_check = :no"
        ).bindparams(sa.bindparam("no", False, sa.Boolean()))
    )
    with op.batch_alter_table("print_job") as job:
        job.alter_column("labels", existing_type=_id(), nullable=False)
        for flag in ("reprint", "first_check"):
            job.alter_column(flag, existing_type=sa.Boolean(), nullable=False)
        job.drop_constraint(op.f("ck_print_job_state"), type_="check")
        job.drop_constraint(op.f("ck_print_job_done"), type_="check")
        job.create_check_constraint(
            op.f("ck_print_job_state"),
            "state IN ('created', 'rendering', 'sent', 'printing', 'paused', "
            "'finished', 'cancelled', 'failed', 'reconciled')",
        )
        job.create_check_constraint(
            op.f("ck_print_job_labels"), "labels > 0 AND labels <= hi - lo"
        )
        job.create_check_constraint(
            op.f("ck_print_job_done"), "done >= 0 AND done <= labels"
        )
        job.create_foreign_key(
            op.f("fk_print_job_printer_id"), "printer", ["printer_id"], ["id"]
        )
        job.create_index(op.f("ix_print_job_printer_id"), ["printer_id"])


def _print_block() -> None:
    op.create_table(
        "print_block",
        sa.Column("id", _id(), nullable=False),
        sa.Column("job_id", _id(), nullable=False),
        sa.Column("lo", _id(), nullable=False),
        sa.Column("hi", _id(), nullable=False),
        sa.Column("copy", _id(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("remote", sa.Text(), nullable=False),
        _time("sending_at"),
        _time("sent_at"),
        _time("due_out"),
        _time("settled_at"),
        _one_of(
            "print_block",
            "state",
            "waiting",
            "sending",
            "sent",
            "confirmed",
            "needs_scan",
            "lost",
            "cancelled",
        ),
        sa.CheckConstraint("lo >= 0 AND lo < hi", name=op.f("ck_print_block_range")),
        sa.CheckConstraint("copy >= 0", name=op.f("ck_print_block_copy")),
        sa.ForeignKeyConstraint(
            ["job_id"], ["print_job.id"], name=op.f("fk_print_block_job_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_block")),
    )
    op.create_index("ix_print_block_job", "print_block", ["job_id", "state"])


def _reprint() -> None:
    op.create_table(
        "reprint",
        sa.Column("id", _id(), nullable=False),
        sa.Column("job_id", _id(), nullable=False),
        sa.Column("lot_id", _id(), nullable=False),
        sa.Column("lo", _id(), nullable=False),
        sa.Column("hi", _id(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("second", sa.Text(), nullable=True),
        _time("at", nullable=False),
        sa.CheckConstraint("lo >= 0 AND lo < hi", name=op.f("ck_reprint_range")),
        sa.ForeignKeyConstraint(
            ["job_id"], ["print_job.id"], name=op.f("fk_reprint_job_id")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_reprint_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reprint")),
    )
    op.create_index(op.f("ix_reprint_lot_id"), "reprint", ["lot_id"])
