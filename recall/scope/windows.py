"""From last good to next good: how far a suspect time on a line reaches.

domain.md §4.3: back to the end of the last clean break before it, on to the start of
the first one after it. Without a break before, back to the start of the day before, at
the plant's clock, and the window is marked unbounded. Without one after, it is still
open. A clean break is a passed cleaning that the criteria do not call a failure; for an
allergen only one of the validated kind (§4.3.5).

After the suspect time two more things end it (§4.3.2): the start of a stop after which
the line was put right and ran again only with a passed re-sample, of the same
parameter where one is known; and the start of a standstill that lasts, for nothing was
made since. A mere pause ends nothing: what was wrong goes on after it. A stop in which
a run began, as records told late may show, was none.

For what a failed check measured, and for nothing else, a good check of the same
parameter after the last cleaning may be the start (§4.3.1), and the first one after a
correction is the end.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .criteria import CheckFailed, CleaningFailed, Criteria, LineWindow, Windowed
from .graph import Check, Cleaned, Graph, Run, Stop

ENDINGS = ("cleaning", "good_check", "stop", "standstill")
"""What may end a window; of several at one moment the first."""


@dataclass(frozen=True)
class Window:
    """A half-open time on a line between two clean breaks."""

    line: int
    start: datetime
    end: datetime | None
    """Start of what ends it; None while nothing has."""
    bounded: bool
    """False when no cleaning is known before: a person must approve the start."""
    until: str = ""
    """One of ``ENDINGS``; empty without an end."""
    measured: str = ""
    """What the good checks measured that it starts or ends with."""
    from_check: bool = False
    """It starts with a good check instead of a cleaning."""

    @property
    def has_both_breaks(self) -> bool:
        """Whether something was found good on both sides; a standstill is no break."""
        return self.bounded and self.until not in ("", "standstill")

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


def standstills(
    graph: Graph, criteria: Criteria, line: int, measured: str = ""
) -> list[Stop]:
    """The stops of a line at which a suspect time before them ends.

    ``measured`` is the parameter that was bad, where it is known.
    """
    return [
        stop
        for stop in graph.stops
        if stop.line == line
        and (stop.end is None or _put_right(stop, criteria, measured))
    ]


def _put_right(stop: Stop, criteria: Criteria, measured: str) -> bool:
    return (
        stop.check is not None
        and stop.check not in criteria.distrusted_checks
        and criteria.hazard != "allergen"
        and measured in ("", stop.kind)
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
            window = _around(graph, criteria, bad.line, bad.at, bad.at, bad.kind)
            if criteria.hazard == "allergen":  # no measurement finds one
                return window
            return _between_checks(graph, criteria, window, bad)


def _between_checks(
    graph: Graph, criteria: Criteria, window: Window, bad: Check
) -> Window:
    """The window with the good checks of what the bad one measured as its ends."""
    same = [
        one
        for one in graph.checks
        if (one.line, one.kind) == (bad.line, bad.kind)
        and one.at >= window.start
        and (window.end is None or one.at < window.end)
    ]
    good = [
        one.at
        for one in same
        if one.passed and one.id not in criteria.distrusted_checks
    ]
    before = [at for at in good if at < bad.at]
    if window.bounded and before:
        window = replace(window, start=max(before), measured=bad.kind, from_check=True)
    corrected = [
        one.corrected
        for one in same
        if one.corrected is not None and one.corrected >= bad.at
    ]
    after = [at for at in good if corrected and at >= min(corrected) and at > bad.at]
    if after:
        end = min(after)
        window = replace(window, end=end, until="good_check", measured=bad.kind)
    return window


def _around(
    graph: Graph,
    criteria: Criteria,
    line: int,
    start: datetime,
    end: datetime,
    measured: str = "",
) -> Window:
    clean = clean_breaks(graph, criteria, line)
    still = standstills(graph, criteria, line, measured)
    begun = sorted(run.start for run in graph.runs if run.line == line)
    return widen(line, start, end, clean, graph.zones[line], still, begun)


def widen(
    line: int,
    start: datetime,
    end: datetime | None,
    clean: Iterable[Cleaned],
    zone: str,
    still: Iterable[Stop] = (),
    begun: Sequence[datetime] = (),
) -> Window:
    """The window around suspect time ``start`` to ``end``; no end means until now.

    ``clean`` are the clean breaks of that line, ``still`` its ``standstills``,
    each in any order; ``begun`` is when runs began on it, in order.
    """
    clean = list(clean)
    before = [one.end for one in clean if one.end <= start]
    ends: list[tuple[datetime, int]] = []
    if end is not None:
        breaks = [one.start for one in clean if one.start >= end]
        ends = [(at, 0) for at in breaks]
        for one in still:
            limits = [*breaks, one.end] if one.end else breaks
            moment = max(one.start, end)
            over = one.end is not None and one.end <= end
            if not over and not _ran(moment, limits, begun):
                how = "stop" if one.end else "standstill"
                ends.append((moment, ENDINGS.index(how)))
    last, ending = min(ends) if ends else (None, 0)
    return Window(
        line,
        max(before) if before else day_before(start, zone),
        last,
        bounded=bool(before),
        until=ENDINGS[ending] if last else "",
    )


def _ran(start: datetime, ends: Iterable[datetime], begun: Sequence[datetime]) -> bool:
    """Whether a run began from ``start`` on, before any of ``ends``."""
    after = bisect_left(begun, start)
    return after < len(begun) and all(begun[after] < end for end in ends)


def day_before(moment: datetime, zone: str) -> datetime:
    """Midnight that began the previous day at the plant, in UTC."""
    local = moment.astimezone(ZoneInfo(zone))
    day = local.date() - timedelta(days=1)
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
