"""Since when a lot is what it is, and packs seen: from the audit where it has them"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SEEN = sa.text(
    "SELECT at, actor, subject, data FROM audit"
    " WHERE action = 'stock.identify' ORDER BY id"
).columns(at=sa.DateTime(timezone=True), actor=sa.Text, subject=sa.Text, data=sa.Text)


def upgrade() -> None:
    op.add_column("lot", sa.Column("status_since", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE lot SET status_since = ("
        "SELECT max(audit.at) FROM audit"
        " WHERE audit.subject = 'batch:' || CAST(lot.id AS TEXT)"
        " AND audit.action IN ('batch.start', 'batch.finish', 'batch.test',"
        " 'batch.release', 'batch.reject', 'batch.close'))"
    )
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    sighting = op.create_table(
        "sighting",
        sa.Column("id", number, nullable=False),
        sa.Column("lot_id", number, nullable=False),
        sa.Column("location_id", number, nullable=False),
        sa.Column("lo", number, nullable=False),
        sa.Column("hi", number, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint("lo >= 0 AND lo < hi", name=op.f("ck_sighting_range")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_sighting_location_id")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_sighting_lot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sighting")),
    )
    op.create_index(op.f("ix_sighting_lot_id"), "sighting", ["lot_id"])
    link = op.get_bind()
    found = link.execute(sa.text("SELECT code, id FROM location"))
    places = {code: location_id for code, location_id in found}
    for row in link.execute(SEEN).all():
        told = json.loads(row.data)
        for piece in told["items"].split(","):
            lo, _, hi = piece.partition("-")
            link.execute(
                sighting.insert().values(
                    lot_id=int(row.subject.removeprefix("lot:")),
                    location_id=places[told["place"]],
                    lo=int(lo),
                    hi=int(hi or lo) + 1,
                    recorded_at=row.at,
                    reason=told["reason"],
                    actor=row.actor,
                )
            )
