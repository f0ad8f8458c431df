"""The facts a scope starts from, and where the hazard is thought to come from.

Any combination counts: a lot is affected when one criterion says so (domain.md §4.1).
A label that was wrong is told as the items of the print job, by whoever knows the job.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from ...trace.errors import N_, InvalidInput
from ...trace.identity.items import ItemSet

ORIGINS = ("unknown", "ingredient", "line", "logistics", "label")
"""Where the hazard came in; the user chooses (domain.md §4.4.5)."""
HAZARDS = ("any", "allergen", "equipment")
"""What a cleaning must have removed: an allergen needs its own kind (§4.3.5). It sticks
to equipment, as does what is called ``equipment``-borne (§4.3.4)."""
NARROW_LIMIT = 2000
"""Longest written justification, in characters."""

_SPREADS_ACROSS = ("unknown", "ingredient", "line")
_SPREADS_FROM_INPUTS = ("unknown", "ingredient")


@dataclass(frozen=True)
class LotCriterion:
    """A lot said to be unsafe, as a whole or on the evidence of some items."""

    lot_id: int
    items: ItemSet | None = None
    """The items complained about: evidence, for the whole batch counts (§4.2)."""


@dataclass(frozen=True)
class Complained:
    """The batch a complaint is about."""

    complaint_id: int


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
        _check_times(self.start, self.end, _LINE)


@dataclass(frozen=True)
class CleaningFailed:
    """A cleaning that did not clean, whatever its record says: it breaks nothing."""

    cleaning_id: int


@dataclass(frozen=True)
class CheckFailed:
    """A process check that was bad, whatever its record says."""

    check_id: int


@dataclass(frozen=True)
class Produced:
    """Our batches of some production dates, both included.

    Raises:
        InvalidInput: ``scope_dates_reversed``.
    """

    first: date
    last: date
    article_id: int | None = None
    site_id: int | None = None
    line_id: int | None = None
    """The line on the pack, or one the batch ran on."""

    def __post_init__(self) -> None:
        _check_dates(self.first, self.last)


@dataclass(frozen=True)
class Artwork:
    """The batches of an article whose label has this version of the artwork."""

    article_id: int
    version: str


@dataclass(frozen=True)
class InputLot:
    """An ingredient or packaging lot known to be bad, with all that consumed it."""

    lot_id: int


@dataclass(frozen=True)
class Supplied:
    """Bad inputs: all lots received of a supplier on some days, both included.

    A lot without a receipt date counts too: it may have come then.

    Raises:
        InvalidInput: ``scope_dates_reversed``.
    """

    partner_id: int
    first: date
    last: date

    def __post_init__(self) -> None:
        _check_dates(self.first, self.last)


@dataclass(frozen=True)
class Cycle:
    """A load of a retort, kettle or chiller that went wrong, or a tank's filling."""

    cycle_id: int


@dataclass(frozen=True)
class EquipmentWindow:
    """Whatever was in a retort, kettle or chiller at the suspect time.

    The scope widens it to the clean breaks of that equipment.

    Raises:
        InvalidInput: as ``LineWindow``; the sentence names the equipment.
    """

    site_id: int
    equipment: str
    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        _check_times(self.start, self.end, _EQUIPMENT, equipment=self.equipment)


@dataclass(frozen=True)
class Shipped:
    """The lots that travelled in a shipment, e.g. after a broken cold chain."""

    shipment_id: int


@dataclass(frozen=True)
class Stored:
    """The lots that were at a place at some moment from ``start`` to ``end``.

    Raises:
        InvalidInput: as ``LineWindow``.
    """

    place_id: int
    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        _check_times(self.start, self.end, _ANY)


@dataclass(frozen=True)
class Delivered:
    """The lots a consignee had, or were on the way there, at some moment of a time.

    Raises:
        InvalidInput: as ``LineWindow``.
    """

    partner_id: int
    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        _check_times(self.start, self.end, _ANY)


@dataclass(frozen=True)
class Packed:
    """The lots that were in a case, or on a pallet, at some moment of a time; where
    they are by now does not matter.

    Raises:
        InvalidInput: as ``LineWindow``.
    """

    unit_id: int
    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        _check_times(self.start, self.end, _ANY)


Lookup = Complained | Produced | Artwork | Supplied | Stored | Delivered | Packed
"""Facts that records answer by themselves: which lots they name."""
Windowed = LineWindow | CleaningFailed | CheckFailed
"""Facts that name what ran on a line in a suspect time."""
BadInput = InputLot | Supplied
"""Facts that name the cause: nothing is searched beside or behind it."""
Criterion = (
    LotCriterion | InputLot | Cycle | EquipmentWindow | Shipped | Lookup | Windowed
)


