"""Codes for a print house: ordered, fetched once each under a password, returned."""

import tempfile
from datetime import timedelta

import sqlalchemy as sa
from flask import render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from ...labels.jobs.handover import (
    MOST_ORDERED,
    Span,
    check_fetch,
    fetch_of,
    find_order,
    new_password,
    note_fetch,
    note_return,
    order_codes,
    write_codes,
)
from ...labels.jobs.handover_tables import CodeFetch, CodeOrder
from ...trace import clock, files
from ...trace.db import Session
from ...trace.errors import N_, Conflict, InvalidInput, LotmarkError, NotFound
from ...trace.identity.codes import ItemCode
from ...trace.identity.links import LINK_LIMIT
from ...trace.parties.lots import find_lot
from ...trace.parties.tables import Article
from ..current import actor, house
from ..forms import choice_field, number_field, scan_field, text_field
from ..once import book_once
from ..problems import status_of
from ..verify import verify_text
from .room import room

__all__ = ["room"]

LATEST = 50
"""Orders the page lists."""
MOST_FAULTY = 200
"""Stretches of faulty labels one return may name."""
FETCHED_FOR = timedelta(hours=1)
"""How long whoever fetched a list may load the file: a download can break."""
ZIP = "application/zip"


@room.get("/codes")
def orders() -> ResponseReturnValue:
    with house().plant.reading() as session:
        return _list(session)


@room.post("/codes")
def order() -> ResponseReturnValue:
    try:
        return book_once(_order)
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _list(session, error), status_of(error)


@room.get("/codes/<number>")
def order_page(number: str) -> ResponseReturnValue:
    with house().plant.reading() as session:
        return _page(session, number)


@room.post("/codes/<number>/fetch")
def fetch(number: str) -> ResponseReturnValue:
    """Seal the list under a new password, which this answer alone shows."""
    try:
        password = _seal(number)
    except LotmarkError as error:
        return _refused(number, error)
    with house().plant.reading() as session:
        return _page(session, number, password=password)


@room.post("/codes/<number>/file")
def file(number: str) -> ResponseReturnValue:
    """The sealed file, for who fetched it a moment ago."""
    with house().plant.reading() as session:
        fetched = fetch_of(session, find_order(session, number), actor().login)
    if fetched is None or clock.now() > fetched.at + FETCHED_FOR:
        return _refused(
            number,
            Conflict(
                "codes_not_fetched",
                N_("The file is there for an hour after you fetched the codes."),
            ),
        )
    return send_file(
        files.path_of(house().settings.files, fetched.sha256).resolve(),
        mimetype=ZIP,
        as_attachment=True,
        download_name=f"{number}.zip",
        max_age=0,
    )


@room.post("/codes/<number>/return")
def give_back(number: str) -> ResponseReturnValue:
    def settle(session: Session) -> str:
        found = find_order(session, number)
        span = (_code(session, "first"), _code(session, "last"))
        faulty = _faulty(session)
        delivered = number_field("delivered", 0, MOST_ORDERED)
        paper = text_field("paper", 60, required=True)
        now = clock.now()
        note_return(session, found, span, faulty, delivered, paper, actor(), now)
        return url_for("codes.order_page", number=number)

    try:
        return book_once(settle)
    except LotmarkError as error:
        return _refused(number, error)


def _order(session: Session) -> str:
    kind = choice_field("kind", ("batch", "roll"))
    if kind == "batch":
        lot = find_lot(session, text_field("lot", 60, required=True))
        article, lot_id = lot.article, lot.id
    else:
        known = session.get(Article, number_field("article", 1, 10**9))
        if known is None or known.kind != "product":
            raise NotFound("article_unknown", N_("Choose one of the products."))
        article, lot_id = known, None
    made = order_codes(
        session,
        text_field("house", 80, required=True),
        article,
        lot_id,
        number_field("count", 1, MOST_ORDERED),
        house().keys.current.version,
        actor(),
        clock.now(),
    )
    return url_for("codes.order_page", number=made.number)


def _seal(number: str) -> str:
    """Draw the list outside a transaction that writes, then book it; the password."""
    password, settings = new_password(), house().settings
    with tempfile.TemporaryFile() as drawn:
        with house().plant.reading() as session:
            found = find_order(session, number)
            check_fetch(session, found, actor())
            base_url = settings.base_url
            write_codes(session, house().keys, found, base_url, password, drawn)
        drawn.seek(0)
        name, size = files.write_stream(settings.files, drawn)
    now = clock.now()
    with house().plant.writing() as session:
        kept = files.keep(session, name, size, ZIP, now)
        note_fetch(session, find_order(session, number), kept, actor(), now)
    return password


def _code(session: Session, field: str) -> ItemCode:
    return _read(session, scan_field(field, LINK_LIMIT))


def _read(session: Session, text: str) -> ItemCode:
    item = verify_text(session, house().keys, text).item
    if item is None:
        raise NotFound(
            "code_unknown", N_("No code %(found)s was issued."), found=text[:80]
        )
    return ItemCode(item.series, item.item)


def _faulty(session: Session) -> list[Span]:
    """A code a line, or ``code ~ code`` for all between."""
    lines = [line for line in text_field("faulty", 40_000).split("\n") if line.strip()]
    if len(lines) > MOST_FAULTY:
        raise InvalidInput(
            "lines_too_many",
            N_("Expected at most %(most)s lines, got %(found)s."),
            most=MOST_FAULTY,
            found=len(lines),
        )
    spans = []
    for line in lines:
        first, _, last = line.replace("\uff5e", "~").partition("~")
        one = _read(session, first.strip())
        spans.append((one, _read(session, last.strip()) if last.strip() else one))
    return spans


def _list(session: Session, error: LotmarkError | None = None) -> str:
    latest = sa.select(CodeOrder).order_by(CodeOrder.id.desc()).limit(LATEST)
    products = sa.select(Article).filter_by(kind="product").order_by(Article.code)
    return render_template(
        "codes/orders.html",
        orders=session.scalars(latest).all(),
        products=session.scalars(products).all(),
        most=MOST_ORDERED,
        form=request.form,
        error=error,
    )


def _page(
    session: Session,
    number: str,
    error: LotmarkError | None = None,
    password: str = "",
) -> str:
    found = find_order(session, number)
    fetches = sa.select(CodeFetch).filter_by(order_id=found.id).order_by(CodeFetch.id)
    mine = fetch_of(session, found, actor().login)
    return render_template(
        "codes/order.html",
        order=found,
        fetches=session.scalars(fetches).all(),
        mine=mine,
        loadable=mine is not None and clock.now() <= mine.at + FETCHED_FOR,
        password=password,
        form=request.form,
        error=error,
    )


def _refused(number: str, error: LotmarkError) -> ResponseReturnValue:
    with house().plant.reading() as session:
        return _page(session, number, error), status_of(error)
