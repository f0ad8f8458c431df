"""The facts a scope starts from, and where the hazard is thought to come from.

Any combination counts: a lot is affected when one criterion says so (domain.md §4.1).
"""

from dataclasses import dataclass
from datetime import datetime

from ...trace.errors import N_, InvalidInput
from ...trace.identity.items import ItemSet

ORIGINS = ("unknown", "ingredient", "line", "logistics", "label")
"""Where the hazard came in; the user chooses (domain.md §4.4.5)."""

_SPREADS_ACROSS = ("unknown", "ingredient", "line")
_SPREADS_FROM_INPUTS = ("unknown", "ingredient")


@dataclass(frozen=True)
class LotCriterion:
    """A lot said to be unsafe, as a whole or on the evidence of some items."""

    lot_id: int
    items: ItemSet | None = None
    """The items complained about: evidence, for the whole batch counts (§4.2)."""


@dataclass(frozen=True)
class LineWindow:
    """Whatever ran on a line at the suspect time, ``start`` to ``end``.

    A single moment has ``start == end``. The scope widens it to the clean breaks.

    Raises:
        InvalidInput: ``scope_window_reversed`` or ``scope_window_no_zone``.
    """

    line_id: int
    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise InvalidInput(
                "scope_window_no_zone",
                N_(
                    "The times of a line window need a time zone, but %(start)s to "
                    "%(end)s have none. Write them like 2026-11-24T10:00+08:00."
                ),
                start=self.start.isoformat(),
                end=self.end.isoformat(),
            )
        if self.end < self.start:
            raise InvalidInput(
                "scope_window_reversed",
                N_(
                    "A line window ends after it starts, but this one runs from "
                    "%(start)s to %(end)s. Exchange the two times."
                ),
                start=self.start.isoformat(),
                end=self.end.isoformat(),
            )


@dataclass(frozen=True)
class InputLot:
    """An ingredient or packaging lot known to be bad, with all that consumed it."""

    lot_id: int


@dataclass(frozen=True)
class Cycle:
    """A load of a retort, kettle or chiller that went wrong (domain.md §1.2)."""

    cycle_id: int


@dataclass(frozen=True)
class Shipped:
    """The lots that travelled in a shipment, e.g. after a broken cold chain."""

    shipment_id: int


Criterion = LotCriterion | LineWindow | InputLot | Cycle | Shipped


@dataclass(frozen=True)
class Criteria:
    """What a scope is computed from.

    >>> Criteria((LotCriterion(7),)).spreads_across
    True
    >>> Criteria((LotCriterion(7),), origin="label").spreads_across
    False

    Raises:
        InvalidInput: ``scope_criteria_empty`` or ``scope_origin_unknown``.
    """

    facts: tuple[Criterion, ...]
    origin: str = "unknown"
    """One of ``ORIGINS``."""

    def __post_init__(self) -> None:
        if not self.facts:
            raise InvalidInput(
                "scope_criteria_empty",
                N_(
                    "A scope starts from at least one fact, but none was given. Name a "
                    "lot, a line with a time window, an input lot, an equipment cycle "
                    "or a shipment."
                ),
            )
        if self.origin not in ORIGINS:
            raise InvalidInput(
                "scope_origin_unknown",
                N_(
                    "The origin of a hazard is one of %(known)s, but %(found)s was "
                    "given."
                ),
                known=", ".join(ORIGINS),
                found=self.origin,
            )

    @property
    def spreads_across(self) -> bool:
        """Whether neighbours on the line, in a cycle or by rework are probable."""
        return self.origin in _SPREADS_ACROSS

    @property
    def spreads_from_inputs(self) -> bool:
        """Whether another input lot may have brought the hazard."""
        return self.origin in _SPREADS_FROM_INPUTS
