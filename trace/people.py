"""Who may do what: users, their roles, and the plant of three people.

Rights are data (``rules/rights.toml``). In a small plant most roles have nobody: what
an empty role may do falls to the factory director (domain.md §1.2).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import argon2
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit, rules
from .db import Base, insert_if_new
from .errors import N_, Conflict, Forbidden, InvalidInput

DIRECTOR = "factory_director"
MIN_PASSWORD, MAX_PASSWORD = 8, 256
"""Characters; the log-in form cuts what is longer."""

_hasher = argon2.PasswordHasher()


class User(Base):
    """A member of staff who can log in."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    """As it stands on screens and papers."""
    password_hash: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class UserRole(Base):
    """A role a user has."""

    __tablename__ = "user_role"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody acting now: a person with the rights of their roles, or the system."""

    login: str
    name: str
    rights: frozenset[str]

    def may(self, right: str) -> bool:
        return right in self.rights

    def require(self, right: str) -> None:
        """Raises Forbidden when ``right`` is not among theirs."""
        if not self.may(right):
            raise Forbidden(
                "right_missing",
                N_("%(name)s may not do this: the right %(right)s is needed."),
                name=self.name,
                right=right,
            )


@cache
def system() -> Actor:
    """The house itself: imports and commands on the machine, timed work."""
    return Actor("system", "Lotmark", frozenset(rules.rights().rights))


def roles_known() -> tuple[str, ...]:
    """Every role a user can have."""
    return rules.rights().roles


def add_user(
    session: Session,
    login: str,
    name: str,
    password: str,
    roles: list[str],
    now: datetime,
    actor: str = "system",
) -> User:
    """Create a user.

    Raises InvalidInput for a role or password that cannot be, Conflict for a log-in
    name that is taken.
    """
    login = login.strip().lower()
    _check_user(login, name, password, roles)
    new = insert_if_new(
        session,
        User,
        login=login,
        name=name.strip() or login,
        password_hash=_hasher.hash(password),
        created_at=now,
    )
    if not new:
        raise Conflict(
            "login_taken", N_("The log-in name %(login)s is taken."), login=login
        )
    user = session.scalars(sa.select(User).where(User.login == login)).one()
    session.add_all(UserRole(user_id=user.id, role=role) for role in set(roles))
    audit.record(session, actor, "user.add", f"user:{login}", now, roles=sorted(roles))
    return user


def _check_user(login: str, name: str, password: str, roles: list[str]) -> None:
    for role in roles:
        if role not in roles_known():
            raise InvalidInput(
                "role_unknown",
                N_("No role %(role)s. Expected one of: %(known)s."),
                role=role,
                known=", ".join(roles_known()),
            )
    # With a colon are the machines, e.g. "key:camera 2": an audit tells them apart.
    if not login or len(login) > 64 or not login.isprintable() or ":" in login:
        raise InvalidInput(
            "login_invalid",
            N_("Expected a log-in name of 1 to 64 characters, without a colon."),
        )
    if len(name) > 64 or not name.isprintable():
        raise InvalidInput(
            "name_invalid", N_("Expected a name of at most 64 characters.")
        )
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise InvalidInput(
            "password_length",
            N_("Expected a password of %(least)s to %(most)s characters."),
            least=MIN_PASSWORD,
            most=MAX_PASSWORD,
        )


def known_login(typed: str) -> str:
    """A log-in name as it is stored, from what somebody typed."""
    return typed.strip().lower()


def find_user(session: Session, typed: str) -> User | None:
    """The active user with that log-in name, or None."""
    login = known_login(typed)
    if not login.isprintable():  # PostgreSQL refuses to look for a NUL
        return None
    return session.scalar(sa.select(User).where(User.login == login, User.active))


def password_fits(user: User | None, password: str) -> bool:
    """Whether it is the user's password; takes as long when there is no such user.

    Needs a processor for a tenth of a second: call it outside of any transaction.
    """
    nobody = _nobody()
    try:
        _hasher.verify(user.password_hash if user else nobody, password)
    except argon2.exceptions.VerifyMismatchError:
        return False
    return user is not None


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")


def actor_for(session: Session, user: User) -> Actor:
    """The user as somebody who acts, with the rights of all roles that are theirs."""
    own = set(session.scalars(sa.select(UserRole.role).filter_by(user_id=user.id)))
    if DIRECTOR in own:
        filled = set(
            session.scalars(
                sa.select(UserRole.role).join(User).where(User.active).distinct()
            )
        )
        own |= set(roles_known()) - filled
    granted = rules.rights().granted
    return Actor(
        user.login,
        user.name,
        frozenset(right for right, roles in granted.items() if own & set(roles)),
    )


def name_of(session: Session, login: str) -> str:
    """The display name for a log-in, or the log-in itself."""
    if login == system().login:
        return system().name
    name = session.scalar(sa.select(User.name).where(User.login == login))
    return name or login


LOG_IN_LASTS = timedelta(hours=12)
"""A shift and a bit; after that, or 2 hours idle, one logs in again."""
LOG_IN_IDLE = timedelta(hours=2)


class LoginSession(Base):
    """Somebody logged in on one browser; the cookie holds the token, we its hash."""

    __tablename__ = "login_session"

    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    at_line: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """Begun with a badge or a PIN: good for the line's room alone."""

    def over(self, now: datetime) -> bool:
        """Whether one has to log in again."""
        return now - self.created_at > LOG_IN_LASTS or now - self.seen_at > LOG_IN_IDLE


def forget_log_ins(session: Session, now: datetime) -> None:
    """Delete the log-ins that are over."""
    session.execute(
        sa.delete(LoginSession).where(
            sa.or_(
                LoginSession.created_at < now - LOG_IN_LASTS,
                LoginSession.seen_at < now - LOG_IN_IDLE,
            )
        )
    )
