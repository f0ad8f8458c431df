"""Line clearance at a line PC (清场): before a batch's first label, told afterwards.

The server's word counts as well: whoever cleared the line at ``/line`` did it for here.
"""

from typing import Any

import structlog
from sqlalchemy.orm import Session

from ...trace.db import Database
from ...trace.errors import N_, Conflict
from .events import server_now
from .link import Refused, Server
from .operators import Operator
from .tables import Batch, fact, know
from .times import Tick

log = structlog.get_logger()

KNOWN = "cleared"
"""Fact: who said of which batch, by its id, that the line is clear, and when."""


def is_cleared(session: Session, batch: Batch) -> bool:
    """Whether labels of a batch may be printed as far as the line is concerned."""
    return batch.label.get("cleared", True) or str(batch.lot_id) in _said(session)


def require_cleared(session: Session, batch: Batch) -> None:
    """Raises Conflict ``line_not_cleared_here``."""
    if not is_cleared(session, batch):
        raise Conflict(
            "line_not_cleared_here",
            N_(
                "The line is not cleared for batch %(batch)s. Take away all labels and "
                "packs of the batch before, press F7 and confirm; then print."
            ),
            batch=batch.label["batch_no"],
        )


def confirm(session: Session, batch: Batch, who: Operator, at: Tick) -> None:
    """Somebody says that the line is clear; again changes nothing. Raises Forbidden."""
    who.require("batch.open")
    if not is_cleared(session, batch):
        now = server_now(session, at).isoformat()
        new = {str(batch.lot_id): {"by": who.login, "at": now, "told": False}}
        know(session, KNOWN, _said(session) | new)


def tell_clearances(store: Database, server: Server) -> None:
    """Tell the server what it does not know; what it will never take is dropped: the
    batch has left its line. Raises Unreached, Refused for what it may take later."""
    with store.reading() as session:
        untold = {lot: one for lot, one in _said(session).items() if not one["told"]}
    for lot, one in untold.items():
        try:
            body = {"by": one["by"], "at": one["at"]}
            server.post(f"/lots/{lot}/clearance", body)
        except Refused as refused:
            if refused.passing:
                raise
            log.warning("station.clearance_refused", lot=lot, code=refused.code)
        with store.writing() as session:
            know(session, KNOWN, _said(session) | {lot: one | {"told": True}})


def _said(session: Session) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = fact(session, KNOWN, {})
    return found
