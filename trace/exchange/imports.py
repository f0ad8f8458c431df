"""Importing files, all or nothing: every bad row is told with its line and reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, Conflict, InvalidInput, LotmarkError
from ..people import Actor, system
from ..stock.service import Refused, move_many
from . import consumption, goods, lots, master, production, units
from .book import Book, cell_missing
from .columns import Column, Kind, recognise
from .job import Job, note_bad
from .kinds import KINDS
from .reading import (
    MAX_ROWS,
    Table,
    Unreadable,
    check_sizes,
    read_tables,
    too_many_rows,
)
from .rows import BadRow, Imported, ImportRefused, Report, Row

Progress = Callable[[int, int], None]
"""Told how many rows are done, of how many."""

__all__ = [
    "BadRow",
    "ImportRefused",
    "Imported",
    "Progress",
    "Report",
    "import_files",
]

IMPORT_LOCK = 0x4C4D02
"""PostgreSQL advisory lock: one import at a time."""

APPLY: dict[str, Callable[[Job, list[Row]], None]] = {
    "sites": master.add_sites,
    "lines": master.add_lines,
    "places": master.add_places,
    "partners": master.add_partners,
    "articles": master.add_articles,
    "lots": lots.add_lots,
    "runs": production.add_runs,
    "cycles": production.add_cycles,
    "cleanings": production.add_cleanings,
    "checks": production.add_checks,
    "consumption": consumption.add_consumption,
    "cases": units.add_cases,
    "shipments": goods.add_shipments,
    "movements": goods.add_movements,
}
"""What each kind of file does."""


def import_files(
    session: Session,
    files: Sequence[tuple[str, bytes]],
    actor: Actor,
    now: datetime,
    *,
    key_version: int,
    progress: Progress | None = None,
) -> Report:
    """Bring files of any known kinds into the house, in one transaction.

    ``files`` are names and contents in any order; what each is, its header says. Kinds
    are applied in the order of ``KINDS``, stock movements last and in the order they
    happened. ``key_version`` enciphers the codes of coded lots.

    When anything is wrong the session is rolled back: nothing of it stays.

    Raises:
        ImportRefused: with every bad row.
        TooLarge: ``import_too_large``, ``import_too_many_rows``.
        Forbidden: ``right_missing``.
    """
    # Whoever may add users could take every right that an import uses.
    actor.require("data.import")
    acting = replace(actor, rights=system().rights)
    check_sizes(files)
    job, batches = _open(session, files, acting, now, key_version)
    _apply(job, batches, progress or _nobody)
    if job.bad:
        session.rollback()
        raise ImportRefused(job.bad)
    report = Report(
        tuple(
            Imported(batch.table.name, batch.kind.name, len(batch.rows))
            for batch in batches
        )
    )
    _audit(session, files, report, actor, now)
    return report


@dataclass(frozen=True, slots=True)
class _Batch:
    """The rows of one file that could be read."""

    table: Table
    kind: Kind
    rows: list[Row]


def _open(
    session: Session,
    files: Sequence[tuple[str, bytes]],
    actor: Actor,
    now: datetime,
    key_version: int,
) -> tuple[Job, list[_Batch]]:
    """Read the files, then load and lock what they refer to."""
    bad: list[BadRow] = []
    missed: set[tuple[str, str]] = set()
    batches = [
        _Batch(table, kind, _rows(table, kind, columns, bad, missed))
        for table, kind, columns in _read(files)
    ]
    if session.get_bind().dialect.name == "postgresql":
        # Two imports at once would both find a code free, and one break at its end.
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(IMPORT_LOCK)))
    book = Book(session, [row for batch in batches for row in batch.rows])
    book.bad |= missed
    return Job(session, actor, now, key_version, book, bad), batches


def _read(files: Sequence[tuple[str, bytes]]) -> list[tuple[Table, Kind, list[Column]]]:
    """All tables in the order of their kinds.

    Raises ImportRefused for files that cannot be read: what they hold is unknown, so
    the rows of others cannot be judged.
    """
    found: list[tuple[Table, Kind, list[Column]]] = []
    bad: list[BadRow] = []
    for name, content in files:
        try:
            for table in read_tables(name, content):
                found.append((table, *recognise(table, KINDS)))
        except Unreadable as error:
            bad.append(
                BadRow(name, error.line, "", error.code, error.text, error.params)
            )
    if bad:
        raise ImportRefused(bad)
    if sum(len(table.rows) for table, _, _ in found) > MAX_ROWS:
        raise too_many_rows()
    return sorted(found, key=lambda entry: KINDS.index(entry[1]))


def _rows(
    table: Table,
    kind: Kind,
    columns: list[Column],
    bad: list[BadRow],
    missed: set[tuple[str, str]],
) -> list[Row]:
    """The rows of a table as values; those with a bad cell are noted and left out."""
    rows: list[Row] = []
    first: dict[tuple[str, ...], int] = {}
    for line, cells in table.rows:
        row = Row(table.name, line, {})
        errors: list[tuple[str, LotmarkError]] = []
        if any(cells[len(columns) :]):
            errors.append(("", _too_long(len(columns))))
        if first.setdefault(cells, line) != line:
            errors.append(("", _twice(first[cells])))
        padded = cells + ("",) * (len(columns) - len(cells))
        for column, text in zip(columns, padded, strict=False):
            try:
                if text:
                    row.values[column.name] = column.parse(text)
                elif column.needed == "cell":
                    errors.append((column.name, cell_missing(column.name)))
            except LotmarkError as error:
                errors.append((column.name, error))
        if errors:
            bad += [BadRow.of(row, name, error) for name, error in errors]
            note_bad(missed, kind.name, row)
        else:
            rows.append(row)
    return rows


def _apply(job: Job, batches: list[_Batch], progress: Progress) -> None:
    total = sum(len(batch.rows) for batch in batches)
    done = 0
    for batch in batches:
        APPLY[batch.kind.name](job, batch.rows)
        done += len(batch.rows)
        progress(done, total)
    lots.mark_applied(job)
    _book(job)


def _book(job: Job) -> None:
    """Book all stock movements: lots come in first, then all else as it happened."""
    posts = sorted(job.posts, key=lambda post: (not post.opening, post.move.at))
    refused: list[Refused] = []
    moves = [post.move for post in posts]
    move_many(job.session, moves, actor=job.actor, now=job.now, refused=refused)
    for failure in refused:
        post = posts[failure.index]
        job.bad.append(BadRow.of(post.row, post.column, failure.error))


def _audit(
    session: Session,
    files: Sequence[tuple[str, bytes]],
    report: Report,
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(
        session,
        actor.login,
        "import",
        "files",
        now,
        files={name: sha256(content).hexdigest() for name, content in files},
        tables=[[file.name, file.kind, file.rows] for file in report.files],
    )


def _too_long(width: int) -> InvalidInput:
    return InvalidInput(
        "row_too_long",
        N_("Expected %(width)s cells as in the header, found more."),
        width=width,
    )


def _twice(line: int) -> Conflict:
    return Conflict(
        "row_twice",
        N_("This row is the same as line %(first)s: take it out."),
        first=line,
    )


def _nobody(done: int, total: int) -> None:
    """Progress that nobody watches."""
