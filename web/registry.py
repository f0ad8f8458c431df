"""Every list of the house: those of ``trace``, of print jobs and of imports."""

from ..trace.errors import N_, NotFound
from ..trace.exchange.lists import LISTINGS, Listing
from .imported import IMPORTED
from .print_jobs import PRINT_JOBS

ALL = (*LISTINGS, PRINT_JOBS, IMPORTED)
GROUPS = {
    "lots": N_("Batches and stock"),
    "production": N_("Production"),
    "goods": N_("Goods and codes"),
    "quality": N_("Quality"),
    "master": N_("Master data"),
}
"""Headings of the list of lists, in its order."""


def find_listing(name: str) -> Listing:
    """The list of that name. Raises NotFound ``list_unknown``."""
    for listing in ALL:
        if listing.name == name:
            return listing
    raise NotFound(
        "list_unknown", N_("There is no list %(name)s."), name=repr(name[:40])
    )
