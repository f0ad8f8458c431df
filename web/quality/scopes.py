"""What is affected: the facts as a form, the answer with reasons and whereabouts."""

from dataclasses import dataclass
from datetime import datetime

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ...recall.scope.actions import ACTIONS, LABELS, SUSPECT
from ...recall.scope.buckets import OWN
from ...recall.scope.criteria import ORIGINS
from ...recall.scope.reasons import Reason
from ...recall.scope.scans import SENTENCES, Scan
from ...recall.scope.service import Scope, compute_scope
from ...recall.scope.unbatched import SENTENCE, Possible
from ...trace import clock
from ...trace.errors import LotmarkError
from .. import words
from ..buckets import COLOURS, WORDS
from ..current import actor, house
from ..forms import text_argument
from ..i18n import moment
from ..problems import status_of
from .asked import Asked, Choices, choices, read_asked
from .room import room


@dataclass(frozen=True, slots=True)
class Part:
    """One share of the whole."""

    place: str
    word: str
    colour: str
    least: int
    most: int
    percent: float
    """Of ``made``, by the least."""
    ours: bool
    """In our own hands."""


@room.get("/quality/scope")
def scope() -> ResponseReturnValue:
    actor().require("scope.compute")
    asked = read_asked(text_argument, request.args)
    with house().plant.reading() as session:
        return answer(session, asked)


def answer(
    session: Session, asked: Asked, error: LotmarkError | None = None
) -> ResponseReturnValue:
    """The page that answers what is asked, or says why it cannot."""
    found = None
    if asked.anything and error is None:
        try:
            criteria = asked.criteria(session)
            found = compute_scope(session, criteria, clock.now(), asked.decided)
        except LotmarkError as refused:
            error = refused
    page = show(found, asked=asked, offered=choices(session), error=error)
    return page, status_of(error) if error else 200


def show(
    found: Scope | None,
    *,
    asked: Asked | None = None,
    offered: Choices | None = None,
    kept: object = None,
    error: LotmarkError | None = None,
) -> str:
    """The page of a scope, beside the form that asked for it or the one kept."""
    return render_template(
        "quality/scope.html",
        scope=found,
        asked=asked,
        choices=offered,
        kept=kept,
        error=error,
        parts_of=_parts(found) if found else [],
        origins=ORIGINS,
        actions=ACTIONS,
        beside=(LABELS, SUSPECT),
        tell=tell,
        tell_scan=tell_scan,
        tell_possible=tell_possible,
    )


def tell(reason: Reason) -> str:
    """A reason in the visitor's language, its times at the plant's clock."""
    sentence: str = gettext(reason.template)
    return sentence % {key: _shown(key, value) for key, value in reason.params}


def tell_scan(scan: Scan) -> str:
    """What a scan would buy, in the visitor's language."""
    sentence: str = gettext(SENTENCES[scan.code])
    return sentence % scan.params


def tell_possible(one: Possible) -> str:
    """Why a consignee may have some, in the visitor's language."""
    sentence: str = gettext(SENTENCE)
    return sentence % one.params


def _shown(key: str, value: int | str) -> int | str:
    if key == "measured":
        return str(gettext(words.CHECK[str(value)]))
    if key in ("start", "end"):
        return moment(datetime.fromisoformat(str(value)))
    return value


def _parts(scope: Scope) -> list[Part]:
    return [
        Part(
            here.place,
            WORDS[here.place],
            COLOURS[here.place],
            here.quantity_min,
            here.quantity_max,
            100 * here.quantity_min / scope.made if scope.made else 0,
            here.place == "own" or here.place in OWN,
        )
        for here in scope.whereabouts.positions
    ]
