"""Packs that somebody read at a place: what was open about where they are is known."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, InvalidInput, LotmarkError
from ...trace.identity.items import EMPTY, ItemSet
from ...trace.parties.lots import find_place, lock_lots
from ...trace.stock.service import identify_items
from ...trace.stock.stores import own_places
from ...trace.stock.units import items_of_units
from ..current import actor, house
from ..forms import scan_field, text_field
from ..once import book_once
from ..problems import status_of
from .goods import read_goods
from .room import MOST_GOODS, room

MOST_CODE = 60
"""Characters of a place's code."""


@room.get("/stock/seen")
def seen_form() -> ResponseReturnValue:
    actor().require("stock.move")
    return _page()


@room.post("/stock/seen")
def seen_now() -> ResponseReturnValue:
    actor().require("stock.move")
    try:
        return book_once(_note)
    except LotmarkError as error:
        return _page(error), status_of(error)


def _note(session: Session) -> str:
    place = find_place(session, text_field("place", MOST_CODE))
    seen = _packs(session)
    lock_lots(session, seen)
    for lot_id, items in sorted(seen.items()):
        identify_items(
            session,
            lot_id,
            place.id,
            items,
            all_read="all" in request.form,
            reason="seen",
            actor=actor(),
            now=clock.now(),
        )
    return url_for("stock.seen_form", place=place.code, done="yes")


def _packs(session: Session) -> dict[int, ItemSet]:
    """The packs that were read, by lot, also those in the cases that were read."""
    goods = read_goods(session, house().keys, scan_field("goods", MOST_GOODS))
    goods.cargo(0)  # refuses a list with lines that cannot be read
    seen = {
        lot_id: inside.items
        for lot_id, inside in items_of_units(
            session, [node.unit.sscc for node in goods.nodes]
        ).items()
    }
    for lot, loose in goods.loose:
        if loose.unscanned:
            raise InvalidInput(
                "packs_not_read",
                N_(
                    "Of lot %(lot)s a count was given. Here packs are read one by one: "
                    "scan their codes, or write their numbers as %(lot)s #0-39."
                ),
                lot=lot.code,
            )
        seen[lot.id] = seen.get(lot.id, EMPTY) | loose.items
    return seen


def _page(error: LotmarkError | None = None) -> str:
    with house().plant.reading() as session:
        return render_template(
            "stock/seen.html",
            places=[place for place, _ in own_places(session)],
            form=request.form or request.args,
            done="done" in request.args and error is None,
            error=error,
        )
