"""Saying that labels are on packs: by how many, or from one code to another."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, Conflict, LotmarkError
from ...trace.identity.items import ItemSet
from ...trace.identity.links import LINK_LIMIT
from ...trace.parties.lots import lock_lots
from ...trace.parties.tables import Lot
from ...trace.production.batches import record_applied
from ...trace.production.codes import MOST_AT_ONCE
from ..current import actor, house
from ..forms import choice_field, number_field, text_field
from ..problems import status_of
from .bench import Bench, bench_of
from .codes import between
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
            lock_lots(session, [lot.id])  # what is counted must still be so when booked
            items = _items_meant(session, lot)
            record_applied(session, lot.id, items, actor(), clock.now())
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _packs_form(session, lot_id, error), status_of(error)
    return redirect(url_for("line.batch", lot_id=lot_id))


def _items_meant(session: Session, lot: Lot) -> ItemSet:
    """The printed labels that the form names and that are not on packs yet."""
    bench = bench_of(session, lot, clock.now())
    loose = bench.loose
    if choice_field("way", WAYS) == "count":
        count = number_field("count", 1, MOST_AT_ONCE)
        _check_shown(bench)
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
    first, last = (
        text_field(name, LINK_LIMIT, required=True) for name in ("first", "last")
    )
    meant = between(session, lot, first, last) & bench.unexplained
    if not meant:
        raise Conflict(
            "labels_not_loose",
            N_("All labels between these two codes are on packs or voided already."),
        )
    return meant


def _check_shown(bench: Bench) -> None:
    """The next labels by number are others once some are on packs: a form sent twice
    would count twice. Raises Conflict ``labels_changed``."""
    if request.form.get("loose") != bench.loose_state:
        raise Conflict(
            "labels_changed",
            N_(
                "Since this form was opened, labels were printed or put on packs: now "
                "%(found)s are not on packs. Your count may be in already; check, then "
                "count only what is new."
            ),
            found=f"{bench.loose.count:,}",
        )


def _packs_form(
    session: Session, lot_id: int, error: LotmarkError | None = None
) -> str:
    bench = bench_of(session, own_batch(session, lot_id), clock.now())
    count = request.form.get("count", bench.loose.count)
    if error is not None and error.code == "labels_changed":
        count = ""  # one more press must not count the same packs again
    return render_template(
        "line/packs.html",
        bench=bench,
        lot=bench.lot,
        line=bench.lot.line,
        count=count,
        focus=_first_empty(error, count),
        error=error,
    )


def _first_empty(error: LotmarkError | None, count: object) -> str:
    """The field to go on with after a mistake."""
    if error is None:
        return ""
    if request.form.get("way") != "codes":
        return "count"
    if request.form.get("first") and not request.form.get("last"):
        return "last"
    return "first"
