"""The views of the quality room, all in one place to register."""

from . import (
    call_list,
    kept,
    lines,
    lots,
    printouts,
    records,
    scope_units,
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
    "scope_units",
    "scopes",
    "tanks",
    "trace",
]
