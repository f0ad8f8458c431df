"""A batch from step to step: planned anew, tested, released, rejected, closed."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from ...trace.parties.tables import Lot
from ...trace.people import Actor
from ...trace.production.batches import start_testing
from ...trace.production.plans import raise_plan
from ...trace.production.readiness import readiness_of
from ...trace.production.release import (
    close_batch,
    obstacles,
    reject_batch,
    release_batch,
)
from ...trace.production.starting import start_planned
from ..i18n import say
from .batches import TAG
from .lots import LotDetail, find_lot, lot_document
from .room import reads, writes
from .values import Code, Id, Line, Reason, Shown, Told


class PlanIn(Told):
    """A larger plan for a batch."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"planned": 12600}]})

    planned: Annotated[int, Field(strict=True, ge=1, le=100_000_000)]


class StartIn(Told):
    """Where a planned batch begins."""

    line_id: Id
    artwork: Line = ""
    """Version of the label's artwork."""


class ReleaseIn(Told):
    """What a batch is released by."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"certificate": "JY-26-0312"}]}
    )

    certificate: Code
    """Number of the inspection certificate."""
    reason: Line = ""
    """Why it is good although a sterilisation record failed or is missing."""


class RejectIn(Told):
    """Why a batch is bad."""

    reason: Reason


class Obstacle(Shown):
    """A reason why a batch cannot be released now."""

    code: str
    """Stable, as in a problem document."""
    detail: str


class ReadyOut(Shown):
    """What stands between a batch and its release."""

    lot_id: Id
    ready: bool
    """Nothing does; a person can sign."""
    certificate: str
    """Of its passed outgoing inspection; empty without one."""
    kept: int
    """Packs kept as retained samples."""
    made: int
    sterilised: int
    """What of it was in recorded retort loads."""
    obstacles: list[Obstacle]


@reads("/lots/<int:lot_id>/readiness", "trace.read", ReadyOut, tag=TAG)
def get_readiness(session: Session, lot_id: int) -> Any:
    """What has to be on record before a batch may be released, and is not."""
    lot = find_lot(session, lot_id)
    ready = readiness_of(session, lot)
    found = list(obstacles(lot, ready, "", ""))
    return {
        "lot_id": lot.id,
        "ready": not found,
        "certificate": ready.certificate,
        "kept": ready.kept,
        "made": ready.made,
        "sterilised": ready.sterilised,
        "obstacles": [{"code": one.code, "detail": say(one)} for one in found],
    }


@writes("/lots/<int:lot_id>/plan", "batch.plan", PlanIn, LotDetail, tag=TAG, status=200)
def plan_lot(
    session: Session, body: PlanIn, lot_id: int, actor: Actor, now: datetime
) -> Any:
    """Plan more packs for a batch in production."""
    return _shown(session, raise_plan(session, lot_id, body.planned, actor, now))


@writes(
    "/lots/<int:lot_id>/start", "batch.open", StartIn, LotDetail, tag=TAG, status=200
)
def start_lot(
    session: Session, body: StartIn, lot_id: int, actor: Actor, now: datetime
) -> Any:
    """Begin a planned batch on a line, today; what ran there before ends now."""
    lot = start_planned(session, lot_id, body.line_id, actor, now, body.artwork)
    return _shown(session, lot)


@writes("/lots/<int:lot_id>/test", "batch.test", None, LotDetail, tag=TAG, status=200)
def test_lot(session: Session, lot_id: int, actor: Actor, now: datetime) -> Any:
    """Take a produced batch into its outgoing inspection."""
    return _shown(session, start_testing(session, lot_id, actor, now))


@writes(
    "/lots/<int:lot_id>/release",
    "batch.release",
    ReleaseIn,
    LotDetail,
    tag=TAG,
    status=200,
)
def release_lot(
    session: Session, body: ReleaseIn, lot_id: int, actor: Actor, now: datetime
) -> Any:
    """Release a tested batch for sale."""
    lot = release_batch(
        session, lot_id, body.certificate, actor, now, reason=body.reason
    )
    return _shown(session, lot)


@writes(
    "/lots/<int:lot_id>/reject",
    "batch.release",
    RejectIn,
    LotDetail,
    tag=TAG,
    status=200,
)
def reject_lot(
    session: Session, body: RejectIn, lot_id: int, actor: Actor, now: datetime
) -> Any:
    """Say that a batch is bad: none of it may leave any more."""
    return _shown(session, reject_batch(session, lot_id, body.reason, actor, now))


@writes(
    "/lots/<int:lot_id>/close", "batch.release", None, LotDetail, tag=TAG, status=200
)
def close_lot(session: Session, lot_id: int, actor: Actor, now: datetime) -> Any:
    """Close a batch of which nothing is left in our hands but samples."""
    return _shown(session, close_batch(session, lot_id, actor, now))


def _shown(session: Session, lot: Lot) -> dict[str, Any]:
    session.flush()
    return lot_document(session, lot.id)
