"""The views of the warehouse, all in one place to register."""

from . import (
    counting,
    counts,
    moves,
    overview,
    packing,
    picking,
    receiving,
    returns,
    shipments,
    spare,
    units,
)
from .room import room

__all__ = [
    "counting",
    "counts",
    "moves",
    "overview",
    "packing",
    "picking",
    "receiving",
    "returns",
    "room",
    "shipments",
    "spare",
    "units",
]
