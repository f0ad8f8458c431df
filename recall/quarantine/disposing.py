"""Carrying a disposition out: the goods move, all of them or none (§3.5 Q5-Q7)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit, flow
from ...trace.db import insert_if_new
from ...trace.errors import N_, Conflict, InvalidInput
from ...trace.files import StoredFile
from ...trace.identity.items import ItemSet
from ...trace.parties.lots import find_place
from ...trace.parties.tables import Location, Lot, Partner
from ...trace.people import Actor
from ...trace.stock.cargo import Cargo, Paper, move_cargo
from ...trace.stock.loose import Loose
from ...trace.stock.origins import check_ours
from ...trace.stock.stores import own_place
from .orders import (
    CARRY_OUT,
    ORDER,
    check_state,
    lines_of,
    lock_order,
    needs_notice,
)
from .tables import GRAVE, DispositionFile, DispositionLine, DispositionOrder

BACK_AMONG_STOCK = ("release", "relabel")
PROVEN = (*GRAVE, "scrap")
"""Kinds that need a photo."""
AVAILABLE = ("warehouse", "line")
MOST_FILES = 20


def add_file(
    session: Session,
    number: str,
    file: StoredFile,
    name: str,
    actor: Actor,
    now: datetime,
) -> DispositionFile:
    """Keep a photo, film or paper with an order that is not over. The same one twice
    is one. Raises Forbidden, NotFound, Conflict ``order_over``."""
    actor.require(CARRY_OUT)
    order = lock_order(session, number)
    if order.state not in ("asked", "approved"):
        raise Conflict(
            "order_over",
            N_("%(number)s is over: what proves it was added before."),
            number=order.number,
        )
    insert_if_new(
        session,
        DispositionFile,
        order_id=order.id,
        sha256=file.sha256,
        name=name[:120],
        added_by=actor.login,
        added_at=now,
    )
    about = f"disposition:{order.id}"
    audit.record(
        session, actor.login, "disposition.file", about, now, sha256=file.sha256
    )
    return session.get_one(DispositionFile, (order.id, file.sha256))


def files_of(session: Session, order: DispositionOrder) -> Sequence[DispositionFile]:
    """What proves an order, as it was added."""
    rows = (
        sa.select(DispositionFile)
        .where(DispositionFile.order_id == order.id)
        .order_by(DispositionFile.added_at, DispositionFile.sha256)
    )
    return session.scalars(rows).all()


def carry_out(
    session: Session,
    number: str,
    actor: Actor,
    now: datetime,
    *,
    witnesses: Sequence[str] = (),
    result: str = "",
    target_id: int | None = None,
) -> DispositionOrder:
    """Do what was approved, and move the goods, in one transaction.

    Destruction and harmless treatment need two witnesses who are neither each other nor
    who does it, a photo, and of recalled food the notice to the authority, whose hour
    has come. ``target_id`` is where released or relabelled goods go. Sent twice it is
    done once.

    Raises Forbidden, NotFound, Conflict ``wrong_state``, ``second_person``,
    ``authority_untold``, ``too_early``, ``proof_missing``, InvalidInput
    ``witnesses_needed``, ``place_not_available``, and as ``move_cargo``.
    """
    order = lock_order(session, number)
    step = "scrap" if order.kind == "scrap" else "carry_out"
    actor.require(ORDER.steps[step].right)
    if order.state == "done":
        return order
    check_state(order, step)
    names = _witnesses(order, witnesses, actor)
    _check_notice(order, now)
    if order.kind in PROVEN and not files_of(session, order):
        raise Conflict(
            "proof_missing",
            N_("%(number)s needs a photo of what is done: add one first."),
            number=order.number,
        )
    lines = lines_of(session, order)
    target = _target(session, order, lines, target_id)
    _move(session, order, lines, target, actor, now)
    flow.apply(
        session,
        ORDER,
        order,
        step,
        actor,
        now,
        done_by=actor.login,
        done_at=now,
        witness_1=names[0],
        witness_2=names[1],
        result=result.strip()[:1000],
    )
    return order


def _move(
    session: Session,
    order: DispositionOrder,
    lines: Sequence[DispositionLine],
    target: Location,
    actor: Actor,
    now: datetime,
) -> None:
    loose = tuple(
        Loose(line.lot_id, line.location_id, items=ItemSet.parse(line.items))
        if line.items
        else Loose(line.lot_id, line.location_id, line.quantity)
        for line in lines
        if not line.sscc
    )
    cargo = Cargo(loose, tuple(sorted({line.sscc for line in lines if line.sscc})))
    paper = Paper(order.number, now, order.kind, ordered=True)

    def route(_lots: Mapping[int, Lot]) -> int:
        return target.id

    moves = move_cargo(session, cargo, route, paper, actor, now, check=check_ours)
    booked = sum(
        move.items.count if move.items is not None else move.quantity or 0
        for move in moves
    )
    if booked != sum(line.quantity for line in lines):
        raise Conflict(
            "goods_changed",
            N_(
                "What stands in the cases of %(number)s is no longer what was "
                "approved: withdraw it, and ask for what is there."
            ),
            number=order.number,
        )


def _witnesses(
    order: DispositionOrder, witnesses: Sequence[str], actor: Actor
) -> tuple[str, str]:
    names = [name.strip()[:80] for name in witnesses if name.strip()]
    if order.kind not in GRAVE:
        first, second = [*names, "", ""][:2]
        return first, second
    others = {_plain(name) for name in names} - {
        _plain(actor.name),
        _plain(actor.login),
    }
    if len(names) != 2 or len(others) != 2:
        raise InvalidInput(
            "witnesses_needed",
            N_(
                "Expected two witnesses with different names, and neither is who does "
                "it (%(name)s)."
            ),
            name=actor.name,
        )
    return names[0], names[1]


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


def _check_notice(order: DispositionOrder, now: datetime) -> None:
    if not needs_notice(order):
        return
    if order.authority_told_at is None or order.planned_at is None:
        raise Conflict(
            "authority_untold",
            N_(
                "%(number)s concerns recalled food: the authority is told of time and "
                "place beforehand (Food Safety Law, article 63). Note that notice "
                "first."
            ),
            number=order.number,
        )
    if now < order.planned_at:
        raise Conflict(
            "too_early",
            N_(
                "The authority was told of a later hour for %(number)s, and may want "
                "to attend. Wait for it, or tell it of another."
            ),
            number=order.number,
        )


def _target(
    session: Session,
    order: DispositionOrder,
    lines: Sequence[DispositionLine],
    target_id: int | None,
) -> Location:
    if order.kind in BACK_AMONG_STOCK:
        place = own_place(session, target_id or 0)
        if place.kind not in AVAILABLE:
            raise InvalidInput(
                "place_not_available",
                N_("Released goods go to a warehouse or a line, not to %(place)s."),
                place=place.code,
            )
        return place
    if order.kind == "supplier_return":
        return _supplier_place(session, lines)
    return find_place(session, "destroyed")


def _supplier_place(session: Session, lines: Sequence[DispositionLine]) -> Location:
    """Where what goes back to a supplier is from then on: at that firm."""
    suppliers = {line.lot.supplier_id for line in lines}
    if len(suppliers) != 1 or None in suppliers:
        raise Conflict(
            "suppliers_mixed",
            N_("Goods of several suppliers do not go back together: one order each."),
        )
    firm = session.get_one(Partner, suppliers.pop())
    insert_if_new(
        session,
        Location,
        code=f"{firm.code}/R",
        kind="consignee",
        name=firm.name,
        name_en=firm.name_en,
        partner_id=firm.id,
    )
    return find_place(session, f"{firm.code}/R")
