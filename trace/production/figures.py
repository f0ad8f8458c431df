"""Dated figures of production: how long samples stay, what may be missing."""

from datetime import date

from .. import rules
from ..errors import N_, InvalidInput

MILLION = 1_000_000
"""Names that end in ``_ppm`` are parts of it."""


def figure(name: str, on: date) -> int:
    """The figure ``name`` in force on a day (``rules/figures.toml``).

    >>> figure("labels.missing_ppm", date(2026, 11, 24))
    1000
    """
    in_force = [
        entry
        for entry in rules.read("figures")["figure"]
        if entry["name"] == name and entry["from"] <= on
    ]
    if not in_force:
        raise InvalidInput(
            "figure_unknown",
            N_("No figure %(name)s is in force on %(day)s."),
            name=name,
            day=on,
        )
    latest: int = max(in_force, key=lambda entry: entry["from"])["value"]
    return latest
