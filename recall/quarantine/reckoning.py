"""Does the recall add up? Exact figures, and plain (domain.md §4.7, §4.8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

PPM = 1_000_000
CONTROLLED = Fraction(95, 100)
"""Share of the consignees that must have acknowledged (domain.md §4.8)."""


@dataclass(frozen=True, slots=True)
class LabelBalance:
    """printed = applied + voided + missing."""

    printed: int
    applied: int
    voided: int

    @property
    def missing(self) -> int:
        """Negative when more turned up than were printed."""
        return self.printed - self.applied - self.voided

    @property
    def missing_share(self) -> Fraction | None:
        return share(self.missing, self.printed)


@dataclass(frozen=True, slots=True)
class ProductionBalance:
    """applied = in own stock + used inside + shipped net + unexplained."""

    applied: int
    own: int
    inside: int
    """Samples, laboratory, scrap and rejects."""
    shipped: int
    """Less what had come back before the recall."""

    @property
    def unexplained(self) -> int:
        """Negative when more was found than was made."""
        return self.applied - self.own - self.inside - self.shipped

    @property
    def found(self) -> Fraction | None:
        return share(self.own + self.inside + self.shipped, self.applied)

    def needs_signature(self, tolerance_ppm: int) -> bool:
        """Whether QA has to sign for the difference, which may be to either side."""
        return abs(self.unexplained) * PPM > self.applied * tolerance_ppm


@dataclass(frozen=True, slots=True)
class RecallLedger:
    """shipped net = recovered + destroyed + corrected + used + unaccounted.

    >>> some = RecallLedger(9_200, 6_100, 1_500, 0, 1_400)
    >>> some.unaccounted, percent(some.accounted)
    (200, '97.83')
    """

    shipped: int
    """Sent there, less what had come back before the recall."""
    recovered: int
    destroyed: int
    """On the spot, out there."""
    corrected: int
    used: int

    @property
    def unaccounted(self) -> int:
        """Negative when more is accounted for than was shipped: an error."""
        return (
            self.shipped - self.recovered - self.destroyed - self.corrected - self.used
        )

    @property
    def accounted(self) -> Fraction | None:
        return share(self.shipped - self.unaccounted, self.shipped)

    @property
    def recovery(self) -> Fraction | None:
        return share(self.recovered, self.shipped)

    @property
    def is_over(self) -> bool:
        """More than everything: wrong counts, or goods that are not ours (§9.47)."""
        return self.unaccounted < 0

    def __add__(self, other: "RecallLedger") -> "RecallLedger":
        return RecallLedger(
            self.shipped + other.shipped,
            self.recovered + other.recovered,
            self.destroyed + other.destroyed,
            self.corrected + other.corrected,
            self.used + other.used,
        )


NOTHING = RecallLedger(0, 0, 0, 0, 0)


def total(ledgers: Iterable[RecallLedger]) -> RecallLedger:
    """All of them together. One that is over can hide another's lack: ask each."""
    found = NOTHING
    for one in ledgers:
        found = found + one
    return found


def control_rate(
    held: int, recovered: int, destroyed: int, applied: int
) -> Fraction | None:
    """How much of what was made is in our hands or gone for good."""
    return share(held + recovered + destroyed, applied)


def time_to_control(
    since: datetime, acknowledged: Iterable[datetime | None]
) -> timedelta | None:
    """From T0 until 95 % of the consignees had acknowledged; None until they have."""
    everyone = list(acknowledged)
    known = sorted(at for at in everyone if at is not None)
    needed = -(-len(everyone) * CONTROLLED.numerator // CONTROLLED.denominator)
    if not needed or len(known) < needed:
        return None
    return known[needed - 1] - since


def share(part: int, whole: int) -> Fraction | None:
    """None where there is nothing to be a part of."""
    return Fraction(part, whole) if whole else None


def percent(value: Fraction | None) -> str:
    """Two decimals, halves up; never 100.00 for what is a little less or more.

    >>> percent(Fraction(99_999, 100_000)), percent(Fraction(100_001, 100_000))
    ('99.99', '100.01')
    """
    if value is None:
        return "–"
    hundredths = (value * 20_000 + 1) // 2
    if hundredths == 10_000 and value != 1:
        hundredths += 1 if value > 1 else -1
    sign, rest = ("-" if hundredths < 0 else ""), abs(hundredths)
    return f"{sign}{rest // 100}.{rest % 100:02}"
