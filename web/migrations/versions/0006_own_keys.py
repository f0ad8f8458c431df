"""A person's own key acts under the person's name"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("api_key") as table:
        table.add_column(
            sa.Column(
                "user_id",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                nullable=True,
            )
        )
        table.create_foreign_key(
            op.f("fk_api_key_user_id"), "user", ["user_id"], ["id"]
        )
