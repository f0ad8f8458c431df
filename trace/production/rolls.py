"""Rolls of labels printed before their batch: coded first, bound to a lot later."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, Conflict, NotFound
from ..identity.codes import ItemCode
from ..identity.tables import CodeBinding, CodeSeries
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
    return binding
