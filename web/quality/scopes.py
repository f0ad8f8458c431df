"""What is affected: the facts as a form, the answer with reasons and whereabouts."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ...recall.scope.criteria import (
    ORIGINS,
    Criteria,
    Criterion,
    Cycle,
    InputLot,
    LineWindow,
    LotCriterion,
)
from ...recall.scope.reasons import Reason
from ...recall.scope.service import Scope, compute_scope
from ...recall.scope.whereabouts import OWN
from ...trace import clock
from ...trace.errors import N_, InvalidInput, LotmarkError
from ...trace.parties.lots import find_line, find_lot
from ...trace.parties.tables import Line
from ...trace.production.cycles import find_cycle
from ..current import actor, house
from ..forms import text_argument
from ..i18n import moment
from ..problems import status_of
from .buckets import COLOURS, WORDS
from .room import room

FIELDS = ("lot", "input_lot", "cycle", "line", "from", "to")
MOST_TYPED = 80
MOST_DECIDED = 500


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
    now = clock.now()
    typed = {name: text_argument(name, MOST_TYPED) for name in FIELDS}
    counted = request.args.getlist("count", type=int)[:MOST_DECIDED]
    decided = dict.fromkeys(counted, True)
    found, error = None, None
    with house().plant.reading() as session:
        lines = session.scalars(sa.select(Line).order_by(Line.site_id, Line.code))
        known = lines.unique().all()
        if any(typed.values()):
            try:
                found = compute_scope(session, _criteria(session, typed), now, decided)
            except LotmarkError as refused:
                error = refused
    page = render_template(
        "quality/scope.html",
        typed=typed,
        origin=request.args.get("origin", "unknown"),
        origins=ORIGINS,
        lines=known,
        scope=found,
        parts_of=_parts(found) if found else [],
        decided=decided,
        tell=tell,
        error=error,
    )
    return page, status_of(error) if error else 200


def tell(reason: Reason) -> str:
    """A reason in the visitor's language, its times at the plant's clock."""
    sentence: str = gettext(reason.template)
    return sentence % {key: _shown(value) for key, value in reason.params}


def _shown(value: int | str) -> int | str:
    if isinstance(value, str) and value.endswith("Z") and "T" in value:
        return moment(datetime.fromisoformat(value))
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


def _criteria(session: Session, typed: dict[str, str]) -> Criteria:
    facts: list[Criterion] = []
    if typed["lot"]:
        facts.append(LotCriterion(find_lot(session, typed["lot"]).id))
    if typed["input_lot"]:
        facts.append(InputLot(find_lot(session, typed["input_lot"]).id))
    if typed["cycle"]:
        facts.append(Cycle(find_cycle(session, typed["cycle"]).id))
    if typed["line"] or typed["from"] or typed["to"]:
        facts.append(_window(session, typed))
    return Criteria(tuple(facts), request.args.get("origin", "unknown"))


def _window(session: Session, typed: dict[str, str]) -> LineWindow:
    if not (typed["line"] and typed["from"] and typed["to"]):
        raise InvalidInput(
            "scope_window_incomplete",
            N_("A line needs both times: from when to when it is suspect."),
        )
    line = find_line(session, typed["line"])
    zone = ZoneInfo(line.site.time_zone)
    try:
        start, end = (
            datetime.fromisoformat(typed[name]).replace(tzinfo=zone)
            for name in ("from", "to")
        )
    except ValueError:
        raise InvalidInput(
            "time_invalid",
            N_("Write times like 2026-11-24T10:00, at the plant's clock."),
        ) from None
    return LineWindow(line.id, start, end)
