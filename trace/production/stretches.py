"""When labels went on outside the runs of their batch: the plain rule of ``tails``."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple


class Tail(NamedTuple):
    """Labels of one batch went on while another ran."""

    labels: int
    """Id of the batch whose labels they are."""
    product: int
    """Id of the batch that ran."""
    line: int
    """Id of the line of both."""
    start: datetime
    """The labels went on from then …"""
    end: datetime
    """… until then, both included."""


Span = tuple[datetime, datetime | None]
Stretch = tuple[datetime, datetime]


def stretches(own: Sequence[Span], first: datetime, last: datetime) -> list[Stretch]:
    """When labels, put on from ``first`` to ``last``, were outside the batch's runs.

    Only the two ends are times of a label; what lies between them and the nearest run
    may be one too. What is told from the start of the first run on was not measured.
    """
    if first == min(start for start, _ in own):
        return []
    inside = [
        [start <= moment and (end is None or end >= moment) for start, end in own]
        for moment in (first, last)
    ]
    found = []
    if not any(inside[0]):
        later = [start for start, _ in own if first < start <= last]
        found.append((first, min(later, default=last)))
    if not any(inside[1]):
        before = [end for _, end in own if end is not None and first <= end < last]
        found.append((max(before, default=first), last))
    return list(dict.fromkeys(found))


def meets(run: Span, stretch: Stretch) -> bool:
    """Whether a run was going on at some moment of the stretch."""
    start, end = run
    return start <= stretch[1] and (end is None or end > stretch[0])
