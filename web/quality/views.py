"""The views of the quality room, all in one place to register."""

from . import lots, scopes, trace
from .room import room

__all__ = ["lots", "room", "scopes", "trace"]
