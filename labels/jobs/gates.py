"""What stands before an order for labels at a line, whatever door it comes in by.

The line is clear for the batch (清场), and the first label of the order before was
right (首件确认). The order's own first label then waits for a scan.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from ...trace.parties.lots import lock_lots
from ...trace.parties.tables import Lot
from ...trace.people import Actor
from ...trace.production.clearance import open_run, require_cleared
from .first_labels import last_order, require_first
from .orders import order_print
from .tables import PrintJob


def require_gates(session: Session, lot: Lot, request_key: str) -> None:
    """Raises Conflict ``line_not_cleared`` or ``first_label_due`` for a batch that runs
    on a line; the same request again is let through: it orders nothing new.
    """
    if open_run(session, lot) is None:
        return
    require_cleared(session, lot)
    job = last_order(session, lot.id)
    if job is None or job.request_key == request_key or job.state != "finished":
        return
    require_first(session, job)


def order_at_line(
    session: Session,
    lot_id: int,
    count: int,
    printer_code: str,
    request_key: str,
    key_version: int,
    base_url: str,
    actor: Actor,
    now: datetime,
    *,
    skip: int = 0,
    first_check: bool = False,
) -> PrintJob:
    """Order labels from a printer as ``order_print`` does, through the gates of a line.

    On a line the job always waits after its first label; ``first_check`` asks for that
    elsewhere too. Raises as ``order_print`` and ``require_gates``.
    """
    lot = lock_lots(session, [lot_id])[lot_id]
    require_gates(session, lot, request_key)
    return order_print(
        session,
        lot_id,
        count,
        printer_code,
        request_key,
        key_version,
        base_url,
        actor,
        now,
        skip=skip,
        first_check=first_check or open_run(session, lot) is not None,
    )
