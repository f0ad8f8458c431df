"""The views of this room, all in one place to register."""

from . import check, complaints, notices, packs
from .room import room

__all__ = ["check", "complaints", "notices", "packs", "room"]
from . import check, complaints, consignee, packs
from .room import room

__all__ = ["check", "complaints", "consignee", "packs", "room"]
