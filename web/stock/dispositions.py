"""What becomes of goods set apart: ask, announce, approve, carry out, certify."""

from io import BytesIO

from flask import render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from ...recall.quarantine.disposing import add_file, carry_out, files_of
from ...recall.quarantine.orders import (
    MOST_TEXT,
    OPEN,
    Part,
    announce,
    approve,
    ask_disposition,
    decline,
    find_order,
    lines_of,
    list_orders,
    needs_notice,
    withdraw,
)
from ...recall.quarantine.tables import DISPOSITIONS, GRAVE
from ...recall.recalls.tables import Recall
from ...trace import clock
from ...trace.db import Session
from ...trace.errors import LotmarkError
from ...trace.files import StoredFile
from ...trace.people import name_of
from ...trace.stock.stores import own_places
from ..current import actor, house
from ..forms import choice_field, moment_field, number_field, scan_field, text_field
from ..i18n import PLANT_ZONE
from ..once import book_once
from ..print.imprint import imprint
from ..print.pdf import render_pdf
from ..print.recovery import certificate
from ..problems import status_of
from ..uploads import ACCEPTED, MOST_NAME, read_upload
from ..words import DISPOSITION, DISPOSITION_STATE
from .goods import read_goods
from .moves import again
from .room import MOST_GOODS, MOST_ID, require_one, room

APART = ("quarantine", "hold", "returns", "warehouse")
"""Where goods to be disposed of stand; of a warehouse only ordinary scrap."""
TARGETS = ("warehouse", "line")
DEEDS = ("announce", "approve", "decline", "withdraw", "carry_out", "photo")
RIGHTS = ("disposition.ask", "disposition.approve", "disposition.carry_out")


@room.get("/stock/dispositions")
def dispositions() -> ResponseReturnValue:
    require_one(*RIGHTS)
    with house().plant.reading() as session:
        return render_template(
            "stock/dispositions.html",
            orders=list_orders(session),
            kinds=DISPOSITION,
            states=DISPOSITION_STATE,
        )


@room.get("/stock/dispositions/new")
def disposition_form() -> ResponseReturnValue:
    actor().require("disposition.ask")
    with house().plant.reading() as session:
        return _form(session)


@room.post("/stock/dispositions/new")
def ask_now() -> ResponseReturnValue:
    actor().require("disposition.ask")
    try:
        return book_once(_ask)
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _form(session, error), status_of(error)


@room.get("/stock/dispositions/<number>")
def disposition(number: str) -> ResponseReturnValue:
    require_one(*RIGHTS)
    with house().plant.reading() as session:
        return _page(session, number)


@room.post("/stock/dispositions/<number>")
def decide_on(number: str) -> ResponseReturnValue:
    """One of the steps of an order; the service asks for the right it needs."""
    require_one(*RIGHTS)
    try:
        step = choice_field("deed", DEEDS)
        photo = read_upload("photo", required=True) if step == "photo" else None
        sent = request.files.get("photo")
        name = (sent.filename or "")[:MOST_NAME] if sent else ""

        def deed(session: Session) -> str:
            if photo is not None:
                now = clock.now()
                file = session.get_one(StoredFile, photo.keep(session, now))
                add_file(session, number, file, name, actor(), now)
            else:
                _steps[step](session, number)
            return url_for("stock.disposition", number=number)

        return book_once(deed)
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _page(session, number, error), status_of(error)


@room.get("/stock/dispositions/<number>/certificate.pdf")
def certificate_pdf(number: str) -> ResponseReturnValue:
    require_one(*RIGHTS)
    now = clock.now()
    address = url_for("stock.disposition", number=number)
    with house().plant.reading() as session:
        order = find_order(session, number)
        folder = house().settings.files
        link = house().settings.base_url + address
        paper = certificate(session, order, folder, link)
    content = render_pdf(paper, imprint(actor().name, now))
    return send_file(
        BytesIO(content), mimetype="application/pdf", download_name=f"{number}.pdf"
    )


def _ask(session: Session) -> str:
    place = number_field("from", 1, MOST_ID)
    goods = read_goods(session, house().keys, scan_field("goods", MOST_GOODS))
    cargo = goods.cargo(place)
    order = ask_disposition(
        session,
        choice_field("kind", DISPOSITIONS),
        [
            Part(one.lot_id, one.place_id, one.quantity or 0, one.items)
            for one in cargo.loose
        ],
        text_field("reason", MOST_TEXT),
        actor(),
        clock.now(),
        ssccs=cargo.ssccs,
        remedy=text_field("remedy", MOST_TEXT),
    )
    return url_for("stock.disposition", number=order.number)


def _announce(session: Session, number: str) -> None:
    announce(
        session,
        number,
        actor(),
        clock.now(),
        authority=text_field("authority", 120),
        receipt=text_field("receipt", 200),
        told_at=moment_field("told_at"),
        planned_at=moment_field("planned_at"),
        place=text_field("place", 200),
    )


def _approve(session: Session, number: str) -> None:
    approve(session, number, actor(), clock.now())


def _decline(session: Session, number: str) -> None:
    decline(session, number, text_field("reason", MOST_TEXT), actor(), clock.now())


def _withdraw(session: Session, number: str) -> None:
    withdraw(session, number, text_field("reason", MOST_TEXT), actor(), clock.now())


def _carry_out(session: Session, number: str) -> None:
    carry_out(
        session,
        number,
        actor(),
        clock.now(),
        witnesses=[text_field("witness_1", 80), text_field("witness_2", 80)],
        result=text_field("result", MOST_TEXT),
        target_id=number_field("to", 0, MOST_ID, default=0) or None,
    )


_steps = {
    "announce": _announce,
    "approve": _approve,
    "decline": _decline,
    "withdraw": _withdraw,
    "carry_out": _carry_out,
}


def _form(session: Session, error: LotmarkError | None = None) -> str:
    return render_template(
        "stock/disposition_new.html",
        places=[place for place, _ in own_places(session, APART)],
        kinds=DISPOSITION,
        form=request.form or request.args,
        goods=again(session) if error else None,
        error=error,
    )


def _page(session: Session, number: str, error: LotmarkError | None = None) -> str:
    order = find_order(session, number)
    asked = name_of(session, order.asked_by)
    return render_template(
        "stock/disposition.html",
        order=order,
        lines=lines_of(session, order),
        proof=files_of(session, order),
        recall=session.get(Recall, order.recall_id) if order.recall_id else None,
        asked_by=asked,
        approved_by=name_of(session, order.approved_by) if order.approved_by else "",
        done_by=name_of(session, order.done_by) if order.done_by else "",
        needs_notice=needs_notice(order),
        grave=order.kind in GRAVE,
        is_open=order.state in OPEN,
        targets=[place for place, _ in own_places(session, TARGETS)],
        kinds=DISPOSITION,
        states=DISPOSITION_STATE,
        accepted=ACCEPTED,
        local_now=clock.now().astimezone(PLANT_ZONE).strftime("%Y-%m-%dT%H:%M"),
        form=request.form,
        error=error,
    )
