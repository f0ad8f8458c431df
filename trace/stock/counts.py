"""Counting a place (盘点): one person counts without the figures, another books.

Monthly (domain.md §3.5: 盘点周期为每月一次), so that book, tag and goods agree.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit, flow
from ..db import insert_if_new
from ..errors import N_, Conflict, InvalidInput
from ..numbers import next_number
from ..parties.lots import find_place, lock_lots
from ..people import Actor
from .checks import QUANTITY_LIMIT
from .counted import (
    LOSE_KEPT,
    UNDER_WAY,
    Variance,
    find_count,
    kept_losses,
    lots_there,
    variances,
)
from .loose import move_goods
from .queries import balances
from .service import Move
from .stores import own_place, place_value
from .tables import StockCount, StockCountLine

COUNT = flow.Machine(
    "count",
    "state",
    {
        "submit": flow.Step(("open",), "counted", "stock.count"),
        "book": flow.Step(
            ("counted",), "booked", "stock.book_count", not_by=("counted_by",)
        ),
        "cancel": flow.Step(("open", "counted"), "cancelled", "stock.count"),
    },
)
"""A count from the empty sheet to the second person's booking."""


def open_count(
    session: Session, place_id: int, due_on: date, actor: Actor, now: datetime
) -> StockCount:
    """Ask for a count of a place of ours.

    Raises Forbidden, as ``own_place``, or Conflict ``count_open`` while one is under
    way there: two counts of a place at once would book its differences twice.
    """
    actor.require("stock.count")
    place = own_place(session, place_id)
    session.refresh(place, with_for_update={"key_share": True})  # moves go on
    here = sa.select(StockCount).where(
        StockCount.location_id == place.id, StockCount.state.in_(UNDER_WAY)
    )
    other = session.scalars(here).first()
    if other is not None:
        raise Conflict(
            "count_open",
            N_("%(place)s is being counted already: go on with %(number)s."),
            place=place.code,
            number=other.number,
        )
    count = StockCount(
        number=next_number(session, "PD", now.year),
        location_id=place.id,
        due_on=due_on,
        opened_by=actor.login,
        opened_at=now,
    )
    session.add(count)
    session.flush()
    told = {"number": count.number, "place": place.code, "due": due_on.isoformat()}
    audit.record(session, actor.login, "count.open", f"count:{count.id}", now, **told)
    return count


