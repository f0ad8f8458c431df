"""The views of the warehouse, all in one place to register."""

from . import (
    counting,
    counts,
    dispositions,
    labels,
    moves,
    overview,
    packing,
    picking,
    receiving,
    returns,
    seen,
    shipments,
    spare,
    unbatched,
    units,
    zones,
)
from .room import room

__all__ = [
    "counting",
    "counts",
    "dispositions",
    "labels",
    "moves",
    "overview",
    "packing",
    "picking",
    "receiving",
    "returns",
    "room",
    "seen",
    "shipments",
    "spare",
    "unbatched",
    "units",
    "zones",
]
