"""The scan box, and the page of one case or pallet."""

from urllib.parse import quote

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import LotmarkError
from ...trace.identity.gs1 import Sscc
from ...trace.identity.links import LINK_LIMIT
from ...trace.parties.tables import Location
from ...trace.stock.building import LEVELS, open_unit
from ...trace.stock.cargo import find_unit_place
from ...trace.stock.packing import see_unit
from ...trace.stock.queries import positions
from ...trace.stock.resolving import (
    Found,
    Node,
    nodes_of,
    parents_of,
    resolve,
)
from ...trace.stock.sscc import issue_ssccs, read_sscc
from ...trace.stock.stays import stays_of
from ...trace.stock.stores import own_places
from ...trace.stock.units import find_unit
from ..current import actor, house
from ..forms import choice_field, number_field, scan_argument, scan_field
from ..once import book_once
from ..problems import status_of
from .picture import BOX_HEIGHT, BOX_WIDTH, draw
from .room import MOST_ID, room

DONE = (
    *("opened", "in", "out", "closed", "reopened", "dissolved"),
    *("changed", "split", "on", "off", "seen"),
)
"""What the page may say was just done."""
NUMBERS = ("scan", "issue")
MOST_STAYS = 30
"""Stays on pallets a page shows, the latest."""
UNDONE = {
    "in": "stock.unpack",
    "on": "stock.unpack",
    "out": "stock.pack",
    "off": "stock.pack",
}
"""Which form undoes what was just done."""


@room.get("/stock/units")
def units() -> ResponseReturnValue:
    """The scan box; with a code, what it is."""
    actor().require("unit.build")
    code = scan_argument("code", LINK_LIMIT)
    with house().plant.reading() as session:
        if not code:
            return _start(session)
        try:
            found = resolve(session, house().keys, code)
        except LotmarkError as error:
            return _start(session, error), status_of(error)
        if found.kind == "unit" and found.node:
            return redirect(url_for("stock.unit", sscc=found.node.unit.sscc))
        return _found_page(session, found)


@room.post("/stock/units")
def begin_unit() -> ResponseReturnValue:
    """A new case or pallet, with the number of a label or one of ours."""
    actor().require("unit.build")
    try:
        return book_once(_begin)
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _start(session, error), status_of(error)


def _begin(session: Session) -> str:
    level = choice_field("level", LEVELS)
    place = number_field("place", 1, MOST_ID)
    sscc = number_meant(session)
    open_unit(session, sscc, level, place, actor(), clock.now())
    return url_for("stock.unit", sscc=sscc.digits, done="opened")


def number_meant(session: Session) -> Sscc:
    """The number of a label that was scanned, or the next one of ours."""
    if choice_field("number", NUMBERS) == "scan":
        return read_sscc(scan_field("sscc", LINK_LIMIT))
    (sscc,) = issue_ssccs(session, house().settings.gs1_prefix)
    return sscc


@room.post("/stock/units/<sscc>/place")
def place_unit(sscc: str) -> ResponseReturnValue:
    """Say where a unit stands of which nobody knew it."""
    actor().require("unit.build")

    def stand(session: Session) -> str:
        place = number_field("place", 1, MOST_ID)
        see_unit(session, sscc, place, actor(), clock.now())
        return url_for("stock.unit", sscc=sscc, done="seen")

    try:
        return book_once(stand)
    except LotmarkError as error:
        with house().plant.reading() as session:
            return unit_page(session, sscc, error), status_of(error)


@room.get("/stock/units/<sscc>")
def unit(sscc: str) -> ResponseReturnValue:
    actor().require("unit.build")
    with house().plant.reading() as session:
        return unit_page(session, sscc)


def unit_page(session: Session, sscc: str, error: LotmarkError | None = None) -> str:
    """A case or pallet with its tree, and what can be done with it."""
    row = find_unit(session, sscc)
    node = nodes_of(session, [row])[0]
    place = find_unit_place(session, row)
    found = Found("unit", parents_of(session, row), node=node)
    done = request.args.get("done", "")
    return render_template(
        "stock/unit.html",
        found=found,
        node=node,
        unit=row,
        place=session.get(Location, place) if place else None,
        picture=draw(found),
        box=(BOX_WIDTH, BOX_HEIGHT),
        done=done if done in DONE else "",
        what=request.args.get("what", "")[:80],
        totals=_totals(node),
        places=[] if place else [one for one, _ in own_places(session)],
        stays=stays_of(session, row)[:MOST_STAYS],
        undo=UNDONE.get(done),
        again=request.args.get("again", "")[:LINK_LIMIT],
        form=request.form,
        moving=f"{url_for('stock.move_form')}?goods={quote(row.sscc)}"
        f"&from={place or ''}",
        can_issue=bool(house().settings.gs1_prefix),
        error=error,
    )


def _totals(node: Node) -> list[tuple[str, int, int]]:
    """What is inside, in packs and by weight apart: unit, all of it, and scanned."""
    total: dict[str, tuple[int, int]] = {}
    for line in node.lots:
        unit = line.lot.article.base_unit
        much, known = total.get(unit, (0, 0))
        total[unit] = much + line.goods.quantity, known + line.goods.items.count
    return [(unit, *figures) for unit, figures in sorted(total.items())]


def _start(session: Session, error: LotmarkError | None = None) -> str:
    return render_template(
        "stock/units.html",
        places=[place for place, _ in own_places(session)],
        can_issue=bool(house().settings.gs1_prefix),
        form=request.form,
        code=request.args.get("code", "")[:LINK_LIMIT],
        error=error,
    )


def _found_page(session: Session, found: Found) -> str:
    lot = found.lot
    heaps = positions(session, {lot.id: None}) if lot else []
    return render_template(
        "stock/found.html",
        found=found,
        lot=lot,
        heaps=heaps,
        ways=_ways(found),
        picture=draw(found),
        box=(BOX_WIDTH, BOX_HEIGHT),
    )


def _ways(found: Found) -> dict[str, str]:
    """What the forms for moving and shipping begin with, for a pack or a batch."""
    if found.lot is None:
        return {}
    name = f"{found.lot.article.code}/{found.lot.code}"
    if found.item is None or found.item.lot_item is None:
        return {"goods": f"{name} "}
    here = found.item.known_at
    ways = {"goods": f"{name} #{found.item.lot_item}"}
    return ways | ({"from": str(here.id)} if here else {})
