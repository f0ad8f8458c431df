"""Orders to import: files sent in the browser, brought in by the worker.

An order says how far it is and what became of it. Its end is written together with what
it brought in, so that one done twice after a crash is told and counted once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit, numbers, outbox
from ..db import insert_if_new
from ..errors import N_, Conflict, InvalidInput, LotmarkError, NotFound
from ..faults import write_fault
from ..people import Actor
from .rows import Report
from .tables import ImportOrder

EFFECT = "import.files"
"""Outbox effect that does an order."""
MOST_FILES = 50
SETTLED = ("done", "refused", "failed")
RIGHT = "data.import"


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that was sent, and lies in the files folder."""

    name: str
    sha256: str
    size: int


def order_import(
    session: Session,
    files: Sequence[Sent],
    request_key: str,
    actor: Actor,
    now: datetime,
) -> ImportOrder:
    """Have files imported together; the same ``request_key`` again is the same order.

    Raises InvalidInput ``files_missing``, Conflict ``import_order_changed`` for other
    files under the same key.
    """
    actor.require(RIGHT)
    if not 0 < len(files) <= MOST_FILES:
        raise InvalidInput(
            "files_missing",
            N_("Expected 1 to %(most)s files, got %(found)s. Choose the files again."),
            most=MOST_FILES,
            found=len(files),
        )
    listed = [[one.name, one.sha256, one.size] for one in files]
    same = sa.select(ImportOrder).where(ImportOrder.request_key == request_key)
    known = session.scalar(same)
    if known is None:
        new = insert_if_new(
            session,
            ImportOrder,
            number=numbers.next_number(session, "DR", now.year),
            request_key=request_key,
            files=listed,
            created_by=actor.login,
            created_at=now,
        )
        known = session.scalars(same).one()
        if new:
            _enqueue(session, known, actor, now)
    if known.files != listed:
        raise Conflict(
            "import_order_changed",
            N_(
                "This form was sent before and gave import %(number)s with other "
                "files. Reload the page, then send these."
            ),
            number=known.number,
        )
    return known


def find_order(session: Session, number: str) -> ImportOrder:
    """Raises NotFound ``import_order_unknown``."""
    found = session.scalar(sa.select(ImportOrder).filter_by(number=number))
    if found is None:
        raise NotFound(
            "import_order_unknown",
            N_("There is no import %(number)s."),
            number=repr(number[:40]),
        )
    return found


def recent_orders(session: Session, most: int) -> Sequence[ImportOrder]:
    """The newest first."""
    newest = sa.select(ImportOrder).order_by(ImportOrder.id.desc()).limit(most)
    return session.scalars(newest).all()


def orders_ahead(session: Session, order: ImportOrder) -> int:
    """How many orders come before one that waits."""
    ahead = sa.select(sa.func.count()).where(
        ImportOrder.state.not_in(SETTLED), ImportOrder.id < order.id
    )
    return session.scalar(ahead) or 0


def note_progress(
    session: Session, order_id: int, step: str, done: int, total: int
) -> None:
    """How far an order is."""
    session.execute(
        sa.update(ImportOrder)
        .where(ImportOrder.id == order_id, ImportOrder.state.not_in(SETTLED))
        .values(state="running", step=step, done=done, total=total)
    )


def finish_order(
    session: Session, order_id: int, report: Report, now: datetime
) -> None:
    """Say what an order brought in, in the transaction that does."""
    order = session.get_one(ImportOrder, order_id, with_for_update=True)
    known = [
        [one.name, one.imported_at.isoformat(), one.imported_by] for one in report.known
    ]
    order.result = {
        "tables": [[one.name, one.kind, one.rows] for one in report.files],
        "known": known,
    }
    order.state, order.finished_at = "done", now


def refuse_order(
    session: Session,
    order_id: int,
    error: LotmarkError,
    now: datetime,
    *,
    bad: int = 0,
    report: str | None = None,
    state: str = "refused",
) -> None:
    """Say why an order changed nothing; ``report`` names the file with its bad rows."""
    order = session.get_one(ImportOrder, order_id, with_for_update=True)
    if order.state in SETTLED:
        return
    order.state, order.finished_at = state, now
    order.error, order.bad, order.report = write_fault(error), bad, report
    audit.record(
        session,
        order.created_by,
        "import.refuse",
        f"import_order:{order.id}",
        now,
        number=order.number,
        code=error.code,
        bad=bad,
    )


def _enqueue(session: Session, order: ImportOrder, actor: Actor, now: datetime) -> None:
    key = f"{EFFECT}:{order.id}"
    outbox.enqueue(session, EFFECT, {"order": order.id}, key, now)
    audit.record(
        session,
        actor.login,
        "import.order",
        f"import_order:{order.id}",
        now,
        number=order.number,
        files={sha256: name for name, sha256, _ in order.files},
    )
