"""What people call the things criteria and reasons point at.

Ids differ from database to database; these names do not, so stored criteria, hashes and
documents use them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.among import among, plain_rows, rows
from ...trace.db import UtcDateTime
from ...trace.errors import N_, NotFound
from ...trace.parties.tables import Article, Line, Location, Lot, Partner, Site
from ...trace.production.tables import Cleaning, EquipmentCycle, ProcessCheck
from ...trace.stock.tables import LogisticUnit, Shipment
from ..complaints.tables import Complaint
from .reasons import Reason, stamp

Name = tuple[str, ...]
"""A natural key, as ``KINDS`` selects it; a moment in it is ISO 8601 in UTC."""
Names = Mapping[tuple[str, int], Name]
"""Names by kind of thing and id."""

KINDS: dict[str, tuple[Any, Any]] = {
    "lot": (sa.select(Article.code, Lot.origin, Lot.code).join(Lot.article), Lot.id),
    "line": (sa.select(Site.code, Line.code).join(Line.site), Line.id),
    "cycle": (
        sa.select(Site.code, EquipmentCycle.number).join(EquipmentCycle.site),
        EquipmentCycle.id,
    ),
    "shipment": (sa.select(Shipment.number), Shipment.id),
    "article": (sa.select(Article.code), Article.id),
    "site": (sa.select(Site.code), Site.id),
    "place": (sa.select(Location.code), Location.id),
    "partner": (sa.select(Partner.code), Partner.id),
    "unit": (sa.select(LogisticUnit.sscc), LogisticUnit.id),
    "complaint": (sa.select(Complaint.number), Complaint.id),
    "cleaning": (
        sa.select(
            Site.code, Line.code, Cleaning.kind, Cleaning.started_at, Cleaning.ended_at
        )
        .select_from(Cleaning)
        .join(Line, Line.id == Cleaning.line_id)
        .join(Site, Site.id == Line.site_id)
        .where(Cleaning.equipment == ""),
        Cleaning.id,
    ),
    "check": (
        sa.select(Site.code, Line.code, ProcessCheck.kind, ProcessCheck.at)
        .select_from(ProcessCheck)
        .join(Line, Line.id == ProcessCheck.line_id)
        .join(Site, Site.id == Line.site_id),
        ProcessCheck.id,
    ),
}
"""How to select the natural key of each kind of thing, and its id; of many types.

Two checks of one moment, line and kind have one name: they name the same window."""

_SOONER = {"cleaning": (Cleaning.withdrawn_at.is_not(None),)}
"""What comes first among things of one name, before the id."""

_BY_ID: dict[str, sa.Select[*tuple[Any, ...]]] = {
    kind: query.add_columns(key).where(among(key, "ids"))
    for kind, (query, key) in KINDS.items()
}

_UNKNOWN = {
    "lot": N_("No lot %(name)s is recorded."),
    "line": N_("No line %(name)s is recorded."),
    "cycle": N_("No equipment cycle %(name)s is recorded."),
    "shipment": N_("No shipment %(name)s is recorded."),
    "article": N_("No article %(name)s is recorded."),
    "site": N_("No site %(name)s is recorded."),
    "place": N_("No place %(name)s is recorded."),
    "partner": N_("No partner %(name)s is recorded."),
    "unit": N_("No case or pallet %(name)s is recorded."),
    "complaint": N_("No complaint %(name)s is recorded."),
    "cleaning": N_("No cleaning %(name)s is recorded."),
    "check": N_("No process check %(name)s is recorded."),
}


def find_names(
    session: Session, wanted: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], Name]:
    """The names of things given as kind and id.

    Raises:
        NotFound: ``lot_unknown``, ``line_unknown`` and so on, a code for each kind.
    """
    ids: dict[str, set[int]] = defaultdict(set)
    for kind, number in wanted:
        ids[kind].add(number)
    found: dict[tuple[str, int], Name] = {}
    for kind, numbers in ids.items():
        # most names are many and texts; some hold a moment, which a driver may not know
        fetch = rows if kind in ("cleaning", "check") else plain_rows
        for *name, number in fetch(session, _BY_ID[kind], ids=numbers):
            found[kind, number] = tuple(map(_text, name))
        for number in sorted(numbers):
            if (kind, number) not in found:
                raise unknown(kind, str(number))
    return found


def find_id(session: Session, kind: str, name: Name) -> int:
    """The id of the thing of that name, the first where several have it.

    A cleaning that was withdrawn and recorded anew is the new one.

    Raises:
        NotFound: as ``find_names``.
        ValueError: when the name has other parts than it should.
    """
    if not all(isinstance(part, str) for part in name):
        raise ValueError(name)
    query, key = KINDS[kind]
    matches = zip(query.selected_columns, name, strict=True)
    number: int | None = session.scalar(
        query.with_only_columns(key)
        .where(*(column == _value(column, text) for column, text in matches))
        .order_by(*_SOONER.get(kind, ()), key)
        .limit(1)
    )
    if number is None:
        raise unknown(kind, "/".join(filter(None, name)))
    return number


def _text(part: str | datetime) -> str:
    return stamp(part) if isinstance(part, datetime) else part


def _value(column: Any, text: str) -> str | datetime:
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(text)
    return text


def unknown(kind: str, name: str) -> NotFound:
    """The error for a thing that is not recorded."""
    return NotFound(f"{kind}_unknown", _UNKNOWN[kind], name=name)


def label(kind: str, name: Name) -> str:
    """How a sentence names it; a lot as ``find_lot`` reads it.

    >>> label("lot", ("PK-300", "", "20261120A")), label("line", ("QD", "L3"))
    ('PK-300/20261120A', 'QD/L3')
    """
    if kind == "lot":
        article, _, code = name
        return f"{article}/{code}"
    return "/".join(name)


def things_in(reasons: Iterable[Reason]) -> set[tuple[str, int]]:
    """What the engine's reasons point at, as kind and id."""
    return {
        (key, value)
        for reason in set(reasons)
        for key, value in reason.params
        if key in KINDS and isinstance(value, int)
    }


def with_names(reason: Reason, names: Names) -> Reason:
    """The engine's reason with names in place of ids."""
    return Reason(
        reason.code,
        tuple(
            (key, label(key, names[key, value]))
            if key in KINDS and isinstance(value, int)
            else (key, value)
            for key, value in reason.params
        ),
    )
