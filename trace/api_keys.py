"""Keys by which machines act: shown once, kept as a digest.

A key is ``lm_`` and 43 random letters and digits. Its first twelve characters name it
on screens and in the database; the other 34 are 202 bits that nobody can guess.
"""

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit
from .db import Base, insert_if_new
from .errors import N_, Conflict, InvalidInput, NotFound
from .people import Actor

MACHINE_RIGHTS = (
    "trace.read",
    "scope.compute",
    "complaint.read",
    "batch.open",
    "batch.finish",
    "codes.issue",
    "labels.print",
    "labels.void",
    "unit.build",
    "stock.move",
    "hold.place",
    "inspection.record",
    "sample.keep",
    "data.import",
)
"""Rights a key may have. What takes two persons, and what decides who may do what, is
not among them: a machine is no person (domain.md §8)."""

NAME_LIMIT = 64
PREFIX = 12
"""Characters by which a key is looked up."""
_LETTERS = string.ascii_letters + string.digits
_KEY = re.compile("lm_[A-Za-z0-9]{43}")


class ApiKey(Base):
    """A key of a line machine, a camera or an ERP, with the rights it was given."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    prefix: Mapped[str] = mapped_column(sa.String(12), unique=True)
    """Its first characters, by which it is looked up and named on screens."""
    digest: Mapped[str] = mapped_column(sa.String(64))
    """SHA-256 of the whole key, which is random: no slow hash is needed."""
    rights: Mapped[list[str]] = mapped_column(sa.JSON)
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]
    revoked_at: Mapped[datetime | None]

    def state(self, now: datetime) -> str:
        """``active``, ``expired`` or ``revoked``."""
        if self.revoked_at is not None:
            return "revoked"
        over = self.expires_at is not None and self.expires_at <= now
        return "expired" if over else "active"


def issue_key(
    session: Session,
    name: str,
    rights: Collection[str],
    actor: Actor,
    now: datetime,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; its text is given here once and never again.

    Raises:
        Forbidden: without ``key.manage``.
        InvalidInput: ``name_invalid``, ``key_rights_invalid``, ``key_expired``.
        Conflict: ``key_name_taken``.
    """
    actor.require("key.manage")
    name = name.strip()
    _check(name, rights, now, expires_at)
    text = "lm_" + "".join(secrets.choice(_LETTERS) for _ in range(43))
    new = insert_if_new(
        session,
        ApiKey,
        name=name,
        prefix=text[:PREFIX],
        digest=_digest(text),
        rights=[right for right in MACHINE_RIGHTS if right in rights],
        created_by=actor.login,
        created_at=now,
        expires_at=expires_at,
    )
    if not new:
        raise Conflict(
            "key_name_taken",
            N_("There is a key %(name)s already. Choose another name."),
            name=name,
        )
    key = session.scalars(sa.select(ApiKey).where(ApiKey.name == name)).one()
    told = {"name": name, "rights": key.rights, "expires_at": str(expires_at or "")}
    audit.record(session, actor.login, "key.add", f"api_key:{key.id}", now, **told)
    return key, text


def list_keys(session: Session) -> list[ApiKey]:
    """All keys there ever were, the newest first."""
    return list(session.scalars(sa.select(ApiKey).order_by(ApiKey.id.desc())))


def find_key(session: Session, text: str, now: datetime) -> ApiKey | None:
    """The key with that text, if it may still be used.

    Takes as long for a key that is nearly right as for one that is all wrong.
    """
    if not _KEY.fullmatch(text):
        return None
    key = session.scalar(sa.select(ApiKey).where(ApiKey.prefix == text[:PREFIX]))
    right = hmac.compare_digest(_digest(text), key.digest if key else "0" * 64)
    return key if key and right and key.state(now) == "active" else None


def revoke_key(session: Session, name: str, actor: Actor, now: datetime) -> ApiKey:
    """Make a key useless at once; again changes nothing.

    ``name`` may also be its first twelve characters. Raises Forbidden without
    ``key.manage``, NotFound ``key_unknown``.
    """
    actor.require("key.manage")
    named = sa.or_(ApiKey.name == name.strip(), ApiKey.prefix == name.strip())
    key = session.scalar(sa.select(ApiKey).where(named).with_for_update())
    if key is None:
        raise NotFound("key_unknown", N_("There is no key %(name)s."), name=name[:80])
    if key.revoked_at is None:
        key.revoked_at, key.revoked_by = now, actor.login
        audit.record(
            session, actor.login, "key.revoke", f"api_key:{key.id}", now, name=key.name
        )
        session.flush()
    return key


def actor_of(key: ApiKey) -> Actor:
    """The machine as somebody who acts, named ``key:…`` in every record."""
    return Actor(f"key:{key.name}", key.name, frozenset(key.rights))


def _check(
    name: str, rights: Collection[str], now: datetime, expires_at: datetime | None
) -> None:
    if not name or len(name) > NAME_LIMIT or not name.isprintable():
        raise InvalidInput(
            "name_invalid",
            N_("Expected a name of 1 to %(limit)s characters."),
            limit=NAME_LIMIT,
        )
    unknown = sorted(set(rights) - set(MACHINE_RIGHTS))
    if unknown or not rights:
        raise InvalidInput(
            "key_rights_invalid",
            N_("Expected one or more of the rights %(known)s; found %(found)s."),
            known=", ".join(MACHINE_RIGHTS),
            found=", ".join(unknown)[:200] or "–",
        )
    if expires_at is not None and expires_at <= now:
        raise InvalidInput(
            "key_expired", N_("Expected a day of expiry that is yet to come.")
        )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
