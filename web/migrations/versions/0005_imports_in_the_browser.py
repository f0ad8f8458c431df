"""Imports in the browser: orders that the worker does"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "import_order",
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("done", ID, nullable=False),
        sa.Column("total", ID, nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("bad", ID, nullable=False),
        sa.Column("report", sa.String(length=64), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'refused', 'failed')",
            name=op.f("ck_import_order_state"),
        ),
        sa.CheckConstraint(
            "step IN ('', 'read', 'check', 'write')",
            name=op.f("ck_import_order_step"),
        ),
        sa.ForeignKeyConstraint(
            ["report"],
            ["stored_file.sha256"],
            name=op.f("fk_import_order_report_stored_file"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_order")),
        sa.UniqueConstraint("number", name=op.f("uq_import_order_number")),
        sa.UniqueConstraint("request_key", name=op.f("uq_import_order_request_key")),
    )
