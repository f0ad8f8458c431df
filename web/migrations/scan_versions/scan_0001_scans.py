"""Scans of codes, by month on PostgreSQL"""

import sqlalchemy as sa
from alembic import op

revision = "scan_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scan",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "series",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "item", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("visitor", sa.Text(), nullable=False),
        postgresql_partition_by="RANGE (at)",
    )
    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.create_index("ix_scan_code", ["series", "item", "at"], unique=False)

    if op.get_context().dialect.name == "postgresql":
        # Scans of a month that has no partition yet are kept here, never refused.
        op.execute("CREATE TABLE scan_other PARTITION OF scan DEFAULT")
