"""The views of this room, all in one place to register."""

from . import check, complaints, consignee, notices, packs
from .room import room

__all__ = ["check", "complaints", "consignee", "notices", "packs", "room"]
