"""The page of one lot, fresh or after a refused form: what was typed stays."""

from collections.abc import Callable, Iterable
from datetime import datetime

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, LotmarkError, NotFound
from ...trace.parties.tables import Lot
from ...trace.people import name_of
from ...trace.production import consumption, inspections, papers
from ...trace.production.stretches import Tail
from ...trace.production.tails import find_tails
from ...trace.stock.holds import IN_FORCE
from ..buckets import COLOURS
from ..current import house
from ..once import book_once
from ..problems import status_of
from ..uploads import ACCEPTED, kept_uploads
from .dossier import Dossier, dossier_of
from .lists import HoldLine, holds_of
from .signing import why_not

MOST_REASON = 1000
FINDINGS = 5
"""Lines for findings an empty form has."""

Step = Callable[[Session, datetime], object]


def take(lot_id: int, step: Step, anchor: str | None = None) -> ResponseReturnValue:
    """Take a step and show the lot; a refusal shows there, and what was typed stays."""

    def deed(session: Session) -> str:
        step(session, clock.now())
        return url_for("quality.lot", lot_id=lot_id, _anchor=anchor)

    try:
        return book_once(deed)
    except LotmarkError as error:
        return refused(lot_id, error)


def refused(lot_id: int, error: LotmarkError) -> ResponseReturnValue:
    """The page of a lot with why its form was refused."""
    with house().plant.reading() as session:
        return page(session, lot_id, error), status_of(error)


def page(session: Session, lot_id: int, error: LotmarkError | None = None) -> str:
    """The page of a lot."""
    now = clock.now()
    lot = find(session, lot_id)
    dossier = dossier_of(session, lot, now.date())
    holds = holds_of(session, lot_id)
    return render_template(
        "quality/lot.html",
        dossier=dossier,
        record=dossier.record,
        lot=lot,
        holds=holds,
        in_force=[line for line in holds if line.first.state in IN_FORCE],
        names=_names(session, holds, dossier),
        why_not=why_not,
        colours=COLOURS,
        reason=request.form.get("reason") or request.args.get("why", "")[:MOST_REASON],
        hazard=request.form.get("hazard", ""),
        most=MOST_REASON,
        error=error,
        kinds=inspections.KINDS[lot.own],
        paper_kinds=papers.KINDS,
        takes_more=lot.own and lot.status in consumption.OPEN,
        findings=max(FINDINGS, len(request.form.getlist("parameter"))),
        accepted=ACCEPTED,
        tails=_tails(session, lot),
        kept=kept_uploads(),
    )


def find(session: Session, lot_id: int) -> Lot:
    """The lot of that id. Raises NotFound."""
    found = session.get(Lot, lot_id)
    if found is None:
        raise NotFound("lot_unknown", N_("No lot %(lot)s is recorded."), lot=lot_id)
    return found


def _tails(session: Session, lot: Lot) -> list[tuple[Tail, Lot]]:
    """Labels that contradict its runs, or another batch's, with that other batch."""
    found = find_tails(session, [lot.id])
    others = [one.product if one.labels == lot.id else one.labels for one in found]
    return [
        (tail, session.get_one(Lot, other))
        for tail, other in zip(found, others, strict=True)
    ]


def names_of_holds(session: Session, holds: Iterable[HoldLine]) -> dict[str, str]:
    """The display names of everybody who signed something of these holds."""
    return _named(
        session,
        (
            login
            for line in holds
            for row in line.holds
            for login in (row.placed_by, row.requested_by, row.released_by)
        ),
    )


def _names(session: Session, holds: list[HoldLine], dossier: Dossier) -> dict[str, str]:
    record = dossier.record
    people = {one.actor for one in record.inspections}
    if record.label_count is not None:
        people |= {record.label_count.signed_by, record.label_count.qa_by or ""}
    people |= {one.actor for one in record.papers}
    people |= {one.kept_by for one in record.samples}
    return names_of_holds(session, holds) | _named(session, people)


def _named(session: Session, logins: Iterable[str | None]) -> dict[str, str]:
    return {login: name_of(session, login) for login in set(logins) if login}
