"""The views of the quality room, all in one place to register."""

from . import kept, lines, lots, printouts, records, scopes, tanks, trace
from .room import room

__all__ = [
    "kept",
    "lines",
    "lots",
    "printouts",
    "records",
    "room",
    "scopes",
    "tanks",
    "trace",
]
