"""The views of the desk, all in one place to register."""

from . import cases, queue
from .room import room

__all__ = ["cases", "queue", "room"]