def note_count(
    session: Session,
    number: str,
    lot_id: int,
    counted: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Write down what was found of a lot; again, to put it right.

    The book's figure of the same moment is kept unseen beside it: goods that move while
    the rest is counted are no difference. Whoever notes the first figure is the counter
    to the end.

    Raises Forbidden, NotFound, InvalidInput ``quantity_invalid``, or Conflict
    ``wrong_state``, ``count_of_other``.
    """
    actor.require("stock.count")
    count = _lock(session, number)
    _check_counting(count, actor, "submit")
    if not 0 <= counted < QUANTITY_LIMIT:
        raise InvalidInput(
            "quantity_invalid",
            N_("Expected a quantity of at least 0, got %(found)s."),
            found=counted,
        )
    lock_lots(session, [lot_id])
    count.counted_by = actor.login
    ledger = balances(session, [lot_id])[lot_id]
    there = ledger.at(place_value(count.location)).quantity
    line = {"count_id": count.id, "lot_id": lot_id}
    figures = {"counted": counted, "booked": there}
    if not insert_if_new(session, StockCountLine, **line, **figures, reason=""):
        session.execute(sa.update(StockCountLine).filter_by(**line).values(**figures))
    session.flush()
    told = {"lot": lot_id, "counted": counted}
    audit.record(session, actor.login, "count.note", f"count:{count.id}", now, **told)


def submit_count(
    session: Session, number: str, actor: Actor, now: datetime
) -> StockCount:
    """The sheet is full: now the book's figures may stand beside it.

    Raises Forbidden, NotFound, or Conflict ``wrong_state``, ``count_of_other``,
    ``count_incomplete`` naming lots that are booked here and were not counted.
    """
    actor.require("stock.count")
    count = _lock(session, number)
    _check_counting(count, actor, "submit")
    lines = {line.lot_id for line in _lines(session, count)}
    there = {lot.id: lot for lot in lots_there(session, count.location_id)}
    if missing := [lot.code for lot_id, lot in there.items() if lot_id not in lines]:
        raise Conflict(
            "count_incomplete",
            N_(
                "Not counted yet: %(lots)s. Count them, or write 0 where nothing of "
                "them is left."
            ),
            lots=", ".join(missing[:5]) + (" …" if len(missing) > 5 else ""),
        )
    changes = {"counted_by": actor.login, "counted_at": now}
    flow.apply(session, COUNT, count, "submit", actor, now, **changes)
    return count


def give_reasons(
    session: Session,
    number: str,
    reasons: Mapping[int, str],
    actor: Actor,
    now: datetime,
) -> None:
    """Say why figures differ, by lot. Raises Forbidden, NotFound, ``wrong_state``."""
    if not actor.may("stock.book_count"):
        actor.require("stock.count")
    count = _lock(session, number)
    if count.state != "counted":
        raise _wrong_state(count, "book")
    for line in _lines(session, count):
        words = reasons.get(line.lot_id, "").strip()
        if words and words != line.reason:
            line.reason = words
            told = {"lot": line.lot_id, "reason": words}
            audit.record(
                session, actor.login, "count.reason", f"count:{count.id}", now, **told
            )
    session.flush()


def book_count(
    session: Session, number: str, actor: Actor, now: datetime
) -> StockCount:
    """The second person books the differences: what lacks is lost, what was lost and is
    found comes back.

    What lacks of goods that may not leave, held ones or those of a rejected or recalled
    lot, is a loss that finance has to sign (domain.md §3.5 Q8): it stays unaccounted.

    Raises Forbidden, NotFound, Conflict ``wrong_state``, ``second_person``,
    ``reasons_missing``, ``surplus_unbooked``, and as ``move_goods``.
    """
    actor.require("stock.book_count")
    count = _lock(session, number)
    moves: list[Move] = []
    if count.state == "counted":
        differ = variances(session, count)
        _check_reasons(differ)
        lock_lots(session, (one.lot.id for one in differ))
        if kept := kept_losses(session, differ):
            actor.require(LOSE_KEPT)
            _note_losses(session, count, kept, actor, now)
        moves = _moves(session, count, differ)
    signed = {"booked_by": actor.login, "booked_at": now}
    flow.apply(session, COUNT, count, "book", actor, now, **signed)
    # What a count books was allowed by the right to book it.
    booker = replace(actor, rights=actor.rights | {"stock.move"})
    move_goods(session, moves, actor=booker, now=now)
    return count


def cancel_count(
    session: Session, number: str, actor: Actor, now: datetime
) -> StockCount:
    """Give a count up; nothing is booked. Raises as ``flow.apply``, and NotFound."""
    count = _lock(session, number)
    flow.apply(session, COUNT, count, "cancel", actor, now)
    return count


def _moves(session: Session, count: StockCount, differ: list[Variance]) -> list[Move]:
    lost = find_place(session, "lost")
    ledgers = balances(session, (one.lot.id for one in differ))
    moves = []
    for one in differ:
        ways = (count.location_id, lost.id)
        if one.difference > 0:
            ways = ways[::-1]
            found = ledgers[one.lot.id].at(place_value(lost)).quantity
            if one.difference > found:
                raise Conflict(
                    "surplus_unbooked",
                    N_(
                        "%(more)s more of lot %(lot)s were found than are booked, but "
                        "only %(lost)s of it were ever written off. Look for a "
                        "receipt, a batch or a return nobody booked; book that and "
                        "count again."
                    ),
                    lot=one.lot.code,
                    more=one.difference,
                    lost=found,
                )
        at = count.counted_at or count.opened_at
        much = abs(one.difference)
        move = Move(one.lot.id, *ways, at, count.number, much, reason=one.reason)
        moves.append(replace(move, missing=one.difference < 0))
    return moves


def _note_losses(
    session: Session,
    count: StockCount,
    kept: Mapping[int, Variance],
    actor: Actor,
    now: datetime,
) -> None:
    for lot_id, one in kept.items():
        told = {"lacks": -one.difference, "reason": one.reason, "count": count.number}
        audit.record(
            session, actor.login, "lot.lost_though_kept", f"lot:{lot_id}", now, **told
        )


def _check_reasons(differ: list[Variance]) -> None:
    if silent := [one.lot.code for one in differ if not one.reason]:
        raise Conflict(
            "reasons_missing",
            N_("Say why first, for each lot that differs: %(lots)s."),
            lots=", ".join(silent[:5]),
        )


def _check_counting(count: StockCount, actor: Actor, step: str) -> None:
    if count.state != "open":
        raise _wrong_state(count, step)
    if count.counted_by not in (None, actor.login):
        raise Conflict(
            "count_of_other",
            N_(
                "%(name)s is counting this place. One person counts it to the end; or "
                "give this count up and begin another."
            ),
            name=count.counted_by,
        )


def _wrong_state(count: StockCount, step: str) -> Conflict:
    return Conflict(
        "wrong_state",
        N_("%(machine)s is %(state)s: %(step)s is possible only from %(sources)s."),
        machine=COUNT.name,
        state=count.state,
        step=step,
        sources=", ".join(COUNT.steps[step].sources),
    )


def _lock(session: Session, number: str) -> StockCount:
    count = find_count(session, number)
    session.refresh(count, with_for_update={"of": StockCount})
    return count


def _lines(session: Session, count: StockCount) -> list[StockCountLine]:
    lines = sa.select(StockCountLine).filter_by(count_id=count.id)
    return list(session.scalars(lines.order_by(StockCountLine.lot_id)))
