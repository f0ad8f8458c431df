"""Who serves a printer: one press at a time, under a lease and a fencing token."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.errors import N_, Conflict
from ..devices.device import Status
from .blocks import items_in
from .machine import LIVE, is_inside, items_inside
from .press import put_in_doubt
from .tables import PrintBlock, Printer, PrintJob

LEASE = timedelta(seconds=20)
"""How long a printer belongs to its press without a sign of life."""
ASK_EVERY = timedelta(seconds=30)
"""How often an idle printer is asked how it is."""


class LeaseLost(Exception):
    """Another press has the printer: leave it to that one."""


def due_printers(session: Session, now: datetime) -> list[int]:
    """Printers in use that nobody serves and that have something to do."""
    job = sa.exists().where(PrintJob.printer_id == Printer.id, PrintJob.state.in_(LIVE))
    inside = sa.exists().where(
        PrintBlock.job_id == PrintJob.id,
        PrintJob.printer_id == Printer.id,
        PrintBlock.state == "sent",
        PrintBlock.due_out.is_(None),
    )
    stale = sa.or_(Printer.asked_at.is_(None), Printer.asked_at < now - ASK_EVERY)
    free = sa.or_(Printer.leased_until.is_(None), Printer.leased_until < now)
    found = sa.select(Printer.id).where(
        Printer.active, free, sa.or_(job, inside, Printer.errand != "", stale)
    )
    return list(session.scalars(found))


def take_printer(
    session: Session, printer_id: int, token: str, now: datetime
) -> Printer | None:
    """Serve a printer from now on; None when another press does.

    What an earlier press left half done is in doubt: blocks on their way, and those a
    printer has that would have told that press when they were out.
    """
    taken = session.scalar(
        sa.update(Printer)
        .where(
            Printer.id == printer_id,
            Printer.active,
            sa.or_(Printer.leased_until.is_(None), Printer.leased_until < now),
        )
        .values(token=token, leased_until=now + LEASE)
        .returning(Printer.id)
        .execution_options(synchronize_session=False)
    )
    if taken is None:
        return None
    printer = session.get_one(Printer, printer_id, populate_existing=True)
    kept = PrintBlock.remote != "" if printer.kind == "ipp" else sa.false()
    left_over = sa.select(PrintJob).where(
        PrintJob.printer_id == printer_id,
        PrintJob.id.in_(
            sa.select(PrintBlock.job_id).where(
                sa.or_(
                    PrintBlock.state == "sending",
                    sa.and_(is_inside(now), sa.not_(kept)),
                )
            )
        ),
    )
    for job in session.scalars(left_over.order_by(PrintJob.lot_id, PrintJob.id)).all():
        items = items_in(session, job, "sending")
        if printer.kind != "ipp":
            items |= items_inside(session, job, now)
        put_in_doubt(session, job, items, _interrupted(printer), now)
    return printer


def held_blocks(session: Session, printer: Printer) -> dict[int, tuple[int, str]]:
    """What a print queue keeps of ours from before: labels and name of each block."""
    rows = session.execute(
        sa.select(PrintBlock.id, PrintBlock.lo, PrintBlock.hi, PrintBlock.remote)
        .join(PrintJob, PrintJob.id == PrintBlock.job_id)
        .where(
            PrintJob.printer_id == printer.id,
            PrintBlock.state == "sent",
            PrintBlock.remote != "",
        )
    )
    return {row.id: (row.hi - row.lo, row.remote) for row in rows}


def keep_printer(session: Session, printer_id: int, token: str, now: datetime) -> None:
    """Go on serving a printer for another lease. Raises LeaseLost."""
    kept = session.scalar(
        sa.update(Printer)
        .where(Printer.id == printer_id, Printer.token == token)
        .values(leased_until=now + LEASE)
        .returning(Printer.id)
        .execution_options(synchronize_session=False)
    )
    if kept is None:
        raise LeaseLost(f"printer {printer_id}")


def leave_printer(session: Session, printer_id: int, token: str) -> None:
    """Serve a printer no longer."""
    session.execute(
        sa.update(Printer)
        .where(Printer.id == printer_id, Printer.token == token)
        .values(token=None, leased_until=None)
        .execution_options(synchronize_session=False)
    )


def note_status(
    session: Session,
    printer_id: int,
    state: str,
    status: Status | None,
    words: str,
    now: datetime,
) -> None:
    """Keep how a printer is; ``state`` is one of ``Printer.status``."""
    printer = session.get_one(Printer, printer_id)
    printer.status, printer.status_words, printer.asked_at = state, words, now
    if status is not None:
        printer.answered_at, printer.labels_left = now, status.labels_left


def take_errand(session: Session, printer_id: int) -> str:
    """The label without a code that somebody asked for; it is asked for no more."""
    printer = session.get_one(Printer, printer_id, with_for_update={"of": Printer})
    errand, printer.errand = printer.errand, ""
    return errand


def _interrupted(printer: Printer) -> Conflict:
    return Conflict(
        "press_interrupted",
        N_(
            "The server stopped while %(printer)s was printing. Scan the last label "
            "that came out, then resume."
        ),
        printer=printer.code,
    )
