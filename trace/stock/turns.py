"""What may be sold, and in whose turn: nothing past its date, what expires first first.

先进先出 (domain.md §2.3 StockMovement): another order is possible with a reason, which
stays on the movements.
"""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from ..errors import N_, Conflict
from ..parties.tables import Location, Lot
from .picking import propose_pick
from .service import Move


def check_fresh(lots: Iterable[Lot], today: date) -> None:
    """Food Safety Law art. 34(10): nothing past its date is sold or given away.

    Raises Conflict ``past_its_date``.
    """
    for lot in lots:
        if lot.expires_on is not None and lot.expires_on < today:
            raise Conflict(
                "past_its_date",
                N_(
                    "Lot %(lot)s was best before %(day)s: food past its date may be "
                    "neither sold nor given away (Food Safety Law, article 34(10)). "
                    "Set it apart and ask QA."
                ),
                lot=lot.code,
                day=lot.expires_on,
            )


def check_turn(
    session: Session, moves: Iterable[Move], today: date, words: str
) -> None:
    """After goods left: whether something stays there that expires before them.

    Only what may leave counts: released, held by nobody, not past its date. ``words``
    are the reason why another order was right; with them all is well.

    Raises Conflict ``older_stock_first`` naming the lot whose turn it is.
    """
    if words.strip():
        return
    for (article_id, place_id), last in sorted(_last(session, moves).items()):
        place = session.get_one(Location, place_id)
        picks = propose_pick(session, article_id, 1, [place], today).picks
        first = picks[0].lot if picks else None
        if first and first.expires_on and first.expires_on < last:
            raise Conflict(
                "older_stock_first",
                N_(
                    "Lot %(lot)s at %(place)s expires on %(day)s, before what was to "
                    "go: take it first, or say why not."
                ),
                lot=first.code,
                place=place.code,
                day=first.expires_on,
            )


def _last(session: Session, moves: Iterable[Move]) -> dict[tuple[int, int], date]:
    """The latest date among the goods that left, by article and place."""
    last: dict[tuple[int, int], date] = {}
    for move in moves:
        lot = session.get_one(Lot, move.lot_id)
        if lot.expires_on is not None:
            way = lot.article_id, move.source_id
            last[way] = max(last.get(way, lot.expires_on), lot.expires_on)
    return last
