"""Disposition orders: one asks what shall become of goods, another approves (§3.5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit, flow
from ...trace.errors import N_, Conflict, InvalidInput, NotFound
from ...trace.flow import Machine, Step
from ...trace.identity.items import ItemSet
from ...trace.numbers import next_number
from ...trace.parties.lots import lock_lots
from ...trace.parties.tables import Location
from ...trace.people import Actor
from ...trace.stock.units import contents_of, lock_units
from ..recalls.tables import Recall
from .affected import recalls_of
from .fitting import check_free, check_kind
from .tables import DISPOSITIONS, GRAVE, DispositionLine, DispositionOrder

ASK = "disposition.ask"
APPROVE = "disposition.approve"
CARRY_OUT = "disposition.carry_out"
ORDER = Machine(
    "disposition",
    "state",
    {
        "approve": Step(("asked",), "approved", APPROVE, not_by=("asked_by",)),
        "decline": Step(("asked",), "declined", APPROVE),
        "withdraw": Step(("asked", "approved"), "withdrawn", ASK),
        "carry_out": Step(("approved",), "done", CARRY_OUT),
        # ordinary scrap: one person and a photo (domain.md §1.2)
        "scrap": Step(("asked",), "done", CARRY_OUT),
    },
)
OPEN = ("asked", "approved")
MOST_TEXT = 1000


@dataclass(frozen=True, slots=True)
class Part:
    """Goods to be disposed of."""

    lot_id: int
    place_id: int
    quantity: int = 0
    """In the base unit; not needed where ``items`` says it."""
    items: ItemSet | None = None


def ask_disposition(
    session: Session,
    kind: str,
    parts: Iterable[Part],
    reason: str,
    actor: Actor,
    now: datetime,
    *,
    ssccs: Iterable[str] = (),
    remedy: str = "",
) -> DispositionOrder:
    """Ask that goods set apart be released, relabelled, destroyed …; nothing moves yet.

    ``ssccs`` are cases and pallets that go whole. Goods of a recall make it an order of
    that recall. What is in an open order cannot be asked for again: a unit has one
    disposition.

    Raises Forbidden; InvalidInput ``choice_invalid``, ``reason_missing``,
    ``remedy_missing``, ``cargo_empty``, ``place_not_ours``; NotFound; Conflict as
    ``check_kind`` and ``check_free``, ``unit_place_unknown``.
    """
    actor.require(ASK)
    reason, remedy = _words(reason), remedy.strip()
    if kind not in DISPOSITIONS:
        raise InvalidInput(
            "choice_invalid", N_("Choose one of the answers the form offers.")
        )
    if kind == "relabel" and not remedy:
        raise InvalidInput(
            "remedy_missing",
            N_(
                "Relabelled goods are sold with the remedy told to the buyer (Food "
                "Safety Law, article 63): write what they will read."
            ),
        )
    # Whoever locks units or lots takes the number before that.
    number = next_number(session, "CZ", now.year)
    lines = [*_unit_lines(session, ssccs), *(_line(part) for part in parts)]
    if not lines:
        raise InvalidInput(
            "cargo_empty", N_("Name at least one lot, code or case that goes.")
        )
    lots = lock_lots(session, {line.lot_id for line in lines})
    recalls = recalls_of(session, lots)
    check_kind(session, kind, lots, _places(session, lines), recalls)
    check_free(session, lots, lines)
    first = min(recalls.values(), key=lambda one: one.id, default=None)
    order = DispositionOrder(
        number=number,
        recall_id=first.id if first else None,
        kind=kind,
        reason=reason,
        remedy=remedy,
        asked_by=actor.login,
        asked_at=now,
    )
    session.add(order)
    session.flush()
    for line in lines:
        line.order_id = order.id
    session.add_all(lines)
    audit.record(
        session,
        actor.login,
        "disposition.ask",
        f"disposition:{order.id}",
        now,
        number=number,
        kind=kind,
        recall=first.number if first else None,
        goods=[[line.lot_id, line.quantity, line.items[:200]] for line in lines[:50]],
    )
    session.flush()
    return order


def announce(
    session: Session,
    number: str,
    actor: Actor,
    now: datetime,
    *,
    authority: str,
    receipt: str,
    told_at: datetime,
    planned_at: datetime,
    place: str,
) -> DispositionOrder:
    """Note that the authority was told when and where it will be done (Q6).

    Another time or place is another notice: the history keeps both.

    Raises Forbidden, NotFound, Conflict ``wrong_state``, InvalidInput
    ``notice_incomplete``, ``time_ahead``, ``notice_late``.
    """
    actor.require(ASK)
    if not (authority.strip() and place.strip() and receipt.strip()):
        raise InvalidInput(
            "notice_incomplete",
            N_(
                "Expected which authority was told and how, and where the goods will "
                "be disposed of."
            ),
        )
    if told_at > now:
        raise InvalidInput(
            "time_ahead",
            N_("The authority cannot have been told at a time that is yet to come."),
        )
    if planned_at <= told_at:
        raise InvalidInput(
            "notice_late",
            N_(
                "The authority is told beforehand (Food Safety Law, article 63): "
                "expected a time after the notice."
            ),
        )
    order = lock_order(session, number)
    check_state(order, "withdraw")
    order.authority, order.authority_receipt = authority.strip(), receipt.strip()
    order.authority_told_at, order.planned_at = told_at, planned_at
    order.planned_place = place.strip()
    audit.record(
        session,
        actor.login,
        "disposition.announce",
        f"disposition:{order.id}",
        now,
        authority=order.authority,
        told_at=told_at,
        planned_at=planned_at,
        place=order.planned_place,
        receipt=order.authority_receipt,
    )
    session.flush()
    return order


def approve(
    session: Session, number: str, actor: Actor, now: datetime
) -> DispositionOrder:
    """The second person's signature. Raises Forbidden, NotFound, Conflict
    ``second_person``, ``wrong_state``, and as ``check_kind``: the facts may have
    changed."""
    order = find_order(session, number)
    signed = {"approved_by": actor.login, "approved_at": now}
    if flow.apply(session, ORDER, order, "approve", actor, now, **signed):
        lines = lines_of(session, order)
        lots = lock_lots(session, {line.lot_id for line in lines})
        recalls = recalls_of(session, lots)
        check_kind(session, order.kind, lots, _places(session, lines), recalls)
    return order


def decline(
    session: Session, number: str, reason: str, actor: Actor, now: datetime
) -> DispositionOrder:
    """Say no: the goods stay where they are, and may be asked for otherwise."""
    order = find_order(session, number)
    flow.apply(session, ORDER, order, "decline", actor, now, answer=_words(reason))
    return order


def withdraw(
    session: Session, number: str, reason: str, actor: Actor, now: datetime
) -> DispositionOrder:
    """Take an order back before it is carried out, saying why."""
    order = find_order(session, number)
    flow.apply(session, ORDER, order, "withdraw", actor, now, answer=_words(reason))
    return order


def find_order(session: Session, number: str) -> DispositionOrder:
    """The order of that number. Raises NotFound ``disposition_unknown``."""
    typed = number.strip().upper()
    known = sa.select(DispositionOrder).where(DispositionOrder.number == typed)
    order = session.scalar(known) if typed.isprintable() else None
    if order is None:
        raise NotFound(
            "disposition_unknown",
            N_("No disposition %(number)s is recorded."),
            number=typed[:40],
        )
    return order


def lock_order(session: Session, number: str) -> DispositionOrder:
    """The same, locked and read anew."""
    order = find_order(session, number)
    session.refresh(order, with_for_update={"of": DispositionOrder})
    return order


def lines_of(session: Session, order: DispositionOrder) -> Sequence[DispositionLine]:
    """The goods of an order."""
    rows = (
        sa.select(DispositionLine)
        .where(DispositionLine.order_id == order.id)
        .order_by(DispositionLine.id)
    )
    return session.scalars(rows).all()


def list_orders(
    session: Session, *, recall: Recall | None = None, most: int = 200
) -> Sequence[DispositionOrder]:
    """Orders: those that wait first, then the newest; of one recall, if given."""
    order = DispositionOrder
    rows = sa.select(order).order_by(order.state.not_in(OPEN), order.id.desc())
    if recall is not None:
        rows = rows.where(order.recall_id == recall.id)
    return session.scalars(rows.limit(most)).all()


def needs_notice(order: DispositionOrder) -> bool:
    """Whether the authority has to be told beforehand: recalled food (Q6)."""
    return order.kind in GRAVE and order.recall_id is not None


def _unit_lines(session: Session, ssccs: Iterable[str]) -> list[DispositionLine]:
    named = sorted(set(ssccs))
    units = lock_units(session, named, with_cases=True)
    tops = {unit.id: sscc for sscc, unit in units.items() if sscc in set(named)}
    lines: list[DispositionLine] = []
    held = contents_of(session, (unit.id for unit in units.values()))
    for unit in units.values():
        if unit.location_id is None:
            raise Conflict(
                "unit_place_unknown",
                N_("Nobody has said where %(sscc)s stands: say from where it goes."),
                sscc=unit.sscc,
            )
        top = tops.get(unit.parent_id or 0) or unit.sscc
        for lot, goods in held.get(unit.id, {}).items():
            spot = {"lot_id": lot, "location_id": unit.location_id, "sscc": top}
            if goods.items:
                items = str(goods.items)
                lines.append(
                    DispositionLine(**spot, quantity=goods.items.count, items=items)
                )
            if goods.unscanned:
                lines.append(DispositionLine(**spot, quantity=goods.unscanned))
    return lines


def _line(part: Part) -> DispositionLine:
    items = part.items
    return DispositionLine(
        lot_id=part.lot_id,
        location_id=part.place_id,
        quantity=items.count if items is not None else part.quantity,
        items=str(items) if items is not None else "",
    )


def _places(
    session: Session, lines: Iterable[DispositionLine]
) -> dict[int, list[Location]]:
    """Where the goods of each lot stand."""
    found: dict[int, list[Location]] = {}
    for line in lines:
        place = session.get(Location, line.location_id)
        if place is None:
            raise NotFound(
                "place_unknown",
                N_("No place %(place)s is recorded."),
                place=line.location_id,
            )
        found.setdefault(line.lot_id, []).append(place)
    return found


def _words(reason: str) -> str:
    if not reason.strip():
        raise InvalidInput(
            "reason_missing", N_("Expected a reason: say why, in a few words.")
        )
    return reason.strip()[:MOST_TEXT]


def check_state(order: DispositionOrder, step: str) -> None:
    """Before anything else is done: raises Conflict ``wrong_state``."""
    sources = ORDER.steps[step].sources
    if order.state not in sources:
        raise Conflict(
            "wrong_state",
            N_("%(machine)s is %(state)s: %(step)s is possible only from %(sources)s."),
            machine="disposition",
            state=order.state,
            step=step,
            sources=", ".join(sources),
        )
