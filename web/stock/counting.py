"""Counting with one hand free: scan or choose a lot, then one figure, then the next."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, InvalidInput, LotmarkError, NotFound
from ...trace.identity.links import LINK_LIMIT
from ...trace.parties.tables import Lot
from ...trace.stock.counted import find_count, sheet_of
from ...trace.stock.counts import note_count
from ...trace.stock.resolving import resolve
from ..current import actor, house
from ..forms import number_field, scan_field
from ..problems import status_of
from .counts import count_page
from .figures import WEIGHED, amount_field
from .room import MOST_ID, room


@room.post("/stock/counts/<number>/find")
def find_counted(number: str) -> ResponseReturnValue:
    """From a scanned code to the page where its lot's figure goes."""
    actor().require("stock.count")
    try:
        code = scan_field("code", LINK_LIMIT)
        with house().plant.reading() as session:
            found = resolve(session, house().keys, code)
            lots = [found.lot] if found.lot else []
            if found.node and not lots:
                lots = [line.lot for line in found.node.lots]
    except LotmarkError as error:
        return _refused(number, error)
    if len(lots) != 1 or lots[0] is None:
        mixed = InvalidInput(
            "lots_mixed", N_("Several batches are in there: scan one pack of each.")
        )
        return _refused(number, mixed)
    return redirect(url_for("stock.count_lot", number=number, lot_id=lots[0].id))


@room.get("/stock/counts/<number>/lots/<int:lot_id>")
def count_lot(number: str, lot_id: int) -> ResponseReturnValue:
    actor().require("stock.count")
    with house().plant.reading() as session:
        return _page(session, number, lot_id)


@room.post("/stock/counts/<number>/lots/<int:lot_id>")
def note_lot(number: str, lot_id: int) -> ResponseReturnValue:
    actor().require("stock.count")
    try:
        with house().plant.writing() as session:
            lot = _lot(session, lot_id)
            counted = _figure(lot)
            note_count(session, number, lot_id, counted, actor(), clock.now())
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _page(session, number, lot_id, error), status_of(error)
    return redirect(url_for("stock.count", number=number, noted=lot.code))


def _figure(lot: Lot) -> int:
    """What was found: cases and packs, or a weight. An empty form counts nothing."""
    article = lot.article
    if article.base_unit != "piece":
        return amount_field("weight", article)
    size = article.case_size
    if not "".join(request.form.get(name, "") for name in ("cases", "packs")).strip():
        raise InvalidInput(
            "figure_missing", N_("Write what you found; 0 where nothing is left.")
        )
    cases = number_field("cases", 0, MOST_ID, default=0) if size else 0
    return cases * (size or 0) + number_field("packs", 0, MOST_ID, default=0)


def _lot(session: Session, lot_id: int) -> Lot:
    lot = session.get(Lot, lot_id)
    if lot is None:
        raise NotFound("lot_unknown", N_("No lot %(lot)s is recorded."), lot=lot_id)
    return lot


def _page(
    session: Session, number: str, lot_id: int, error: LotmarkError | None = None
) -> str:
    count, lot = find_count(session, number), _lot(session, lot_id)
    sheet = {entry.lot.id: entry.counted for entry in sheet_of(session, count)}
    return render_template(
        "stock/count_lot.html",
        count=count,
        lot=lot,
        counted=sheet.get(lot_id),
        listed=lot_id in sheet,
        weighed=WEIGHED.get(lot.article.base_unit, ""),
        form=request.form,
        error=error,
    )


def _refused(number: str, error: LotmarkError) -> ResponseReturnValue:
    with house().plant.reading() as session:
        return count_page(session, number, error), status_of(error)
