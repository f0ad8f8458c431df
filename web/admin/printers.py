"""Printers: where labels go, how each is, and where it really prints."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...labels.engine.ruler import EDGE, ruler_length
from ...labels.engine.stock import load_stock, stock_names
from ...labels.jobs.errands import ask_errand, calibrate, scale_fits
from ...labels.jobs.printers import (
    ADDRESS_LIMIT,
    CODE_LIMIT,
    MOST_IN_FLIGHT,
    NAME_LIMIT,
    RESOLUTIONS,
    add_printer,
    change_printer,
    find_printer,
    list_printers,
    remove_printer,
)
from ...labels.jobs.tables import KINDS, Printer
from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, InvalidInput, LotmarkError
from ...trace.parties.tables import Line
from ..current import actor, house
from ..forms import choice_field, number_field, text_field
from ..problems import status_of
from .room import room

FORMAT_WORDS = {
    "zpl": N_("ZPL (Zebra and compatible)"),
    "zpl-graphics": N_("ZPL, everything as a picture"),
    "tspl": N_("TSPL (TSC and compatible)"),
    "tspl-graphics": N_("TSPL, everything as a picture"),
    "pdf": N_("PDF (office printers)"),
}
_MM = re.compile(r"[0-9]{1,3}([.,][0-9]{1,3})?")


@room.get("/admin/printers")
def printers() -> ResponseReturnValue:
    """All printers, and the form for a new one."""
    actor().require("printer.manage")
    return _list()


@room.post("/admin/printers")
def add_one() -> ResponseReturnValue:
    actor().require("printer.manage")
    try:
        code = text_field("code", CODE_LIMIT, required=True)
        values = _read()
        with house().plant.writing() as session:
            add_printer(session, code, actor=actor(), now=clock.now(), **values)
    except LotmarkError as error:
        return _list(error)
    return redirect(url_for("admin.printer", code=code))


@room.get("/admin/printers/<code>")
def printer(code: str) -> ResponseReturnValue:
    """One printer: how it is, what is known of it, and its ruler label."""
    actor().require("printer.manage")
    return _one(code)


@room.post("/admin/printers/<code>")
def change_one(code: str) -> ResponseReturnValue:
    actor().require("printer.manage")
    return _do(code, "", _change)


@room.post("/admin/printers/<code>/label")
def print_errand(code: str) -> ResponseReturnValue:
    """Print a label without a code: a test, or the ruler."""
    actor().require("printer.manage")
    errand = choice_field("errand", ("test", "ruler"))

    def ask(session: Session, found: Printer) -> None:
        ask_errand(session, found, errand, actor(), clock.now())

    return _do(code, errand, ask)


@room.post("/admin/printers/<code>/ruler")
def measure(code: str) -> ResponseReturnValue:
    """Take over what the ruler says."""
    actor().require("printer.manage")

    def take(session: Session, found: Printer) -> None:
        read = (_um("across"), _um("down"), _um("length"))
        calibrate(session, found, *read, actor(), clock.now())

    return _do(code, "measured", take)


@room.post("/admin/printers/<code>/remove")
def remove_one(code: str) -> ResponseReturnValue:
    actor().require("printer.manage")
    try:
        with house().plant.writing() as session:
            found = find_printer(session, code)
            remove_printer(session, found, actor(), clock.now())
    except LotmarkError as error:
        return _one(code, error)
    return redirect(url_for("admin.printers"))


def _do(
    code: str, done: str, deed: Callable[[Session, Printer], None]
) -> ResponseReturnValue:
    """Do something to a printer, then show it again."""
    try:
        with house().plant.writing() as session:
            deed(session, find_printer(session, code))
    except LotmarkError as error:
        return _one(code, error)
    return redirect(url_for("admin.printer", code=code, done=done or None))


def _change(session: Session, found: Printer) -> None:
    change_printer(session, found, actor(), clock.now(), **_read())


def _read() -> dict[str, Any]:
    line = number_field("line", 0, 1 << 31, default=0)
    return {
        "name": text_field("name", NAME_LIMIT),
        "kind": choice_field("kind", KINDS),
        "address": text_field("address", ADDRESS_LIMIT, required=True),
        "format": choice_field("format", FORMAT_WORDS),
        "stock": choice_field("stock", stock_names()),
        "line_id": line or None,
        "dpi": int(choice_field("dpi", map(str, RESOLUTIONS))),
        "in_flight": number_field("in_flight", 1, MOST_IN_FLIGHT, default=50),
    }


def _um(name: str) -> int:
    """A length typed in mm, in µm."""
    typed = unicodedata.normalize("NFKC", request.form.get(name, "")[:20]).strip()
    if not _MM.fullmatch(typed):
        raise InvalidInput(
            "length_invalid",
            N_("Expected a length in millimetres like 5.2, got %(found)s."),
            found=typed or "–",
        )
    return round(float(typed.replace(",", ".")) * 1000)


def _list(error: LotmarkError | None = None) -> ResponseReturnValue:
    with house().plant.reading() as session:
        found = list_printers(session)
        lines = _lines(session)
    page = render_template(
        "admin/printers.html", printers=found, error=error, **_choices(lines)
    )
    return page, status_of(error) if error else 200


def _one(code: str, error: LotmarkError | None = None) -> ResponseReturnValue:
    with house().plant.reading() as session:
        found = find_printer(session, code)
        lines = _lines(session)
    page = render_template(
        "admin/printer.html",
        printer=found,
        error=error,
        done=request.args.get("done", ""),
        scale_fits=scale_fits(found),
        edge=EDGE,
        length=ruler_length(load_stock(found.stock)),
        **_choices(lines),
    )
    return page, status_of(error) if error else 200


def _lines(session: Session) -> list[Line]:
    return list(session.scalars(sa.select(Line).order_by(Line.code)).unique())


def _choices(lines: list[Line]) -> dict[str, Any]:
    return {
        "lines": lines,
        "stocks": [load_stock(name) for name in stock_names()],
        "formats": FORMAT_WORDS,
        "resolutions": RESOLUTIONS,
        "limits": {"code": CODE_LIMIT, "name": NAME_LIMIT, "address": ADDRESS_LIMIT},
    }
