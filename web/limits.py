"""How often strangers may try: log-ins, complaints, codes typed by hand."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, storage_uri="memory://")
"""Switched off by ``RATELIMIT_ENABLED=False``, e.g. in tests."""
