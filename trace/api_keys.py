"""Keys by which machines act: shown once, kept as a digest.

A key is ``lm_`` and 43 random letters and digits. Its first twelve characters name it
on screens and in the database; the other 34 are 202 bits that nobody can guess.

A machine's key acts under the machine's name. A person may make a key of their own, for
a program they use: it acts under the person's name, so that where two persons have to
sign it never is the second one, and it can never do more than the person may.
"""

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit
from .db import Base, insert_if_new
from .errors import N_, Conflict, InvalidInput, NotFound
from .people import Actor, User, actor_for

MACHINE_RIGHTS = (
    "trace.read",
    "scope.compute",
    "complaint.read",
    "batch.open",
    "batch.plan",
    "batch.finish",
    "batch.test",
    "line.record",
    "line.status",
    "codes.issue",
    "labels.print",
    "labels.void",
    "unit.build",
    "stock.move",
    "hold.place",
    "inspection.record",
    "sample.keep",
    "paper.add",
    "data.import",
)
"""Rights a machine's key may have. What a person signs, what takes two of them, and
what decides who may do what, is not among them: a machine is no person (domain.md §8).
"""
SIGNED_RIGHTS = (
    "batch.release",
    "rework.approve",
    "hold.propose",
    "hold.release",
    "caution.end",
    "stock.count",
    "stock.book_count",
    "stock.lose_kept",
    "master.edit",
)
"""Rights that only a person's own key may have besides: what it does is signed."""

NAME_LIMIT = 64
PREFIX = 12
"""Characters by which a key is looked up."""
_LETTERS = string.ascii_letters + string.digits
_KEY = re.compile("lm_[A-Za-z0-9]{43}")


class ApiKey(Base):
    """A key with the rights it was given: of a machine, or of a person's program."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    prefix: Mapped[str] = mapped_column(sa.String(12), unique=True)
    """Its first characters, by which it is looked up and named on screens."""
    digest: Mapped[str] = mapped_column(sa.String(64))
    """SHA-256 of the whole key, which is random: no slow hash is needed."""
    rights: Mapped[list[str]] = mapped_column(sa.JSON)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    """Whose own key it is; none for a machine's."""
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
    _check(name, rights, MACHINE_RIGHTS, now, expires_at)
    return _make(session, name.strip(), rights, actor, now, expires_at)


def issue_own_key(
    session: Session,
    user: User,
    name: str,
    rights: Collection[str],
    now: datetime,
    expires_at: datetime,
) -> tuple[ApiKey, str]:
    """Make a key by which a program acts for a person, who asks for it themselves.

    It has an end, and its rights are some of the person's. Raises as ``issue_key``.
    """
    actor = actor_for(session, user)
    _check(name, rights, own_rights(actor), now, expires_at)
    named = f"{user.login}/{name.strip()}"
    return _make(session, named, rights, actor, now, expires_at, user.id)


def own_rights(actor: Actor) -> list[str]:
    """The rights a person may give to a key of their own."""
    return [one for one in (*MACHINE_RIGHTS, *SIGNED_RIGHTS) if actor.may(one)]


def _make(
    session: Session,
    name: str,
    rights: Collection[str],
    actor: Actor,
    now: datetime,
    expires_at: datetime | None,
    user_id: int | None = None,
) -> tuple[ApiKey, str]:
    text = "lm_" + "".join(secrets.choice(_LETTERS) for _ in range(43))
    new = insert_if_new(
        session,
        ApiKey,
        name=name,
        prefix=text[:PREFIX],
        digest=_digest(text),
        rights=[one for one in (*MACHINE_RIGHTS, *SIGNED_RIGHTS) if one in rights],
        user_id=user_id,
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


def keys_of(session: Session, login: str) -> list[ApiKey]:
    """The keys a person made for themselves, the newest first."""
    own = sa.select(ApiKey).join(User, User.id == ApiKey.user_id)
    rows = own.where(User.login == login).order_by(ApiKey.id.desc())
    return list(session.scalars(rows))


def find_key(session: Session, text: str, now: datetime) -> ApiKey | None:
    """The key with that text, if it may still be used.

    Takes as long for a key that is nearly right as for one that is all wrong.
    """
    if not _KEY.fullmatch(text):
        return None
    key = session.scalar(sa.select(ApiKey).where(ApiKey.prefix == text[:PREFIX]))
    right = hmac.compare_digest(_digest(text), key.digest if key else "0" * 64)
    return key if key and right and key.state(now) == "active" else None


def key_named(session: Session, name: str, *, for_update: bool = False) -> ApiKey:
    """The key of that name, or with those first twelve characters.

    Raises NotFound ``key_unknown``.
    """
    named = sa.or_(ApiKey.name == name.strip(), ApiKey.prefix == name.strip())
    query = sa.select(ApiKey).where(named)
    key = session.scalar(query.with_for_update() if for_update else query)
    if key is None:
        raise NotFound("key_unknown", N_("There is no key %(name)s."), name=name[:80])
    return key


def revoke_key(session: Session, name: str, actor: Actor, now: datetime) -> ApiKey:
    """Make a key useless at once; again changes nothing.

    ``name`` may also be its first twelve characters. Raises Forbidden without
    ``key.manage`` unless it is one's own, NotFound ``key_unknown``.
    """
    try:
        key = key_named(session, name, for_update=True)
    except NotFound:
        actor.require("key.manage")  # nobody else learns which keys there are
        raise
    if not is_own(session, key, actor):
        actor.require("key.manage")
    if key.revoked_at is None:
        key.revoked_at, key.revoked_by = now, actor.login
        audit.record(
            session, actor.login, "key.revoke", f"api_key:{key.id}", now, name=key.name
        )
        session.flush()
    return key


def is_own(session: Session, key: ApiKey, actor: Actor) -> bool:
    """Whether it is a key that the person made for themselves."""
    user = session.get(User, key.user_id) if key.user_id else None
    return user is not None and user.login == actor.login


def actor_of(session: Session, key: ApiKey) -> Actor | None:
    """Who acts by a key: a machine named ``key:…`` in every record, or the person whose
    key it is, with what they may still do; None when they are gone."""
    if key.user_id is None:
        return Actor(f"key:{key.name}", key.name, frozenset(key.rights))
    user = session.get_one(User, key.user_id)
    if not user.active:
        return None
    person = actor_for(session, user)
    return replace(person, rights=person.rights & set(key.rights))


def _check(
    name: str,
    rights: Collection[str],
    known: Collection[str],
    now: datetime,
    expires_at: datetime | None,
) -> None:
    name = name.strip()
    if not name or len(name) > NAME_LIMIT or not name.isprintable():
        raise InvalidInput(
            "name_invalid",
            N_("Expected a name of 1 to %(limit)s characters."),
            limit=NAME_LIMIT,
        )
    unknown = sorted(set(rights) - set(known))
    if unknown or not rights:
        raise InvalidInput(
            "key_rights_invalid",
            N_("Expected one or more of the rights %(known)s; found %(found)s."),
            known=", ".join(known),
            found=", ".join(unknown)[:200] or "–",
        )
    if expires_at is not None and expires_at <= now:
        raise InvalidInput(
            "key_expired", N_("Expected a day of expiry that is yet to come.")
        )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
