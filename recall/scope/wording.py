"""Criteria as a document: what is stored, hashed, and sent elsewhere.

Frozen format 1: fields cannot be reordered or deleted::

    {"format": 1, "origin": "unknown", "facts": [
      {"lot": ["PK-300", "", "20261120A"], "items": "0-4999"},
      {"lot": ["PK-300", "", "20261121A"]},
      {"complaint": ["KS-26-0001"]},
      {"line": ["QD", "L3"], "start": "2026-11-20T02:00:00Z", "end": "…"},
      {"cleaning": ["QD", "L3", "wet", "2026-11-20T02:00:00Z", "…"]},
      {"check": ["QD", "L3", "metal", "2026-11-20T02:00:00Z"]},
      {"produced": ["2026-11-20", "2026-11-21"], "article": ["PK-300"],
       "site": ["QD"], "on_line": ["QD", "L3"]},
      {"artwork": "V7", "article": ["PK-300"]},
      {"input_lot": ["SALT", "S02", "LY-88"]},
      {"supplier": ["S02"], "received": ["2026-11-01", "2026-11-30"]},
      {"cycle": ["QD", "R1-0461"]},
      {"equipment": ["QD", "R1"], "start": "…", "end": "…"},
      {"shipment": ["SH-26-0007"]},
      {"place": ["FG1"], "start": "…", "end": "…"},
      {"consignee": ["K01"], "start": "…", "end": "…"},
      {"unit": ["069012340000000016"], "start": "…", "end": "…"}]}

A lot is ``[article, origin, lot]``, a line ``[site, line]``, a cycle
``[site, number]``, equipment ``[site, name]``, a cleaning
``[site, line, kind, start, end]``, a check ``[site, line, what, time]``. ``article``,
``site`` and ``on_line`` of production dates may be left out. Facts stand once, sorted
by their text. ``"hazard": "allergen"`` or ``"equipment"``, and
``"narrow": "why"`` stand beside them only where they say something.
"""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from ...trace.errors import N_, InvalidInput
from ...trace.identity.items import ItemSet
from .criteria import (
    Artwork,
    CheckFailed,
    CleaningFailed,
    Complained,
    Criteria,
    Criterion,
    Cycle,
    Delivered,
    EquipmentWindow,
    InputLot,
    LineWindow,
    LotCriterion,
    Packed,
    Produced,
    Shipped,
    Stored,
    Supplied,
)
from .names import Names, find_id, find_names
from .reasons import stamp

FORMAT = 1

_Thing = tuple[str, int]


def canonical(document: object) -> str:
    """The one JSON text of a document: sorted keys, no spaces, plain characters."""
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def write_criteria(session: Session, criteria: Criteria) -> dict[str, Any]:
    """The document of criteria.

    Raises:
        NotFound: ``lot_unknown``, ``line_unknown`` and so on, a code for each kind,
            when a fact names nothing recorded.
    """
    things = (thing for fact in criteria.facts for thing in _things(fact).values())
    names = find_names(session, things)
    written = (_written(fact, names) for fact in criteria.facts)
    facts = {canonical(fact): fact for fact in written}
    document: dict[str, Any] = {
        "format": FORMAT,
        "origin": criteria.origin,
        "facts": [facts[text] for text in sorted(facts)],
    }
    if criteria.hazard != "any":
        document["hazard"] = criteria.hazard
    if criteria.narrows:
        document["narrow"] = criteria.narrow.strip()
    return document


def read_criteria(session: Session, document: Any) -> Criteria:
    """The criteria a document holds.

    Raises:
        InvalidInput: ``scope_criteria_unreadable``, or as ``Criteria`` and its facts.
        NotFound: as ``write_criteria``.
    """
    try:
        if document["format"] != FORMAT:
            raise ValueError(document["format"])
        facts = tuple(_read(session, fact) for fact in document["facts"])
        hazard, narrow = document.get("hazard", "any"), document.get("narrow", "")
        return Criteria(facts, document["origin"], hazard, narrow)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInput(
            "scope_criteria_unreadable",
            N_(
                "Scope criteria of format %(format)s were expected, but %(found)s "
                "could not be read."
            ),
            format=FORMAT,
            found=repr(error)[:80],
        ) from error


