"""All operations of the machines' room, and how its refusals read."""

from http import HTTPStatus

from apiflask import HTTPError
from flask import Flask, Response, jsonify, request
from flask_babel import gettext

from ...trace.errors import N_, LotmarkError
from ...trace.exchange.imports import BadRow, ImportRefused
from ..i18n import say
from ..problems import problem
from . import (
    batches,
    blocks,
    codes,
    complaints,
    counts,
    files,
    genealogy,
    goods,
    import_orders,
    items,
    kept_scopes,
    lines,
    lists,
    lots,
    master,
    moves,
    packing,
    papers,
    picking,
    printing,
    printouts,
    quality,
    receipts,
    records,
    records_in,
    releases,
    repacking,
    resolving,
    scopes,
    shipping,
    spec,
    states,
    stations,
    tanks,
    transfers,
    unbatched,
    what_if,
)
from .room import room

__all__ = [
    "batches",
    "blocks",
    "codes",
    "complaints",
    "counts",
    "files",
    "genealogy",
    "goods",
    "import_orders",
    "items",
    "kept_scopes",
    "lines",
    "lists",
    "lots",
    "master",
    "moves",
    "packing",
    "papers",
    "picking",
    "printing",
    "printouts",
    "quality",
    "receipts",
    "records",
    "records_in",
    "releases",
    "repacking",
    "resolving",
    "room",
    "scopes",
    "set_up",
    "shipping",
    "states",
    "stations",
    "tanks",
    "transfers",
    "unbatched",
    "what_if",
]


def set_up(app: Flask) -> None:
    """Have what APIFlask's decorators ask of an application, and the document."""
    app.config.from_object("apiflask.settings")
    app.config["VALIDATION_ERROR_STATUS_CODE"] = HTTPStatus.BAD_REQUEST
    app.register_error_handler(HTTPError, refuse_values)
    app.add_url_rule("/api/v1/openapi.json", "openapi", show_document)


def show_document() -> Response:
    """The OpenAPI document; anybody may read it, as it names nothing of the plant."""
    return jsonify(spec.document())


@room.errorhandler(ImportRefused)
def refuse_rows(error: ImportRefused) -> Response:
    """Name every row that stands in the way; those of JSON are counted from 0."""
    above = 2 if request.is_json else 0  # the header, and people count from 1
    rows = [
        {
            "file": bad.file,
            "line": bad.line - above,
            "column": bad.column,
            "code": bad.code,
            "reason": _reason(bad),
        }
        for bad in error.rows
    ]
    first = error.rows[0]
    where = f"{first.file}:{rows[0]['line']} {first.column}".rstrip()
    params = {**error.params, "first": f"{where}: {_reason(first)}"}
    said = say(LotmarkError(error.code, error.text, **params))
    return problem(HTTPStatus.BAD_REQUEST, error.code, said, rows=rows)


def _reason(bad: BadRow) -> str:
    return say(LotmarkError(bad.code, bad.text, **bad.params))


def refuse_values(error: HTTPError) -> Response:
    """Name every value that cannot be read, and why."""
    found = error.detail if isinstance(error.detail, dict) else {}
    errors = [
        {"where": f"{place}.{name}".removesuffix("._schema"), "reason": reason}
        for place, values in found.items()
        for name, reasons in values.items()
        for reason in reasons
    ]
    sentence = gettext(
        N_("Some values of the request cannot be read: see errors for each of them.")
    )
    status = HTTPStatus(error.status_code)
    return problem(status, "values_invalid", sentence, errors=errors[:100])
