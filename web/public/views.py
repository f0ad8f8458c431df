"""The views of this room, all in one place to register."""

from . import check, complaints, packs
from .room import room

__all__ = ["check", "complaints", "packs", "room"]