@dataclass(frozen=True)
class Criteria:
    """What a scope is computed from.

    >>> Criteria((LotCriterion(7),)).spreads_across
    True
    >>> Criteria((LotCriterion(7),), origin="label").spreads_across
    False

    Raises:
        InvalidInput: ``scope_criteria_empty``, ``scope_origin_unknown``,
            ``scope_hazard_unknown`` or ``scope_narrow_too_long``.
    """

    facts: tuple[Criterion, ...]
    origin: str = "unknown"
    """One of ``ORIGINS``."""
    hazard: str = "any"
    """One of ``HAZARDS``."""
    narrow: str = ""
    """Why single packs may be told from their batch by the time they were packed, in
    writing; empty is the rule: a batch counts as a whole (§4.2)."""

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
        _check_known("scope_origin_unknown", _ORIGIN, ORIGINS, self.origin)
        _check_known("scope_hazard_unknown", _HAZARD, HAZARDS, self.hazard)
        if len(self.narrow) > NARROW_LIMIT:
            raise InvalidInput(
                "scope_narrow_too_long",
                N_(
                    "The justification for narrowing has %(found)s characters; "
                    "%(limit)s are the most. Shorten it and name the report."
                ),
                found=len(self.narrow),
                limit=NARROW_LIMIT,
            )

    @property
    def spreads_across(self) -> bool:
        """Whether neighbours on the line, in a cycle or by rework are probable."""
        return self.origin in _SPREADS_ACROSS

    @property
    def spreads_from_inputs(self) -> bool:
        """Whether another input lot may have brought the hazard."""
        return self.origin in _SPREADS_FROM_INPUTS

    @property
    def sticks(self) -> bool:
        """Whether loads of the same equipment are probable too (§4.3.4)."""
        return self.spreads_across and self.hazard in ("allergen", "equipment")

    @property
    def narrows(self) -> bool:
        """Whether somebody wrote down why packs may be told from their batch."""
        return bool(self.narrow.strip())

    @property
    def distrusted_cleanings(self) -> frozenset[int]:
        """Cleanings that break nothing, whatever their record says."""
        return frozenset(
            fact.cleaning_id for fact in self.facts if isinstance(fact, CleaningFailed)
        )

    @property
    def distrusted_checks(self) -> frozenset[int]:
        """Checks that vouch for nothing, whatever their record says."""
        return frozenset(
            fact.check_id for fact in self.facts if isinstance(fact, CheckFailed)
        )


_ORIGIN = N_("The origin of a hazard is one of %(known)s, but %(found)s was given.")
_HAZARD = N_("The kind of a hazard is one of %(known)s, but %(found)s was given.")


def _check_known(code: str, text: str, known: tuple[str, ...], found: str) -> None:
    if found not in known:
        raise InvalidInput(code, text, known=", ".join(known), found=found)


class _Sentences(NamedTuple):
    """What is said of a time that cannot be."""

    no_zone: str
    backwards: str


_LINE = _Sentences(
    N_(
        "The times of a line window need a time zone, but %(start)s to %(end)s have "
        "none. Write them like 2026-11-24T10:00+08:00."
    ),
    N_(
        "A line window ends after it starts, but this one runs from %(start)s to "
        "%(end)s. Exchange the two times."
    ),
)
_EQUIPMENT = _Sentences(
    N_(
        "The suspect time of equipment %(equipment)s needs a time zone, but %(start)s "
        "to %(end)s have none. Write them like 2026-11-24T10:00+08:00."
    ),
    N_(
        "The suspect time of equipment %(equipment)s ends after it starts, but this "
        "one runs from %(start)s to %(end)s. Exchange the two times."
    ),
)
_ANY = _Sentences(
    N_(
        "The times asked for need a time zone, but %(start)s to %(end)s have none. "
        "Write them like 2026-11-24T10:00+08:00."
    ),
    N_(
        "A time ends after it starts, but this one runs from %(start)s to %(end)s. "
        "Exchange the two times."
    ),
)


def _check_times(
    start: datetime, end: datetime, said: _Sentences, **named: str
) -> None:
    told = {"start": start.isoformat(), "end": end.isoformat(), **named}
    if start.tzinfo is None or end.tzinfo is None:
        raise InvalidInput("scope_window_no_zone", said.no_zone, **told)
    if end < start:
        raise InvalidInput("scope_window_reversed", said.backwards, **told)


def _check_dates(first: date, last: date) -> None:
    if last < first:
        raise InvalidInput(
            "scope_dates_reversed",
            N_(
                "The last day is not before the first, but these run from %(first)s "
                "to %(last)s. Exchange the two days."
            ),
            first=first.isoformat(),
            last=last.isoformat(),
        )
