"""A time is "how long" and "when": 18 min left (10:20)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_datetime
from flask_babel import get_locale, gettext

from ..trace.errors import N_
from .i18n import PLANT_ZONE

SOON = timedelta(hours=1)
"""What is due within this time shows in amber."""
WEEK = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline as a screen shows it."""

    kind: str
    """``late``, ``soon`` or nothing."""
    words: str
    """How long is left, or how long it is over."""
    when: str


def clock(due: datetime, now: datetime) -> Clock:
    """How long until ``due``, in the visitor's language."""
    left = due - now
    if left < timedelta(0):
        return Clock(
            "late", gettext(N_("%(time)s late"), time=span(-left)), when(due, now)
        )
    kind = "soon" if left <= SOON else ""
    return Clock(kind, gettext(N_("%(time)s left"), time=span(left)), when(due, now))


def span(length: timedelta) -> str:
    """A length of time in words, no finer than it matters."""
    minutes = int(length.total_seconds() // 60)
    hours, rest = divmod(minutes, 60)
    words: str
    if minutes < 60:
        words = gettext(N_("%(n)s min"), n=minutes)
    elif hours < 10 and rest:
        words = gettext(N_("%(h)s h %(m)s min"), h=hours, m=rest)
    elif hours < 72:
        words = gettext(N_("%(h)s h"), h=hours)
    else:
        words = gettext(N_("%(n)s days"), n=hours // 24)
    return words


def when(moment: datetime, now: datetime) -> str:
    """The time; with the weekday or the date when it is not today."""
    local, today = moment.astimezone(PLANT_ZONE), now.astimezone(PLANT_ZONE).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    if abs(local.date() - today) <= WEEK:
        return format_datetime(local, "EEE HH:mm", locale=get_locale())
    return f"{local:%Y-%m-%d %H:%M}"
