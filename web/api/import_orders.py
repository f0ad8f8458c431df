"""Long imports: the files are left to the worker, and one asks how far it is."""

import hashlib
import secrets
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from flask import g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ...trace import clock
from ...trace.errors import LotmarkError
from ...trace.exchange.orders import RIGHT, find_order, order_import, orders_ahead
from ...trace.exchange.tables import ImportOrder
from ...trace.faults import read_fault
from ..current import house
from ..i18n import say
from ..sent_files import bad_rows, keep_files
from .files import TAG, ImportedTable, KnownFile
from .idempotency import asked_once
from .room import described, key_in_use, reads, room
from .values import Shown

MOST_ROWS = 1000


class BadRowOut(Shown):
    """A row that stands in the way."""

    file: str
    line: int
    column: str
    code: str
    reason: str


class FaultOut(Shown):
    """Why nothing was imported."""

    code: str
    detail: str


class OrderOut(Shown):
    """An import that the worker does."""

    number: str
    state: Literal["waiting", "running", "done", "refused", "failed"]
    """`refused`: the files are at fault, nothing was changed; `failed`: the server."""
    ahead: int
    """Imports that come before it."""
    step: Literal["", "read", "check", "write"]
    done: int
    """Rows done in this step."""
    total: int
    created_at: datetime
    finished_at: datetime | None
    files: list[ImportedTable]
    """What it brought in."""
    known: list[KnownFile]
    error: FaultOut | None
    bad: int
    """How many rows stand in the way."""
    rows: list[BadRowOut]
    """The first 1,000 of them."""


@room.output(OrderOut, status_code=202)
def post_import_orders() -> ResponseReturnValue:
    """Leave files to be imported, such as large ones: all of them, or nothing.

    Ask `GET /import-orders/{number}` how far it is and what became of it. The same
    `Idempotency-Key` with the same files is the same import.
    """
    sent = keep_files(house().settings.files, request.files.getlist("files"))
    name = asked_once() or secrets.token_urlsafe(16)
    key = hashlib.sha256(f"{key_in_use().id} {name}".encode()).hexdigest()
    with house().plant.writing() as session:
        order = order_import(session, sent, key, g.actor, clock.now())
        session.flush()
        return _shown(session, order), 202


described("POST", "/import-orders", RIGHT, TAG, post_import_orders)


@reads("/import-orders/<number>", RIGHT, OrderOut, tag=TAG)
def get_import_order(session: Session, number: str) -> Any:
    """How far an import is, or what became of it."""
    return _shown(session, find_order(session, number))


def _shown(session: Session, order: ImportOrder) -> dict[str, Any]:
    names = ("number", "state", "step", "done", "total", "bad")
    tables = order.result.get("tables", [])
    known = order.result.get("known", [])
    wrong = islice(bad_rows(house().settings.files, order), MOST_ROWS)
    fault = read_fault(order.error) if order.error else None
    waits = order.state in ("waiting", "running")
    return {
        **{name: getattr(order, name) for name in names},
        "ahead": orders_ahead(session, order) if waits else 0,
        "created_at": order.created_at,
        "finished_at": order.finished_at,
        "files": [
            dict(zip(("name", "kind", "rows"), one, strict=True)) for one in tables
        ],
        "known": [
            dict(zip(("name", "imported_at", "imported_by"), one, strict=True))
            for one in known
        ],
        "error": fault and {"code": fault.code, "detail": say(fault)},
        "rows": [
            {
                "file": bad.file,
                "line": bad.line,
                "column": bad.column,
                "code": bad.code,
                "reason": say(LotmarkError(bad.code, bad.text, **bad.params)),
            }
            for bad in wrong
        ],
    }
