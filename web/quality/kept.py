"""Scopes that are kept: whether they still hold, what changed, and a new version."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ...recall.scope.saved import (
    NARROW,
    Change,
    agree_to_narrowing,
    changes_since,
    changes_to,
    decisions,
    find_scope,
    list_scopes,
    renew_scope,
    save_scope,
)
from ...recall.scope.service import compute_scope
from ...recall.scope.tables import SavedScope
from ...recall.scope.wording import read_criteria
from ...trace import clock
from ...trace.errors import N_, LotmarkError
from ...trace.people import name_of
from .. import words
from ..current import actor, house
from ..forms import text_field
from ..i18n import moment
from ..problems import status_of
from .asked import read_asked
from .room import room
from .scopes import answer, show

MOST_TITLE = 120
MOST_SHOWN = 200

FACTS = {
    "lot": N_("Batch said to be unsafe"),
    "items": N_("Items"),
    "complaint": N_("Complaint"),
    "input_lot": N_("Ingredient or packaging lot"),
    "supplier": N_("Supplier"),
    "received": N_("Received from, until"),
    "line": N_("Line"),
    "start": N_("from"),
    "end": N_("until"),
    "cycle": N_("Retort load or tank"),
    "equipment": N_("Retort, kettle or chiller"),
    "cleaning": N_("Cleaning that failed"),
    "check": N_("Check that failed"),
    "produced": N_("Produced from, until"),
    "article": N_("Product"),
    "site": N_("Site"),
    "on_line": N_("Line"),
    "artwork": N_("Artwork version"),
    "shipment": N_("Shipment"),
    "place": N_("Storage place"),
    "consignee": N_("Consignee"),
    "unit": N_("Case or pallet"),
}
"""Fields of written criteria, in the order they are shown."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept scope beside the one of today."""

    saved: SavedScope
    by: str
    agreed: str
    """Name of the second person who agreed that it is narrowed, or nothing."""
    stale: bool
    """It would be another one today."""
    since: tuple[Change, ...]
    """How today's differs from it."""
    before: SavedScope | None
    """The version it replaced."""
    to: tuple[Change, ...]
    """How it differs from that."""
    facts: list[list[tuple[str, str]]]
    """Each fact as words and values."""


@room.get("/quality/scopes")
def scopes() -> ResponseReturnValue:
    actor().require("scope.compute")
    with house().plant.reading() as session:
        kept = list_scopes(session, MOST_SHOWN)
        names = {one.computed_by: name_of(session, one.computed_by) for one in kept}
    return render_template(
        "quality/scopes.html", kept=kept, names=names, most=MOST_SHOWN
    )


@room.post("/quality/scopes")
def save() -> ResponseReturnValue:
    actor().require("scope.compute")
    asked = read_asked(text_field, request.form)
    try:
        title = text_field("title", MOST_TITLE)
        with house().plant.writing() as session:
            criteria = asked.criteria(session)
            number = save_scope(
                session, criteria, title, actor(), clock.now(), asked.decided
            ).number
    except LotmarkError as error:
        with house().plant.reading() as session:
            return answer(session, asked, error)
    return redirect(url_for("quality.kept_scope", number=number))


@room.get("/quality/scopes/<number>")
def kept_scope(number: str) -> ResponseReturnValue:
    actor().require("scope.compute")
    with house().plant.reading() as session:
        saved = find_scope(session, number)
        try:
            criteria = read_criteria(session, saved.criteria)
            decided = decisions(session, saved)
            found = compute_scope(session, criteria, clock.now(), decided)
            kept = _kept(session, saved, found.hash != saved.hash)
        except LotmarkError as error:  # what it names is gone
            kept = _kept(session, saved, True, gone=True)
            return show(None, kept=kept, error=error), status_of(error)
        return show(found, kept=kept)


@room.post("/quality/scopes/<number>/renew")
def renew(number: str) -> ResponseReturnValue:
    """The same facts, computed anew as the next version."""
    actor().require("scope.compute")
    with house().plant.writing() as session:
        new = renew_scope(session, number, actor(), clock.now()).number
    return redirect(url_for("quality.kept_scope", number=new))


@room.post("/quality/scopes/<number>/agree")
def agree(number: str) -> ResponseReturnValue:
    """The second signature under a scope narrowed below the batch."""
    actor().require(NARROW)
    with house().plant.writing() as session:
        agree_to_narrowing(session, number, actor(), clock.now())
    return redirect(url_for("quality.kept_scope", number=number))


def _kept(
    session: Session, saved: SavedScope, stale: bool, *, gone: bool = False
) -> Kept:
    before = session.get(SavedScope, saved.previous_id) if saved.previous_id else None
    return Kept(
        saved,
        name_of(session, saved.computed_by),
        name_of(session, saved.agreed_by) if saved.agreed_by else "",
        stale,
        changes_since(session, saved) if stale and not gone else (),
        before,
        changes_to(session, saved),
        [_told(fact) for fact in saved.criteria["facts"]],
    )


def _told(fact: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (gettext(word), " · ".join(_shown(name, text) for text in _texts(fact[name])))
        for name, word in FACTS.items()
        if name in fact
    ]


def _texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else [text for text in value if text]


def _shown(name: str, text: str) -> str:
    if name in ("start", "end", "cleaning", "check") and text.endswith("Z"):
        return moment(datetime.fromisoformat(text))
    if name == "cleaning":
        return str(gettext(words.CLEANING.get(text, text)))
    if name == "check":
        return str(gettext(words.CHECK.get(text, text)))
    if name in ("received", "produced"):
        return date.fromisoformat(text).isoformat()
    return text
