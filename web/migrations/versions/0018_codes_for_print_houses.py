"""Codes given to print houses, and codes spoilt before they have a batch"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _time(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _spoilt_code()
    _code_order()
    _code_fetch()


def _spoilt_code() -> None:
    op.create_table(
        "spoilt_code",
        sa.Column("id", _id(), nullable=False),
        sa.Column("series_id", _id(), nullable=False),
        sa.Column("lo", _id(), nullable=False),
        sa.Column("hi", _id(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _time("at"),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("lo >= 0 AND lo < hi", name=op.f("ck_spoilt_code_range")),
        sa.ForeignKeyConstraint(
            ["series_id"],
            ["code_series.id"],
            name=op.f("fk_spoilt_code_series_id_code_series"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spoilt_code")),
    )
    op.create_index("ix_spoilt_code_series", "spoilt_code", ["series_id", "lo"])


def _code_order() -> None:
    op.create_table(
        "code_order",
        sa.Column("id", _id(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("house", sa.Text(), nullable=False),
        sa.Column("article_id", _id(), nullable=False),
        sa.Column("lot_id", _id(), nullable=True),
        sa.Column("series_id", _id(), nullable=True),
        sa.Column("lo", _id(), nullable=False),
        sa.Column("hi", _id(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        _time("created_at"),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("delivered", _id(), nullable=True),
        sa.Column("faulty", _id(), nullable=True),
        sa.Column("returned_by", sa.Text(), nullable=True),
        _time("returned_at", nullable=True),
        sa.CheckConstraint(
            "state IN ('ordered', 'returned')", name=op.f("ck_code_order_state")
        ),
        sa.CheckConstraint("lo >= 0 AND lo < hi", name=op.f("ck_code_order_range")),
        sa.CheckConstraint(
            "(lot_id IS NULL) <> (series_id IS NULL)", name=op.f("ck_code_order_of")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_code_order_{column}_{table}")
            )
            for column, table in (
                ("article_id", "article"),
                ("lot_id", "lot"),
                ("series_id", "code_series"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_order")),
        sa.UniqueConstraint("number", name=op.f("uq_code_order_number")),
    )


def _code_fetch() -> None:
    op.create_table(
        "code_fetch",
        sa.Column("id", _id(), nullable=False),
        sa.Column("order_id", _id(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        _time("at"),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["code_order.id"],
            name=op.f("fk_code_fetch_order_id_code_order"),
        ),
        sa.ForeignKeyConstraint(
            ["sha256"],
            ["stored_file.sha256"],
            name=op.f("fk_code_fetch_sha256_stored_file"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_fetch")),
        sa.UniqueConstraint(
            "order_id", "person", name=op.f("uq_code_fetch_order_id_person")
        ),
    )


def downgrade() -> None:
    op.drop_table("code_fetch")
    op.drop_table("code_order")
    op.drop_index("ix_spoilt_code_series", table_name="spoilt_code")
    op.drop_table("spoilt_code")
