"""Giving out item codes for a lot; rolls that get their lot later: ``rolls``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, Conflict, InvalidInput, NotFound, TooLarge
from ..identity.bulk import Decoded, decode_many, encode_many
from ..identity.codes import Serial
from ..identity.items import SIZE_LIMIT, ItemSet
from ..identity.keys import KeyRing
from ..identity.tables import CodeBinding, CodeBlock, CodeSeries
from ..parties.lots import lock_lots
from ..parties.tables import Lot
from ..people import Actor
from .runs import require_on_line

SERIES_ITEMS = 1 << 24
"""Items a series holds (DESIGN §5)."""
BLOCK = 100_000
"""Serials enciphered at once."""
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
    *,
    spoiled: int = 0,
) -> list[CodeRange]:
    """Give out ``count`` new codes for a lot in production, most often as one range.

    ``spoiled`` codes were given out before and will be on no label: they do not count.

    Raises InvalidInput for a count below one, TooLarge for one over the limit, Conflict
    when the lot is not in production on a line or the plan would be exceeded by over
    5 %.
    """
    check_count(count)
    lot = lock_lots(session, [lot_id])[lot_id]
    require_in_production(lot)
    require_on_line(session, lot)
    issued = lot.next_item - spoiled
    if lot.planned and issued + count > lot.planned * OVERRUN:
        raise Conflict(
            "plan_exceeded",
            N_(
                "Batch %(lot)s is planned for %(planned)s packs and has %(issued)s "
                "codes: %(count)s more are over 5 %% too many. Order fewer, or let "
                "the line leader raise the plan."
            ),
            lot=lot.code,
            planned=lot.planned,
            issued=issued,
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
    check_count(count)
    ranges = []
    left = count
    while left:
        series = _open_series(session, lot.id, now)
        take = min(left, SERIES_ITEMS - series.issued)
        issued = issue_range(
            session, series, take, key_version, actor, now, lot.next_item
        )
        session.add(binding_of(issued, lot, actor, now))
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


def serials_of(
    session: Session, ring: KeyRing, lot_id: int, items: ItemSet
) -> Iterator[tuple[int, str]]:
    """``(item number, serial)`` of items of a lot, ascending, as they were issued.

    Raises NotFound when some of them were never issued.
    """
    for part, serials in serial_blocks(session, ring, lot_id, items):
        numbers = (n for lo, hi in part.intervals for n in range(lo, hi))
        yield from zip(numbers, serials.astype(str).tolist(), strict=True)


def serial_blocks(
    session: Session, ring: KeyRing, lot_id: int, items: ItemSet
) -> Iterator[tuple[ItemSet, NDArray[np.bytes_]]]:
    """The same in blocks: items, and their serials ascending as an ``S16`` array."""
    missing = items
    for part, series, shift, version in _ranges(session, lot_id, items):
        missing -= part
        for chunk in part.slices(BLOCK):
            moved = ItemSet.from_intervals(
                (lo + shift, hi + shift) for lo, hi in chunk.intervals
            )
            yield chunk, encode_many(ring[version], series, moved)
    if missing:
        raise NotFound(
            "items_not_issued",
            N_("No codes were issued for items %(items)s of this batch."),
            items=str(missing)[:80],
        )


def items_of(
    session: Session, ring: KeyRing, lot_id: int, serials: Sequence[Serial]
) -> tuple[ItemSet, list[str]]:
    """Which items of a lot serials stand for, and those that are none of its items."""
    texts = np.array([serial.text for serial in serials], "S16")
    found = np.full(len(texts), -1, np.int64)
    every = ItemSet.range(0, SIZE_LIMIT)
    decoded: dict[int, Decoded] = {}
    for part, series, shift, version in list(_ranges(session, lot_id, every)):
        if version not in decoded:
            decoded[version] = decode_many(ring[version], texts)
        read = decoded[version]
        item = read.item.astype(np.int64) - shift
        for lo, hi in part.intervals:
            mine = read.good & (read.series == series) & (item >= lo) & (item < hi)
            found[mine] = item[mine]
    items = ItemSet.from_numbers(found[found >= 0].tolist())
    return items, [serials[place].text for place in np.flatnonzero(found < 0).tolist()]


def require_in_production(lot: Lot) -> None:
    """Raises Conflict ``lot_not_in_production`` unless the locked lot is being made."""
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


def check_count(count: int) -> None:
    """Raises InvalidInput or TooLarge unless so many codes may be asked for."""
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


def issue_range(
    session: Session,
    series: CodeSeries,
    count: int,
    key_version: int,
    actor: Actor,
    now: datetime,
    lot_lo: int | None,
) -> CodeRange:
    """Give out the next ``count`` items of a locked series."""
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


def binding_of(issued: CodeRange, lot: Lot, actor: Actor, now: datetime) -> CodeBinding:
    """The row that makes a range the next items of a locked lot."""
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
