"""Letting a batch go, or not: release, rejection and closing (domain.md §3.10).

Food Safety Law art. 52: food leaves the plant only after it passed its inspection.
"""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit, flow
from ..errors import N_, Conflict, InvalidInput, LotmarkError
from ..parties.lots import lock_lots
from ..parties.tables import Location, Lot
from ..people import Actor
from ..stock.places import ENDS, OUTSIDE, SOURCES
from ..stock.tables import Stock
from .batches import BATCH
from .label_counts import require_counted
from .readiness import Readiness, readiness_of
from .told import check_reason, zone_of


def release_batch(
    session: Session,
    lot_id: int,
    certificate: str,
    actor: Actor,
    now: datetime,
    *,
    reason: str = "",
) -> Lot:
    """Release a tested batch for sale, with the number of its certificate.

    ``reason`` says why it is good although a sterilisation record failed or is missing;
    it is needed only then.

    Raises Conflict ``lot_on_hold``, ``inspection_missing``, ``inspection_failed``,
    ``certificate_contradicts``, ``sample_missing``, ``sterilisation_unproven``,
    ``sterilisation_missing``, ``wrong_state``.
    """
    certificate = certificate.strip()
    if not certificate:
        raise InvalidInput(
            "certificate_missing",
            N_("Expected the number of the inspection certificate."),
        )
    actor.require("batch.release")
    lot = lock_lots(session, [lot_id])[lot_id]
    if lot.status in BATCH.steps["release"].sources:
        for obstacle in obstacles(
            lot, readiness_of(session, lot), certificate, reason.strip()
        ):
            raise obstacle
    done = flow.apply(
        session, BATCH, lot, "release", actor, now, certificate=certificate
    )
    if done and reason.strip():
        _note(session, lot, "release_reason", reason.strip(), actor, now)
    return lot


def reject_batch(
    session: Session, lot_id: int, reason: str, actor: Actor, now: datetime
) -> Lot:
    """Say that a produced or tested batch is bad: none of it may leave any more."""
    reason = check_reason(reason)
    lot = lock_lots(session, [lot_id])[lot_id]
    if flow.apply(session, BATCH, lot, "reject", actor, now):
        _note(session, lot, "reject_reason", reason, actor, now)
    return lot


def close_batch(session: Session, lot_id: int, actor: Actor, now: datetime) -> Lot:
    """Close a batch of which nothing is left in our hands but samples.

    Raises Conflict ``stock_left`` while something is, ``labels_not_counted`` before its
    labels are signed for. Its record stays.
    """
    lot = lock_lots(session, [lot_id])[lot_id]
    settled = sorted(SOURCES | OUTSIDE | ENDS | {"sample"})
    left = session.scalar(
        sa.select(Location.code)
        .join(Stock, Stock.location_id == Location.id)
        .where(
            Stock.lot_id == lot.id,
            Stock.quantity > 0,
            Location.kind.not_in(settled),
        )
        .order_by(Stock.quantity.desc())
        .limit(1)
    )
    if left is not None:
        raise Conflict(
            "stock_left",
            N_(
                "Some of %(lot)s is still at %(place)s: ship it, use it up or destroy "
                "it first, then close the batch."
            ),
            lot=lot.code,
            place=left,
        )
    require_counted(session, lot)
    flow.apply(session, BATCH, lot, "close", actor, now)
    return lot


def obstacles(
    lot: Lot, ready: Readiness, certificate: str, reason: str
) -> Iterator[LotmarkError]:
    """Every reason why a batch may not be released now, the gravest first."""
    if ready.holds:
        yield Conflict(
            "lot_on_hold",
            N_("%(lot)s is on hold (%(hold)s): lift the hold first, by two persons."),
            lot=lot.code,
            hold=", ".join(ready.holds),
        )
    yield from _about_inspections(lot, ready, certificate)
    if not ready.kept:
        yield Conflict(
            "sample_missing",
            N_("No retained sample of %(lot)s is stored. Keep one before its release."),
            lot=lot.code,
        )
    yield from _about_sterilisation(lot, ready, reason)


def _about_inspections(
    lot: Lot, ready: Readiness, certificate: str
) -> Iterator[LotmarkError]:
    for failed in ready.failed:
        yield Conflict(
            "inspection_failed",
            N_(
                "The last inspection of %(lot)s on %(day)s failed: it may not be sold "
                "(Food Safety Law, article 52). Reject it, or have it pass a new one."
            ),
            lot=lot.code,
            day=failed.at.astimezone(zone_of(lot)).date(),
        )
    if not ready.certificate:
        yield Conflict(
            "inspection_missing",
            N_(
                "%(lot)s has no passed outgoing inspection on record: only inspected "
                "goods leave the plant (Food Safety Law, article 52). Record it first, "
                "with its certificate."
            ),
            lot=lot.code,
        )
    elif certificate and certificate != ready.certificate:
        yield Conflict(
            "certificate_contradicts",
            N_(
                "The passed inspection of %(lot)s has certificate %(expected)s, not "
                "%(found)s. Use that number, or record the other inspection."
            ),
            lot=lot.code,
            expected=ready.certificate,
            found=certificate,
        )


def _about_sterilisation(
    lot: Lot, ready: Readiness, reason: str
) -> Iterator[LotmarkError]:
    # domain.md §1.2: sterilisation is a matter of the load; [004] names its failures
    named = {"lot": lot.code, "cycles": ", ".join(one.number for one in ready.unsafe)}
    if ready.unproven:
        yield Conflict(
            "sterilisation_unproven",
            N_(
                "Loads %(cycles)s of %(lot)s failed or have no record: it may not be "
                "sold (Food Safety Law, article 52) before an incubation test or an "
                "outgoing inspection made after them has passed."
            ),
            **named,
        )
    elif ready.unsafe and not reason:
        yield Conflict(
            "sterilisation_unproven",
            N_(
                "Loads %(cycles)s of %(lot)s failed or have no record: write down why "
                "its packs are good all the same (Food Safety Law, article 52)."
            ),
            **named,
        )
    if ready.unrecorded and not reason:
        yield Conflict(
            "sterilisation_missing",
            N_(
                "No sterilisation is on record for %(count)s of %(made)s packs of "
                "%(lot)s: write down why they are good all the same (Food Safety Law, "
                "article 52)."
            ),
            lot=lot.code,
            count=ready.unrecorded,
            made=ready.made,
        )


def _note(
    session: Session, lot: Lot, action: str, reason: str, actor: Actor, now: datetime
) -> None:
    """The reason for a step, beside the step's own row."""
    name = f"{BATCH.name}.{action}"
    audit.record(
        session, actor.login, name, f"{BATCH.name}:{lot.id}", now, reason=reason
    )
