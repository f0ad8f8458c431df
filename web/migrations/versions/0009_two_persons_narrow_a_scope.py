"""The second person who agreed that a kept scope is narrowed below the batch"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("scope", schema=None) as batch_op:
        batch_op.add_column(sa.Column("agreed_by", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True)
        )
        batch_op.create_check_constraint(
            op.f("ck_scope_two_persons"),
            "agreed_by IS NULL OR (agreed_at IS NOT NULL AND agreed_by <> computed_by)",
        )
