"""Saying that labels are on packs: by how many, or from one code to another."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, Conflict, InvalidInput, LotmarkError
from ...trace.identity.items import ItemSet
from ...trace.identity.links import LINK_LIMIT
from ...trace.identity.reading import read_code
from ...trace.parties.tables import Lot
from ...trace.production.batches import record_applied
from ...trace.production.codes import MOST_AT_ONCE
from ...trace.stock.item_status import item_status
from ..current import actor, house
from ..forms import choice_field, number_field, text_field
from ..problems import status_of
from .bench import bench_of
from .room import own_batch, room

WAYS = ("count", "codes")


@room.get("/line/batches/<int:lot_id>/packs")
def packs_form(lot_id: int) -> ResponseReturnValue:
    actor().require("batch.finish")
    with house().plant.reading() as session:
        return _packs_form(session, lot_id)


@room.post("/line/batches/<int:lot_id>/packs")
def packs_now(lot_id: int) -> ResponseReturnValue:
    actor().require("batch.finish")
    try:
        with house().plant.writing() as session:
            lot = own_batch(session, lot_id)
            items = _items_meant(session, lot)
            record_applied(session, lot.id, items, actor(), clock.now())
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _packs_form(session, lot_id, error), status_of(error)
    return redirect(url_for("line.batch", lot_id=lot_id))


def _items_meant(session: Session, lot: Lot) -> ItemSet:
    """The printed labels that the form names and that are not on packs yet."""
    loose = bench_of(session, lot).loose
    if choice_field("way", WAYS) == "count":
        count = number_field("count", 1, MOST_AT_ONCE)
        if count > loose.count:
            raise Conflict(
                "labels_not_loose",
                N_(
                    "Only %(found)s printed labels are not on packs yet, but %(count)s "
                    "were named. Count again, or print more first."
                ),
                found=f"{loose.count:,}",
                count=f"{count:,}",
            )
        return loose.take(count)
    ends = [_item_of(session, lot, name) for name in ("first", "last")]
    meant = ItemSet.range(min(ends), max(ends) + 1) & loose
    if not meant:
        raise Conflict(
            "labels_not_loose",
            N_("All labels between these two codes are on packs or voided already."),
        )
    return meant


def _item_of(session: Session, lot: Lot, name: str) -> int:
    """The number within the lot of the code that a field holds."""
    serial = read_code(text_field(name, LINK_LIMIT, required=True)).serial
    for version, code in house().keys.read(serial) if serial else ():
        status = item_status(session, code.series, code.item, version)
        if status and status.lot_item is not None and status.lot:
            if status.lot.id == lot.id:
                return status.lot_item
            raise Conflict(
                "code_of_other_lot",
                N_("That code belongs to batch %(lot)s. Take its labels off the line."),
                lot=status.lot.code,
            )
    raise InvalidInput(
        "code_unknown_here",
        N_("That code is not one of this batch. Scan the label again."),
    )


def _packs_form(
    session: Session, lot_id: int, error: LotmarkError | None = None
) -> str:
    bench = bench_of(session, own_batch(session, lot_id))
    return render_template(
        "line/packs.html", bench=bench, lot=bench.lot, line=bench.lot.line, error=error
    )
