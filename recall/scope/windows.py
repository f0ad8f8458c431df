"""From last good to next good: how far a suspect time on a line reaches.

domain.md §4.3: back to the end of the last passed cleaning before it, on to the start
of the first passed cleaning after it. Without a cleaning before, back to the start of
the day before, at the plant's clock, and the window is marked unbounded. Without one
after, it is still open. Any kind of passed cleaning breaks; process checks do not.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .graph import CleanBreak, Run


@dataclass(frozen=True)
class Window:
    """A half-open time on a line between two clean breaks."""

    line: int
    start: datetime
    end: datetime | None
    """Start of the cleaning that ends it; None while none has come."""
    bounded: bool
    """False when no cleaning is known before: a person must approve the start."""

    def meets(self, run: Run) -> bool:
        """Whether the run was on this line at some moment of the window."""
        return (
            run.line == self.line
            and (self.end is None or run.start < self.end)
            and (run.end is None or run.end > self.start)
        )


def widen(
    line: int,
    start: datetime,
    end: datetime | None,
    breaks: list[CleanBreak],
    zone: str,
) -> Window:
    """The window around suspect time ``start`` to ``end``; no end means until now.

    ``breaks`` are the clean breaks of that line, in any order.
    """
    before = [clean.end for clean in breaks if clean.end <= start]
    after = [] if end is None else [c.start for c in breaks if c.start >= end]
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
