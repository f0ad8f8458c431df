"""Giving out item codes: for a lot on a line, or on a roll that gets its lot later."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, Conflict, InvalidInput, NotFound, TooLarge
from ..identity.bulk import encode_many
from ..identity.codes import ItemCode
from ..identity.items import ItemSet
from ..identity.keys import KeyRing
from ..identity.tables import CodeBinding, CodeBlock, CodeSeries, ItemSegment
from ..parties.lots import lock_lots
from ..parties.tables import Lot
from ..people import Actor

SERIES_ITEMS = 1 << 24
"""Items a series holds (DESIGN §5)."""
MOST_AT_ONCE = 10_000_000
"""Codes one order may ask for; a typing slip should not use up a series."""
OVERRUN = 1.05
"""Codes issued may exceed the plan by this much (domain.md §3.9 L1)."""


@dataclass(frozen=True, slots=True)
class CodeRange:
    """Codes of one series issued together."""

    series: int
    lo: int
    hi: int
    """Items ``lo … hi-1`` of the series."""
    lot_lo: int | None
    """The lot's number of the first one; none on a roll."""
    key_version: int


def issue_codes(
    session: Session,
    lot_id: int,
    count: int,
    key_version: int,
    actor: Actor,
    now: datetime,
) -> list[CodeRange]:
    """Give out ``count`` new codes for a lot in production, most often as one range.

    Raises InvalidInput for a count below one, TooLarge for one over the limit, Conflict
    when the lot is not in production or the plan would be exceeded by over 5 %.
    """
    _check_count(count)
    lot = lock_lots(session, [lot_id])[lot_id]
    if lot.status != "in_production":
        raise Conflict(
            "lot_not_in_production",
            N_(
                "Codes are issued for a batch in production, but %(lot)s is "
                "%(status)s. Open a new batch on the line."
            ),
            lot=lot.code,
            status=lot.status,
        )
    if lot.planned and lot.next_item + count > lot.planned * OVERRUN:
        raise Conflict(
            "plan_exceeded",
            N_(
                "Batch %(lot)s is planned for %(planned)s packs and has %(issued)s "
                "codes: %(count)s more are over 5 %% too many. Raise the plan first."
            ),
            lot=lot.code,
            planned=lot.planned,
            issued=lot.next_item,
            count=count,
        )
    return allot_codes(session, lot, count, key_version, actor, now)


def allot_codes(
    session: Session,
    lot: Lot,
    count: int,
    key_version: int,
    actor: Actor,
    now: datetime,
) -> list[CodeRange]:
    """Give out codes for a locked lot, whatever its state; imports use it too."""
    actor.require("codes.issue")
    _check_count(count)
    ranges = []
    left = count
    while left:
        series = _open_series(session, lot.id, now)
        take = min(left, SERIES_ITEMS - series.issued)
        issued = _issue(session, series, take, key_version, actor, now, lot.next_item)
        session.add(_binding(issued, lot, actor, now))
        lot.next_item += take
        left -= take
        ranges.append(issued)
        session.flush()
    audit.record(
        session,
        actor.login,
        "codes.issue",
        f"lot:{lot.id}",
        now,
        count=count,
        ranges=[(r.series, r.lo, r.hi) for r in ranges],
    )
    return ranges


def issue_roll(
    session: Session, count: int, key_version: int, actor: Actor, now: datetime
) -> CodeRange:
    """Give out codes for a roll printed before its batch exists."""
    actor.require("codes.issue")
    _check_count(count)
    series = CodeSeries(created_at=now)
    session.add(series)
    session.flush()
    issued = _issue(session, series, count, key_version, actor, now, None)
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
    if lot.status != "in_production":
        raise Conflict(
            "lot_not_in_production",
            N_(
                "Codes are issued for a batch in production, but %(lot)s is "
                "%(status)s. Open a new batch on the line."
            ),
            lot=lot.code,
            status=lot.status,
        )
    if first.series != last.series:
        raise Conflict(
            "two_rolls",
            N_("The first and the last code are of two rolls: bind each by itself."),
        )
    lo, hi = min(first.item, last.item), max(first.item, last.item) + 1
    series = session.get(CodeSeries, first.series, with_for_update=True)
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
    binding = _binding(CodeRange(series.id, lo, hi, lot.next_item, 0), lot, actor, now)
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


