"""Scanning goods into a zone: each scan counts once, however often it is sent (Q1-Q4).

A device makes the id of a scan when the trigger is pulled, keeps it while there is no
network, and sends it until it is answered. The order scans arrive in does not matter:
each says where one thing is now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit
from ...trace.db import insert_if_new
from ...trace.errors import N_, Conflict, InvalidInput, LotmarkError
from ...trace.identity.items import ItemSet
from ...trace.parties.tables import Location, Lot
from ...trace.people import Actor
from ...trace.stock.building import cases_on
from ...trace.stock.cargo import Cargo, Paper, find_unit_place, move_cargo
from ...trace.stock.ledger import LotLedger
from ...trace.stock.loose import Loose
from ...trace.stock.pallets import lift_off
from ...trace.stock.places import Place
from ...trace.stock.queries import balances
from ...trace.stock.returns import endangered
from ...trace.stock.stores import own_place, place_value
from ...trace.stock.tables import LogisticUnit
from ...trace.stock.transfers import check_back
from ...trace.stock.units import lock_units
from .tables import ZoneScan

ZONES = ("hold", "quarantine", "returns", "warehouse")
"""Kinds of places that are scanned into, each with its sign at the door (§2.3)."""
INWARD = ("returns", "hold", "quarantine")
"""Zones that goods from outside may come straight into."""
PAPER = "SM"
MOST_CODE = 400
ALARM = "quarantine.alarm"
"""The audit's word for goods that somebody tried to take out of quarantine (Q10)."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a scanned code names."""

    sscc: str = ""
    lot_id: int | None = None
    items: ItemSet | None = None


def scan_into(
    session: Session,
    scan_id: str,
    zone_id: int,
    code: str,
    target: Target | LotmarkError,
    scanned_at: datetime,
    actor: Actor,
    now: datetime,
) -> ZoneScan:
    """Book what was scanned as standing in the zone now; the same id again is the
    first answer.

    ``target`` is what the code names, or why nobody knows it. What the ledger refuses
    is kept as refused, with the reason; out of quarantine it is an alarm too. A pallet
    takes the cases along that stand with it; those booked elsewhere are listed.

    Raises Forbidden; InvalidInput ``scan_id_invalid``, ``place_not_ours``; NotFound.
    """
    actor.require("stock.move")
    zone = own_place(session, zone_id)
    row_id = _checked_id(scan_id)
    new = insert_if_new(
        session,
        ZoneScan,
        id=row_id,
        zone_id=zone.id,
        code=code[:MOST_CODE],
        scanned_at=min(scanned_at, now),
        received_at=now,
        actor=actor.login,
        outcome="unknown",
        told={},
    )
    scan = session.get_one(ZoneScan, row_id)
    if not new:
        return scan
    try:
        if isinstance(target, LotmarkError):
            raise target
        with audit.attempt(session):
            _book(session, scan, zone, target, actor, now)
    except LotmarkError as error:
        known = not isinstance(target, LotmarkError)
        scan.outcome = "refused" if known else "unknown"
        scan.told = {"code": error.code, "text": error.text, "params": error.params}
        if error.code == "quarantine_kept":
            alarm(session, zone.code, scan.code, actor, now)
    session.flush()
    return scan


def alarm(
    session: Session, target: str, goods: str, actor: Actor, now: datetime
) -> None:
    """Note that somebody tried to take goods out of quarantine (Appendix B 14)."""
    told = {"target": target, "goods": goods[:200]}
    audit.record(session, actor.login, ALARM, "quarantine", now, **told)


def alarms(session: Session, most: int = 20) -> Sequence[audit.AuditRow]:
    """The latest alarms, newest first."""
    rows = (
        sa.select(audit.AuditRow)
        .where(audit.AuditRow.subject == "quarantine", audit.AuditRow.action == ALARM)
        .order_by(audit.AuditRow.id.desc())
    )
    return session.scalars(rows.limit(most)).all()


def recent_scans(session: Session, zone_id: int, most: int = 30) -> Sequence[ZoneScan]:
    """The latest scans into a zone, newest first."""
    rows = (
        sa.select(ZoneScan)
        .where(ZoneScan.zone_id == zone_id)
        .order_by(ZoneScan.received_at.desc(), ZoneScan.id)
    )
    return session.scalars(rows.limit(most)).all()


