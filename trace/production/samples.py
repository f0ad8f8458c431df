"""Packs of a batch kept back until its shelf life is over (留样, domain.md §1)."""

import calendar
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, Conflict, InvalidInput, NotFound
from ..identity.items import ItemSet
from ..parties.lots import find_place, lock_lots
from ..parties.tables import Lot
from ..people import Actor
from ..stock.loose import lock_cases_of, move_goods
from ..stock.service import Move, move_stock
from ..stock.tables import Stock
from .figures import figure
from .items import sample_items
from .tables import RetainedSample
from .told import check_reason

PLACE = "sample"
"""Where samples are in the ledger; ``shelf`` says it to the hand that looks for one."""


def keep_sample(
    session: Session,
    lot_id: int,
    *,
    place_id: int,
    quantity: int | None = None,
    items: ItemSet | None = None,
    shelf: str,
    actor: Actor,
    now: datetime,
) -> RetainedSample:
    """Take packs of a lot from a place and store them; ``items`` where scanned.

    From the sample place itself nothing moves: packs that are there without a record,
    e.g. from an import, get one.

    Raises InvalidInput without a quantity or a shelf, Conflict ``stock_short`` and
    whatever the ledger refuses.
    """
    actor.require("sample.keep")
    lock_cases_of(session, lot_id, items)
    lot = lock_lots(session, [lot_id])[lot_id]
    quantity = items.count if items is not None else quantity
    if not shelf.strip():
        raise InvalidInput(
            "shelf_missing", N_("Expected where the sample stands, such as a shelf.")
        )
    if quantity is None or quantity < 1:
        raise InvalidInput(
            "quantity_invalid",
            N_("Expected a quantity of at least 1, got %(found)s."),
            found=quantity or 0,
        )
    place = find_place(session, PLACE)
    document = f"{lot.code}/{shelf.strip()}"
    if place_id == place.id:
        _check_unrecorded(session, lot, place.id, quantity)
    else:
        much = None if items is not None else quantity
        way = lot.id, place_id, place.id, now, document
        taken = Move(*way, much, items, "sample")
        move_goods(session, [taken], actor=_with_stock(actor), now=now)
    if items is not None:
        sample_items(session, lot.id, items, document, actor, now)
    sample = RetainedSample(
        lot_id=lot.id,
        quantity=quantity,
        shelf=shelf.strip(),
        kept_at=now,
        keep_until=kept_until(lot, now.date()),
        kept_by=actor.login,
    )
    session.add(sample)
    told = {"quantity": quantity, "shelf": sample.shelf}
    audit.record(session, actor.login, "sample.keep", f"lot:{lot.id}", now, **told)
    session.flush()
    return sample


def remove_sample(
    session: Session, sample_id: int, reason: str, actor: Actor, now: datetime
) -> RetainedSample:
    """A kept sample was used up in a test, or its time is over: it is destroyed.

    Raises Conflict ``sample_removed``, and ``lot_on_hold`` or ``lot_withdrawn`` while
    the sample is evidence (domain.md §4.6).
    """
    actor.require("sample.keep")
    reason = check_reason(reason)
    sample = session.get(RetainedSample, sample_id)
    if sample is None:
        raise NotFound("sample_unknown", N_("No such retained sample is recorded."))
    lot = lock_lots(session, [sample.lot_id])[sample.lot_id]
    session.refresh(sample)  # as it is under the lock
    if sample.removed_at is not None:
        raise Conflict(
            "sample_removed",
            N_("This sample of %(lot)s was already taken away."),
            lot=lot.code,
        )
    move_stock(
        session,
        lot.id,
        find_place(session, PLACE).id,
        find_place(session, "destroyed").id,
        quantity=sample.quantity,
        at=now,
        document=f"{lot.code}/{sample.shelf}",
        reason=reason,
        actor=_with_stock(actor),
        now=now,
    )
    sample.removed_at, sample.removed_by = now, actor.login
    sample.removed_reason = reason
    told = {"sample": sample.id, "reason": reason}
    audit.record(session, actor.login, "sample.remove", f"lot:{lot.id}", now, **told)
    session.flush()
    return sample


def samples_of(session: Session, lot_id: int) -> Sequence[RetainedSample]:
    """The samples of a lot, those taken away too, in the order they were kept."""
    return session.scalars(
        sa.select(RetainedSample)
        .where(RetainedSample.lot_id == lot_id)
        .order_by(RetainedSample.id)
    ).all()


def kept_quantity(session: Session, lot_id: int) -> int:
    """How many packs of a lot are kept as samples, on record and not taken away."""
    total = sa.select(sa.func.sum(RetainedSample.quantity)).where(
        RetainedSample.lot_id == lot_id, RetainedSample.removed_at.is_(None)
    )
    return int(session.scalar(total) or 0)


def kept_until(lot: Lot, on: date) -> date:
    """How long a lot's samples stay: six months beyond its shelf life (FSL 50)."""
    if lot.expires_on is not None:
        after = figure("sample.months_after_expiry", on)
        return _months_later(lot.expires_on, after)
    after = figure("sample.months_without_expiry", on)
    return _months_later(lot.produced_on or on, after)


def _check_unrecorded(session: Session, lot: Lot, place_id: int, wanted: int) -> None:
    here = session.get(Stock, (lot.id, place_id))
    free = (here.quantity if here else 0) - kept_quantity(session, lot.id)
    if wanted > free:
        raise Conflict(
            "stock_short",
            N_(
                "Lot %(lot)s has %(found)s at %(place)s, but %(wanted)s were to "
                "leave it. Check the quantity, or book first what came in."
            ),
            lot=lot.code,
            place=PLACE,
            found=max(free, 0),
            wanted=wanted,
        )


def _with_stock(actor: Actor) -> Actor:
    """Who may keep samples may move them, and nothing else."""
    return replace(actor, rights=actor.rights | {"stock.move"})


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last day.

    >>> _months_later(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(day.day, last))
