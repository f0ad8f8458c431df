"""Scopes that are kept, and whether they still hold.

Membership is frozen when a scope is kept; records that come later, such as a
consumption imported the next day, may make another of it. Such a scope is stale: it is
said aloud, and only computing it anew, as a new version, ends that (domain.md §9.23).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit
from ...trace.among import among
from ...trace.errors import N_, Conflict, LotmarkError, NotFound
from ...trace.flow import second_needed
from ...trace.numbers import next_number
from ...trace.parties.tables import Article, Lot
from ...trace.people import Actor, system
from .criteria import Criteria
from .document import scope_document
from .service import Scope, compute_scope, find_affected
from .tables import SavedScope, SavedScopeLot
from .wording import read_criteria

KEPT = (
    *("positions", "places", "made", "narrowed", "unbounded", "open_tanks"),
    *("unbatched", "unbounded_equipment"),
)
"""Fields of the document that are kept beside the lots."""

NARROW = "scope.narrow"
"""The right to say, as one of two, that packs are told from their batch."""
Member = tuple[int, str | None]
"""Tier and items of a lot of a scope."""


@dataclass(frozen=True, slots=True)
class Change:
    """A lot that came into a scope, left it, or is affected otherwise than before."""

    lot_id: int
    code: str
    article: str
    before: Member | None
    """None where it is new."""
    after: Member | None
    """None where it is gone."""


def save_scope(
    session: Session,
    criteria: Criteria,
    title: str,
    actor: Actor,
    now: datetime,
    decided: Mapping[int, bool] | None = None,
) -> SavedScope:
    """Compute a scope and keep it, with where its units are at this moment.

    Raises:
        Forbidden: without the right ``scope.compute``, and for one that is narrowed
            below the batch without ``scope.narrow``.
        NotFound, InvalidInput: as ``compute_scope``.
    """
    actor.require("scope.compute")
    scope = compute_scope(session, criteria, now, decided)
    if any(lot.narrowed for lot in scope.lots):
        actor.require(NARROW)
    number = next_number(session, "FW", now.year)
    return _keep(session, scope, number, title.strip(), actor)


def renew_scope(
    session: Session, number: str, actor: Actor, now: datetime
) -> SavedScope:
    """Compute a kept scope anew as its next version; decisions on lots are carried on.

    Raises:
        Forbidden: without the right ``scope.compute``.
        NotFound: ``scope_unknown``, or when its criteria name what is gone.
        Conflict: ``scope_superseded`` when there is a newer version.
    """
    actor.require("scope.compute")
    old = find_scope(session, number, lock=True)
    if old.state == "superseded":
        raise Conflict(
            "scope_superseded",
            N_("Scope %(number)s has a newer version already: open that one."),
            number=old.number,
        )
    criteria = read_criteria(session, old.criteria)
    scope = compute_scope(session, criteria, now, decisions(session, old))
    if any(lot.narrowed for lot in scope.lots):
        actor.require(NARROW)
    new = _keep(session, scope, _next_version(old.number), old.title, actor, old.id)
    old.state = "superseded"
    session.flush()
    return new


def agree_to_narrowing(
    session: Session, number: str, actor: Actor, now: datetime
) -> SavedScope:
    """The second person agrees that packs are told from their batch (domain.md §4.2).

    Raises:
        Forbidden: without the right ``scope.narrow``.
        NotFound: ``scope_unknown``.
        Conflict: ``second_person``, ``scope_not_narrowed``, or ``scope_changed`` when
            it is superseded or would be another one today.
    """
    actor.require(NARROW)
    saved = find_scope(session, number, lock=True)
    if saved.agreed_by == actor.login:
        return saved
    if not saved.needs_agreement:
        raise Conflict(
            "scope_not_narrowed",
            N_("Scope %(number)s waits for nobody's agreement."),
            number=saved.number,
        )
    if saved.computed_by == actor.login:
        raise second_needed(actor)
    if saved.state == "superseded" or check_stale(session, saved, now):
        raise Conflict(
            "scope_changed",
            N_(
                "Records have changed scope %(number)s since it was kept: compute it "
                "anew, then agree to the new version."
            ),
            number=saved.number,
        )
    saved.agreed_by, saved.agreed_at = actor.login, now
    told = {"number": saved.number, "why": saved.criteria.get("narrow", "")}
    audit.record(session, actor.login, "scope.narrow", f"scope:{saved.id}", now, **told)
    session.flush()
    return saved


def check_stale(session: Session, saved: SavedScope, now: datetime) -> bool:
    """Whether a kept scope would be another one today; notes it when that changes.

    A scope whose records were put right again is as good as before.
    """
    found = _hash_now(session, saved)
    if found == saved.hash:
        if saved.state == "stale":
            saved.state, saved.stale_at, saved.stale_hash = "draft", None, None
            _note(session, "scope.current", saved, now)
        return False
    if saved.state == "draft":
        saved.state, saved.stale_at = "stale", now
        _note(session, "scope.stale", saved, now, found=found)
    saved.stale_hash = found
    session.flush()
    return True


def changed_scopes(session: Session) -> list[int]:
    """Ids of kept scopes whose state is not what their records say; it only looks."""
    in_use = sa.select(SavedScope).where(SavedScope.state != "superseded")
    return [
        saved.id
        for saved in session.scalars(in_use.order_by(SavedScope.id)).all()
        if (_hash_now(session, saved) != saved.hash) != (saved.state == "stale")
    ]


def check_scopes(session: Session, ids: Iterable[int], now: datetime) -> list[str]:
    """Check kept scopes under their locks; numbers of those that are stale."""
    rows = session.scalars(
        sa.select(SavedScope)
        .where(SavedScope.id.in_(ids), SavedScope.state != "superseded")
        .order_by(SavedScope.id)
        .with_for_update()
    ).all()
    return [saved.number for saved in rows if check_stale(session, saved, now)]


def list_scopes(session: Session, most: int) -> list[SavedScope]:
    """Kept scopes: stale ones first, then those in use, the newest first."""
    rank = sa.case(
        (SavedScope.state == "stale", 0), (SavedScope.state == "draft", 1), else_=2
    )
    rows = session.scalars(
        sa.select(SavedScope).order_by(rank, SavedScope.id.desc()).limit(most)
    )
    return list(rows)


def find_scope(session: Session, number: str, *, lock: bool = False) -> SavedScope:
    """The kept scope with that number. Raises NotFound ``scope_unknown``."""
    query = sa.select(SavedScope).where(SavedScope.number == number.strip())
    saved = session.scalar(query.with_for_update() if lock else query)
    if saved is None:
        raise NotFound(
            "scope_unknown", N_("No scope %(scope)s is recorded."), scope=number
        )
    return saved


def decisions(session: Session, saved: SavedScope) -> dict[int, bool]:
    """What was decided of its probable and possible lots: whether they count."""
    rows = session.execute(
        sa.select(SavedScopeLot.lot_id, SavedScopeLot.counted).where(
            SavedScopeLot.scope_id == saved.id, SavedScopeLot.tier > 1
        )
    )
    return {lot: counted for lot, counted in rows}


def changes_since(session: Session, saved: SavedScope) -> tuple[Change, ...]:
    """How its membership today differs from the kept one.

    Raises NotFound when its criteria name what is no longer recorded.
    """
    today = find_affected(session, read_criteria(session, saved.criteria)).affected
    members: dict[int, Member] = {
        lot: (one.tier, None if one.items is None else str(one.items))
        for lot, one in today.items()
    }
    return _compared(session, _members(session, saved.id), members)


def changes_to(session: Session, saved: SavedScope) -> tuple[Change, ...]:
    """How its membership differs from that of its previous version."""
    if saved.previous_id is None:
        return ()
    before = _members(session, saved.previous_id)
    return _compared(session, before, _members(session, saved.id))


def _keep(
    session: Session,
    scope: Scope,
    number: str,
    title: str,
    actor: Actor,
    previous: int | None = None,
) -> SavedScope:
    document = scope_document(scope)
    saved = SavedScope(
        number=number,
        title=title,
        criteria=scope.criteria,
        hash=scope.hash,
        computed_at=scope.computed_at,
        computed_by=actor.login,
        positions={field: document[field] for field in KEPT},
        previous_id=previous,
    )
    session.add(saved)
    session.flush()
    rows = _lines(saved.id, scope, document)
    if rows:
        session.execute(sa.insert(SavedScopeLot), rows)
    audit.record(
        session,
        actor.login,
        "scope.save",
        f"scope:{saved.id}",
        scope.computed_at,
        number=number,
        hash=scope.hash,
        made=scope.made,
        lots=len(rows),
        previous=previous,
    )
    return saved


def _lines(
    scope_id: int, scope: Scope, document: dict[str, Any]
) -> list[dict[str, Any]]:
    return [
        {
            "scope_id": scope_id,
            "lot_id": lot.lot_id,
            "tier": lot.tier,
            "items": None if lot.items is None else str(lot.items),
            "quantity": lot.affected,
            "counted": lot.counted,
            "why": shown["reasons"],
        }
        for lot, shown in zip(scope.lots, document["lots"], strict=True)
    ]


def _next_version(number: str) -> str:
    """``FW-26-0001`` is followed by ``FW-26-0001-2``, that by ``FW-26-0001-3``."""
    kind, year, count, *version = number.split("-")
    return f"{kind}-{year}-{count}-{int(version[0]) + 1 if version else 2}"


def _hash_now(session: Session, saved: SavedScope) -> str | None:
    """None when its criteria name what is no longer recorded."""
    try:
        return find_affected(session, read_criteria(session, saved.criteria)).hash
    except LotmarkError:
        return None


def _note(
    session: Session, action: str, saved: SavedScope, now: datetime, **data: Any
) -> None:
    subject = f"scope:{saved.id}"
    audit.record(
        session, system().login, action, subject, now, number=saved.number, **data
    )
    session.flush()


def _members(session: Session, scope_id: int) -> dict[int, Member]:
    rows = session.execute(
        sa.select(SavedScopeLot.lot_id, SavedScopeLot.tier, SavedScopeLot.items).where(
            SavedScopeLot.scope_id == scope_id
        )
    )
    return {lot: (tier, items) for lot, tier, items in rows}


def _compared(
    session: Session, before: Mapping[int, Member], after: Mapping[int, Member]
) -> tuple[Change, ...]:
    changed = [
        lot for lot in before.keys() | after.keys() if before.get(lot) != after.get(lot)
    ]
    rows = session.execute(
        sa.select(Lot.id, Lot.code, Article.code)
        .join(Article, Article.id == Lot.article_id)
        .where(among(Lot.id, changed))
        .order_by(Article.code, Lot.origin, Lot.code)
    )
    return tuple(
        Change(lot, code, article, before.get(lot), after.get(lot))
        for lot, code, article in rows
    )