def _things(fact: Criterion) -> dict[str, _Thing]:
    """What a fact points at, by the field it stands in, as kind and id."""
    match fact:
        case LotCriterion(number, _):
            return {"lot": ("lot", number)}
        case InputLot(number):
            return {"input_lot": ("lot", number)}
        case Complained(number):
            return {"complaint": ("complaint", number)}
        case LineWindow(number, _, _):
            return {"line": ("line", number)}
        case CleaningFailed(number):
            return {"cleaning": ("cleaning", number)}
        case CheckFailed(number):
            return {"check": ("check", number)}
        case Produced(_, _, article, site, line):
            kinds = {"article": article, "site": site, "line": line}
            return {
                "on_line" if kind == "line" else kind: (kind, number)
                for kind, number in kinds.items()
                if number is not None
            }
        case Artwork(number, _):
            return {"article": ("article", number)}
        case Supplied(number, _, _):
            return {"supplier": ("partner", number)}
        case Cycle(number):
            return {"cycle": ("cycle", number)}
        case EquipmentWindow(number, _, _, _):
            return {"equipment": ("site", number)}
        case Shipped(number):
            return {"shipment": ("shipment", number)}
        case Stored(number, _, _):
            return {"place": ("place", number)}
        case Delivered(number, _, _):
            return {"consignee": ("partner", number)}
        case Packed(number, _, _):
            return {"unit": ("unit", number)}


def _written(fact: Criterion, names: Names) -> dict[str, Any]:
    field = {key: list(names[thing]) for key, thing in _things(fact).items()}
    match fact:
        case LotCriterion(_, ItemSet() as items):
            return {**field, "items": str(items)}
        case (
            LineWindow(_, start, end)
            | Stored(_, start, end)
            | Delivered(_, start, end)
            | Packed(_, start, end)
        ):
            return {**field, "start": stamp(start), "end": stamp(end)}
        case EquipmentWindow(_, equipment, start, end):
            named = [*field["equipment"], equipment]
            return {"equipment": named, "start": stamp(start), "end": stamp(end)}
        case Produced(first, last):
            return {**field, "produced": [first.isoformat(), last.isoformat()]}
        case Supplied(_, first, last):
            return {**field, "received": [first.isoformat(), last.isoformat()]}
        case Artwork(_, version):
            return {**field, "artwork": version}
    return field


def _read(session: Session, fact: dict[str, Any]) -> Criterion:
    def found(kind: str, field: str = "") -> int:
        return find_id(session, kind, tuple(fact[field or kind]))

    match fact:
        case {"lot": _}:
            items = ItemSet.parse(fact["items"]) if "items" in fact else None
            return LotCriterion(found("lot"), items)
        case {"input_lot": _}:
            return InputLot(found("lot", "input_lot"))
        case {"complaint": _}:
            return Complained(found("complaint"))
        case {"cleaning": _}:
            return CleaningFailed(found("cleaning"))
        case {"check": _}:
            return CheckFailed(found("check"))
        case {"artwork": str(version), "article": _}:
            return Artwork(found("article"), version)
        case {"cycle": _}:
            return Cycle(found("cycle"))
        case {"shipment": _}:
            return Shipped(found("shipment"))
        case {"start": start, "end": end}:
            times = datetime.fromisoformat(start), datetime.fromisoformat(end)
            if "equipment" in fact:
                site, equipment = map(str, fact["equipment"])
                return EquipmentWindow(
                    find_id(session, "site", (site,)), equipment, *times
                )
            if "line" in fact:
                return LineWindow(found("line"), *times)
            if "place" in fact:
                return Stored(found("place"), *times)
            if "unit" in fact:
                return Packed(found("unit"), *times)
            return Delivered(found("partner", "consignee"), *times)
    return _read_days(fact, found)


def _read_days(fact: dict[str, Any], found: Callable[..., int]) -> Criterion:
    match fact:
        case {"produced": [first, last]}:
            return Produced(
                date.fromisoformat(first),
                date.fromisoformat(last),
                found("article") if "article" in fact else None,
                found("site") if "site" in fact else None,
                found("line", "on_line") if "on_line" in fact else None,
            )
        case {"supplier": _, "received": [first, last]}:
            days = date.fromisoformat(first), date.fromisoformat(last)
            return Supplied(found("partner", "supplier"), *days)
    raise ValueError(fact)
