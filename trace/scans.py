"""Scans of codes by the public: many, small, kept apart from everything else.

Their own metadata and migrations, no foreign keys: on SQLite their own file, so that a
crowd of scans never waits for the plant; on PostgreSQL partitioned by month.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL

from .db import NAMING, BigId, Database, Session, UtcDateTime

METADATA = sa.MetaData(naming_convention=NAMING)

SCAN = sa.Table(
    "scan",
    METADATA,
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("series", BigId, nullable=False),
    sa.Column("item", BigId, nullable=False),
    sa.Column("visitor", sa.Text, nullable=False),
    sa.Index("ix_scan_code", "series", "item", "at"),
)
"""One consumer's look at one code. ``visitor`` is a keyed hash that changes daily."""

RELOAD = timedelta(minutes=30)
"""The same visitor within this time is looking at the same scan again."""


@dataclass(frozen=True, slots=True)
class ScanSummary:
    """What the page says about earlier scans of a code."""

    count: int
    first_at: datetime | None


def record_scan(
    session: Session, series: int, item: int, visitor: str, now: datetime
) -> None:
    """Note a scan, unless the same visitor is only reloading the page."""
    reload = sa.select(SCAN.c.at).where(
        SCAN.c.series == series,
        SCAN.c.item == item,
        SCAN.c.visitor == visitor,
        SCAN.c.at > now - RELOAD,
    )
    if session.execute(reload.limit(1)).first() is None:
        session.execute(
            sa.insert(SCAN).values(at=now, series=series, item=item, visitor=visitor)
        )


def scan_summary(session: Session, series: int, item: int) -> ScanSummary:
    """How often, and since when, a code has been scanned by the public."""
    row = session.execute(
        sa.select(sa.func.count(), sa.func.min(SCAN.c.at, type_=UtcDateTime)).where(
            SCAN.c.series == series, SCAN.c.item == item
        )
    ).one()
    return ScanSummary(count=row[0], first_at=row[1])


def open_scans(url: URL) -> Database:
    """The database of the scans that belongs to the main one at ``url``."""
    if url.drivername == "sqlite":
        main = Path(url.database or "")
        url = url.set(database=str(main.with_name(f"{main.stem}-scans{main.suffix}")))
    return Database(url.render_as_string(hide_password=False), pool_size=4)
