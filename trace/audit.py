"""Who did what, when: append-only rows, each sealed with the one before.

Rows collect in the session and are chained as the last statements before COMMIT, under
one lock: chaining earlier made writers wait for one another or deadlock.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, orm
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base, Session

CHAIN_LOCK = 0x4C4D01
"""PostgreSQL advisory lock held while rows are chained."""
START = "0" * 64
"""The hash before the first row."""


class AuditRow(Base):
    """One thing that happened. Frozen format 1: fields cannot change or go."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Position in the chain, from 1, without gaps."""
    at: Mapped[datetime]
    actor: Mapped[str]
    """Login of the person, or ``system`` or ``consumer``."""
    action: Mapped[str]
    """What was done, e.g. ``hold.place``."""
    subject: Mapped[str] = mapped_column(index=True)
    """What it was done to, e.g. ``lot:17``."""
    data: Mapped[str]
    """Values before and after, as canonical JSON."""
    hash: Mapped[str]
    """SHA-256 over the hash before and this row."""


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the chain does not hold."""

    row: int
    """Number of the row that is missing or changed."""
    reason: str
    """``missing`` or ``changed``."""


def record(
    session: orm.Session,
    actor: str,
    action: str,
    subject: str,
    at: datetime,
    **data: Any,
) -> None:
    """Note that ``actor`` did ``action`` to ``subject``; sealed at commit."""
    pending: list[dict[str, Any]] = session.info.setdefault("audit", [])
    pending.append(
        {
            "at": at,
            "actor": actor,
            "action": action,
            "subject": subject,
            "data": _canonical(data),
        }
    )


@event.listens_for(Session, "before_commit")
def _chain(session: orm.Session) -> None:
    pending = session.info.pop("audit", [])
    if not pending:
        return
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(CHAIN_LOCK)))
    last = session.execute(
        sa.select(AuditRow.id, AuditRow.hash).order_by(AuditRow.id.desc()).limit(1)
    ).first()
    number, link = (last.id, last.hash) if last else (0, START)
    for row in pending:
        number += 1
        link = _seal(link, number, row)
        row |= {"id": number, "hash": link}
    session.execute(sa.insert(AuditRow), pending)


@event.listens_for(Session, "after_rollback")
def _forget(session: orm.Session) -> None:
    session.info.pop("audit", None)


def verify(session: orm.Session) -> tuple[int, Break | None]:
    """How many rows hold, and the first break if there is one."""
    link, count = START, 0
    for row in _rows(session):
        if row["id"] != count + 1:
            return count, Break(count + 1, "missing")
        link = _seal(link, row["id"], row)
        if link != row["hash"]:
            return count, Break(row["id"], "changed")
        count += 1
    return count, None


def _rows(session: orm.Session) -> Iterator[dict[str, Any]]:
    columns = AuditRow.__table__.c
    rows = session.execute(
        sa.select(*columns).order_by(columns.id).execution_options(yield_per=1000)
    )
    for row in rows.mappings():
        yield dict(row)


def _seal(link: str, number: int, row: dict[str, Any]) -> str:
    # Frozen format 1: the order and spelling of these fields cannot change.
    at: datetime = row["at"]
    fields = [
        1,
        link,
        number,
        f"{at:%Y-%m-%dT%H:%M:%S.%fZ}",
        row["actor"],
        row["action"],
        row["subject"],
        row["data"],
    ]
    return hashlib.sha256(_canonical(fields).encode()).hexdigest()


def _canonical(value: object) -> str:
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
    )
