"""A scope as machines read it; ``docs/scope.schema.json`` describes it."""

from dataclasses import asdict
from typing import Any

from ...trace.identity.items import ItemSet
from .actions import ACTIONS
from .journeys import OnTheWay
from .lots import ScopeLot
from .reasons import stamp
from .scans import Scan
from .service import Scope
from .unbatched import Possible
from .units import AffectedUnit
from .whereabouts import OwnPlace, PlaceTotal, Reached


def scope_document(scope: Scope) -> dict[str, Any]:
    """The scope as plain values.

    ``items`` are as ``ItemSet`` prints them: of a whole lot all its numbers, such as
    ``0-4999``, or nothing when its packs have no numbers. ``whole`` says that all of
    the lot is meant, numbered or not; ``narrowed`` that packs were told from their
    batch, for the reason that stands in ``criteria`` as ``narrow``.
    """
    return {
        "criteria": scope.criteria,
        "computed_at": stamp(scope.computed_at),
        "hash": scope.hash,
        "made": scope.made,
        "narrowed": any(lot.narrowed for lot in scope.lots),
        "unbounded": list(scope.unbounded),
        "unbounded_equipment": list(scope.unbounded_equipment),
        "common": [
            {
                "lot": one.lot.code,
                "article": one.lot.article,
                "origin": one.lot.origin,
                "used": one.used,
                "of": one.of,
                "others": one.others,
            }
            for one in scope.common
        ],
        "open_tanks": [asdict(tank) for tank in scope.open_tanks],
        "lots": [_lot(lot) for lot in scope.lots],
        "materials": [_material(lot) for lot in scope.materials],
        "positions": [_position(total) for total in scope.whereabouts.positions],
        "places": [_place(here) for here in scope.whereabouts.places],
        "consignees": [_consignee(one) for one in scope.whereabouts.consignees],
        "on_the_way": [_truck(truck) for truck in scope.whereabouts.on_the_way],
        "units": {
            "total": scope.units.total,
            "mixed": scope.units.mixed,
            "listed": [_unit(one) for one in scope.units.listed],
        },
        "repacked": [pair._asdict() for pair in scope.repacked],
        "unbatched": [_unbatched(one) for one in scope.whereabouts.unbatched],
    }


def printed_items(lot: ScopeLot) -> str:
    """The affected items of a lot in the form ``ItemSet.parse`` reads."""
    return str(ItemSet.range(0, lot.numbered) if lot.items is None else lot.items)


def _lot(lot: ScopeLot) -> dict[str, Any]:
    return {
        "lot": lot.code,
        "article": lot.article,
        "name": lot.name,
        "name_en": lot.name_en,
        "kind": lot.kind,
        "origin": lot.origin,
        "tier": lot.tier,
        "counted": lot.counted,
        "whole": lot.items is None,
        "items": printed_items(lot),
        "narrowed": lot.narrowed is not None,
        "packs_timed": lot.narrowed and lot.narrowed.timed,
        "packs": lot.narrowed and lot.narrowed.packs,
        "quantity": lot.quantity,
        "affected": lot.affected,
        "in_hand": lot.in_hand,
        "unit": lot.unit,
        "produced_on": lot.produced_on and lot.produced_on.isoformat(),
        "expires_on": lot.expires_on and lot.expires_on.isoformat(),
        "line": lot.line,
        "status": lot.status,
        "why": [reason.sentence for reason in lot.why],
        "reasons": [
            {"code": reason.code, "params": dict(reason.params)} for reason in lot.why
        ],
        "scan": lot.scan and _scan(lot.scan),
    }


def _scan(scan: Scan) -> dict[str, Any]:
    return {
        "place": scan.place,
        "packs": scan.count,
        "open_now": scan.before,
        "open_then": scan.after,
        "settled": list(scan.settled),
        "hint": scan.sentence,
    }


def _material(lot: ScopeLot) -> dict[str, Any]:
    return {
        "lot": lot.code,
        "article": lot.article,
        "origin": lot.origin,
        "tier": lot.tier,
        "quantity": lot.quantity,
        "in_hand": lot.in_hand,
        "unit": lot.unit,
    }


def _position(total: PlaceTotal) -> dict[str, Any]:
    least, most = total.quantity_min, total.quantity_max
    return {
        "place": total.place,
        "action": ACTIONS[total.place],
        "min": least,
        "max": most,
        "quantity": least if least == most else None,
    }


def _place(here: OwnPlace) -> dict[str, Any]:
    return {
        "place": here.code,
        "kind": here.kind,
        "name": here.name,
        "name_en": here.name_en,
        "min": here.quantity_min,
        "max": here.quantity_max,
    }


def _consignee(one: Reached) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name,
        "name_en": one.name_en,
        "contact": one.contact,
        "phone": one.phone,
        "email": one.email,
        "region": one.region,
        "min": one.quantity_min,
        "max": one.quantity_max,
        "coming": one.coming,
        "shipped": one.shipped,
        "shipments": list(one.shipments),
        "unbatched": one.unbatched,
        "unbatched_shipments": list(one.unbatched_with),
    }


def _unit(one: AffectedUnit) -> dict[str, Any]:
    return {
        "sscc": one.sscc,
        "level": one.level,
        "parent": one.parent,
        "place": one.place,
        "shipment": one.shipment,
        "quantity": one.quantity,
        "lots": list(one.lots),
        "others": list(one.others),
    }


def _unbatched(one: Possible) -> dict[str, Any]:
    return {
        "shipment": one.shipment,
        "consignee": one.consignee,
        "name": one.name,
        "name_en": one.name_en,
        "article": one.article,
        "quantity": one.quantity,
        "shipped_at": stamp(one.shipped_at),
        "on_the_way": one.on_the_way,
        "driver_phone": one.driver_phone,
        "lots": list(one.lots),
        "why": one.sentence,
    }


def _truck(truck: OnTheWay) -> dict[str, Any]:
    return {
        "shipment": truck.number,
        "name": truck.name,
        "name_en": truck.name_en,
        "carrier": truck.carrier,
        "vehicle": truck.vehicle,
        "driver_phone": truck.driver_phone,
        "shipped_at": stamp(truck.shipped_at),
        "quantity": truck.quantity,
    }
