"""What goes into a batch (投料, 返工): an edge of the genealogy and a movement."""

from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, Conflict, InvalidInput
from ..identity.items import ItemSet
from ..parties.lots import find_place, lock_lots
from ..parties.tables import Lot
from ..people import Actor
from ..stock.gates import WITHDRAWN
from ..stock.loose import move_goods
from ..stock.service import Move
from .inspections import has_failed
from .repacked import check_repacked
from .tables import LotInput
from .told import check_choice, check_past, check_reason, zone_of

KINDS = ("consumption", "rework", "repack")
OPEN = ("in_production", "produced")
"""States of a batch into which something can still go."""


def use_lot(
    session: Session,
    input_id: int,
    output_id: int,
    *,
    place_id: int,
    quantity: int,
    at: datetime,
    kind: str = "consumption",
    reason: str = "",
    actor: Actor,
    now: datetime,
    old: ItemSet | None = None,
    new: ItemSet | None = None,
) -> LotInput:
    """Some of a lot went into a batch; ``quantity`` in the input's base unit.

    Of packs that are repacked, ``old`` says which were opened and ``new`` which they
    became.

    Rework and repacking need ``rework.approve`` and a reason: both are kept with the
    edge. Goods that were ever sold are refused by the ledger (Food Safety Law art.
    34(1), Implementing Regulation art. 29), and so is more than is there.

    Raises Conflict ``lot_expired``, ``lot_unusable``, ``lot_failed``, ``batch_closed``,
    InvalidInput ``lot_into_itself``, ``rework_not_own``, and as ``check_repacked``.
    """
    check_choice(kind, KINDS)
    check_past(at, now)
    actor.require("batch.finish" if kind == "consumption" else "rework.approve")
    if kind != "consumption":
        reason = check_reason(reason)
    if input_id == output_id:
        raise InvalidInput("lot_into_itself", N_("A lot cannot go into itself."))
    lots = lock_lots(session, [input_id, output_id])
    used, output = lots[input_id], lots[output_id]
    check_output(output)
    check_repacked(kind, used, output, quantity, old, new)
    check_usable(session, used, kind, at, zone_of(output))
    gone = find_place(session, "consumed").id
    way = used.id, place_id, gone, at, output.code
    moved = Move(*way, quantity, old, reason=kind)
    move_goods(session, [moved], actor=actor, now=now)
    edge = LotInput(
        input_id=used.id,
        output_id=output.id,
        kind=kind,
        quantity=quantity,
        at=at,
        reason=reason.strip(),
        approved_by="" if kind == "consumption" else actor.login,
        old_items=str(old or ""),
        new_items=str(new or ""),
    )
    session.add(edge)
    told = {"output": output.id, "kind": kind, "quantity": quantity, "reason": reason}
    if new:
        told |= {"old": str(old), "new": str(new)}
    audit.record(session, actor.login, "lot.use", f"lot:{used.id}", now, **told)
    session.flush()
    return edge


class Used(Protocol):
    """What must be known of a lot that goes into another."""

    @property
    def code(self) -> str: ...
    @property
    def expires_on(self) -> date | None: ...
    @property
    def own(self) -> bool: ...


def check_usable(
    session: Session, used: Lot, kind: str, at: datetime, zone: ZoneInfo
) -> None:
    """Raises Conflict for a lot that may not go into food, as ``check_facts``."""
    check_facts(used, used.status, has_failed(session, used, at), kind, at, zone)


def check_facts(
    used: Used, status: str, failed: bool, kind: str, at: datetime, zone: ZoneInfo
) -> None:
    """Raises Conflict for a lot that may not go into food (domain.md §2.2).

    Expired, rejected or recalled ones, and received ones that ``failed`` their
    inspection.
    """
    if used.expires_on is not None and at.astimezone(zone).date() > used.expires_on:
        raise Conflict(
            "lot_expired",
            N_("Lot %(lot)s expired on %(day)s, before it was used."),
            lot=used.code,
            day=used.expires_on,
        )
    if status in WITHDRAWN:
        # Food Safety Law art. 34(1): recalled food is no raw material
        raise Conflict(
            "lot_unusable",
            N_("Lot %(lot)s is %(status)s: it may not go into food."),
            lot=used.code,
            status=status,
        )
    if failed:
        raise Conflict(
            "lot_failed",
            N_(
                "Lot %(lot)s failed its receiving inspection: it may not go into food. "
                "Return it, or have it pass a new inspection."
            ),
            lot=used.code,
        )
    if kind == "rework" and not used.own:
        raise InvalidInput(
            "rework_not_own",
            N_("Only goods of our own are reworked, but %(lot)s was received."),
            lot=used.code,
        )


def check_output(output: Lot) -> None:
    """Raises Conflict ``batch_closed`` for a lot into which nothing more can go."""
    if not output.own or output.status not in OPEN:
        raise Conflict(
            "batch_closed",
            N_(
                "Nothing more can go into %(lot)s: expected a batch of our own in "
                "production or just produced, but it is %(status)s."
            ),
            lot=output.code,
            status=output.status,
        )
