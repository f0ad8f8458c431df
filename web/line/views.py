"""The views of the line, all in one place to register."""

from . import batches, jobs, opening, packs
from .room import room

__all__ = ["batches", "jobs", "opening", "packs", "room"]
