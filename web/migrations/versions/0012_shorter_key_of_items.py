"""The key of known items leaves out how sure they are: a fifth off its index"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_KEY = ["lot_id", "lo", "location_id"]


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("pk_stock_item", "stock_item")
        op.create_primary_key("pk_stock_item", "stock_item", _KEY)
        return
    with op.batch_alter_table(
        "stock_item", recreate="always", table_kwargs={"sqlite_with_rowid": False}
    ) as item:
        item.drop_constraint("pk_stock_item", type_="primary")
        item.create_primary_key("pk_stock_item", _KEY)
