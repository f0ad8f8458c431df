"""Proposing a scope for a recall, widening it, and locking it as the second person."""

from datetime import datetime

from sqlalchemy.orm import Session

from ...trace import audit, flow
from ...trace.errors import N_, Conflict, InvalidInput
from ...trace.people import Actor
from ..scope.saved import find_scope
from ..scope.tables import SavedScope
from .asking import no_request
from .cases import find_recall
from .clocks import meet, open_wave
from .history import note_event
from .machine import RECALL
from .scopes import (
    check_contains,
    compute_again,
    current_scope,
    freeze,
    hold_counted,
    scope_versions,
    unresolved,
)
from .tables import Recall, RecallScope

BEFORE_LOCK = ("assessment", "decided", "expanded")
"""States in which a proposed scope may be replaced."""


def propose_scope(
    session: Session,
    number: str,
    scope_number: str,
    actor: Actor,
    now: datetime,
    *,
    reason: str = "",
    aware_at: datetime | None = None,
) -> RecallScope:
    """Give a recall a kept scope as its next version; its batches are held at once.

    One person. In a recall whose scope is locked it is an expansion (A8): it needs a
    reason, the units it adds have their own T0 ``aware_at`` (now by default), and a
    second person locks it.

    Raises:
        Forbidden: without the right ``recall.assess``.
        NotFound: ``recall_unknown``, ``scope_unknown``.
        InvalidInput: ``text_missing``, ``aware_ahead``, ``scope_counts_nothing``.
        Conflict: ``scope_stale``, ``scope_not_agreed``, ``scope_shrinks``,
            ``wrong_state``.
    """
    actor.require("recall.assess")
    recall = find_recall(session, number, lock=True)
    saved = find_scope(session, scope_number, lock=True)
    now_valid = current_scope(session, recall.id)
    if now_valid is not None and now_valid.scope_id == saved.id:
        return now_valid  # sent twice
    found = compute_again(session, saved, now)
    versions = scope_versions(session, recall.id)
    binding = [one for one in versions if one.state == "locked" or recall.provisional]
    check_contains(session, saved, binding[:1])
    expands = recall.state not in BEFORE_LOCK and not recall.provisional
    wave = now_valid.wave if now_valid else 1
    since = now_valid.aware_at if now_valid else recall.aware_at
    if expands:
        since = _expand(session, recall, saved, reason, aware_at or now, actor, now)
        wave += 1
    if now_valid is not None and now_valid.state == "proposed":
        now_valid.state = "superseded"
    version = RecallScope(
        recall_id=recall.id,
        version=len(versions) + 1,
        scope_id=saved.id,
        hash=saved.hash,
        wave=wave,
        aware_at=since,
        reason=reason.strip(),
        proposed_by=actor.login,
        proposed_at=now,
        made=0,
        lots=0,
        document={},
    )
    session.add(version)
    freeze(session, version, found)
    if expands:
        open_wave(session, recall, wave, since, now)
    told = {"scope": saved.number, "version": version.version, "hash": saved.hash}
    told["hold"] = hold_counted(session, recall, saved.id, now)
    note_event(session, recall, "propose_scope", actor, now, reason.strip(), data=told)
    subject = f"recall:{recall.id}"
    audit.record(session, actor.login, "recall.propose_scope", subject, now, **told)
    return version


def _expand(
    session: Session,
    recall: Recall,
    saved: SavedScope,
    reason: str,
    aware_at: datetime,
    actor: Actor,
    now: datetime,
) -> datetime:
    """Take the step A8; T0 of the units it adds."""
    if not reason.strip():
        raise InvalidInput(
            "text_missing", N_("Say what new evidence widens the scope.")
        )
    if aware_at > now:
        raise InvalidInput(
            "aware_ahead",
            N_("Nobody can have known at %(found)s already: that time is to come."),
            found=aware_at.isoformat(timespec="minutes"),
        )
    flow.apply(session, RECALL, recall, "expand", actor, now, **no_request())
    told = {"scope": saved.number, "aware_at": aware_at.isoformat()}
    note_event(session, recall, "expand", actor, now, reason.strip(), data=told)
    return aware_at


