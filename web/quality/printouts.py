"""Papers to print: the dossier of a batch, and the statutory registers."""

from datetime import timedelta
from io import BytesIO

from flask import render_template, request, send_file
from flask.typing import ResponseReturnValue

from ...recall.complaints.counts import complaint_counts
from ...trace import clock
from ...trace.errors import N_, LotmarkError, NotFound
from ...trace.production.registers import REGISTERS, check_period
from ..current import actor, house
from ..i18n import PLANT_ZONE
from ..print.dossier import print_dossier
from ..print.imprint import imprint
from ..print.pdf import render_pdf
from ..print.registers import BASIS, TITLES, issuer, register
from ..problems import status_of
from .fields import day_argument
from .lot_page import find
from .room import room

USUAL_DAYS = timedelta(days=30)


@room.get("/quality/lots/<int:lot_id>/dossier.pdf")
def dossier(lot_id: int) -> ResponseReturnValue:
    now = clock.now()
    with house().plant.reading() as session:
        lot = find(session, lot_id)
        content = print_dossier(
            session,
            house(),
            lot,
            complaint_counts(session, lot_id),
            imprint(actor().name, now),
            now,
        )
    return _pdf(content, f"{lot.ai10}.pdf")


@room.get("/quality/registers")
def registers() -> ResponseReturnValue:
    return _page()


@room.get("/quality/registers/<which>.pdf")
def register_pdf(which: str) -> ResponseReturnValue:
    now = clock.now()
    known = {name: name for name in REGISTERS}
    if which not in known:
        raise NotFound("register_unknown", N_("There is no such register."))
    try:
        first, last = day_argument("from"), day_argument("to")
        period = check_period(first, last, PLANT_ZONE)
        with house().plant.reading() as session:
            paper = register(session, known[which], period, issuer(session))
    except LotmarkError as error:
        return _page(error, which), status_of(error)
    content = render_pdf(paper, imprint(actor().name, now))
    return _pdf(content, f"{which}-{first}-{last}.pdf")


def _page(error: LotmarkError | None = None, which: str = "") -> str:
    today = clock.now().astimezone(PLANT_ZONE).date()
    return render_template(
        "quality/registers.html",
        titles=TITLES,
        basis=BASIS,
        which=which,
        first=request.args.get("from") or (today - USUAL_DAYS).isoformat(),
        last=request.args.get("to") or today.isoformat(),
        error=error,
    )


def _pdf(content: bytes, name: str) -> ResponseReturnValue:
    return send_file(
        BytesIO(content), mimetype="application/pdf", download_name=name, max_age=0
    )
