"""Every list of records, described once; see ``shape``, ``query`` and ``files``."""

from .equipment import CYCLES, FILLS
from .goods import CASES, SHIPMENTS, STAYS
from .lots import LOTS, STOCK
from .master import ARTICLES, LINES, PARTNERS, PLACES, SITES
from .movements import MOVEMENTS
from .production import CHECKS, CLEANINGS, CONSUMPTION, RUNS, STOPS
from .quality import CODES, HOLDS, INSPECTIONS, PAPERS, SAMPLES
from .records import (
    BINDINGS,
    BLOCKS,
    COUNTS,
    ITEMS,
    MARKS,
    SIGHTINGS,
    SPARES,
)
from .shape import Column, Filter, Listing, Period

__all__ = ["IMPORTS", "LISTINGS", "Column", "Filter", "Listing", "Period"]

IMPORTS = (
    SITES,
    LINES,
    PLACES,
    PARTNERS,
    ARTICLES,
    SPARES,
    LOTS,
    BLOCKS,
    BINDINGS,
    RUNS,
    CYCLES,
    FILLS,
    CLEANINGS,
    CHECKS,
    STOPS,
    INSPECTIONS,
    SAMPLES,
    PAPERS,
    ITEMS,
    MARKS,
    HOLDS,
    CONSUMPTION,
    CASES,
    STAYS,
    SHIPMENTS,
    MOVEMENTS,
    SIGHTINGS,
    COUNTS,
)
"""Lists that an import takes, by the same names and in the same order."""

LISTINGS = (
    LOTS,
    STOCK,
    RUNS,
    CYCLES,
    FILLS,
    CLEANINGS,
    STOPS,
    CHECKS,
    CONSUMPTION,
    SHIPMENTS,
    MOVEMENTS,
    CASES,
    STAYS,
    CODES,
    HOLDS,
    INSPECTIONS,
    SAMPLES,
    PAPERS,
    ARTICLES,
    PARTNERS,
    SITES,
    LINES,
    PLACES,
)
"""Every list, in the order a person looks for it."""
