"""What a hand does with a case: put in, take out, change cases, close, take apart."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, InvalidInput, LotmarkError
from ...trace.identity.gs1 import Sscc
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
from ...trace.stock.sscc import issue_ssccs
from ...trace.stock.units import find_unit
from ..current import actor, house
from ..forms import choice_field, text_field
from ..problems import status_of
from .goods import Named, read_goods, read_line
from .room import MOST_GOODS, room
from .units import NUMBERS, unit_page

STATES = {
    "close": ("closed", building.close_unit),
    "reopen": ("reopened", building.reopen_unit),
    "dissolve": ("dissolved", building.dissolve_unit),
}


@room.post("/stock/units/<sscc>/pack")
def pack(sscc: str) -> ResponseReturnValue:
    """Put in what was scanned: packs into a case, a case onto a pallet."""
    actor().require("unit.build")
    now = clock.now()
    try:
        with house().plant.writing() as session:
            one, lot = _scanned(session)
            if one.node:
                cases = [one.node.unit.sscc]
                put_on_pallet(
                    session, find_unit(session, sscc).sscc, cases, actor(), now
                )
            elif one.items is not None:
                pack_items(session, sscc, lot.id, one.items, actor(), now)
            else:
                pack_count(session, sscc, lot.id, one.quantity, actor(), now)
    except LotmarkError as error:
        return _refused(sscc, error)
    return _done(sscc, "on" if one.node else "in", one)


@room.post("/stock/units/<sscc>/take-out")
def unpack(sscc: str) -> ResponseReturnValue:
    """Take out what was scanned."""
    actor().require("unit.build")
    now = clock.now()
    try:
        with house().plant.writing() as session:
            one, lot = _scanned(session)
            if one.node:
                take_off_pallet(session, [one.node.unit.sscc], actor(), now)
            else:
                take_out(session, sscc, lot.id, one.goods, actor(), now)
    except LotmarkError as error:
        return _refused(sscc, error)
    return _done(sscc, "off" if one.node else "out", one)


@room.post("/stock/units/<sscc>/change")
def change_unit(sscc: str) -> ResponseReturnValue:
    """Move what was scanned into another unit beside this one."""
    actor().require("unit.build")
    try:
        with house().plant.writing() as session:
            one, lot = _scanned(session)
            if one.node:
                raise InvalidInput(
                    "scan_goods",
                    N_("Scan the packs that change cases, not a case or pallet."),
                )
            into = find_unit(session, text_field("into", 60, required=True)).sscc
            repack(session, sscc, into, lot.id, one.goods, actor(), clock.now())
    except LotmarkError as error:
        return _refused(sscc, error)
    return _done(sscc, "changed", one)


@room.post("/stock/units/<sscc>/split")
def split(sscc: str) -> ResponseReturnValue:
    """Divide a unit: what is listed goes into a new one."""
    actor().require("unit.build")
    try:
        text = text_field("goods", MOST_GOODS, required=True)
        scanned = ""
        if choice_field("number", NUMBERS) == "scan":
            scanned = text_field("sscc", 60, required=True)
        with house().plant.writing() as session:
            goods = read_goods(session, house().keys, text)
            goods.cargo(0)  # refuses a list with a line that cannot be read
            prefix = house().settings.gs1_prefix
            (new,) = [Sscc.parse(scanned)] if scanned else issue_ssccs(session, prefix)
            parts = {lot.id: some for lot, some in goods.loose}
            if not parts or goods.nodes:
                raise InvalidInput(
                    "scan_goods",
                    N_("Scan the packs that change cases, not a case or pallet."),
                )
            split_unit(session, sscc, new, parts, actor(), clock.now())
    except LotmarkError as error:
        return _refused(sscc, error)
    return redirect(url_for("stock.unit", sscc=new.digits, done="split"))


@room.post("/stock/units/<sscc>/state")
def change_state(sscc: str) -> ResponseReturnValue:
    """Close, open again, or take apart."""
    actor().require("unit.build")
    try:
        word, deed = STATES[choice_field("deed", STATES)]
        with house().plant.writing() as session:
            deed(session, sscc, actor(), clock.now())
    except LotmarkError as error:
        return _refused(sscc, error)
    return redirect(url_for("stock.unit", sscc=sscc, done=word))


def _scanned(session: Session) -> tuple[Named, Lot]:
    """The one line of the scan field; the lot is meant only where it names goods."""
    code = text_field("code", LINK_LIMIT, required=True)
    one = read_line(session, house().keys, code)
    return one, one.lot or Lot()


def _done(sscc: str, word: str, one: Named) -> ResponseReturnValue:
    what = one.node.unit.sscc if one.node else ""
    if one.lot:
        what = f"{one.lot.code} × {one.goods.quantity:,}"
    return redirect(url_for("stock.unit", sscc=sscc, done=word, what=what))


def _refused(sscc: str, error: LotmarkError) -> ResponseReturnValue:
    with house().plant.reading() as session:
        return unit_page(session, sscc, error), status_of(error)
