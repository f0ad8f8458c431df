"""The views of this room, all in one place to register."""

from . import board, consignee, effectiveness, ledger
from .room import room

__all__ = ["board", "consignee", "effectiveness", "ledger", "room"]
