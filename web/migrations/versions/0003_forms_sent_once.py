"""Forms sent twice are booked once; a case knows the shipment it is on"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sent_form",
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("login", "number", name=op.f("pk_sent_form")),
    )
    op.create_index(op.f("ix_sent_form_sent_at"), "sent_form", ["sent_at"])
    with op.batch_alter_table("logistic_unit") as unit:
        unit.add_column(
            sa.Column(
                "shipment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")
            )
        )
        unit.create_foreign_key(
            op.f("fk_logistic_unit_shipment_id"), "shipment", ["shipment_id"], ["id"]
        )
        unit.create_index(op.f("ix_logistic_unit_shipment_id"), ["shipment_id"])
