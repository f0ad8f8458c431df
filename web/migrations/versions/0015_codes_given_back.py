"""Codes that line PCs give back, and reprints they made without a network"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "code_return",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("block_id", NUMBER, nullable=False),
        sa.Column("lo", NUMBER, nullable=False),
        sa.Column("hi", NUMBER, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("lo >= 0 AND lo < hi", name=op.f("ck_code_return_range")),
        sa.ForeignKeyConstraint(
            ["block_id"], ["code_block.id"], name=op.f("fk_code_return_block_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_return")),
    )
    op.create_index(op.f("ix_code_return_block_id"), "code_return", ["block_id"])
    with op.batch_alter_table("reprint") as reprint:
        reprint.alter_column("job_id", existing_type=NUMBER, nullable=True)
