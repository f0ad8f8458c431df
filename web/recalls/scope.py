"""The scope of a recall: proposed, accepted, locked."""

from flask import request
from flask.typing import ResponseReturnValue

from ...recall.recalls.locking import accept_unresolved, lock_scope, propose_scope
from ..current import actor
from ..forms import moment_field, text_field
from .case import take
from .room import room

MOST_REASON = 1000


@room.post("/recall/<number>/scope")
def propose(number: str) -> ResponseReturnValue:
    """Give it a kept scope, or in a recall with a locked one, widen it."""
    actor().require("recall.assess")
    return take(
        number,
        lambda session, now: propose_scope(
            session,
            number,
            text_field("scope", 40, required=True),
            actor(),
            now,
            reason=text_field("reason", MOST_REASON),
            aware_at=moment_field("aware_at") if request.form.get("aware_at") else None,
        ),
    )


@room.post("/recall/<number>/accept")
def accept(number: str) -> ResponseReturnValue:
    """Take what is unresolved upon oneself."""
    actor().require("recall.assess")
    return take(
        number,
        lambda session, now: accept_unresolved(
            session, number, text_field("reason", MOST_REASON), actor(), now
        ),
    )


@room.post("/recall/<number>/lock")
def lock(number: str) -> ResponseReturnValue:
    """The second person locks it."""
    actor().require("recall.lock")
    return take(
        number,
        lambda session, now: lock_scope(
            session, number, text_field("seen", 64, required=True), actor(), now
        ),
    )