def _book(
    session: Session,
    scan: ZoneScan,
    zone: Location,
    target: Target,
    actor: Actor,
    now: datetime,
) -> None:
    missing: list[str] = []
    if target.sscc:
        source_id, missing = _unit(session, target.sscc, actor, now)
        cargo = Cargo((), (target.sscc,))
    else:
        source_id = _pack(session, target, zone).id
        cargo = Cargo((Loose(target.lot_id or 0, source_id, items=target.items),))
    scan.told = {"missing": missing}
    if source_id == zone.id:
        scan.outcome = "there"
        return
    scan.outcome, scan.document = "moved", f"{PAPER}-{scan.id[:8].upper()}"
    paper = Paper(scan.document, now, f"scanned into {zone.code}")
    source = session.get(Location, source_id or 0)

    def route(lots: Mapping[int, Lot]) -> int:
        outside = source is not None and place_value(source).is_outside
        if outside and zone.kind != "quarantine" and endangered(session, lots.values()):
            raise _straight_to_quarantine(lots)
        return zone.id

    moves = move_cargo(
        session,
        cargo,
        route,
        paper,
        actor,
        now,
        check=lambda unit, place: _check_way(unit, place, zone),
    )
    check_back(session, moves, zone, "")
    quantity = sum(
        move.items.count if move.items is not None else move.quantity or 0
        for move in moves
    )
    scan.told = {
        "missing": missing,
        "quantity": quantity,
        "lots": sorted({move.lot_id for move in moves}),
    }


def _unit(
    session: Session, sscc: str, actor: Actor, now: datetime
) -> tuple[int | None, list[str]]:
    """Where a unit stands by the book, and its cases that stand elsewhere: those are
    lifted off it, since nobody saw them with it."""
    unit = lock_units(session, [sscc], with_cases=True)[sscc]
    place = find_unit_place(session, unit)
    missing = [
        case
        for case in cases_on(session, unit)
        if case.location_id is not None and case.location_id != place
    ]
    for case in missing:
        lift_off(session, case, actor, now)
    return place, [case.sscc for case in missing]


def _pack(session: Session, target: Target, zone: Location) -> Place:
    """Where scanned packs are by the book."""
    if target.lot_id is None or not target.items:
        raise InvalidInput(
            "cargo_empty", N_("Name at least one lot, code or case that goes.")
        )
    ledger = balances(session, [target.lot_id])[target.lot_id]
    return _stands(ledger, target.items, place_value(zone))


def _stands(ledger: LotLedger, items: ItemSet, zone: Place) -> Place:
    """Where packs are by the book, or may be: known places first, ours before others'.

    Raises Conflict ``pack_nowhere``.
    """
    real = [here for here in ledger.real if here.quantity]
    known = [here.place for here in real if not items - here.known]
    possible = [here.place for here in real if not items - here.known - here.possible]
    unread = items - ledger.placed
    blank = [
        here.place
        for here in real
        if unread == items and here.numberless >= items.count
    ]
    for places in (known, possible, blank):
        ranked = sorted(places, key=lambda one: (one.is_outside, -one.rank, one.code))
        fit = [one for one in ranked if not one.is_outside or zone.kind in INWARD]
        if fit:
            away = [one for one in fit if one.id != zone.id]
            return fit[0] if places is known or not away else away[0]
    raise Conflict(
        "pack_nowhere",
        N_(
            "By the book no pack like this one of lot %(lot)s can come here. Count the "
            "place it came from, or book how it got there."
        ),
        lot=ledger.lot,
    )


def _straight_to_quarantine(lots: Mapping[int, Lot]) -> Conflict:
    return Conflict(
        "straight_to_quarantine",
        N_(
            "Lot %(lot)s is recalled or feared to harm: what comes back of it goes "
            "straight to quarantine. Scan it in there."
        ),
        lot=min(lot.code for lot in lots.values()),
    )


def _check_way(unit: LogisticUnit, place: Place, zone: Location) -> None:
    """From outside goods come only into a zone where they stand apart (Q4)."""
    if place.rank < 1 and not (place.is_outside and zone.kind in INWARD):
        raise Conflict(
            "unit_not_here",
            N_(
                "%(sscc)s is booked at %(place)s, out of our hands. If it stands here, "
                "book its return first."
            ),
            sscc=unit.sscc,
            place=place.code,
        )


def _checked_id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise InvalidInput(
            "scan_id_invalid",
            N_("Expected the id that the device made for a scan, a UUID."),
        ) from None
