"""One recall: how it stands, the next step with its consequences, and its history."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from flask import redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from ...recall.recalls import queries
from ...recall.recalls.clocks import ClockView
from ...recall.recalls.queries import Case
from ...recall.recalls.rulesets import jurisdictions
from ...recall.recalls.tables import LEVELS, RecallAttestation
from ...trace import clock, files
from ...trace.db import Session
from ...trace.errors import N_, LotmarkError, NotFound
from ...trace.files import StoredFile
from ...trace.people import name_of
from ..buckets import COLOURS, WORDS
from ..current import house
from ..problems import status_of
from .room import room

Step = Callable[[Session, datetime], object]
MOST_CONSIGNEES = 20
MOST_CLOCKS = 4


@room.get("/recall/<number>")
def case(number: str) -> ResponseReturnValue:
    return page(number)


@room.get("/recall/<number>/files/<sha256>")
def file(number: str, sha256: str) -> ResponseReturnValue:
    """A file under an attestation; other stored files are not shown here."""
    with house().plant.reading() as session:
        recall = queries.case(session, number, clock.now()).recall
        named = sa.select(RecallAttestation).where(
            RecallAttestation.recall_id == recall.id,
            RecallAttestation.sha256 == sha256,
        )
        signed = session.scalars(named.limit(1)).first()
        row = session.get(StoredFile, sha256) if signed else None
    if row is None:
        raise NotFound("file_unknown", N_("There is no such file."))
    path = files.path_of(house().settings.files, sha256).resolve()
    return send_file(path, mimetype=row.media_type, max_age=0)


def take(number: str, step: Step) -> ResponseReturnValue:
    """Take a step and show the recall; a refusal stands there, what was typed stays."""
    try:
        with house().plant.writing() as session:
            step(session, clock.now())
    except NotFound:
        raise
    except LotmarkError as error:
        return page(number, error), status_of(error)
    return redirect(url_for("recalls.case", number=number))


def page(number: str, error: LotmarkError | None = None) -> str:
    with house().plant.reading() as session:
        found = queries.case(session, number, clock.now())
        scopes = queries.usable_scopes(session, found.recall)
        names = _names(session, found)
    return render_template(
        "recalls/case.html",
        case=found,
        recall=found.recall,
        tiles=_tiles(found.clocks),
        scopes=scopes,
        names=names,
        buckets=_buckets(found),
        levels=LEVELS,
        elsewhere=_elsewhere(found),
        most_shown=MOST_CONSIGNEES,
        error=error,
    )


def _tiles(clocks: tuple[ClockView, ...]) -> tuple[ClockView, ...]:
    """The most urgent open ones; what is met fills the row."""
    return clocks[:MOST_CLOCKS]


def _elsewhere(found: Case) -> list[str]:
    mine = {place.jurisdiction for place in found.places}
    return [name for name in jurisdictions() if name not in mine]


def _buckets(found: Case) -> list[dict[str, object]]:
    """Where the units of the scope were when it was frozen; empty ones are left out."""
    if found.scope is None:
        return []
    return [
        {
            "word": WORDS[one["place"]],
            "colour": COLOURS[one["place"]],
            "min": one["min"],
            "max": one["max"],
        }
        for one in found.scope.document["positions"]
        if one["max"]
    ]


def _names(session: Session, found: Case) -> dict[str, str]:
    logins = {found.recall.opened_by, found.recall.asked_by, found.signal.aware_by}
    logins |= {found.signal.asked_by}
    for version in found.versions:
        logins |= {version.proposed_by, version.locked_by, version.accepted_by}
    for event in found.events:
        logins |= {event.actor, event.first_by, event.countersigned_by}
    logins |= {one.signed_by for one in found.attestations}
    return {login: name_of(session, login) for login in logins if login}
