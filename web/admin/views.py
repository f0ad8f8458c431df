"""All pages of the admin room."""

from . import badges, components, keys, own_keys, printers, stocks
from .room import room

__all__ = ["badges", "components", "keys", "own_keys", "printers", "room", "stocks"]
