"""The views of the line, all in one place to register."""

from . import (
    batches,
    clearance,
    commands,
    counting,
    first,
    jobs,
    opening,
    operators,
    packs,
    previews,
    reprinting,
    rolls,
    scanning,
    steering,
    voiding,
)
from .room import room

__all__ = [
    "batches",
    "clearance",
    "commands",
    "counting",
    "first",
    "jobs",
    "opening",
    "operators",
    "packs",
    "previews",
    "reprinting",
    "rolls",
    "room",
    "scanning",
    "steering",
    "voiding",
]
