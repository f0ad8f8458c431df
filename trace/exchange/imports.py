"""Importing files, all or nothing: what is wrong is told with its line and reason.

In three steps, so that nobody waits long (DESIGN §9): files are read with no database
at hand; what they ask for is worked out and checked while others go on writing; then it
is written in one short transaction. Should anybody have changed meanwhile what it rests
on, it is worked out anew, in the end under the locks.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..db import Database
from ..errors import N_, Conflict
from ..parties.tables import Lot
from ..people import Actor, system
from ..stock.books import by_ids
from .checking import Checked, check
from .facts import Facts
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
    "bring_files_in",
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
TRIES = 2
"""How often files are checked while others go on; once more, and these wait."""

T = TypeVar("T")


class _Changed(Exception):
    """What an import rests on changed before it could be written."""


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

    def transact(act: Callable[[Session], Report]) -> Report:
        with database.writing() as session:
            report = act(session)
            if report.files:
                told(session, report)
        return report

    return bring_files_in(
        database,
        files,
        actor,
        now,
        transact,
        key_version=key_version,
        progress=progress,
    )


def bring_files_in(
    database: Database,
    files: Sequence[File],
    actor: Actor,
    now: datetime,
    transact: Callable[[Callable[[Session], Report]], T],
    *,
    key_version: int,
    progress: Progress = _nobody,
) -> T:
    """``bring_files`` for whoever writes more in the same transaction.

    ``transact`` does what it is given in a transaction of its own, and is called again
    when somebody changed what matters before it began.
    """
    acting, given = _acting(actor), open_files(files)
    with database.reading() as session:
        fresh, known = _sort_out(session, given)
    if not fresh:
        return transact(lambda _: Report((), known))
    with _seldom_collecting(), closing(stage_files(fresh, progress)) as staged:

        def attempt(*, patient: bool) -> T:
            with _worked_out(database, staged, acting, now, progress) as checked:

                def act(session: Session) -> Report:
                    parts = session, staged, checked, key_version, acting, now, progress
                    _apply(*parts, patient=patient)
                    return _finish(session, staged, known, actor, now)

                return transact(act)

        for _ in range(TRIES):
            with suppress(_Changed):
                return attempt(patient=True)
        return attempt(patient=False)


@contextmanager
def _worked_out(
    database: Database,
    staged: Staged,
    actor: Actor,
    now: datetime,
    progress: Progress,
) -> Iterator[Checked]:
    """Files checked while others go on, with what that rests on."""
    with closing(Facts()) as facts:
        with database.reading() as session:
            if not database.is_sqlite:  # there a transaction sees one state anyway
                one_state = {"isolation_level": "REPEATABLE READ"}
                session.connection(execution_options=one_state)
            checked = check(session, staged, actor, now, progress, facts)
        with closing(checked):
            yield checked


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
        with closing(check(session, staged, acting, now, progress)) as checked:
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
    *,
    patient: bool = False,
) -> None:
    """Write what was checked; if what it rests on changed, check anew under the locks.

    The ``patient`` raise _Changed instead, or others would wait for the whole check.
    """
    locked = _lock(session, staged, checked.lots)
    if _holds(session, checked):
        write(session, checked, key_version, actor, now, progress)
        return
    _check_fresh(session, staged)
    if patient:
        raise _Changed
    with closing(check(session, staged, actor, now, progress)) as anew:
        if not anew.lots <= locked:
            raise Conflict("changed_meanwhile", CHANGED)
        write(session, anew, key_version, actor, now, progress)


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


def _holds(session: Session, checked: Checked) -> bool:
    """Whether what an import rests on is as it was when it was worked out.

    Whatever changes is audited, so an audit chain of the same length tells at once.
    Under the locks nothing can change any more that matters here.
    """
    if session.scalar(sa.select(audit.AuditHead.count)) == checked.changes:
        return True
    return checked.facts is not None and checked.facts.hold(session)


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
