"""What time it is at the server, as well as a line PC can know it.

A PC's clock may be hours behind, or show 1970 after a night without power (domain.md
§9 item 6), and somebody may set it right in the middle of a shift. So time is counted
from what the server last said, by the clock that nobody can set; after a restart from
the last moment that was written down, which time never goes behind.
"""

import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from ...trace import clock

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Tick:
    """One moment by both clocks of this PC."""

    wall: datetime
    """As the PC shows it; may be any time at all."""
    mono: float
    """Seconds that only ever go up, since the start of the PC."""
    boot: str
    """Which start of the PC: moments of two starts cannot be compared by ``mono``."""


def tick() -> Tick:
    """This moment."""
    return Tick(clock.now(), _mono(), _boot())


@dataclass(frozen=True, slots=True)
class Anchor:
    """A moment of which the server's time is known."""

    server: datetime
    mono: float
    boot: str
    ahead: float
    """Seconds the server's clock is ahead of the PC's."""

    @classmethod
    def told(cls, server: datetime, at: Tick) -> "Anchor":
        """What the server said a moment ago."""
        ahead = (server - at.wall).total_seconds()
        return cls(server, at.mono, at.boot, ahead)

    @classmethod
    def read(cls, kept: dict[str, Any]) -> "Anchor":
        return cls(**{**kept, "server": datetime.fromisoformat(kept["server"])})

    def write(self) -> dict[str, Any]:
        return {
            "server": self.server.isoformat(),
            "mono": self.mono,
            "boot": self.boot,
            "ahead": self.ahead,
        }

    def server_time(self, at: Tick) -> datetime:
        """The server's time at a later moment; never before the anchor's own.

        >>> from datetime import UTC
        >>> noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
        >>> anchor = Anchor(noon, mono=100.0, boot="a", ahead=0.0)
        >>> wrong = datetime(1970, 1, 1, tzinfo=UTC)
        >>> anchor.server_time(Tick(wrong, 160.0, "a")).isoformat()
        '2026-11-25T12:01:00+00:00'
        >>> anchor.server_time(Tick(wrong, 5.0, "b")).isoformat()
        '2026-11-25T12:00:00+00:00'
        """
        if at.boot == self.boot:
            return self.server + timedelta(seconds=max(at.mono - self.mono, 0.0))
        try:
            return max(self.server, at.wall + timedelta(seconds=self.ahead))
        except OverflowError:
            return self.server

    def moved(self, at: Tick) -> "Anchor":
        """The same knowledge, written down anew: a restart goes on from there."""
        now = self.server_time(at)
        ahead = (now - at.wall).total_seconds()
        return Anchor(now, at.mono, at.boot, ahead)


def _mono() -> float:
    """Goes on while the PC sleeps, where the system has such a clock."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


@cache
def _boot() -> str:
    """Names this start of the PC; where it has no name, this start of the program."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return uuid.uuid4().hex
