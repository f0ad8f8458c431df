"""What people call the things criteria and reasons point at.

Ids differ from database to database; these names do not, so stored criteria, hashes and
documents use them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.errors import N_, NotFound
from ...trace.parties.tables import Article, Line, Lot, Site
from ...trace.production.tables import EquipmentCycle
from ...trace.stock.tables import Shipment
from .among import among
from .reasons import Reason, in_order

Name = tuple[str, ...]
"""A natural key: ``(article, origin, lot)``, ``(site, line)``, ``(site, cycle number)``
or ``(shipment number,)``."""
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
}
"""How to select the natural key of each kind of thing, and its id; of many types."""

_UNKNOWN = {
    "lot": N_("No lot %(name)s is recorded."),
    "line": N_("No line %(name)s is recorded."),
    "cycle": N_("No equipment cycle %(name)s is recorded."),
    "shipment": N_("No shipment %(name)s is recorded."),
}


def find_names(session: Session, wanted: Iterable[tuple[str, int]]) -> Names:
    """The names of things given as kind and id.

    Raises:
        NotFound: ``lot_unknown``, ``line_unknown``, ``cycle_unknown``,
            ``shipment_unknown``.
    """
    ids: dict[str, set[int]] = defaultdict(set)
    for kind, number in wanted:
        ids[kind].add(number)
    found: dict[tuple[str, int], Name] = {}
    for kind, numbers in ids.items():
        query, key = KINDS[kind]
        for *name, number in session.execute(
            query.add_columns(key).where(key.in_(among("ids", numbers)))
        ):
            found[kind, number] = tuple(name)
        for number in sorted(numbers):
            if (kind, number) not in found:
                raise unknown(kind, str(number))
    return found


def find_id(session: Session, kind: str, name: Name) -> int:
    """The id of the thing of that name.

    Raises:
        NotFound: as ``find_names``.
    """
    query, key = KINDS[kind]
    matches = zip(query.selected_columns, name, strict=True)
    number: int | None = session.scalar(
        query.with_only_columns(key).where(
            *(column == text for column, text in matches)
        )
    )
    if number is None:
        raise unknown(kind, "/".join(filter(None, name)))
    return number


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


def with_names(reasons: Iterable[Reason], names: Names) -> tuple[Reason, ...]:
    """The engine's reasons with names in place of ids, in the order people read."""
    return in_order(
        Reason(
            reason.code,
            tuple(
                (key, label(key, names[key, value]))
                if key in KINDS and isinstance(value, int)
                else (key, value)
                for key, value in reason.params
            ),
        )
        for reason in reasons
    )
