"""The views of this room, all in one place to register."""

from . import board, case, overview, writing
from .room import room

__all__ = ["board", "case", "overview", "room", "writing"]
