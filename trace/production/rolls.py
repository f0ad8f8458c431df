"""Rolls of labels printed before their batch: coded first, bound to a lot later."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, Conflict, NotFound
from ..identity.codes import ItemCode
from ..identity.items import ItemSet
from ..identity.tables import CodeBinding, CodeSeries, SpoiltCode
from ..parties.lots import lock_lots
from ..parties.tables import Lot
from ..people import Actor
from .codes import (
    CodeRange,
    binding_of,
    check_count,
    issue_range,
    require_in_production,
)
from .marks import mark_items


def issue_roll(
    session: Session, count: int, key_version: int, actor: Actor, now: datetime
) -> CodeRange:
    """Give out codes for a roll printed before its batch exists."""
    actor.require("codes.issue")
    check_count(count)
    series = CodeSeries(created_at=now)
    session.add(series)
    session.flush()
    issued = issue_range(session, series, count, key_version, actor, now, None)
    subject = f"series:{series.id}"
    audit.record(session, actor.login, "codes.roll", subject, now, count=count)
    return issued


def bind_roll(
    session: Session,
    lot_id: int,
    first: ItemCode,
    last: ItemCode,
    actor: Actor,
    now: datetime,
) -> CodeBinding:
    """Say that a roll from its ``first`` to its ``last`` code is on a lot's packs.

    The two may be scanned in either order. Raises Conflict when they are of two rolls,
    were not issued, or some between them already belong to a batch.
    """
    actor.require("codes.issue")
    lot = lock_lots(session, [lot_id])[lot_id]
    require_in_production(lot)
    if first.series != last.series:
        raise Conflict(
            "two_rolls",
            N_("The first and the last code are of two rolls: bind each by itself."),
        )
    lo, hi = min(first.item, last.item), max(first.item, last.item) + 1
    return bind_range(session, lot, first.series, lo, hi, actor, now)


def bind_range(
    session: Session,
    lot: Lot,
    series_id: int,
    lo: int,
    hi: int,
    actor: Actor,
    now: datetime,
) -> CodeBinding:
    """Make items ``lo … hi-1`` of a series the next items of a locked lot.

    Raises NotFound ``code_unknown`` or Conflict ``roll_bound``.
    """
    series = session.get(CodeSeries, series_id, with_for_update=True)
    if series is None or hi > series.issued:
        raise NotFound("code_unknown", N_("No such code was issued."))
    taken = session.scalar(
        sa.select(CodeBinding).where(
            CodeBinding.series_id == series.id,
            CodeBinding.lo < hi,
            CodeBinding.hi > lo,
        )
    )
    if taken is not None:
        raise Conflict(
            "roll_bound",
            N_(
                "Some of these codes already belong to a batch. Scan the first and "
                "the last label that went onto packs of %(lot)s."
            ),
            lot=lot.code,
        )
    binding = binding_of(
        CodeRange(series.id, lo, hi, lot.next_item, 0), lot, actor, now
    )
    session.add(binding)
    lot.next_item += hi - lo
    audit.record(
        session,
        actor.login,
        "codes.bind",
        f"lot:{lot.id}",
        now,
        series=series.id,
        lo=lo,
        hi=hi,
    )
    session.flush()
    _void_spoilt(session, binding, actor, now)
    return binding


def spoil_codes(
    session: Session,
    series_id: int,
    items: ItemSet,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Say that codes of a roll are on no good label: void, whatever batch it goes onto.

    What is on a batch already is void there at once.
    """
    actor.require("codes.issue")
    session.get_one(CodeSeries, series_id, with_for_update=True)
    told = {"reason": reason, "at": now, "by": actor.login}
    session.add_all(
        SpoiltCode(series_id=series_id, lo=lo, hi=hi, **told)
        for lo, hi in items.intervals
    )
    session.flush()
    bound = sa.select(CodeBinding).filter_by(series_id=series_id)
    for binding in session.scalars(bound.order_by(CodeBinding.lot_id)):
        here = items & ItemSet.range(binding.lo, binding.hi)
        _void(session, binding, here, reason, actor, now)
    subject = f"series:{series_id}"
    audit.record(
        session,
        actor.login,
        "codes.spoil",
        subject,
        now,
        items=str(items)[:200],
        reason=reason,
    )


def _void_spoilt(
    session: Session, binding: CodeBinding, actor: Actor, now: datetime
) -> None:
    """Void what was spoilt before it had a batch."""
    spoilt = session.scalars(
        sa.select(SpoiltCode).where(
            SpoiltCode.series_id == binding.series_id,
            SpoiltCode.lo < binding.hi,
            SpoiltCode.hi > binding.lo,
        )
    )
    for one in spoilt:
        here = ItemSet.range(max(one.lo, binding.lo), min(one.hi, binding.hi))
        _void(session, binding, here, one.reason, actor, now)


def _void(
    session: Session,
    binding: CodeBinding,
    items: ItemSet,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    shift = binding.lot_lo - binding.lo
    moved = ItemSet.from_intervals(
        (lo + shift, hi + shift) for lo, hi in items.intervals
    )
    mark_items(session, binding.lot_id, moved, "voided", actor, now, reason=reason)
