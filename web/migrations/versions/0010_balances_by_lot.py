"""Balances and items are kept in order of their lots: half the room on SQLite"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_KEY = ["lot_id", "lo", "location_id", "sure"]
# A trigger goes with the table it was on.
_NOT_NEGATIVE = """CREATE TRIGGER stock_{step} BEFORE {step} ON stock
WHEN NEW.quantity < 0 AND NOT EXISTS (
  SELECT 1 FROM location WHERE id = NEW.location_id AND kind IN ('made', 'supplied'))
BEGIN SELECT RAISE(ABORT, 'stock_not_negative'); END"""


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_index("ix_stock_item_lot", "stock_item")
        op.drop_constraint("pk_stock_item", "stock_item")
        op.create_primary_key("pk_stock_item", "stock_item", _KEY)
        return
    by_key = {"sqlite_with_rowid": False}
    with op.batch_alter_table("stock", recreate="always", table_kwargs=by_key):
        pass
    for step in ("insert", "update"):
        op.execute(sa.text(_NOT_NEGATIVE.format(step=step)))
    with op.batch_alter_table(
        "stock_item", recreate="always", table_kwargs=by_key
    ) as item:
        item.drop_index("ix_stock_item_lot")
        item.drop_constraint("pk_stock_item", type_="primary")
        item.create_primary_key("pk_stock_item", _KEY)
