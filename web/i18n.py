"""Chinese and English: which one a visitor wants, and how values read in it."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g, request
from flask_babel import Babel, get_locale, gettext

from ..trace.errors import LotmarkError

LANGUAGES = ("zh", "en")
PLANT_ZONE = ZoneInfo("Asia/Shanghai")
COOKIE = "lang"


def set_up(app: Flask) -> None:
    """Install the choice of language and the filters that templates use."""
    app.config["BABEL_DEFAULT_LOCALE"] = "zh"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(
        app.config["WEB_FOLDER"] / "translations"
    )
    Babel(app, locale_selector=choose_language)
    app.jinja_env.globals |= {"language": language, "local": local, "say": say}
    app.jinja_env.filters |= {
        "moment": moment,
        "day": day,
        "n": grouped,
        "serial": spaced,
    }


def choose_language() -> str:
    """The language of this request: the switch, else the browser's, else Chinese."""
    if "language" not in g:
        asked = request.args.get("lang") or request.cookies.get(COOKIE)
        best = request.accept_languages.best_match(
            ["zh-CN", "zh", "zh-Hans", "en"], "zh"
        )
        g.language = asked if asked in LANGUAGES else best[:2]
    chosen: str = g.language
    return chosen


def language() -> str:
    """``zh`` or ``en``."""
    return str(get_locale())[:2]


def local(row: Any, field: str) -> str:
    """A row's text in the visitor's language, or in the other when it has none."""
    ours: str = getattr(row, field)
    theirs: str = getattr(row, f"{field}_en")
    return (theirs or ours) if language() == "en" else (ours or theirs)


def say(error: LotmarkError) -> str:
    """An error's sentence in the visitor's language."""
    sentence: str = gettext(error.text)
    return sentence % error.params


def moment(value: datetime, zone: str | None = None) -> str:
    """``2026-11-24 10:02`` at the plant."""
    return value.astimezone(ZoneInfo(zone) if zone else PLANT_ZONE).strftime(
        "%Y-%m-%d %H:%M"
    )


def day(value: date | None) -> str:
    return value.isoformat() if value else "–"


def grouped(value: int) -> str:
    """``12,000``."""
    return f"{value:,}"


def spaced(serial: str) -> str:
    """A serial in groups of four."""
    return " ".join(serial[i : i + 4] for i in range(0, len(serial), 4))
