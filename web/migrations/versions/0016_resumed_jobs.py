"""When a print job was last resumed: older doubts are not settled by a later scan"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("print_job") as job:
        job.add_column(
            sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True)
        )