def accept_unresolved(
    session: Session, number: str, reason: str, actor: Actor, now: datetime
) -> RecallScope:
    """Take upon oneself that something of the proposed scope cannot be told.

    Raises Forbidden, NotFound, InvalidInput ``text_missing``, Conflict
    ``scope_not_proposed``.
    """
    actor.require("recall.assess")
    if not reason.strip():
        raise InvalidInput(
            "text_missing", N_("Say why the scope is right all the same.")
        )
    recall = find_recall(session, number, lock=True)
    version = _proposed(session, recall)
    if (version.accepted_by, version.accepted_reason) == (actor.login, reason.strip()):
        return version
    version.accepted_by, version.accepted_at = actor.login, now
    version.accepted_reason = reason.strip()
    told = {"version": version.version, "unresolved": list(unresolved(version))}
    note_event(session, recall, "accept_unresolved", actor, now, reason, data=told)
    subject = f"recall:{recall.id}"
    audit.record(session, actor.login, "recall.accept_unresolved", subject, now, **told)
    return version


def lock_scope(
    session: Session, number: str, seen_hash: str, actor: Actor, now: datetime
) -> RecallScope:
    """The second person locks the proposed scope (A4); ``seen_hash`` is what they read.

    Raises:
        Forbidden: without the right ``recall.lock``.
        NotFound: ``recall_unknown``.
        Conflict: ``scope_not_proposed``, ``second_person``, ``scope_hash``,
            ``scope_stale``, ``scope_not_agreed``, ``scope_unresolved``,
            ``wrong_state``.
    """
    actor.require("recall.lock")
    recall = find_recall(session, number, lock=True)
    newest = current_scope(session, recall.id)
    if newest and (newest.locked_by, newest.hash) == (actor.login, seen_hash):
        return newest  # sent twice
    version = _proposed(session, recall)
    if actor.login == version.proposed_by:
        raise flow.second_needed(actor)
    if seen_hash != version.hash:
        raise Conflict(
            "scope_hash",
            N_(
                "The scope of %(number)s is another one than you looked at. Look at "
                "version %(version)s, then lock it."
            ),
            number=recall.number,
            version=version.version,
        )
    saved = session.get_one(SavedScope, version.scope_id, with_for_update=True)
    found = compute_again(session, saved, now)
    freeze(session, version, found)
    _check_resolved(recall, version)
    if not (recall.provisional and recall.state in ("started", "published")):
        flow.apply(session, RECALL, recall, "lock", actor, now, **no_request())
    for earlier in scope_versions(session, recall.id)[1:]:
        earlier.state = "superseded"
    version.state, version.locked_by, version.locked_at = "locked", actor.login, now
    recall.provisional = False
    meet(session, recall.id, ("scope",), now)
    hold_counted(session, recall, saved.id, now)
    told = {"version": version.version, "scope": saved.number, "hash": version.hash}
    audit.record(
        session, actor.login, "recall.lock_scope", f"recall:{recall.id}", now, **told
    )
    note_event(
        session,
        recall,
        "lock",
        actor,
        now,
        data=told,
        first_by=version.proposed_by,
        first_at=version.proposed_at,
    )
    return version


def _proposed(session: Session, recall: Recall) -> RecallScope:
    version = current_scope(session, recall.id)
    if version is None or version.state != "proposed":
        raise Conflict(
            "scope_not_proposed",
            N_("No scope of %(number)s waits to be locked: propose one first."),
            number=recall.number,
        )
    return version


def _check_resolved(recall: Recall, version: RecallScope) -> None:
    if unresolved(version) and version.accepted_by is None:
        raise Conflict(
            "scope_unresolved",
            N_(
                "The scope of %(number)s leaves something open: %(what)s. Settle it, "
                "or accept it with a reason."
            ),
            number=recall.number,
            machine="recall",
            what=", ".join(unresolved(version)),
        )