def serials_of(
    session: Session, ring: KeyRing, lot_id: int, items: ItemSet
) -> Iterator[tuple[int, str]]:
    """``(item number, serial)`` of items of a lot, ascending, as they were issued.

    Raises NotFound when some of them were never issued.
    """
    missing = items
    for part, series, shift, version in _ranges(session, lot_id, items):
        missing -= part
        for chunk in part.slices(100_000):
            moved = ItemSet.from_intervals(
                (lo + shift, hi + shift) for lo, hi in chunk.intervals
            )
            serials = encode_many(ring[version], series, moved)
            numbers = (n for lo, hi in chunk.intervals for n in range(lo, hi))
            for number, serial in zip(numbers, serials, strict=True):
                yield number, serial.decode("ascii")
    if missing:
        raise NotFound(
            "items_not_issued",
            N_("No codes were issued for items %(items)s of this batch."),
            items=str(missing)[:80],
        )


def mark_items(
    session: Session,
    lot_id: int,
    items: ItemSet,
    kind: str,
    actor: Actor,
    now: datetime,
    *,
    since: datetime | None = None,
    reason: str = "",
) -> None:
    """Note that items were printed, applied, voided, sampled or are missing."""
    session.add_all(
        ItemSegment(
            lot_id=lot_id,
            lo=lo,
            hi=hi,
            kind=kind,
            t0=since or now,
            t1=now,
            reason=reason,
            actor=actor.login,
        )
        for lo, hi in items.intervals
    )
    session.flush()


def marked_items(session: Session, lot_id: int, kind: str) -> ItemSet:
    """Items of a lot that were printed, applied, voided, sampled or are missing."""
    rows = session.execute(
        sa.select(ItemSegment.lo, ItemSegment.hi).where(
            ItemSegment.lot_id == lot_id, ItemSegment.kind == kind
        )
    )
    return ItemSet.from_intervals((row.lo, row.hi) for row in rows)


def _check_count(count: int) -> None:
    if count < 1:
        raise InvalidInput(
            "count_invalid",
            N_("Expected a number of labels from 1, got %(count)s."),
            count=count,
        )
    if count > MOST_AT_ONCE:
        raise TooLarge(
            "count_too_large",
            N_("Expected at most %(most)s labels at once, got %(count)s."),
            most=MOST_AT_ONCE,
            count=count,
        )


def _open_series(session: Session, lot_id: int, now: datetime) -> CodeSeries:
    """The lot's last series if it has room and nobody else's codes follow, or a new."""
    last = session.scalar(
        sa.select(CodeBinding)
        .where(CodeBinding.lot_id == lot_id)
        .order_by(CodeBinding.lot_lo.desc())
        .limit(1)
    )
    if last is not None:
        series = session.get(CodeSeries, last.series_id, with_for_update=True)
        if series and series.issued == last.hi and series.issued < SERIES_ITEMS:
            return series
    series = CodeSeries(created_at=now, issued=0)
    session.add(series)
    session.flush()
    return series


def _issue(
    session: Session,
    series: CodeSeries,
    count: int,
    key_version: int,
    actor: Actor,
    now: datetime,
    lot_lo: int | None,
) -> CodeRange:
    first = series.issued
    series.issued += count
    session.add(
        CodeBlock(
            series_id=series.id,
            first=first,
            count=count,
            key_version=key_version,
            issued_at=now,
            issued_by=actor.login,
        )
    )
    session.flush()
    return CodeRange(series.id, first, first + count, lot_lo, key_version)


def _binding(issued: CodeRange, lot: Lot, actor: Actor, now: datetime) -> CodeBinding:
    return CodeBinding(
        series_id=issued.series,
        lo=issued.lo,
        hi=issued.hi,
        lot_id=lot.id,
        lot_lo=lot.next_item,
        bound_at=now,
        bound_by=actor.login,
    )


def _ranges(
    session: Session, lot_id: int, items: ItemSet
) -> Iterator[tuple[ItemSet, int, int, int]]:
    """The parts of ``items`` by code block: items, series, shift, key version."""
    rows = session.execute(
        sa.select(
            CodeBinding.series_id,
            CodeBinding.lo,
            CodeBinding.hi,
            CodeBinding.lot_lo,
            CodeBlock.first,
            CodeBlock.count,
            CodeBlock.key_version,
        )
        .join(CodeBlock, CodeBlock.series_id == CodeBinding.series_id)
        .where(CodeBinding.lot_id == lot_id)
        .where(CodeBlock.first < CodeBinding.hi)
        .where(CodeBlock.first + CodeBlock.count > CodeBinding.lo)
        .order_by(CodeBinding.lot_lo, CodeBlock.first)
    )
    for row in rows.all():
        shift = row.lo - row.lot_lo
        lo = max(row.lo, row.first) - shift
        hi = min(row.hi, row.first + row.count) - shift
        part = items & ItemSet.range(lo, hi)
        if part:
            yield part, row.series_id, shift, row.key_version
