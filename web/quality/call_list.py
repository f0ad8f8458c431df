"""Whom to ring about a scope, as a file to hand round or to send."""

from flask import Response, request
from flask.typing import ResponseReturnValue

from ...recall.scope.saved import decisions, find_scope
from ...recall.scope.service import Scope, compute_scope
from ...recall.scope.wording import read_criteria
from ...trace import clock
from ...trace.exchange.exports import FORMATS, write_csv
from ..current import actor, house
from ..forms import text_argument
from ..i18n import local
from .asked import read_asked
from .room import room

COLUMNS = (
    "consignee",
    "name",
    "region",
    "contact",
    "phone",
    "email",
    "there_at_least",
    "there_at_most",
    "coming",
    "ever_sent",
    "shipments",
    "batch_unknown",
    "batch_unknown_shipments",
)
"""Of the file; quantities are packs."""


@room.get("/quality/scope/consignees.csv")
def call_list() -> ResponseReturnValue:
    """The consignees of what the address asks."""
    actor().require("scope.compute")
    asked = read_asked(text_argument, request.args)
    with house().plant.reading() as session:
        criteria = asked.criteria(session)
        found = compute_scope(session, criteria, clock.now(), asked.decided)
    return _file(found, "consignees")


@room.get("/quality/scopes/<number>/consignees.csv")
def kept_call_list(number: str) -> ResponseReturnValue:
    """The consignees of a kept scope, where its goods are now."""
    actor().require("scope.compute")
    with house().plant.reading() as session:
        saved = find_scope(session, number)
        criteria = read_criteria(session, saved.criteria)
        decided = decisions(session, saved)
        found = compute_scope(session, criteria, clock.now(), decided)
    return _file(found, f"{saved.number}-consignees")


def _file(found: Scope, name: str) -> Response:
    rows: list[list[str | int]] = [
        [
            one.code,
            local(one, "name"),
            one.region,
            one.contact,
            one.phone,
            one.email,
            one.quantity_min,
            one.quantity_max,
            one.coming,
            one.shipped,
            " ".join(one.shipments),
            one.unbatched,
            " ".join(one.unbatched_with),
        ]
        for one in found.whereabouts.consignees
    ]
    return Response(
        b"".join(write_csv(COLUMNS, rows)),
        mimetype=FORMATS["csv"],
        headers={
            "Content-Disposition": f"attachment; filename={name}.csv",
            "Cache-Control": "private, no-store",
        },
    )
