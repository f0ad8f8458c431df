"""What is known of the plant around a suspicion: the values the engine decides on.

Ids are those of the database. A graph may hold more than a decision needs, never less.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeVar

from ...trace.identity.items import ItemSet
from ...trace.production.stretches import Tail
from .criteria import Criterion, Lookup

Row = TypeVar("Row")


class Edge(NamedTuple):
    """Some of lot ``input`` went into lot ``output``."""

    input: int
    output: int
    kind: str
    """``consumption``, ``rework``, ``repack``, or ``tank``: it was drawn from a tank
    after the input was put in."""
    cycle: int = 0
    """The tank's filling; 0 for the other kinds."""

    @property
    def is_rework(self) -> bool:
        """Goods of one batch went into another; the hazard may have come with them."""
        return self.kind in ("rework", "repack")


@dataclass(frozen=True)
class Run:
    """A lot on a line; without an end it is running now."""

    lot: int
    line: int
    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class Cleaned:
    """A cleaning of a line, passed or not; one that was withdrawn did not pass."""

    id: int
    line: int
    start: datetime
    end: datetime
    kind: str
    passed: bool


@dataclass(frozen=True)
class Check:
    """A process check on a line."""

    id: int
    line: int
    at: datetime
    kind: str
    """What was measured, e.g. ``metal``."""
    passed: bool
    corrected: datetime | None = None
    """When what a failed one found was put right."""


@dataclass(frozen=True)
class Stop:
    """A time in which nothing was made on a line."""

    line: int
    start: datetime
    end: datetime | None
    """None while the line stands still."""
    check: int | None
    """The passed re-sample that let it run again after it was put right."""
    kind: str
    """What that measured; empty without one."""


@dataclass(frozen=True)
class Load:
    """Part of a lot was inside an equipment cycle."""

    cycle: int
    lot: int


@dataclass(frozen=True)
class Use:
    """A cycle of a retort, kettle or chiller; without an end it is going on now."""

    cycle: int
    equipment: str
    """Site and equipment, such as ``QD/R1``."""
    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class Washed:
    """A cleaning of such equipment, passed or not."""

    equipment: str
    start: datetime
    end: datetime
    kind: str
    passed: bool


@dataclass(frozen=True)
class Carried:
    """Part of a lot travelled in a shipment."""

    shipment: int
    lot: int
    items: ItemSet | None
    """Which, where that was scanned."""


@dataclass(frozen=True)
class Named:
    """A lot that the records give for a fact."""

    fact: Lookup
    lot: int
    sure: bool = True
    """False where a date is missing and it cannot be excluded."""


class Maybe(NamedTuple):
    """A lot that may have been among goods of a named shipment, or of one to a named
    consignee, that left without a batch."""

    fact: Criterion
    shipment: int
    lot: int


@dataclass(frozen=True)
class PackTimes:
    """When the packs of a lot got their labels."""

    lot: int
    line: int | None
    """The line on the pack."""
    at_packing: bool
    """Labels go on as packs are filled there, so their time is the packing time."""
    made: int
    """Packs made of it."""
    packs: ItemSet
    """Its numbered packs: items that were not taken off."""
    applied: tuple[tuple[int, int, datetime, datetime], ...]
    """Items ``lo … hi-1`` got their labels between two times."""


@dataclass(frozen=True)
class Graph:
    """The lots' relations; the order of rows means nothing."""

    edges: tuple[Edge, ...] = ()
    runs: tuple[Run, ...] = ()
    cleanings: tuple[Cleaned, ...] = ()
    checks: tuple[Check, ...] = ()
    stops: tuple[Stop, ...] = ()
    loads: tuple[Load, ...] = ()
    uses: tuple[Use, ...] = ()
    washed: tuple[Washed, ...] = ()
    tails: tuple[Tail, ...] = ()
    carried: tuple[Carried, ...] = ()
    named: tuple[Named, ...] = ()
    maybe: tuple[Maybe, ...] = ()
    times: tuple[PackTimes, ...] = ()
    open_tanks: dict[int, datetime] = field(default_factory=dict)
    """Since when each of the edges' tanks not emptied and cleaned yet is filled."""
    zones: dict[int, str] = field(default_factory=dict)
    """Time zone of each line, e.g. ``Asia/Shanghai``."""
    equipment: dict[tuple[int, str], str] = field(default_factory=dict)
    """What equipment of a site is called here, by the site's id and its own name."""
    clocks: dict[str, str] = field(default_factory=dict)
    """Time zone of each equipment."""


def joined(ours: Iterable[Row], theirs: Iterable[Row]) -> tuple[Row, ...]:
    """Both, each row once."""
    return tuple(dict.fromkeys((*ours, *theirs)))
