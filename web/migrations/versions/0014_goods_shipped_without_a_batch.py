"""Goods that were shipped without their batch being written down"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "unbatched",
        sa.Column("id", _ID, nullable=False),
        sa.Column("shipment_id", _ID, nullable=False),
        sa.Column("article_id", _ID, nullable=False),
        sa.Column("quantity", _ID, nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_unbatched_quantity")),
        sa.ForeignKeyConstraint(
            ["shipment_id"],
            ["shipment.id"],
            name=op.f("fk_unbatched_shipment_id_shipment"),
        ),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_unbatched_article_id_article"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unbatched")),
    )
    op.create_index(
        op.f("ix_unbatched_shipment_id"), "unbatched", ["shipment_id"], unique=False
    )
    op.create_index(
        op.f("ix_unbatched_article_id"), "unbatched", ["article_id"], unique=False
    )
