"""A cleaning may be of one equipment instead of the whole line"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("cleaning", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "equipment", sa.Text(), server_default=sa.text("''"), nullable=False
            )
        )
