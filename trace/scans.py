"""Scans of codes by the public: many, small, kept apart from everything else.

Their own metadata and migrations, no foreign keys: on SQLite their own file, so that a
crowd of scans never waits for the plant; on PostgreSQL partitioned by month, so that
old scans go by dropping a table. The worker makes each month's partition ahead of time;
what comes in a month without one lies in the partition ``scan_other``.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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

PARTITION_LOCK = 0x4C4D03
"""PostgreSQL advisory lock held while partitions are made."""

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


def forget_scans(session: Session, before: datetime) -> None:
    """Delete the scans of an earlier time (domain.md §10), whole months at once."""
    if _is_partitioned(session):
        last = _month(before, -1)
        for name in _partitions(session):
            if name <= _partition_name(last):
                session.execute(sa.text(f"DROP TABLE {name}"))
    session.execute(sa.delete(SCAN).where(SCAN.c.at < before))


def add_partitions(session: Session, now: datetime, months_ahead: int = 2) -> None:
    """Make the partitions of this month and the next, where there are partitions.

    A month whose scans began to arrive before its partition was made has none; its
    scans stay in ``scan_other``. Months are those of UTC.
    """
    if not _is_partitioned(session):
        return
    months = [_month(now, ahead) for ahead in range(months_ahead + 1)]
    if {_partition_name(month) for month in months} <= set(_partitions(session)):
        return
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(PARTITION_LOCK)))
    # A scan between the look at scan_other and CREATE would make CREATE fail.
    session.execute(sa.text("LOCK TABLE scan IN ACCESS EXCLUSIVE MODE"))
    for month in months:
        _add_partition(session, month)


def _add_partition(session: Session, start: datetime) -> None:
    end = _month(start, 1)
    other = sa.text("SELECT 1 FROM scan_other WHERE at >= :start AND at < :end LIMIT 1")
    if session.execute(other, {"start": start, "end": end}).first() is None:
        session.execute(
            sa.text(
                f"CREATE TABLE IF NOT EXISTS {_partition_name(start)} PARTITION OF scan"
                f" FOR VALUES FROM ('{start.isoformat()}') TO ('{end.isoformat()}')"
            )
        )


def _is_partitioned(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def _partitions(session: Session) -> list[str]:
    """Names of the months' partitions; ``scan_other`` is none."""
    return list(
        session.scalars(
            sa.text(
                "SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid"
                " WHERE inhparent = 'scan'::regclass AND relname ~ '^scan_[0-9]{6}$'"
            )
        )
    )


def _partition_name(month: datetime) -> str:
    return f"scan_{month:%Y%m}"


def _month(at: datetime, ahead: int) -> datetime:
    """The start of the month ``ahead`` months after the one of ``at``."""
    at = at.astimezone(UTC)
    year, month = divmod(at.year * 12 + at.month - 1 + ahead, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


def open_scans(url: URL) -> Database:
    """The database of the scans that belongs to the main one at ``url``."""
    if url.drivername == "sqlite":
        main = Path(url.database or "")
        url = url.set(database=str(main.with_name(f"{main.stem}-scans{main.suffix}")))
    return Database(url.render_as_string(hide_password=False), pool_size=4)
