"""Labels that were destroyed: the last few, a scanned one, or from one to another.

Wet labels do not scan, so the last ones are voided by number.
"""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, Conflict, LotmarkError
from ...trace.identity.items import ItemSet
from ...trace.identity.links import LINK_LIMIT
from ...trace.parties.lots import lock_lots
from ...trace.parties.tables import Lot
from ...trace.production.items import void_items
from ..current import actor, house
from ..forms import choice_field, number_field, text_field
from ..problems import status_of
from .bench import Bench, bench_of
from .codes import between, item_in_hand
from .room import own_batch, room

WAYS = ("last", "one", "codes")
REASONS = {
    "wet": N_("Wet or dirty"),
    "torn": N_("Torn or creased"),
    "faint": N_("Printed badly"),
    "wrong": N_("Wrong label"),
    "other": N_("Other reason"),
}
"""What happened to a label: touched, not typed."""
MOST_LAST = 500
MOST_REASON = 200


@room.get("/line/batches/<int:lot_id>/void")
def void_form(lot_id: int) -> ResponseReturnValue:
    actor().require("labels.void")
    with house().plant.reading() as session:
        return _form(session, lot_id)


@room.post("/line/batches/<int:lot_id>/void")
def void_now(lot_id: int) -> ResponseReturnValue:
    actor().require("labels.void")
    try:
        reason = _reason()
        with house().plant.writing() as session:
            lot = own_batch(session, lot_id)
            lock_lots(session, [lot.id])  # what is counted must still be so when booked
            items = _items_meant(session, lot)
            void_items(session, lot.id, items, reason, actor(), clock.now())
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _form(session, lot_id, error), status_of(error)
    return redirect(url_for("line.batch", lot_id=lot_id))


def last_loose(loose: ItemSet, count: int) -> ItemSet:
    """The last ``count`` labels of those that are not on packs."""
    return loose - loose.take(max(loose.count - count, 0))


def _items_meant(session: Session, lot: Lot) -> ItemSet:
    way = choice_field("way", WAYS)
    if way == "one":
        item = item_in_hand(session, lot, text_field("code", LINK_LIMIT, required=True))
        return ItemSet.range(item, item + 1)
    if way == "codes":
        first, last = (
            text_field(name, LINK_LIMIT, required=True) for name in ("first", "last")
        )
        return between(session, lot, first, last)
    count = number_field("count", 1, MOST_LAST)
    bench = bench_of(session, lot, clock.now())
    _check_shown(bench)
    if count > bench.loose.count:
        raise Conflict(
            "labels_not_loose",
            N_(
                "Only %(found)s printed labels are not on packs yet, but %(count)s "
                "were named. Count again."
            ),
            found=f"{bench.loose.count:,}",
            count=f"{count:,}",
        )
    return last_loose(bench.loose, count)


def _check_shown(bench: Bench) -> None:
    """The last labels are others once some are printed: sent twice, it voids twice.
    Raises Conflict ``labels_changed``."""
    if request.form.get("loose") != bench.loose_state:
        raise Conflict(
            "labels_changed",
            N_(
                "Since this form was opened, labels were printed, put on packs or "
                "voided: the last ones are others now. Look again, then void."
            ),
        )


def _reason() -> str:
    """The reason chosen, and what was written beside it."""
    chosen = choice_field("reason", REASONS)
    note = text_field("note", MOST_REASON)
    return f"{chosen}: {note}" if note else chosen


def _form(session: Session, lot_id: int, error: LotmarkError | None = None) -> str:
    bench = bench_of(session, own_batch(session, lot_id), clock.now())
    return render_template(
        "line/void.html",
        bench=bench,
        lot=bench.lot,
        line=bench.lot.line,
        reasons=REASONS,
        most=MOST_LAST,
        note_limit=MOST_REASON,
        error=error,
    )
