"""What every record of production must say to be believed."""

from datetime import datetime
from zoneinfo import ZoneInfo

from ..errors import N_, InvalidInput
from ..parties.tables import Lot
from ..stock.checks import AHEAD

DEFAULT_ZONE = "Asia/Shanghai"
"""Where a lot names no site: received ones mostly do not."""


def zone_of(lot: Lot) -> ZoneInfo:
    """The time zone of the plant a lot is made at."""
    site = lot.site or (lot.line.site if lot.line else None)
    return ZoneInfo(site.time_zone if site else DEFAULT_ZONE)


def check_reason(text: str) -> str:
    """A reason, without blanks around it. Raises InvalidInput ``reason_missing``."""
    if not text.strip():
        raise InvalidInput(
            "reason_missing", N_("Expected a reason in writing: say why.")
        )
    return text.strip()


def check_past(at: datetime, now: datetime) -> None:
    """Raises InvalidInput ``time_ahead`` for what cannot have happened yet."""
    if at > now + AHEAD:
        raise InvalidInput(
            "time_ahead",
            N_("Expected a time in the past, found %(found)s."),
            found=at.isoformat(),
        )


def check_choice(value: str, known: tuple[str, ...]) -> None:
    """Raises InvalidInput ``choice_unknown`` unless ``value`` is one of ``known``."""
    if value not in known:
        raise InvalidInput(
            "choice_unknown",
            N_("Expected one of %(known)s, got %(found)s."),
            known=", ".join(known),
            found=value[:40] or "–",
        )
