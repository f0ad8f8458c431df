"""Scanning goods into a zone, by phone or hand scanner, with or without a network."""

import json
from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from ...recall.quarantine.tables import ZoneScan
from ...recall.quarantine.zones import (
    MOST_CODE,
    ZONES,
    Target,
    alarms,
    recent_scans,
    scan_into,
)
from ...trace import clock
from ...trace.audit import AuditRow
from ...trace.db import Session
from ...trace.errors import N_, InvalidInput, LotmarkError
from ...trace.stock.stores import own_place, own_places
from ..current import actor, house
from ..forms import scan_field
from ..words import SCAN
from .goods import read_line
from .room import room

MOST_SCANS = 200
"""Scans a device sends at once after it was without a network."""


@room.get("/stock/zones")
def zones() -> ResponseReturnValue:
    actor().require("stock.move")
    with house().plant.reading() as session:
        return render_template(
            "stock/zones.html",
            places=[place for place, _ in own_places(session, ZONES)],
            alarms=[_alarm(row) for row in alarms(session)],
        )


@room.get("/stock/zones/<int:zone_id>")
def zone(zone_id: int) -> ResponseReturnValue:
    """The scan box with its mode in large letters: INTO Q-02."""
    actor().require("stock.move")
    with house().plant.reading() as session:
        return render_template(
            "stock/zone.html",
            place=own_place(session, zone_id),
            scans=recent_scans(session, zone_id),
            outcomes=SCAN,
            sentence=_sentence,
            scan_id=str(uuid4()),
        )


@room.post("/stock/zones/<int:zone_id>")
def scan_now(zone_id: int) -> ResponseReturnValue:
    """One scan by a form, where the browser runs no script."""
    actor().require("stock.move")
    code = scan_field("code", MOST_CODE)
    with house().plant.writing() as session:
        _scan(session, zone_id, request.form.get("scan_id", ""), code, clock.now())
    return redirect(url_for("stock.zone", zone_id=zone_id), 303)


@room.post("/stock/zones/<int:zone_id>/scans")
def scans(zone_id: int) -> ResponseReturnValue:
    """Many scans of a device; each is answered, and one already known is a success."""
    actor().require("stock.move")
    sent = request.get_json()
    rows = sent.get("scans") if isinstance(sent, dict) else None
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_SCANS:
        raise InvalidInput(
            "scans_invalid",
            N_("Expected a list of 1 to %(most)s scans with id, code and time."),
            most=MOST_SCANS,
        )
    answers = []
    for row in rows:
        # each its own transaction: a fault in one does not lose the others
        with house().plant.writing() as session:
            answers.append(_one(session, zone_id, row))
    return jsonify(scans=answers)


def _alarm(row: AuditRow) -> dict[str, Any]:
    return {"at": row.at, "actor": row.actor, **json.loads(row.data)}


def _one(session: Session, zone_id: int, row: Any) -> dict[str, Any]:
    told = row if isinstance(row, dict) else {}
    code, at = str(told.get("code", ""))[:MOST_CODE], str(told.get("at", ""))[:40]
    try:
        moment = datetime.fromisoformat(at.replace("Z", "+00:00"))
        if moment.tzinfo is None:
            raise ValueError
    except ValueError:
        moment = clock.now()
    scan = _scan(session, zone_id, str(told.get("id", "")), code, moment)
    kind, word = SCAN[scan.outcome]
    return {
        "id": scan.id,
        "code": scan.code,
        "outcome": scan.outcome,
        "kind": kind,
        "word": gettext(word),
        "text": _sentence(scan),
        "missing": scan.told.get("missing", []),
    }


def _scan(
    session: Session, zone_id: int, scan_id: str, code: str, at: datetime
) -> ZoneScan:
    now = clock.now()
    return scan_into(
        session, scan_id, zone_id, code, _target(session, code), at, actor(), now
    )


def _target(session: Session, code: str) -> Target | LotmarkError:
    """What a code names, or why nobody knows it."""
    try:
        named = read_line(session, house().keys, code.replace("\x1d", "|"))
    except LotmarkError as error:
        return error
    if named.node is not None:
        return Target(sscc=named.node.unit.sscc)
    if named.lot is None or named.items is None:
        return InvalidInput(
            "scan_counted",
            N_("Scan cases or packs here; goods that are only counted go by Move."),
        )
    return Target(lot_id=named.lot.id, items=named.items)


def _sentence(scan: ZoneScan) -> str:
    """Why it was refused, or how much was booked."""
    told = scan.told
    if "text" in told:
        english = told["text"]
        sentence: str = gettext(english)
        return str(sentence % told["params"])
    if told.get("missing"):
        missing: str = gettext(
            N_("Missing on it: %(cases)s"), cases=", ".join(told["missing"])
        )
        return missing
    return f"× {told['quantity']:,}" if told.get("quantity", 0) > 1 else ""
