"""What is known of the plant around a suspicion: the values the engine decides on.

Ids are those of the database. A graph may hold more than a decision needs, never less.
"""

from dataclasses import dataclass, field
from datetime import datetime

from ...trace.identity.items import ItemSet


@dataclass(frozen=True)
class Edge:
    """Some of lot ``input`` went into lot ``output``."""

    input: int
    output: int
    kind: str
    """``consumption``, ``rework`` or ``repack``."""


@dataclass(frozen=True)
class Run:
    """A lot on a line; without an end it is running now."""

    lot: int
    line: int
    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class CleanBreak:
    """A cleaning that passed; a failed one breaks nothing (domain.md §2.1)."""

    line: int
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Load:
    """Part of a lot was inside an equipment cycle."""

    cycle: int
    lot: int


@dataclass(frozen=True)
class Carried:
    """Part of a lot travelled in a shipment."""

    shipment: int
    lot: int
    items: ItemSet | None
    """Which, where that was scanned."""


@dataclass(frozen=True)
class Graph:
    """The lots' relations; the order of rows means nothing."""

    edges: tuple[Edge, ...] = ()
    runs: tuple[Run, ...] = ()
    breaks: tuple[CleanBreak, ...] = ()
    loads: tuple[Load, ...] = ()
    carried: tuple[Carried, ...] = ()
    zones: dict[int, str] = field(default_factory=dict)
    """Time zone of each line, e.g. ``Asia/Shanghai``."""
