"""The views of the quality room, all in one place to register."""

from . import (
    call_list,
    kept,
    lines,
    lots,
    printouts,
    records,
    scopes,
    tanks,
    trace,
)
from .room import room

__all__ = [
    "call_list",
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
