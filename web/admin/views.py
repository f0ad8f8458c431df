"""All pages of the admin room."""

from . import components, keys
from .room import room

__all__ = ["components", "keys", "room"]
