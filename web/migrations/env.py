"""Runs the migrations on the connection it is given."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

from lotmark.trace.db import UtcDateTime


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write types of ours as plain ones: a migration must outlive our modules."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def ours(_object: Any, name: str | None, kind: str, *_rest: Any) -> bool:
    """On PostgreSQL both histories share a database: leave the other's tables."""
    metadata: sa.MetaData = context.config.attributes["metadata"]
    return kind != "table" or name in metadata.tables


attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    target_metadata=attributes["metadata"],
    version_table=attributes["version_table"],
    render_as_batch=attributes["connection"].dialect.name == "sqlite",
    render_item=render,
    include_object=ours,
    transactional_ddl=True,
)
context.run_migrations()
