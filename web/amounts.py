"""Quantities as people read them: 12,000 packs, 3,840 kg."""

from decimal import Decimal

_STEPS: dict[str, tuple[tuple[int, str], ...]] = {
    "mg": ((1_000_000, "kg"), (1_000, "g"), (1, "mg")),
    "ul": ((1_000_000, "L"), (1_000, "mL"), (1, "µL")),
}


def amount(quantity: int, unit: str) -> str:
    """A quantity of a base unit in the largest unit it reaches; nothing in the usual.

    >>> amount(12000, "piece"), amount(3_840_500_000, "mg"), amount(-2500, "ul")
    ('12,000', '3,840.5 kg', '-2.5 mL')
    >>> amount(0, "mg")
    '0 kg'
    """
    for size, name in _STEPS.get(unit, ()):
        if not quantity or abs(quantity) >= size or size == 1:
            return f"{(Decimal(quantity) / size).normalize():,f} {name}"
    return f"{quantity:,}"
