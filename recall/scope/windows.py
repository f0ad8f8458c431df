"""From last good to next good: how far a suspect time on a line reaches.

domain.md §4.3: back to the end of the last clean break before it, on to the start of
the first one after it. Without a break before, back to the start of the day before, at
the plant's clock, and the window is marked unbounded. Without one after, it is still
open. A clean break is a passed cleaning that the criteria do not call a failure; for an
allergen only one of the validated kind (§4.3.5).

A good check of the same parameter after that cleaning may be the start, for what the
failed check measured alone (§4.3.1). It never is the end: that would need a correction
before it (§4.3.2), and corrections are not on record.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .criteria import CheckFailed, CleaningFailed, Criteria, LineWindow, Windowed
from .graph import Cleaned, Graph, Run


@dataclass(frozen=True)
class Window:
    """A half-open time on a line between two clean breaks."""

    line: int
    start: datetime
    end: datetime | None
    """Start of the cleaning that ends it; None while none has come."""
    bounded: bool
    """False when no cleaning is known before: a person must approve the start."""
    check: str = ""
    """What the good check measured that starts it; empty after a cleaning."""

    def meets(self, run: Run) -> bool:
        """Whether the run was on this line at some moment of the window."""
        return (
            run.line == self.line
            and (self.end is None or run.start < self.end)
            and (run.end is None or run.end > self.start)
        )

    def within(self, other: "Window") -> bool:
        """Whether every moment of it is one of the other window too."""
        ends = other.end is None or (self.end is not None and self.end <= other.end)
        return self.line == other.line and self.start >= other.start and ends


def clean_breaks(graph: Graph, criteria: Criteria, line: int) -> list[Cleaned]:
    """The cleanings of a line that end carry-over of this hazard."""
    return [
        cleaned
        for cleaned in graph.cleanings
        if cleaned.line == line and breaks(cleaned, criteria)
    ]


def breaks(cleaned: Cleaned, criteria: Criteria) -> bool:
    """Whether a cleaning is a clean break for these criteria."""
    return (
        cleaned.passed
        and cleaned.id not in criteria.distrusted_cleanings
        and (criteria.hazard != "allergen" or cleaned.kind == "allergen")
    )


def window_of(graph: Graph, criteria: Criteria, fact: Windowed) -> Window:
    """The window a fact names."""
    match fact:
        case LineWindow(line, start, end):
            return _around(graph, criteria, line, start, end)
        case CleaningFailed(number):
            (failed,) = (one for one in graph.cleanings if one.id == number)
            return _around(graph, criteria, failed.line, failed.start, failed.end)
        case CheckFailed(number):
            (bad,) = (one for one in graph.checks if one.id == number)
            window = _around(graph, criteria, bad.line, bad.at, bad.at)
            good = [
                one.at
                for one in graph.checks
                if (one.line, one.kind) == (bad.line, bad.kind)
                and one.passed
                and one.id not in criteria.distrusted_checks
                and window.start <= one.at < bad.at
            ]
            if window.bounded and good:
                window = replace(window, start=max(good), check=bad.kind)
            return window


def _around(
    graph: Graph, criteria: Criteria, line: int, start: datetime, end: datetime
) -> Window:
    found = clean_breaks(graph, criteria, line)
    return widen(line, start, end, found, graph.zones[line])


def widen(
    line: int,
    start: datetime,
    end: datetime | None,
    clean: Iterable[Cleaned],
    zone: str,
) -> Window:
    """The window around suspect time ``start`` to ``end``; no end means until now.

    ``clean`` are the clean breaks of that line, in any order.
    """
    clean = list(clean)
    before = [one.end for one in clean if one.end <= start]
    after = [] if end is None else [one.start for one in clean if one.start >= end]
    return Window(
        line,
        max(before) if before else _day_before(start, zone),
        min(after) if after else None,
        bounded=bool(before),
    )


def _day_before(moment: datetime, zone: str) -> datetime:
    """Midnight that began the previous day at the plant, in UTC."""
    local = moment.astimezone(ZoneInfo(zone))
    day = local.date() - timedelta(days=1)
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
