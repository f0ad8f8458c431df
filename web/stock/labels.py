"""The label of a case or pallet: shown as it will be printed, then fetched."""

from io import BytesIO

from flask import Response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from ...labels.engine.preview import preview
from ...labels.engine.stock import Stock, load_unit_stock, unit_stock_names
from ...labels.jobs.units import draw_unit_labels
from ...trace.errors import LotmarkError
from ...trace.stock.sscc import read_sscc
from ...trace.stock.units import find_unit
from ..current import actor, house
from ..problems import status_of
from .room import room

USUAL_STOCK = "unit-100x150"
FORMATS = {
    "pdf": "application/pdf",
    "zpl": "application/octet-stream",
    "tspl": "application/octet-stream",
    "png": "image/png",
}


@room.get("/00/<sscc>")
def unit_link(sscc: str) -> ResponseReturnValue:
    """Where the QR code of a case or pallet leads."""
    actor().require("unit.build")
    return redirect(url_for("stock.unit", sscc=read_sscc(sscc).digits))


@room.get("/stock/units/<sscc>/label")
def unit_label(sscc: str) -> ResponseReturnValue:
    actor().require("unit.build")
    error: LotmarkError | None = None
    with house().plant.reading() as session:
        unit = find_unit(session, sscc)
    try:
        _drawn(unit.sscc)
    except LotmarkError as refused:
        error = refused
    page = render_template(
        "stock/unit_label.html",
        unit=unit,
        stocks=[load_unit_stock(name) for name in unit_stock_names()],
        stock=_stock().name,
        formats=tuple(FORMATS),
        format=_format(),
        error=error,
    )
    return page, status_of(error) if error else 200


@room.get("/stock/units/<sscc>/label/picture")
def unit_label_picture(sscc: str) -> ResponseReturnValue:
    """The picture of the very bytes the file has."""
    actor().require("unit.build")
    shown = preview(_format(), _drawn(sscc), _stock().dpi)
    out = BytesIO()
    shown.save(out, "PNG")
    return Response(out.getvalue(), mimetype="image/png")


@room.get("/stock/units/<sscc>/label/file")
def unit_label_file(sscc: str) -> ResponseReturnValue:
    actor().require("unit.build")
    return send_file(
        BytesIO(_drawn(sscc)),
        mimetype=FORMATS[_format()],
        as_attachment=_format() != "pdf",
        download_name=f"{read_sscc(sscc).digits}.{_format()}",
        max_age=0,
    )


def _drawn(sscc: str) -> bytes:
    out = BytesIO()
    with house().plant.reading() as session:
        base_url = house().settings.base_url
        draw_unit_labels(session, [sscc], base_url, _format(), _stock(), out)
    return out.getvalue()


def _stock() -> Stock:
    return load_unit_stock(request.args.get("stock", USUAL_STOCK)[:60])


def _format() -> str:
    asked = request.args.get("format", "pdf")
    return asked if asked in FORMATS else "pdf"
