"""Who works at a line PC: known from the server's list, also while it is away.

Whoever has a badge scans it; who has none is chosen by name. PINs never leave the
server, so they open nothing here.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from ...trace.errors import N_, Forbidden
from .tables import fact


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who works at lines."""

    login: str
    name: str
    badge: str
    """SHA-256 of the text of their badge; empty without one."""
    rights: frozenset[str]

    def require(self, right: str) -> None:
        """Raises Forbidden ``right_missing``."""
        if right not in self.rights:
            raise Forbidden(
                "station_right_missing",
                N_(
                    "%(name)s may not do this at a line. Let the line leader scan the "
                    "badge, then do it again."
                ),
                name=self.name,
            )


def operators(session: Session) -> list[Operator]:
    """Everybody who may print labels, as the server last said."""
    return [_operator(one) for one in fact(session, "people", [])]


def find_operator(session: Session, login: str) -> Operator | None:
    """Who has that log-in name."""
    return next((one for one in operators(session) if one.login == login), None)


def holder_of(session: Session, badge: str) -> Operator:
    """Whose badge was scanned. Raises Forbidden ``badge_unknown_here``."""
    digest = hashlib.sha256(badge.strip().upper().encode()).hexdigest()
    found = next((one for one in operators(session) if one.badge == digest), None)
    if found is None:
        raise Forbidden(
            "badge_unknown_here",
            N_(
                "This PC does not know that badge. A new one is known as soon as the "
                "network is there; until then choose your name."
            ),
        )
    return found


def chosen(session: Session, login: str) -> Operator:
    """Somebody without a badge, by their name.

    Raises Forbidden ``operator_unknown``, ``badge_needed``.
    """
    found = find_operator(session, login)
    if found is None:
        raise Forbidden("operator_unknown", N_("Choose a name of the list."))
    if found.badge:
        raise Forbidden(
            "badge_needed",
            N_("%(name)s has a badge: scan it, so that nobody else works as %(name)s."),
            name=found.name,
        )
    return found


def _operator(told: dict[str, Any]) -> Operator:
    rights = frozenset(told["rights"])
    return Operator(told["login"], told["name"], told["badge"], rights)
