"""Which batches run on a line now, and which were left behind there."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..errors import N_, Conflict
from ..parties.tables import Line, Lot
from .tables import LineRun


def require_on_line(session: Session, lot: Lot) -> None:
    """Raises Conflict ``lot_off_line`` when every run of the lot has ended.

    A lot without any run, e.g. an imported one, is believed.
    """
    ends = session.scalars(sa.select(LineRun.ended_at).filter_by(lot_id=lot.id)).all()
    if ends and None not in ends:
        raise Conflict(  # domain.md §3.9 L1
            "lot_off_line",
            N_(
                "Batch %(lot)s no longer runs on a line: no more codes can be issued "
                "for it. Finish it, and open a new batch for what is still to be made."
            ),
            lot=lot.code,
        )


def left_behind(session: Session, line: Line) -> list[Lot]:
    """Batches of a line whose runs ended and that nobody has finished, oldest first."""
    runs = sa.select(LineRun.id).where(LineRun.lot_id == Lot.id)
    unfinished = (
        sa.select(Lot)
        .where(
            Lot.line_id == line.id,
            Lot.status == "in_production",
            runs.exists(),
            ~runs.where(LineRun.ended_at.is_(None)).exists(),
        )
        .order_by(Lot.id)
    )
    return list(session.scalars(unfinished).unique())
