"""What a hand does with a case: put in, take out, change cases, close, take apart."""

from collections.abc import Callable

from flask import url_for
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, InvalidInput, LotmarkError
from ...trace.identity.links import LINK_LIMIT
from ...trace.parties.tables import Lot
from ...trace.stock import building
from ...trace.stock.packing import (
    pack_count,
    pack_items,
    repack,
    split_unit,
    take_out,
)
from ...trace.stock.pallets import put_on_pallet, take_off_pallet
from ...trace.stock.units import find_unit
from ..amounts import amount
from ..current import actor, house
from ..forms import choice_field, scan_field
from ..once import book_once
from ..problems import status_of
from .goods import Named, read_goods, read_line, text_of
from .room import MOST_GOODS, room
from .units import UNDONE, number_meant, unit_page

STATES = {
    "close": ("closed", building.close_unit),
    "reopen": ("reopened", building.reopen_unit),
    "dissolve": ("dissolved", building.dissolve_unit),
}


@room.post("/stock/units/<sscc>/pack")
def pack(sscc: str) -> ResponseReturnValue:
    """Put in what was scanned: packs into a case, a case onto a pallet."""
    return _do(sscc, _pack)


@room.post("/stock/units/<sscc>/take-out")
def unpack(sscc: str) -> ResponseReturnValue:
    """Take out what was scanned."""
    return _do(sscc, _unpack)


@room.post("/stock/units/<sscc>/change")
def change_unit(sscc: str) -> ResponseReturnValue:
    """Move what was scanned into another unit beside this one."""
    return _do(sscc, _change)


@room.post("/stock/units/<sscc>/split")
def split(sscc: str) -> ResponseReturnValue:
    """Divide a unit: what is listed goes into a new one."""
    return _do(sscc, _split)


@room.post("/stock/units/<sscc>/state")
def change_state(sscc: str) -> ResponseReturnValue:
    """Close, open again, or take apart."""
    return _do(sscc, _change_state)


def _do(sscc: str, deed: Callable[[Session, str], str]) -> ResponseReturnValue:
    """Do it once, and show the unit; refused, the page with what was typed."""
    actor().require("unit.build")
    try:
        return book_once(lambda session: deed(session, sscc), scans=True)
    except LotmarkError as error:
        with house().plant.reading() as session:
            return unit_page(session, sscc, error), status_of(error)


def _pack(session: Session, sscc: str) -> str:
    now, (one, lot) = clock.now(), _scanned(session)
    if one.node:
        cases = [one.node.unit.sscc]
        put_on_pallet(session, find_unit(session, sscc).sscc, cases, actor(), now)
        return _address(sscc, "on", one)
    if one.items is not None:
        pack_items(session, sscc, lot.id, one.items, actor(), now)
    else:
        pack_count(session, sscc, lot.id, one.quantity, actor(), now)
    return _address(sscc, "in", one)


def _unpack(session: Session, sscc: str) -> str:
    now, (one, lot) = clock.now(), _scanned(session)
    if one.node:
        cases = [one.node.unit.sscc]
        take_off_pallet(session, cases, actor(), now, pallet=sscc)
        return _address(sscc, "off", one)
    take_out(session, sscc, lot.id, one.goods, actor(), now)
    return _address(sscc, "out", one)


def _change(session: Session, sscc: str) -> str:
    one, lot = _scanned(session)
    if one.node:
        raise _not_goods()
    into = find_unit(session, scan_field("into", LINK_LIMIT)).sscc
    repack(session, sscc, into, lot.id, one.goods, actor(), clock.now())
    return _address(sscc, "changed", one)


def _split(session: Session, sscc: str) -> str:
    goods = read_goods(session, house().keys, scan_field("goods", MOST_GOODS))
    goods.cargo(0)  # refuses a list with a line that cannot be read
    parts = {lot.id: some for lot, some in goods.loose}
    if not parts or goods.nodes:
        raise _not_goods()
    new = number_meant(session)
    split_unit(session, sscc, new, parts, actor(), clock.now())
    return url_for("stock.unit", sscc=new.digits, done="split")


def _change_state(session: Session, sscc: str) -> str:
    word, deed = STATES[choice_field("deed", STATES)]
    deed(session, sscc, actor(), clock.now())
    return url_for("stock.unit", sscc=sscc, done=word)


def _not_goods() -> InvalidInput:
    return InvalidInput(
        "scan_goods", N_("Scan the packs that change cases, not a case or pallet.")
    )


def _scanned(session: Session) -> tuple[Named, Lot]:
    """The one line of the scan field; the lot is meant only where it names goods."""
    one = read_line(session, house().keys, scan_field("code", LINK_LIMIT))
    return one, one.lot or Lot()


def _address(sscc: str, word: str, one: Named) -> str:
    """The unit's page, saying what was just done, and how it is undone."""
    what = one.node.unit.sscc if one.node else ""
    if one.lot:
        much = amount(one.goods.quantity, one.lot.article.base_unit)
        what = f"{one.lot.code} × {much}"
    again = text_of(one) if word in UNDONE else ""
    return url_for("stock.unit", sscc=sscc, done=word, what=what, again=again or None)
