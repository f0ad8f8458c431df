"""Badges and PINs: how people change at a line in a second, with gloves on.

A badge is a code to scan, ``LM:B:`` and 26 random letters and digits (128 bits);
whoever holds it is its owner at a line, so a lost one is replaced at once. A PIN has 4
to 6 digits. Both open the line's room alone, with line rights alone.
"""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

import argon2
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit
from .db import Base
from .errors import N_, Conflict, Forbidden, InvalidInput
from .people import Actor, User, actor_for

LINE_RIGHTS = frozenset(
    (
        "batch.open",
        "batch.finish",
        "batch.plan",
        "line.record",
        "codes.issue",
        "labels.print",
        "labels.void",
        "labels.count",
    )
)
"""The most that somebody may do who came in by badge or PIN."""
MARK = "LM:B:"
"""Before the letters of a badge, so that a scanner's reader knows it."""
MOST_MISSES = 5
"""Wrong PINs in a row, after which the PIN waits."""
WAIT = timedelta(minutes=5)
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PIN = re.compile("[0-9]{4,6}")
_EASY = frozenset(("1234", "12345", "123456", "4321", "54321", "654321"))

_hasher = argon2.PasswordHasher()


class Badge(Base):
    """How a person comes to a line: the badge they hold, the PIN they know."""

    __tablename__ = "badge"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), primary_key=True)
    digest: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    """SHA-256 of the badge, which is random: no slow hash is needed."""
    pin_hash: Mapped[str | None]
    misses: Mapped[int] = mapped_column(default=0)
    """Wrong PINs since the last right one."""
    missed_at: Mapped[datetime | None]
    set_by: Mapped[str]
    set_at: Mapped[datetime]


def issue_badge(session: Session, user: User, actor: Actor, now: datetime) -> str:
    """A new badge for somebody who works at lines; their old one opens nothing more.

    Its text is given here once and never again. Raises Forbidden unless it is one's own
    or ``actor`` may add people, Conflict ``no_line_rights``.
    """
    badge = _badge(session, user, actor, now)
    text = MARK + "".join(secrets.choice(_LETTERS) for _ in range(26))
    badge.digest = _digest(text)
    audit.record(session, actor.login, "badge.issue", f"user:{user.login}", now)
    session.flush()
    return text


def set_pin(
    session: Session, user: User, pin: str, actor: Actor, now: datetime
) -> None:
    """Set somebody's PIN; raises as ``issue_badge``, and InvalidInput ``pin_weak``."""
    if not _PIN.fullmatch(pin) or pin in _EASY or len(set(pin)) == 1:
        raise InvalidInput(
            "pin_weak",
            N_("Expected a PIN of 4 to 6 digits, not in a row and not all the same."),
        )
    badge = _badge(session, user, actor, now)
    badge.pin_hash, badge.misses = _hasher.hash(pin), 0
    audit.record(session, actor.login, "badge.pin", f"user:{user.login}", now)
    session.flush()


def _badge(session: Session, user: User, actor: Actor, now: datetime) -> Badge:
    if user.login != actor.login:
        actor.require("user.add")
    if not works_at_lines(session, user):
        raise Conflict(
            "no_line_rights",
            N_("%(name)s has no rights at a line, so a badge would open nothing."),
            name=user.name,
        )
    badge = session.get(Badge, user.id, with_for_update=True)
    if badge is None:
        badge = Badge(user_id=user.id)
        session.add(badge)
    badge.set_by, badge.set_at = actor.login, now
    return badge


def badge_of(session: Session, user: User) -> Badge | None:
    """The badge and PIN of a person, if they have any."""
    return session.get(Badge, user.id)


def holder_of(session: Session, text: str) -> User:
    """Who holds the badge that was scanned, and still works at lines.

    Raises Forbidden ``badge_unknown``.
    """
    held = sa.select(User).join(Badge, Badge.user_id == User.id)
    user = session.scalar(held.where(Badge.digest == _digest(text), User.active))
    if user is None or not works_at_lines(session, user):
        raise Forbidden(
            "badge_unknown",
            N_(
                "This badge opens nothing: it was replaced, or its owner has left. Log "
                "in with the password and print a new one."
            ),
        )
    return user


def works_at_lines(session: Session, user: User) -> bool:
    """Whether the line's room is open to somebody."""
    return actor_for(session, user).may("batch.open")


def people_with_pin(session: Session) -> list[User]:
    """Everybody who may come to a line with a PIN, by name."""
    able = sa.select(User).join(Badge, Badge.user_id == User.id)
    able = able.where(Badge.pin_hash.is_not(None), User.active)
    return list(session.scalars(able.order_by(User.name, User.id)))


def people_at_lines(session: Session) -> list[tuple[User, frozenset[str], str]]:
    """Everybody who may print labels, by name: their rights at a line, and the digest
    of their badge or nothing.
    """
    found = []
    for user in session.scalars(sa.select(User).where(User.active).order_by(User.name)):
        rights = LINE_RIGHTS & actor_for(session, user).rights
        if "labels.print" in rights:
            badge = session.get(Badge, user.id)
            found.append((user, rights, (badge.digest or "") if badge else ""))
    return found


def pin_fits(badge: Badge, pin: str, now: datetime) -> bool:
    """Whether it is the person's PIN; needs a tenth of a second outside transactions.

    Raises Forbidden ``pin_waits`` after five wrong ones, for five minutes.
    """
    recent = badge.missed_at is not None and now - badge.missed_at < WAIT
    if badge.misses >= MOST_MISSES and recent:
        raise Forbidden(
            "pin_waits",
            N_(
                "Five wrong PINs: this PIN waits five minutes. Scan the badge, or log "
                "in with the password."
            ),
        )
    try:
        return badge.pin_hash is not None and _hasher.verify(badge.pin_hash, pin[:12])
    except argon2.exceptions.VerifyMismatchError:
        return False


def note_pin(session: Session, user_id: int, fits: bool, now: datetime) -> None:
    """Count wrong PINs in a row."""
    badge = session.get(Badge, user_id, with_for_update=True)
    if badge is not None:
        badge.misses = 0 if fits else badge.misses + 1
        badge.missed_at = None if fits else now


def _digest(text: str) -> str:
    return hashlib.sha256(text.strip().upper().encode()).hexdigest()
