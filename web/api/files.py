"""CSV and XLSX files, as `lotmark import` takes them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, BinaryIO, cast

from flask import g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ...trace import clock
from ...trace.errors import N_, InvalidInput
from ...trace.exchange.imports import File, Report, bring_files_in
from ...trace.exchange.reading import as_stream
from ...trace.exchange.staging import digest_of
from ..current import house
from .idempotency import answer_once
from .room import described, key_in_use, room
from .values import Shown

TAG = "Files"
MOST_FILES = 50


class ImportedTable(Shown):
    """A table that was imported."""

    name: str
    kind: str
    rows: int


class KnownFile(Shown):
    """A file that was imported before, and changed nothing now."""

    name: str
    imported_at: datetime
    imported_by: str


class ImportOut(Shown):
    """What an import brought in."""

    files: list[ImportedTable]
    known: list[KnownFile]


@room.output(ImportOut, status_code=201)
def post_imports() -> ResponseReturnValue:
    """Import CSV or XLSX files: all of them, or nothing.

    What a file holds is recognised by its header; docs/import.md describes the kinds.
    When anything is wrong nothing is imported, and the problem document lists every bad
    row under `rows`. The same content again changes nothing.
    """
    now = clock.now()
    sent = request.files.getlist("files")
    if not 0 < len(sent) <= MOST_FILES:
        raise InvalidInput(
            "files_missing",
            N_("Expected 1 to %(most)s files in the form field files, got %(found)s."),
            most=MOST_FILES,
            found=len(sent),
        )
    files = [
        ((one.filename or "file")[:200], cast("BinaryIO", one.stream)) for one in sent
    ]

    def transact(act: Callable[[Session], Report]) -> ResponseReturnValue:
        return answer_once(
            key_in_use(),
            lambda session: _document(act(session)),
            201,
            now,
            said=_said(files),
        )

    version = house().keys.current.version
    plant = house().plant
    return bring_files_in(plant, [*files], g.actor, now, transact, key_version=version)


def _said(files: Sequence[File]) -> bytes:
    """What a request says, whatever divides its parts and in whatever order."""
    told = [f"{name}\0{digest_of(as_stream(content))}" for name, content in files]
    return "\0".join(sorted(told)).encode()


described("POST", "/imports", "data.import", TAG, post_imports)


def _document(report: Report) -> dict[str, Any]:
    return {
        "files": [
            {"name": one.name, "kind": one.kind, "rows": one.rows}
            for one in report.files
        ],
        "known": [
            {
                "name": one.name,
                "imported_at": one.imported_at,
                "imported_by": one.imported_by,
            }
            for one in report.known
        ],
    }
