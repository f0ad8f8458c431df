"""The only place that reads the time. An action reads it once and passes it on."""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)
