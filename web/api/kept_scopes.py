"""Scopes that were kept: whether they still hold, what changed, and a new version."""

from datetime import datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from ...recall.scope.saved import (
    Change,
    Member,
    changes_since,
    changes_to,
    renew_scope,
    save_scope,
)
from ...recall.scope.tables import SavedScope, SavedScopeLot
from ...trace.errors import N_, NotFound
from ...trace.parties.tables import Lot
from ...trace.people import Actor
from .master import columns, equal
from .paging import PageQuery, page, page_of
from .room import reads, writes
from .scopes import TAG, ScopeIn, read_criteria
from .values import Code, Id, Line, Shown, Told

RIGHT = "scope.compute"


class SavedScopeOut(Shown):
    """A scope as it was computed at one moment."""

    id: int
    number: str
    title: str
    criteria: dict[str, Any]
    hash: str
    state: Literal["draft", "stale", "superseded"]
    computed_at: datetime
    computed_by: str
    stale_at: datetime | None
    """When a recomputation first gave another hash."""


class ScopeQuery(PageQuery):
    number: Code | None = None
    state: Literal["draft", "stale", "superseded"] | None = None


@reads("/scopes", RIGHT, page_of(SavedScopeOut), tag=TAG, query=ScopeQuery)
def list_scopes(session: Session, query: ScopeQuery) -> Any:
    """Scopes that were kept."""
    select = sa.select(*columns(SavedScope, SavedScopeOut))
    return page(session, equal(select, query, SavedScope), query, SavedScope.id)


class SavedLotOut(Shown):
    """A lot of a kept scope."""

    lot_id: int
    lot: str
    tier: int
    """1 confirmed, 2 probable, 3 possible."""
    items: str | None
    """Null is the whole lot."""
    quantity: int
    counted: bool
    why: list[Any]


class SavedScopeDetail(SavedScopeOut):
    """A kept scope with its lots and where they were."""

    positions: dict[str, Any]
    lots: list[SavedLotOut]


@reads("/scopes/<int:scope_id>", RIGHT, SavedScopeDetail, tag=TAG)
def get_scope(session: Session, scope_id: int) -> Any:
    """A scope that was kept, with its lots and where they were at that moment."""
    return _shown(session, _find(session, scope_id))


class DecidedLot(Told):
    """Whether a possible or probable lot counts."""

    lot_id: Id
    counts: bool


class KeepIn(Told):
    """Facts whose scope is computed and kept."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"facts": {"lot": ["L2-261124-01"]}, "title": "Swollen packs"}]
        }
    )

    facts: ScopeIn
    title: Line = ""
    decided: Annotated[list[DecidedLot], Field(max_length=10_000)] = Field(
        default_factory=list
    )


@writes("/scopes/kept", RIGHT, KeepIn, SavedScopeDetail, tag=TAG)
def keep_scope(session: Session, body: KeepIn, actor: Actor, now: datetime) -> Any:
    """Compute a scope and keep it.

    When records come in that make another of it, it is said to be stale.
    """
    decided = {one.lot_id: one.counts for one in body.decided}
    criteria = read_criteria(session, body.facts)
    saved = save_scope(session, criteria, body.title, actor, now, decided)
    return _shown(session, saved)


@writes(
    "/scopes/<int:scope_id>/renew", RIGHT, None, SavedScopeDetail, tag=TAG, status=201
)
def renew(session: Session, scope_id: int, actor: Actor, now: datetime) -> Any:
    """Compute a kept scope anew as its next version; decisions are carried on."""
    number = _find(session, scope_id).number
    return _shown(session, renew_scope(session, number, actor, now))


class MemberOut(Shown):
    """How a lot is in a scope."""

    tier: int
    items: str | None
    """Null is the whole lot."""


class ChangeOut(Shown):
    """A lot that came in, went, or is affected otherwise."""

    lot_id: int
    lot: str
    article: str
    before: MemberOut | None
    """Null where it is new."""
    after: MemberOut | None
    """Null where it is gone."""


class ChangesOut(Shown):
    """How a kept scope differs from others."""

    stale: bool
    """Today it would be another one."""
    since: list[ChangeOut]
    """From the kept one to today's."""
    to: list[ChangeOut]
    """From its previous version to it."""


@reads("/scopes/<int:scope_id>/changes", RIGHT, ChangesOut, tag=TAG)
def get_changes(session: Session, scope_id: int) -> Any:
    """What changed since a scope was kept, and from its previous version to it."""
    saved = _find(session, scope_id)
    since = changes_since(session, saved)
    return {
        "stale": bool(since),
        "since": [_change(one) for one in since],
        "to": [_change(one) for one in changes_to(session, saved)],
    }


def _find(session: Session, scope_id: int) -> SavedScope:
    scope = session.get(SavedScope, scope_id)
    if scope is None:
        raise NotFound(
            "scope_unknown", N_("No scope %(scope)s is recorded."), scope=scope_id
        )
    return scope


def _shown(session: Session, scope: SavedScope) -> dict[str, Any]:
    session.flush()
    rows = session.execute(
        sa.select(*columns(SavedScopeLot, SavedLotOut, lot=Lot.code))
        .join(Lot, Lot.id == SavedScopeLot.lot_id)
        .where(SavedScopeLot.scope_id == scope.id)
        .order_by(SavedScopeLot.tier, SavedScopeLot.lot_id)
    )
    shown = {name: getattr(scope, name) for name in SavedScopeOut.model_fields}
    return {
        **shown,
        "positions": scope.positions,
        "lots": [dict(row) for row in rows.mappings()],
    }


def _change(one: Change) -> dict[str, Any]:
    return {
        "lot_id": one.lot_id,
        "lot": one.code,
        "article": one.article,
        "before": _member(one.before),
        "after": _member(one.after),
    }


def _member(member: Member | None) -> dict[str, Any] | None:
    return None if member is None else {"tier": member[0], "items": member[1]}
