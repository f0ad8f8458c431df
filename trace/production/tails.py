"""Labels of one batch that went on while another ran: tail labels (domain.md §9.7).

Where labels go on as packs are filled, a label of a batch that was put on outside all
its runs, while another batch ran on its line, contradicts the runs: packs of one batch
may bear the number of the other. Where labels go on later, a time says nothing; nor
does that of a batch no run of which is on record.

Of labels reported without times it is only believed that they went on after the first
run began (``batches.record_applied``): that meets a run and contradicts nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..among import among, rows
from ..identity.tables import ItemSegment
from ..parties.tables import Line, Lot
from .stretches import Span, Stretch, Tail, meets, stretches
from .tables import LineRun

_own = sa.select(LineRun.id).where(LineRun.lot_id == ItemSegment.lot_id)


def _outside(moment: Any) -> sa.ColumnElement[bool]:
    """Whether the batch did not run at that moment of a label."""
    ended = sa.or_(LineRun.ended_at.is_(None), LineRun.ended_at >= moment)
    return ~_own.where(LineRun.started_at <= moment, ended).exists()


_STRANGE = (
    sa.select(ItemSegment.lot_id, Lot.line_id, ItemSegment.t0, ItemSegment.t1)
    .join(Lot, Lot.id == ItemSegment.lot_id)
    .join(Line, Line.id == Lot.line_id)
    .where(
        ItemSegment.kind == "applied",
        Line.labels_at_packing,
        _own.exists(),
        sa.or_(_outside(ItemSegment.t0), _outside(ItemSegment.t1)),
    )
)
_RUNS = sa.select(LineRun.lot_id, LineRun.line_id, LineRun.started_at, LineRun.ended_at)


def find_tails(session: Session, lots: Collection[int]) -> list[Tail]:
    """The tails that one of these lots is in, as labels or as product, in order."""
    if not lots or not session.scalar(
        sa.select(Line.id).where(Line.labels_at_packing).limit(1)
    ):
        return []
    theirs = rows(session, _STRANGE.where(among(ItemSegment.lot_id, lots)))
    ran = rows(session, _RUNS.where(among(LineRun.lot_id, lots)))
    strange = {*map(tuple, theirs), *_on_their_product(session, ran)}
    if not strange:
        return []
    runs = _runs_about(session, strange)
    mine = _runs_of(session, {lot for lot, *_ in strange})
    wanted = set(lots)
    found: dict[tuple[int, int, int], Stretch] = {}
    for lot, line, first, last in strange:
        for stretch in stretches(mine[lot], first, last):
            for other, spans in runs[line].items():
                if other == lot or not wanted & {lot, other}:
                    continue
                if any(meets(span, stretch) for span in spans):
                    key = lot, other, line
                    start, end = found.get(key, stretch)
                    found[key] = min(start, stretch[0]), max(end, stretch[1])
    return sorted(Tail(*key, *stretch) for key, stretch in found.items())


def _on_their_product(
    session: Session, ran: Iterable[Any]
) -> set[tuple[int, int, datetime, datetime]]:
    """Labels put on outside their batch's runs, at a time when one of these was on."""
    found = set()
    for line, (start, end) in _covers(ran).items():
        query = _STRANGE.where(Lot.line_id == line, ItemSegment.t1 >= start)
        if end is not None:
            query = query.where(ItemSegment.t0 <= end)
        found |= {tuple(row) for row in rows(session, query)}
    return found


def _covers(ran: Iterable[Any]) -> dict[int, Span]:
    """By line, a time that covers all its runs."""
    covers: dict[int, Span] = {}
    for _, line, start, end in ran:
        first, last = covers.get(line, (start, end))
        until = None if end is None or last is None else max(last, end)
        covers[line] = min(first, start), until
    return covers


def _runs_about(
    session: Session, strange: Iterable[tuple[int, int, datetime, datetime]]
) -> dict[int, dict[int, list[Span]]]:
    """The runs on the lines at the times of such labels, by line and lot."""
    covers: dict[int, Stretch] = {}
    for _, line, first, last in strange:
        start, end = covers.get(line, (first, last))
        covers[line] = min(start, first), max(end, last)
    found: dict[int, dict[int, list[Span]]] = {}
    for line, (first, last) in covers.items():
        found[line] = defaultdict(list)
        query = _RUNS.where(
            LineRun.line_id == line,
            LineRun.started_at <= last,
            sa.or_(LineRun.ended_at.is_(None), LineRun.ended_at > first),
        )
        for lot, _, start, end in rows(session, query):
            found[line][lot].append((start, end))
    return found


def _runs_of(session: Session, lots: Collection[int]) -> dict[int, list[Span]]:
    """All runs of lots, whichever the line: a pack may come from any of them."""
    found: dict[int, list[Span]] = defaultdict(list)
    for lot, _, start, end in rows(session, _RUNS.where(among(LineRun.lot_id, lots))):
        found[lot].append((start, end))
    return found
