"""Criteria as a document: what is stored, hashed, and sent elsewhere.

Frozen format 1: fields cannot be reordered or deleted::

    {"format": 1, "origin": "unknown", "facts": [
      {"lot": ["PK-300", "", "20261120A"], "items": "0-4999"},
      {"lot": ["PK-300", "", "20261121A"]},
      {"line": ["QD", "L3"], "start": "2026-11-20T02:00:00Z", "end": "…"},
      {"input_lot": ["SALT", "S02", "LY-88"]},
      {"cycle": ["QD", "R1-0461"]},
      {"shipment": ["SH-26-0007"]}]}

A lot is ``[article, origin, lot]``, a line ``[site, line]``, a cycle
``[site, number]``. Facts stand once, sorted by their text.
"""

import json
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ...trace.errors import N_, InvalidInput
from ...trace.identity.items import ItemSet
from .criteria import (
    Criteria,
    Criterion,
    Cycle,
    InputLot,
    LineWindow,
    LotCriterion,
    Shipped,
)
from .evidence import stamp
from .names import Names, find_id, find_names

FORMAT = 1


def canonical(document: object) -> str:
    """The one JSON text of a document: sorted keys, no spaces, plain characters."""
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def write_criteria(session: Session, criteria: Criteria) -> dict[str, Any]:
    """The document of criteria.

    Raises:
        NotFound: ``lot_unknown``, ``line_unknown``, ``cycle_unknown`` or
            ``shipment_unknown`` when a fact names nothing recorded.
    """
    names = find_names(session, map(_thing, criteria.facts))
    facts = {canonical(fact): fact for fact in _facts(criteria, names)}
    return {
        "format": FORMAT,
        "origin": criteria.origin,
        "facts": [facts[text] for text in sorted(facts)],
    }


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
        return Criteria(facts, document["origin"])
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


def _thing(fact: Criterion) -> tuple[str, int]:
    match fact:
        case LotCriterion(number, _) | InputLot(number):
            return "lot", number
        case LineWindow(number, _, _):
            return "line", number
        case Cycle(number):
            return "cycle", number
        case Shipped(number):
            return "shipment", number


def _facts(criteria: Criteria, names: Names) -> list[dict[str, Any]]:
    return [_written(fact, list(names[_thing(fact)])) for fact in criteria.facts]


def _written(fact: Criterion, name: list[str]) -> dict[str, Any]:
    match fact:
        case LotCriterion(_, None):
            return {"lot": name}
        case LotCriterion(_, items):
            return {"lot": name, "items": str(items)}
        case InputLot():
            return {"input_lot": name}
        case LineWindow(_, start, end):
            return {"line": name, "start": stamp(start), "end": stamp(end)}
        case Cycle():
            return {"cycle": name}
        case Shipped():
            return {"shipment": name}


def _read(session: Session, fact: dict[str, Any]) -> Criterion:
    match fact:
        case {"lot": name}:
            items = ItemSet.parse(fact["items"]) if "items" in fact else None
            return LotCriterion(find_id(session, "lot", tuple(name)), items)
        case {"input_lot": name}:
            return InputLot(find_id(session, "lot", tuple(name)))
        case {"line": name, "start": start, "end": end}:
            return LineWindow(
                find_id(session, "line", tuple(name)),
                datetime.fromisoformat(start),
                datetime.fromisoformat(end),
            )
        case {"cycle": name}:
            return Cycle(find_id(session, "cycle", tuple(name)))
        case {"shipment": name}:
            return Shipped(find_id(session, "shipment", tuple(name)))
    raise ValueError(fact)
