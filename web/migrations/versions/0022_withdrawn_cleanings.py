"""A cleaning recorded by mistake is withdrawn, and says so"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("cleaning", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True)
        )
        for name in ("withdrawn_reason", "withdrawn_by"):
            batch_op.add_column(
                sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)
            )
        batch_op.create_check_constraint(
            op.f("ck_cleaning_withdrawn"),
            "(withdrawn_at IS NULL) = (withdrawn_reason = '')",
        )
