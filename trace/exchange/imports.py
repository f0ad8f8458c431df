"""Importing files, all or nothing: what is wrong is told with its line and reason.

In three steps, so that nobody waits long (DESIGN §9): files are read with no database
at hand; what they ask for is worked out and checked while others go on writing; then it
is written in one short transaction. Should anybody have changed anything meanwhile, it
is worked out anew under the locks.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..db import Database
from ..errors import N_, Conflict
from ..parties.tables import Lot
from ..people import Actor, system
from ..stock.books import by_ids
from .checking import Checked, check
from .known_lots import find_lots
from .reading import File
from .rows import BadRow, Imported, ImportRefused, Known, Report
from .staging import Given, Progress, Staged, open_files, stage_files
from .tables import ImportFile
from .writing import write

__all__ = [
    "BadRow",
    "File",
    "ImportRefused",
    "Imported",
    "Known",
    "Progress",
    "Report",
    "bring_files",
    "import_files",
]

IMPORT = "data.import"
"""The right to bring in files of any kind."""
IMPORT_LOCK = 0x4C4D02
"""PostgreSQL advisory lock: one import at a time."""


CHANGED = N_(
    "Somebody else changed this at the same moment, so nothing was saved. Look at the "
    "present state, then try again."
)


Told = Callable[[Session, Report], None]
"""Told what was brought in, within the transaction that does."""


def _nobody(step: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def _untold(session: Session, report: Report) -> None:
    """A report that only the caller wants."""


def bring_files(
    database: Database,
    files: Sequence[File],
    actor: Actor,
    now: datetime,
    *,
    key_version: int,
    progress: Progress = _nobody,
    told: Told = _untold,
) -> Report:
    """Bring files of any known kinds into the house; nobody waits but for the writing.

    ``files`` are names and contents in any order; what each is, its header says. Kinds
    are applied in the order of ``KINDS``, stock movements last and in the order they
    happened. A file that was imported before changes nothing; ``told`` is told of the
    others. ``key_version`` enciphers the codes of coded lots.

    Raises:
        ImportRefused: with the bad rows; nothing was changed.
        TooLarge: ``import_too_large``, ``import_too_many_rows``.
        Forbidden: ``right_missing``.
        Conflict: ``import_meanwhile``.
    """
    acting, given = _acting(actor), open_files(files)
    with database.reading() as session:
        fresh, known = _sort_out(session, given)
    if not fresh:
        return Report((), known)
    with _seldom_collecting(), closing(stage_files(fresh, progress)) as staged:
        with database.reading() as session:
            checked = check(session, staged, acting, now, progress)
        with database.writing() as session:
            _apply(session, staged, checked, key_version, acting, now, progress)
            report = _finish(session, staged, known, actor, now)
            told(session, report)
    return report


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Look for unreachable cycles less often: it takes a fifth of an import's time."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def import_files(
    session: Session,
    files: Sequence[File],
    actor: Actor,
    now: datetime,
    *,
    key_version: int,
    progress: Progress = _nobody,
    right: str = IMPORT,
) -> Report:
    """``bring_files`` within a transaction that the caller has open already.

    ``right`` is what the actor needs: a caller that writes the files itself, of one
    kind, may ask for a narrower one.
    """
    acting, given = _acting(actor, right), open_files(files)
    fresh, known = _sort_out(session, given)
    if not fresh:
        return Report((), known)
    with closing(stage_files(fresh, progress)) as staged:
        checked = check(session, staged, acting, now, progress)
        _apply(session, staged, checked, key_version, acting, now, progress)
        return _finish(session, staged, known, actor, now)


def _acting(actor: Actor, right: str = IMPORT) -> Actor:
    # Whoever may add users could take every right that an import uses.
    actor.require(right)
    return replace(actor, rights=system().rights)


def _sort_out(
    session: Session, given: Sequence[Given]
) -> tuple[list[Given], tuple[Known, ...]]:
    """The files that are new, and what is known of those imported before."""
    found = _recorded(session, (file.digest for file in given))
    known = (
        Known(file.name, row.imported_at, row.imported_by)
        for file in given
        if (row := found.get(file.digest))
    )
    return [file for file in given if file.digest not in found], tuple(known)


def _recorded(session: Session, digests: Iterable[str]) -> dict[str, ImportFile]:
    wanted = sorted(set(digests))
    select = sa.select(ImportFile).where(ImportFile.sha256.in_(wanted))
    return {row.sha256: row for row in session.scalars(select)}


def _apply(
    session: Session,
    staged: Staged,
    checked: Checked,
    key_version: int,
    actor: Actor,
    now: datetime,
    progress: Progress,
) -> None:
    """Write what was checked; if anything changed since, check anew under the locks."""
    with ExitStack() as plans:
        plans.callback(checked.close)
        locked = _lock(session, staged, checked.lots)
        if not _unchanged(session, checked):
            _check_fresh(session, staged)
            checked = check(session, staged, actor, now, progress)
            plans.callback(checked.close)
        if not checked.lots <= locked:
            raise Conflict("changed_meanwhile", CHANGED)
        write(session, checked, key_version, actor, now, progress)


def _lock(session: Session, staged: Staged, moved: set[int]) -> set[int]:
    """Nobody else imports, and nobody changes the lots that files name or move."""
    if session.get_bind().dialect.name == "postgresql":
        # Two imports at once would both find a code free, and one break at its end.
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(IMPORT_LOCK)))
    wanted = find_lots(session, staged.lots) | moved
    lots = sa.select(Lot.id).order_by(Lot.id).with_for_update(of=Lot)
    for _ in by_ids(session, lots, Lot.id, wanted):
        pass  # as lock_lots, but for many thousands, and their values do not matter
    return wanted


def _unchanged(session: Session, checked: Checked) -> bool:
    """Whether nothing changed since an import was worked out.

    Whatever changes is audited, so the length of the audit chain tells; under the locks
    nothing can change any more that matters here.
    """
    return session.scalar(sa.select(audit.AuditHead.count)) == checked.changes


def _check_fresh(session: Session, staged: Staged) -> None:
    """Raises Conflict when somebody imported one of the files meanwhile."""
    for key, row in _recorded(session, staged.digests).items():
        raise Conflict(
            "import_meanwhile",
            N_(
                "%(by)s imported the file %(name)s a moment ago: import the others "
                "again without it."
            ),
            by=row.imported_by,
            name=staged.digests[key],
        )


def _finish(
    session: Session,
    staged: Staged,
    known: tuple[Known, ...],
    actor: Actor,
    now: datetime,
) -> Report:
    """Record the files and audit the import."""
    for key, name in staged.digests.items():
        tables = [batch for batch in staged.batches if batch.digest == key]
        session.add(
            ImportFile(
                sha256=key,
                name=name,
                kinds=",".join(batch.kind.name for batch in tables),
                rows=sum(batch.count for batch in tables),
                imported_at=now,
                imported_by=actor.login,
            )
        )
    report = Report(
        tuple(
            Imported(batch.table, batch.kind.name, batch.count)
            for batch in staged.batches
        ),
        known,
    )
    audit.record(
        session,
        actor.login,
        "import",
        "files",
        now,
        files={name: key for key, name in staged.digests.items()},
        tables=[[file.name, file.kind, file.rows] for file in report.files],
    )
    return report
