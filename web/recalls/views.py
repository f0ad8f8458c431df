"""The views of the recall room, all in one place to register."""

from . import board, case, deeds, scope, signals
from .room import room

__all__ = ["board", "case", "deeds", "room", "scope", "signals"]
