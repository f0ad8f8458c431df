"""Lifting a hold: one person asks, another one signs."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict
from sqlalchemy.orm import Session

from ...trace.people import Actor
from ...trace.stock.holds import decline_release, release_hold, request_release
from .goods import TAG
from .moves import HoldPlaced, holds_document
from .room import writes
from .values import Reason, Told


class ProofIn(Told):
    """What says that the goods are good; or why they stay on hold."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "Re-test JY-26-0319 passed"}]}
    )

    reason: Reason


@writes(
    "/holds/<number>/release-request",
    "hold.propose",
    ProofIn,
    HoldPlaced,
    tag=TAG,
    status=200,
)
def request_lifting(
    session: Session, body: ProofIn, number: str, actor: Actor, now: datetime
) -> Any:
    """Ask that a hold be lifted; the reason says which test passed."""
    return holds_document(request_release(session, number, body.reason, actor, now))


@writes(
    "/holds/<number>/decline",
    "hold.propose",
    ProofIn,
    HoldPlaced,
    tag=TAG,
    status=200,
)
def decline_lifting(
    session: Session, body: ProofIn, number: str, actor: Actor, now: datetime
) -> Any:
    """Say no to a request, or take one's own back: the goods stay on hold."""
    return holds_document(decline_release(session, number, body.reason, actor, now))


@writes(
    "/holds/<number>/release", "hold.release", None, HoldPlaced, tag=TAG, status=200
)
def sign_lifting(session: Session, number: str, actor: Actor, now: datetime) -> Any:
    """Lift a hold for which release was asked: the second person's signature.

    Neither who placed the hold nor who asked can sign; where the consumer page warns,
    `caution.end` is needed besides.
    """
    return holds_document(release_hold(session, number, actor, now))
