"""The list of lists, one list, and its files."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from ...trace import clock
from ...trace.db import Database
from ...trace.errors import N_, NotFound
from ...trace.exchange.exports import FORMATS, write_list
from ...trace.exchange.lists.query import (
    MOST_COUNTED,
    Asked,
    Cell,
    count_rows,
    options_of,
    read_page,
)
from ...trace.exchange.lists.shape import Column, Listing
from ..asking import arguments, read_asked
from ..current import actor, house
from ..forms import text_argument
from ..i18n import PLANT_ZONE
from ..registry import ALL, GROUPS, find_listing
from .room import room
from .words import word_of

__all__ = ["file", "index", "listing", "room"]

MOST_CURSOR = 600
GOODS_OF = {"supplier": ("lots", "supplier"), "consignee": ("shipments", "partner")}
"""Where the goods of a partner stand: list and filter."""


@room.get("/records")
def index() -> ResponseReturnValue:
    """Every list with the number of its rows."""
    seen = [listing for listing in ALL if actor().may(listing.right)]
    with house().plant.reading() as session:
        counts = {one.name: count_rows(session, one, Asked()) for one in seen}
    return render_template(
        "records/index.html",
        listings=seen,
        counts=counts,
        groups=GROUPS,
        most=MOST_COUNTED,
    )


@room.get("/records/<list_name>")
def listing(list_name: str) -> ResponseReturnValue:
    found = _find(list_name)
    asked = read_asked(found)
    after, before = (text_argument(which, MOST_CURSOR) for which in ("after", "before"))
    with house().plant.reading() as session:
        page = read_page(session, found, asked, after, before)
        count = count_rows(session, found, asked)
        among = {each.among for each in found.filters if each.among}
        options = {name: options_of(session, name) for name in sorted(among)}
    return render_template(
        "records/listing.html",
        listing=found,
        asked=asked,
        chosen=arguments(asked),
        narrowed=_narrowed(found, asked),
        page=page,
        count=count,
        most=MOST_COUNTED,
        options=options,
        word_of=word_of,
        target=_target,
        address=_address,
        turned=_turned,
    )


@room.get("/records/<list_name>/<form>")
def file(list_name: str, form: str) -> ResponseReturnValue:
    """The rows asked for as a file, sent while they are read."""
    found = _find(list_name)
    if form not in FORMATS:
        raise NotFound(
            "format_unknown",
            N_("A list is kept as csv or xlsx, not %(form)s."),
            form=form,
        )
    content = _content(house().plant, found, read_asked(found), form)
    # The first piece is read before the answer begins: a refusal is still a page.
    started = chain([next(content)], content)
    today = clock.now().astimezone(PLANT_ZONE)
    name = f"{found.name}-{today:%Y%m%d-%H%M}.{form}"
    return Response(
        started,
        content_type=FORMATS[form],
        headers={
            "Content-Disposition": f"attachment; filename={name}",
            "Cache-Control": "private, no-store",
        },
    )


def _content(
    plant: Database, found: Listing, asked: Asked, form: str
) -> Iterator[bytes]:
    with plant.reading() as session:
        yield from write_list(session, found, asked, form)


def _find(name: str) -> Listing:
    found = find_listing(name)
    actor().require(found.right)
    return found


def _narrowed(found: Listing, asked: Asked) -> list[tuple[str, str]]:
    """What the list is narrowed to, in words: a printed page must say so itself."""
    said = [(gettext("Search"), asked.words)] if asked.words else []
    for each in found.filters:
        if value := asked.chosen.get(each.name):
            word = word_of(each.words, value)[1] if each.choices else value
            said.append((gettext(each.title), word))
    if found.period is not None and (asked.since or asked.until):
        days = f"{asked.since or ''} – {asked.until or ''}"
        said.append((gettext(found.period.title), days))
    return said


def _target(column: Column, cell: Cell) -> str:
    """The address a cell leads to, or nothing."""
    value, _, linked = cell
    leads = column.leads
    if column.link is not None and linked is not None:
        if column.link[0] == "lot":
            return url_for("quality.lot", lot_id=linked)
        leads = GOODS_OF.get(linked) if column.link[0] == "partner" else None
    if leads is None or not value:
        return ""
    name, filter_ = leads
    asked: dict[str, Any] = {filter_: value}
    return url_for("records.listing", list_name=name, **asked)


def _address(chosen: dict[str, str], **changed: str) -> str:
    """This list with other arguments; empty ones are left out."""
    wanted: dict[str, Any] = {
        name: value for name, value in (chosen | changed).items() if value
    }
    return url_for("records.listing", **(request.view_args or {}), **wanted)


def _turned(sort: str, name: str) -> str:
    """The order that a click on a column's title asks for."""
    return f"-{name}" if sort == name else name
