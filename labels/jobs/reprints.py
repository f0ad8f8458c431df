"""The same code once more, because its label was spoiled: never without a flag.

Who asks says why and that the first label is destroyed (domain.md §3.9 L2); beyond a
few, a line leader agrees. The new label says which reprint it is beside its serial.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit, flow
from ...trace.errors import N_, Conflict, Forbidden, InvalidInput
from ...trace.identity.items import EMPTY, ItemSet
from ...trace.parties.lots import lock_lots
from ...trace.people import Actor
from ...trace.production.figures import MILLION, figure
from ...trace.production.label_balance import LabelBalance, label_balance
from ...trace.production.told import check_reason
from .drawing import stock_on
from .orders import check_same_order, job_of_request, new_job
from .printers import find_printer
from .service import check_on, copy_mark
from .tables import PrintBlock, PrintJob, Reprint

UNSETTLED = ("waiting", "sending", "needs_scan")
"""Labels in these states may still come out, or may be lying about."""
MOST_COPIES = 99
"""What the mark beside the serial has room for."""


def reprint_labels(
    session: Session,
    lot_id: int,
    items: ItemSet,
    printer_code: str,
    reason: str,
    destroyed: bool,
    request_key: str,
    base_url: str,
    actor: Actor,
    now: datetime,
    *,
    leader: Actor | None = None,
) -> PrintJob:
    """Print the labels of ``items`` again: a job of their own, marked R1, R2 …

    ``destroyed`` is the confirmation that the first labels are. ``leader`` is the line
    leader who agrees, needed above the limit unless the actor is one. The same
    ``request_key`` again returns the first job.

    Raises InvalidInput without reason or confirmation, Conflict for labels that are not
    printed and loose, or in doubt, Forbidden ``reprint_needs_leader``.
    """
    actor.require("labels.print")
    lot = lock_lots(session, [lot_id])[lot_id]
    printer = find_printer(session, printer_code)
    known = job_of_request(session, request_key)
    if known is not None:
        check_same_order(known, (lot_id, items.count, printer.id, 0))
        return known
    reason = _check_asked(items, reason, destroyed)
    balance = label_balance(session, lot_id)
    _check_loose(session, lot_id, items, balance)
    second = _check_limit(session, lot_id, items, balance, (actor, leader), now)
    blocks = [
        (lo, hi, copies + 1)
        for copies, some in reprints_of(session, lot_id, items).items()
        for lo, hi in some.intervals
    ]
    mark = copy_mark(max(copy for _, _, copy in blocks))
    stock = stock_on(printer, printer.stock)
    check_on(lot, printer.format, stock, 0, base_url, mark)
    job = new_job(session, lot_id, printer, blocks, request_key, actor, now)
    session.add_all(
        Reprint(
            job_id=job.id,
            lot_id=lot_id,
            lo=lo,
            hi=hi,
            reason=reason,
            by=actor.login,
            second=second,
            at=now,
        )
        for lo, hi in items.intervals
    )
    told = {"items": str(items)[:200], "reason": reason, "second": second}
    about = f"print_job:{job.id}"
    audit.record(session, actor.login, "labels.reprint", about, now, **told)
    session.flush()
    return job


def reprints_of(session: Session, lot_id: int, items: ItemSet) -> dict[int, ItemSet]:
    """How often the labels of ``items`` were reprinted: times, and the items."""
    rows = session.execute(
        sa.select(Reprint.lo, Reprint.hi).where(Reprint.lot_id == lot_id)
    )
    at_least = [items]
    for lo, hi in rows:
        once = ItemSet.range(lo, hi) & items
        for times in range(len(at_least) - 1, -1, -1):
            again = at_least[times] & once
            if times + 1 == len(at_least):
                at_least.append(EMPTY)
            at_least[times + 1] |= again
    more = [*at_least[1:], EMPTY]
    counted = {n: some - more[n] for n, some in enumerate(at_least)}
    return {times: some for times, some in counted.items() if some}


def reprinted(session: Session, lot_id: int) -> int:
    """Labels of a lot printed again so far."""
    count = sa.select(sa.func.sum(Reprint.hi - Reprint.lo)).filter_by(lot_id=lot_id)
    return session.scalar(count) or 0


def free_reprints(session: Session, lot_id: int, now: datetime) -> int:
    """Labels of a lot that may still be reprinted without a line leader."""
    printed = label_balance(session, lot_id).printed.count
    return max(allowed_reprints(printed, now) - reprinted(session, lot_id), 0)


def allowed_reprints(printed: int, now: datetime) -> int:
    """How many labels may be reprinted without a line leader, of so many printed."""
    share = printed * figure("labels.reprint_ppm", now.date()) // MILLION
    return max(figure("labels.reprint_free", now.date()), share)


def _check_asked(items: ItemSet, reason: str, destroyed: bool) -> str:
    if not items:
        raise InvalidInput("items_empty", N_("Expected at least one item, got none."))
    if not destroyed:
        raise InvalidInput(
            "reprint_not_destroyed",
            N_(
                "Destroy the spoiled label first, then confirm it: two labels with one "
                "code must never exist."
            ),
        )
    return check_reason(reason)


def _check_loose(
    session: Session, lot_id: int, items: ItemSet, balance: LabelBalance
) -> None:
    if wrong := items - balance.open:
        raise Conflict(
            "reprint_not_loose",
            N_(
                "Labels %(items)s were not printed, or are on packs, void or missing. "
                "Only a printed label that is on no pack is printed again."
            ),
            items=str(wrong)[:80],
        )
    unsettled = session.execute(
        sa.select(PrintBlock.lo, PrintBlock.hi)
        .join(PrintJob, PrintJob.id == PrintBlock.job_id)
        .where(PrintJob.lot_id == lot_id, PrintBlock.state.in_(UNSETTLED))
    )
    doubtful = ItemSet.from_intervals((row.lo, row.hi) for row in unsettled) & items
    if doubtful:
        raise Conflict(
            "reprint_in_doubt",
            N_(
                "Labels %(items)s may still come out of a printer, or lie beside it. "
                "Scan them, or say that they did not come out, before a reprint."
            ),
            items=str(doubtful)[:80],
        )
    if max(reprints_of(session, lot_id, items)) >= MOST_COPIES:
        raise Conflict(
            "reprint_too_often",
            N_("A code is reprinted at most %(most)s times. Void it, use a new one."),
            most=MOST_COPIES,
        )


def _check_limit(
    session: Session,
    lot_id: int,
    items: ItemSet,
    balance: LabelBalance,
    persons: tuple[Actor, Actor | None],
    now: datetime,
) -> str | None:
    """The line leader's log-in when one agreed. Raises Forbidden when one must."""
    actor, leader = persons
    if leader is not None:
        leader.require("labels.void")
        if leader.login == actor.login:
            raise flow.second_needed(actor)
        return leader.login
    if not actor.may("labels.void"):
        asked = reprinted(session, lot_id) + items.count
        check_reprints(asked, balance.printed.count, now)
    return None


def check_reprints(asked: int, printed: int, now: datetime) -> None:
    """Raises Forbidden ``reprint_needs_leader`` when ``asked`` labels printed again in
    all are too many of ``printed`` for nobody but an operator to say so."""
    allowed = allowed_reprints(printed, now)
    if asked > allowed:
        raise Forbidden(
            "reprint_needs_leader",
            N_(
                "%(asked)s labels of this batch would be printed again, more than "
                "%(allowed)s: the line leader has to agree."
            ),
            asked=asked,
            allowed=allowed,
        )
