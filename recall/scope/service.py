"""The affected scope: which lots, how surely and why, and where their units are.

``find_affected`` says what belongs to the scope and ``compute_scope`` also where it is.
Only product lots counted in pieces make up ``made`` and the positions; ingredient and
packaging lots are listed with what is left of them. T1 and T2 count, as the automatic
hold does; T3 counts only once decided (domain.md §4.4.6), and a decision may take a T2
lot out, never a T1 lot.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.errors import N_, InvalidInput
from ...trace.identity.items import ItemSet
from ...trace.parties.tables import Location, Lot
from ...trace.stock.places import SOURCES
from ...trace.stock.tables import Stock
from .among import among
from .criteria import Criteria, LotCriterion
from .engine import Affected, decide
from .names import find_names, things_in, with_names
from .reach import load_graph
from .reasons import Reason
from .whereabouts import OWN, Whereabouts, locate
from .wording import canonical, write_criteria

COUNTED_TIERS = (1, 2)
"""Tiers that count without a decision."""


@dataclass(frozen=True)
class Membership:
    """What belongs to a scope, without where it is."""

    criteria: dict[str, Any]
    """As ``wording`` writes them."""
    affected: dict[int, Affected]
    """By lot id; reasons name things as people do."""
    hash: str
    """SHA-256 over criteria and membership, the same on every engine and copy."""


@dataclass(frozen=True)
class ScopeLot:
    """An affected lot."""

    lot_id: int
    code: str
    article: str
    """The article's code."""
    name: str
    name_en: str
    kind: str
    """``product``, ``ingredient`` or ``packaging``."""
    origin: str
    """Code of the supplier who numbered it; empty for our own."""
    tier: int
    """1 confirmed, 2 probable, 3 possible."""
    items: ItemSet | None
    """Affected items; None is the whole lot."""
    numbered: int
    """Items with a number: 0 to ``numbered`` - 1."""
    quantity: int
    """What was made or received of it, in ``unit``."""
    in_hand: int
    """What is still in our own places, in ``unit``."""
    unit: str
    produced_on: date | None
    expires_on: date | None
    line: str
    """Code of its line, or empty."""
    status: str
    counted: bool
    """Whether it is part of ``made`` and the positions."""
    why: tuple[Reason, ...]


@dataclass(frozen=True)
class Scope:
    """The answer to a recall's first questions, at one moment."""

    criteria: dict[str, Any]
    computed_at: datetime
    lots: tuple[ScopeLot, ...]
    """Every affected lot: by tier, then article, origin and number."""
    whereabouts: Whereabouts
    """Of the counted lots."""
    made: int
    """Units made of the counted lots: what the positions must add up to."""
    hash: str

    @property
    def materials(self) -> tuple[ScopeLot, ...]:
        """The ingredient and packaging lots among them."""
        return tuple(lot for lot in self.lots if lot.kind != "product")


def find_affected(session: Session, criteria: Criteria) -> Membership:
    """What the criteria make affected.

    Raises:
        NotFound: when a criterion names a lot, line, cycle or shipment not recorded.
        InvalidInput: ``scope_items_unknown`` when items of a lot were never numbered.
    """
    document = write_criteria(session, criteria)
    _check_items(session, criteria)
    affected = decide(load_graph(session, criteria), criteria)
    things = things_in(why for lot in affected.values() for why in lot.why)
    names = find_names(session, things | {("lot", lot) for lot in affected})
    rows = sorted(
        (*names["lot", number], lot.tier, None if lot.items is None else str(lot.items))
        for number, lot in affected.items()
    )
    text = canonical({"format": 1, "criteria": document, "lots": rows})
    return Membership(
        document,
        {
            number: Affected(lot.items, lot.tier, with_names(lot.why, names))
            for number, lot in affected.items()
        },
        hashlib.sha256(text.encode()).hexdigest(),
    )


def compute_scope(
    session: Session,
    criteria: Criteria,
    now: datetime,
    decided: Mapping[int, bool] | None = None,
) -> Scope:
    """The scope of the criteria, with the present position of every unit.

    ``decided`` says of T2 and T3 lots by id whether they count; the hash does not
    depend on it.

    Raises:
        NotFound, InvalidInput: as ``find_affected``.
    """
    membership = find_affected(session, criteria)
    lots = _describe(session, membership, decided or {})
    counted = {lot.lot_id: lot.items for lot in lots if lot.counted}
    return Scope(
        membership.criteria,
        now,
        lots,
        locate(session, counted),
        sum(lot.quantity for lot in lots if lot.counted),
        membership.hash,
    )


def _describe(
    session: Session, membership: Membership, decided: Mapping[int, bool]
) -> tuple[ScopeLot, ...]:
    affected = membership.affected
    rows = session.scalars(
        sa.select(Lot).where(Lot.id.in_(among("lots", affected)))
    ).unique()
    made, in_hand = _sums(session, SOURCES, affected), _sums(session, OWN, affected)
    lots = [
        _scope_lot(
            lot,
            affected[lot.id],
            -made.get(lot.id, 0),
            in_hand.get(lot.id, 0),
            _counts(lot, affected[lot.id], decided),
        )
        for lot in rows
    ]
    return tuple(
        sorted(lots, key=lambda lot: (lot.tier, lot.article, lot.origin, lot.code))
    )


def _scope_lot(
    lot: Lot, found: Affected, quantity: int, in_hand: int, counted: bool
) -> ScopeLot:
    return ScopeLot(
        lot_id=lot.id,
        code=lot.code,
        article=lot.article.code,
        name=lot.article.name,
        name_en=lot.article.name_en,
        kind=lot.article.kind,
        origin=lot.origin,
        tier=found.tier,
        items=found.items,
        numbered=lot.next_item,
        quantity=quantity,
        in_hand=in_hand,
        unit=lot.article.base_unit,
        produced_on=lot.produced_on,
        expires_on=lot.expires_on,
        line=lot.line.code if lot.line else "",
        status=lot.status,
        counted=counted,
        why=found.why,
    )


def _counts(lot: Lot, found: Affected, decided: Mapping[int, bool]) -> bool:
    if lot.article.kind != "product" or lot.article.base_unit != "piece":
        return False
    return found.tier == 1 or decided.get(lot.id, found.tier in COUNTED_TIERS)


def _sums(
    session: Session, kinds: Collection[str], lots: Mapping[int, Affected]
) -> dict[int, int]:
    """Units of each lot at places of these kinds."""
    rows = session.execute(
        sa.select(Stock.lot_id, sa.cast(sa.func.sum(Stock.quantity), sa.BigInteger))
        .join(Location, Location.id == Stock.location_id)
        .where(Stock.lot_id.in_(among("lots", lots)), Location.kind.in_(kinds))
        .group_by(Stock.lot_id)
    )
    return {lot: quantity for lot, quantity in rows}


def _check_items(session: Session, criteria: Criteria) -> None:
    named = [
        (fact.lot_id, fact.items)
        for fact in criteria.facts
        if isinstance(fact, LotCriterion) and fact.items is not None
    ]
    for lot_id, items in named:
        lot = session.get_one(Lot, lot_id)
        beyond = items - ItemSet.range(0, lot.next_item)
        if beyond or not items:
            raise InvalidInput(
                "scope_items_unknown",
                N_(
                    "Batch %(lot)s has item numbers below %(numbered)s, but the items "
                    "named are %(items)s. Name items of this batch, or the whole batch."
                ),
                lot=lot.code,
                numbered=lot.next_item,
                items=str(items)[:80] or "-",
            )
