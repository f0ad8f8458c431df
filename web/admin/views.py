"""All pages of the admin room."""

from . import components, keys, own_keys
from .room import room

__all__ = ["components", "keys", "own_keys", "room"]
