"""Chinese and English: which one a visitor wants, and how values read in it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, g, request
from flask_babel import Babel, get_locale, gettext

from ..trace.errors import N_, LotmarkError
from . import recall_words
from .notice_words import NOTICE, NOTICE_STEP
from .words import (
    CODE_ORDER,
    COMPLAINT,
    COUNT,
    DISPOSITION_STATE,
    HOLD,
    LABELS,
    LINE,
    LINE_STEP,
    LOT,
    RECORDS,
    UNIT,
    Word,
)

LANGUAGES = ("zh", "en")
PLANT_ZONE = ZoneInfo("Asia/Shanghai")
COOKIE = "lang"


def _states(words: Mapping[str, Word]) -> dict[str, str]:
    return {state: word for state, (_, word) in words.items()}


SPOKEN: dict[str, dict[str, str]] = {
    "": {
        **_states(LOT | LINE),
        "product": N_("Product"),
        "ingredient": N_("An ingredient"),
        "packaging": N_("Packaging"),
        **RECORDS,
        **LABELS,
    },
    "batch": {
        **_states(LOT),
        "batch": N_("Batch"),
        "start": N_("Open a batch"),
        "finish": N_("Finish batch"),
        "test": N_("Test"),
        "release": N_("Release"),
        "reject": N_("Reject"),
        "close": N_("Close the batch"),
    },
    "unit": {
        **_states(UNIT),
        "unit": N_("The unit"),
        "close": N_("Seal it"),
        "reopen": N_("Open again"),
        "dissolve": N_("Take apart"),
    },
    "count": {
        **_states(COUNT),
        "count": N_("The count"),
        "submit": N_("Hand the count in"),
        "book": N_("Sign: book the differences"),
        "cancel": N_("Give the count up"),
    },
    "code_order": {
        **_states(CODE_ORDER),
        "code_order": N_("The order of codes"),
        "return": N_("Note the delivery"),
    },
    "notice": {**_states(NOTICE), **NOTICE_STEP},
    "line": {**_states(LINE), "line": N_("The line"), **LINE_STEP},
    "hold": {
        **_states(HOLD),
        "hold": N_("The hold"),
        "propose": N_("Ask to lift the hold"),
        "decline": N_("Leave the hold in force"),
        "release": N_("Sign: lift the hold"),
    },
    "disposition": {
        **_states(DISPOSITION_STATE),
        "disposition": N_("The disposition"),
        "approve": N_("Approve"),
        "decline": N_("Decline"),
        "withdraw": N_("Withdraw it"),
        "carry_out": N_("Carry it out"),
        "scrap": N_("Carry it out"),
    },
    "complaint": {
        **_states(COMPLAINT),
        "complaint": N_("The complaint"),
        "acknowledge": N_("Accept"),
        "investigate": N_("Begin the trace verification"),
        "propose_answer": N_("Propose an answer"),
        "close": N_("Close the case"),
        "mark_invalid": N_("Put the case aside"),
    },
    "recall": recall_words.SPOKEN,
    "signal": {
        **_states(recall_words.SIGNAL),
        "signal": N_("The signal"),
        "confirm": N_("Confirm"),
        "dismiss": N_("Dismiss"),
    },
}
"""Words for the codes that stand in errors, by the name of the ``flow.Machine``; the
first are for errors of no machine. English sentences keep the codes, as machines do."""
SPOKEN_PLACES = frozenset(
    {"machine", "state", "step", "sources", "status", "kind", "kinds", "what"}
)


def set_up(app: Flask) -> None:
    """Install the choice of language and the filters that templates use."""
    app.config["BABEL_DEFAULT_LOCALE"] = "zh"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(
        app.config["WEB_FOLDER"] / "translations"
    )
    Babel(app, locale_selector=choose_language)
    app.jinja_env.globals |= {
        "here": here,
        "language": language,
        "local": local,
        "say": say,
    }
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


def here() -> str:
    """The page to come back to: after a refused form, the one the form was on."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    came_from = urlsplit(request.referrer or "")
    return came_from.path if came_from.netloc == request.host else "/"


def language() -> str:
    """``zh`` or ``en``."""
    return str(get_locale())[:2]


def local(row: Any, field: str) -> str:
    """A row's text in the visitor's language, or in the other when it has none."""
    ours: str = getattr(row, field)
    theirs: str = getattr(row, f"{field}_en")
    return (theirs or ours) if language() == "en" else (ours or theirs)


def say(error: LotmarkError) -> str:
    """An error's sentence in the visitor's language, its states and steps as words."""
    if language() == "en":
        return str(error)
    words = SPOKEN.get(str(error.params.get("machine", "")), {})
    places = {
        place: _in_words(str(value), words) if place in SPOKEN_PLACES else value
        for place, value in error.params.items()
    }
    sentence: str = gettext(error.text)
    return sentence % places


def _in_words(codes: str, words: Mapping[str, str]) -> str:
    """``received, acknowledged`` as the words for them; other text as it is."""
    return "、".join(
        gettext(words[code]) if code in words else code for code in codes.split(", ")
    )


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
