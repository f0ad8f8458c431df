"""One way in for the hand scanner: a badge, a command, a label or a work order.

The page's script sends here whatever was scanned with no field waiting for it; without
script the field of this page does.
"""

import unicodedata

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...labels.jobs.reprints import reprints_of
from ...labels.jobs.service import find_job
from ...labels.jobs.steering import pause_job
from ...trace import badges, clock
from ...trace.db import Session
from ...trace.errors import N_, InvalidInput, LotmarkError
from ...trace.identity.items import ItemSet
from ...trace.identity.links import LINK_LIMIT
from ...trace.parties.tables import Line, Lot
from ...trace.production.starting import ordered_batch
from ...trace.stock.item_status import ItemStatus
from ..current import actor, house
from ..forms import scan_field
from ..limits import limiter
from ..problems import status_of, wants_json
from .bench import Bench, bench_of, running_batch
from .codes import read_label
from .commands import MARK, find_command, page_of
from .first import check_first
from .operators import come_in
from .room import chosen_line, own_batch, room
from .verdicts import answer_verdict, label_verdict, unread


@room.get("/line/scan")
def scan() -> ResponseReturnValue:
    """A field for the scanner, for screens without script."""
    return _form()


@room.post("/line/scan")
@limiter.limit("120/minute")
def scan_now() -> ResponseReturnValue:
    try:
        scanned = _plain(scan_field("code", LINK_LIMIT))
        if scanned.startswith(badges.MARK):
            come_in(scanned)
            return _go(url_for("line.start"))
        return _answer(scanned)
    except LotmarkError as error:
        if wants_json():
            return answer_verdict(unread(error, _here()))
        return _form(error), status_of(error)


def _plain(scanned: str) -> str:
    """As the code says it: an input method may have made it full-width."""
    text = unicodedata.normalize("NFKC", scanned).strip()
    return text.upper() if text[: len(MARK)].upper() == MARK else text


def _answer(scanned: str) -> ResponseReturnValue:
    with house().plant.reading() as session:
        line = chosen_line(session)
        if line is None:
            return _go(url_for("line.lines"))
        lot = _lot_here(session, line)
        bench = bench_of(session, lot, clock.now()) if lot else None
    if scanned.startswith(MARK):
        return _command(scanned, lot, bench)
    with house().plant.reading() as session:
        try:
            status = read_label(session, scanned)
        except InvalidInput as unreadable:
            return _go(_ordered(session, line, scanned, unreadable))
    if lot is None or bench is None:
        raise InvalidInput(
            "no_batch_here",
            N_("No batch runs on this line. Scan the work order of the next one."),
        )
    if bench.order is None or not bench.first_due or not actor().may("labels.print"):
        return answer_verdict(label_verdict(lot, status, _copies(lot, status), _here()))
    with house().plant.writing() as session:
        verdict = check_first(session, find_job(session, bench.order.number), scanned)
    return answer_verdict(verdict)


def _copies(lot: Lot, status: ItemStatus | None) -> int:
    """How often a label of the batch was reprinted."""
    if status is None or status.lot_item is None:
        return 0
    items = ItemSet.range(status.lot_item, status.lot_item + 1)
    with house().plant.reading() as session:
        return max(reprints_of(session, lot.id, items))


def _lot_here(session: Session, line: Line) -> Lot | None:
    """The batch whose page was scanned at, else the one that runs here."""
    typed = request.form.get("lot", "")
    if typed.isdecimal() and len(typed) < 10:
        return own_batch(session, int(typed))
    return running_batch(session, line)


def _command(scanned: str, lot: Lot | None, bench: Bench | None) -> ResponseReturnValue:
    command = find_command(scanned)
    if command is None:
        raise InvalidInput(
            "command_unknown",
            N_("This code is no command of this line. Print the sheet of codes anew."),
        )
    if command.code == "PAUSE" and bench is not None and bench.at_printer:
        _pause(bench)
    return _go(page_of(command, lot, bench))


def _pause(bench: Bench) -> None:
    """At once, whatever page is open: labels are coming out."""
    actor().require("labels.print")
    if bench.job is None or bench.job.state == "paused":
        return
    with house().plant.writing() as session:
        job = find_job(session, bench.job.number)
        pause_job(session, job, actor(), clock.now())


def _ordered(
    session: Session, line: Line, scanned: str, unreadable: InvalidInput
) -> str:
    """Where a scanned work order leads to; ``unreadable`` is why it is no label."""
    lot = ordered_batch(session, line, scanned)
    if lot is None and "/" in scanned:  # an address, or half of one
        raise unreadable
    if lot is None:
        raise InvalidInput(
            "work_order_unknown",
            N_(
                "Nothing is planned here under %(code)s. Scan the bar code of the work "
                "order again, or touch the product."
            ),
            code=scanned[:40],
        )
    if lot.status == "planned":
        return url_for("line.planned_form", lot_id=lot.id)
    return url_for("line.batch", lot_id=lot.id)


def _go(address: str) -> ResponseReturnValue:
    return jsonify(go=address) if wants_json() else redirect(address)


def _here() -> str:
    lot = request.form.get("lot", "")
    known = lot.isdecimal() and len(lot) < 10
    return url_for("line.batch", lot_id=int(lot)) if known else url_for("line.start")


def _form(error: LotmarkError | None = None) -> str:
    with house().plant.reading() as session:
        line = chosen_line(session)
    return render_template("line/scan.html", line=line, error=error)
