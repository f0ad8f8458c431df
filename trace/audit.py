"""Who did what, when: append-only rows, each sealed with the one before.

Rows collect in the session and are chained as the last statements before COMMIT, under
one lock: chaining earlier made writers wait for one another or deadlock.

A row that was changed, taken out or added shows, also at the end: ``audit_head`` says
how many rows there are and the last seal. Whoever can write the database could seal all
rows anew and set the head; that shows only against a head kept elsewhere
(docs/decisions/0006-audit-chain.md).
"""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import event, orm
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base, Session
from .errors import N_, InvalidInput

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


class AuditHead(Base):
    """How far the chain goes: one row, changed with every commit that adds to it."""

    __tablename__ = "audit_head"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]
    """How many rows there are."""
    hash: Mapped[str]
    """The last one's seal."""


@dataclass(frozen=True, slots=True)
class Head:
    """The state of the chain, short enough to write down.

    >>> head = Head.parse("0:" + "0" * 64)
    >>> (head.count, str(head) == "0:" + START)
    (0, True)
    """

    count: int
    hash: str

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Read ``COUNT:HASH``. Raises InvalidInput."""
        found = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", text.strip().lower())
        if found is None:
            raise InvalidInput(
                "audit_head_invalid",
                N_(
                    "Expected the head of the audit chain as audit verify prints it, a "
                    "number, a colon and 64 hexadecimal digits; got %(text)s."
                ),
                text=ascii(text[:90]),
            )
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.count}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the chain does not hold."""

    row: int
    """Number of the row in question."""
    reason: str
    """``missing``, ``changed``, ``added`` (beyond the head), ``rewritten`` (the chain
    holds in itself, but is not the one whose head was noted) or ``no_head``."""


class Checked(NamedTuple):
    """What ``verify`` found."""

    rows: int
    """How many rows hold, from the first."""
    broken: Break | None
    head: Head
    """The state of the chain up to there, to be kept elsewhere."""


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


@contextmanager
def attempt(session: orm.Session) -> Iterator[None]:
    """A part of a transaction that may fail without the rest: what it changed and
    noted is undone, and the error goes on to whoever tries."""
    pending: list[dict[str, Any]] = session.info.setdefault("audit", [])
    noted = len(pending)
    try:
        with session.begin_nested():
            yield
    except BaseException:
        session.info["audit"] = pending[:noted]
        raise


@event.listens_for(Session, "before_commit")
def _chain(session: orm.Session) -> None:
    pending = session.info.pop("audit", [])
    if not pending:
        return
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(CHAIN_LOCK)))
    # From the head, not from the last row: or the next commit would hide that rows at
    # the end were deleted. Without the head the chain goes on, and verify says so.
    last = session.execute(sa.select(AuditHead.count, AuditHead.hash)).first()
    if last is None:
        newest = sa.select(AuditRow.id, AuditRow.hash).order_by(AuditRow.id.desc())
        last = session.execute(newest.limit(1)).first()
    number, link = last or (0, START)
    for row in pending:
        number += 1
        link = _seal(link, number, row)
        row |= {"id": number, "hash": link}
    # not as objects of the session: a hold of a thousand lots is as many rows
    session.connection().execute(sa.insert(AuditRow), pending)
    session.execute(
        sa.update(AuditHead)
        .values(count=number, hash=link)
        .execution_options(synchronize_session=False)
    )


@event.listens_for(Session, "after_rollback")
def _forget(session: orm.Session) -> None:
    session.info.pop("audit", None)


def verify(session: orm.Session, noted: Head | None = None) -> Checked:
    """How many rows hold, and the first break if there is one.

    ``noted`` is a head that was kept elsewhere: the chain must go through it.
    """
    here, head = Head(0, START), None
    for head, row in _rows(session):
        if row["id"] is None:  # no row at all, only the head
            break
        broken = _break(here, row, head, noted)
        if broken:
            return Checked(here.count, broken, here)
        here = Head(row["id"], row["hash"])
    return Checked(here.count, _break_at_end(here, head, noted), here)


def _break(
    before: Head, row: dict[str, Any], head: Head, noted: Head | None
) -> Break | None:
    number = before.count + 1
    if row["id"] != number:
        return Break(number, "missing")
    if number > head.count:
        return Break(number, "added")
    if row["hash"] != _seal(before.hash, number, row):
        return Break(number, "changed")
    if noted and noted.count == number and noted.hash != row["hash"]:
        return Break(number, "rewritten")
    return None


def _break_at_end(last: Head, head: Head | None, noted: Head | None) -> Break | None:
    if head is None:
        return Break(1, "no_head")
    if last.count < max(head.count, noted.count if noted else 0):
        return Break(last.count + 1, "missing")
    if last != head:
        return Break(last.count, "changed")
    return None


def _rows(session: orm.Session) -> Iterator[tuple[Head, dict[str, Any]]]:
    # In one statement, or rows written between two would look like damage.
    columns = AuditRow.__table__.c
    count, seal = AuditHead.count.label("head_count"), AuditHead.hash.label("head_hash")
    rows = session.execute(
        sa.select(count, seal, *columns)
        .select_from(AuditHead)
        .outerjoin(AuditRow, sa.true())
        .order_by(columns.id)
        .execution_options(yield_per=1000)
    )
    for row in rows.mappings():
        yield Head(row["head_count"], row["head_hash"]), dict(row)


def _seal(link: str, number: int, row: dict[str, Any]) -> str:
    # Frozen format 1: the order and spelling of these fields cannot change.
    at: datetime = row["at"].astimezone(UTC)
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


# Made once: json.dumps would make one for each text.
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
)


def _canonical(value: object) -> str:
    return _ENCODER.encode(value)
