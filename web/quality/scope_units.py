"""All affected cases and pallets of a scope, as a file to look for them with."""

from flask import Response, request
from flask.typing import ResponseReturnValue

from ...recall.scope.saved import decisions, find_scope
from ...recall.scope.service import Scope, compute_scope
from ...recall.scope.units import AffectedUnit, affected_units
from ...recall.scope.wording import read_criteria
from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, NotFound
from ...trace.exchange.exports import FORMATS, write_table
from ..current import actor, house
from ..forms import text_argument
from ..i18n import local
from .asked import read_asked
from .room import room

COLUMNS = (
    *("sscc", "level", "on_pallet", "place", "place_name", "shipment"),
    *("packs_at_most", "lots", "others"),
)
"""Of the file: ``lots`` are the affected batches in it, ``others`` what else is."""


@room.get("/quality/scope/units.<form>")
def units_file(form: str) -> ResponseReturnValue:
    """The cases and pallets of what the address asks."""
    actor().require("scope.compute")
    asked = read_asked(text_argument, request.args)
    with house().plant.reading() as session:
        criteria = asked.criteria(session)
        found = compute_scope(session, criteria, clock.now(), asked.decided)
        return _file(session, found, "units", form)


@room.get("/quality/scopes/<number>/units.<form>")
def kept_units_file(number: str, form: str) -> ResponseReturnValue:
    """The cases and pallets of a kept scope, where they are now."""
    actor().require("scope.compute")
    with house().plant.reading() as session:
        saved = find_scope(session, number)
        criteria = read_criteria(session, saved.criteria)
        decided = decisions(session, saved)
        found = compute_scope(session, criteria, clock.now(), decided)
        return _file(session, found, f"{saved.number}-units", form)


def _file(session: Session, found: Scope, name: str, form: str) -> Response:
    if form not in FORMATS:
        raise NotFound(
            "format_unknown",
            N_("A list is kept as csv or xlsx, not %(form)s."),
            form=form,
        )
    counted = {lot.lot_id: lot.items for lot in found.lots if lot.counted}
    units = affected_units(session, counted, most=None).listed
    content = b"".join(write_table("units", COLUMNS, map(_row, units), form))
    return Response(
        content,
        content_type=FORMATS[form],
        headers={
            "Content-Disposition": f"attachment; filename={name}.{form}",
            "Cache-Control": "private, no-store",
        },
    )


def _row(one: AffectedUnit) -> list[str | int]:
    place = one.place, local(one, "name") if one.place else ""
    inside = one.quantity, " ".join(one.lots), " ".join(one.others)
    return [one.sscc, one.level, one.parent, *place, one.shipment, *inside]
