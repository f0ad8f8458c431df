"""Rolls of labels ordered at the line before their batch exists"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    texts = ("number", "request_key", "stock", "format", "created_by")
    op.create_table(
        "roll_print",
        sa.Column("id", NUMBER, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("article_id", NUMBER, nullable=False),
        sa.Column("series_id", NUMBER, nullable=False),
        sa.Column("lo", NUMBER, nullable=False),
        sa.Column("hi", NUMBER, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("lo >= 0 AND lo < hi", name=op.f("ck_roll_print_range")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_roll_print_article_id")
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["code_series.id"], name=op.f("fk_roll_print_series_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_print")),
        sa.UniqueConstraint("number", name=op.f("uq_roll_print_number")),
        sa.UniqueConstraint("request_key", name=op.f("uq_roll_print_request_key")),
    )
