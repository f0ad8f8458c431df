"""Checks whether a recall reached people: a random sample, and what was found."""

import sqlalchemy as sa
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...recall.quarantine.answers import MOST_NAME, MOST_TEXT
from ...recall.quarantine.effectiveness import (
    CHECK,
    coverage,
    draw_sample,
    record_check,
)
from ...recall.quarantine.reckoning import percent
from ...recall.recalls.cases import find_recall
from ...trace import clock
from ...trace.among import among
from ...trace.db import Session
from ...trace.errors import LotmarkError
from ...trace.parties.tables import Partner
from ..current import actor, house
from ..forms import choice_field, number_field, text_field
from ..once import book_once
from ..problems import status_of
from .consignee import BY_STAFF
from .room import MOST_ID, room

DEEDS = ("draw", "check")
FOUND = ("received", "understood", "acted")


@room.get("/recall/<number>/effectiveness")
def checks(number: str) -> ResponseReturnValue:
    with house().plant.reading() as session:
        return _page(session, number)


@room.post("/recall/<number>/effectiveness")
def check(number: str) -> ResponseReturnValue:
    """Draw the sample, or note what a check found."""
    actor().require(CHECK)

    def deed(session: Session) -> str:
        recall, now = find_recall(session, number), clock.now()
        if choice_field("deed", DEEDS) == "draw":
            draw_sample(session, recall, actor(), now)
        else:
            record_check(
                session,
                recall,
                number_field("partner", 1, MOST_ID),
                actor(),
                now,
                method=choice_field("way", BY_STAFF),
                **{name: name in request.form for name in FOUND},
                spoke_with=text_field("spoke_with", MOST_NAME),
                text=text_field("text", MOST_TEXT),
            )
        return url_for("recovery.checks", number=number)

    try:
        return book_once(deed)
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _page(session, number, error), status_of(error)


def _page(session: Session, number: str, error: LotmarkError | None = None) -> str:
    recall = find_recall(session, number)
    found = coverage(session, recall)
    partners = session.scalars(
        sa.select(Partner).where(among(Partner.id, found.required))
    )
    return render_template(
        "recovery/effectiveness.html",
        recall=recall,
        found=found,
        partners={one.id: one for one in partners},
        percent=percent,
        by_staff=BY_STAFF,
        error=error,
    )
