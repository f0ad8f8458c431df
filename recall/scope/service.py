"""The affected scope: which lots, how surely and why, and where their units are.

``find_affected`` says what belongs to the scope and ``compute_scope`` also where it is.
Only product lots counted in pieces make up ``made`` and the positions; ingredient and
packaging lots are listed with what is left of them. T1 and T2 count, as the automatic
hold does; T3 counts only once decided (domain.md §4.4.6), and a decision may take a T2
lot out, never a T1 lot.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from ...trace.errors import N_, InvalidInput
from ...trace.identity.items import ItemSet
from ...trace.parties.tables import Lot
from ...trace.production.repacked import repacked_from
from ..complaints.tables import Complaint
from .collector import collector_waits
from .criteria import Complained, Criteria, LotCriterion
from .engine import Affected, decide
from .lots import LotRecord, ScopeLot, describe, read_lots
from .names import Name, find_names, things_in, with_names
from .ours import load_ours
from .reach import load_graph
from .reasons import in_order
from .units import Units, affected_units
from .whereabouts import Whereabouts, locate
from .wording import canonical, write_criteria


@dataclass(frozen=True)
class Membership:
    """What belongs to a scope, without where it is."""

    criteria: dict[str, Any]
    """As ``wording`` writes them."""
    affected: dict[int, Affected]
    """By lot id; reasons name things as people do."""
    records: dict[int, LotRecord]
    """What is on record of them."""
    hash: str
    """SHA-256 over criteria and membership, the same on every engine and copy."""


@dataclass(frozen=True, slots=True)
class OpenTank:
    """A tank never emptied and cleaned since something affected was put in."""

    cycle: str
    """Its filling, as people name it."""
    since: str
    """When that began, ISO 8601 in UTC."""
    lots: int
    """Affected lots that were drawn from it."""
    made: int
    """Packs of these."""

    @property
    def since_at(self) -> datetime:
        return datetime.fromisoformat(self.since)


@dataclass(frozen=True, slots=True)
class Common:
    """A lot that suspect batches share: the hazard may come from it."""

    lot: ScopeLot
    used: int
    """Suspect batches that contain it."""
    of: int
    """Suspect batches in all."""
    others: int
    """Lots besides that contain it, which nobody complains about."""


class Pair(NamedTuple):
    """Packs of an affected batch that became packs of another."""

    old_lot: str
    old_items: str
    """As ``ItemSet`` prints them."""
    new_lot: str
    new_items: str


@dataclass(frozen=True)
class Scope:
    """The answer to a recall's first questions, at one moment."""

    criteria: dict[str, Any]
    computed_at: datetime
    lots: tuple[ScopeLot, ...]
    """Every affected lot: by tier, then article, origin and number."""
    whereabouts: Whereabouts
    """Of the counted lots."""
    units: Units
    """The cases and pallets that hold some of these."""
    repacked: tuple[Pair, ...]
    """Packs of counted lots that were repacked, and the new ones."""
    made: int
    """Affected units of the counted lots: what the positions must add up to."""
    hash: str

    @property
    def materials(self) -> tuple[ScopeLot, ...]:
        """The ingredient and packaging lots among them."""
        return tuple(lot for lot in self.lots if lot.kind != "product")

    @property
    def common(self) -> tuple[Common, ...]:
        """What the suspect batches share, the likeliest cause first: common to all of
        them and absent from the clean ones (domain.md §4.4.6).
        """
        found = [
            Common(
                lot, *(int(dict(reason.params)[n]) for n in ("used", "of", "others"))
            )
            for lot in self.lots
            for reason in lot.why
            if reason.code == "shared_input"
        ]
        return tuple(
            sorted(found, key=lambda c: (-c.used, c.others, c.lot.article, c.lot.code))
        )

    @property
    def open_tanks(self) -> tuple[OpenTank, ...]:
        """Tanks whose content goes on spreading: somebody must decide (domain.md
        §9.18). What was drawn is in the scope, however much it is.
        """
        drawn: dict[tuple[str, str], list[ScopeLot]] = {}
        for lot in self.lots:
            for reason in lot.why:
                if reason.code == "tank_not_emptied":
                    named = dict(reason.params)
                    key = str(named["cycle"]), str(named["start"])
                    drawn.setdefault(key, []).append(lot)
        return tuple(
            OpenTank(*key, len(lots), sum(x.affected for x in lots if x.packs))
            for key, lots in sorted(drawn.items())
        )

    @property
    def unbounded(self) -> tuple[str, ...]:
        """Lines whose suspect time no clean break begins: somebody must approve it
        (domain.md §4.3.3).
        """
        return self._named_in("window_unbounded", "line")

    @property
    def unbounded_equipment(self) -> tuple[str, ...]:
        """Retorts, kettles and chillers whose suspect time no cleaning begins."""
        return self._named_in("equipment_unbounded", "equipment")

    def _named_in(self, code: str, key: str) -> tuple[str, ...]:
        """What reasons of a code name, each once, in order."""
        found = {
            str(dict(reason.params)[key])
            for lot in self.lots
            for reason in lot.why
            if reason.code == code
        }
        return tuple(sorted(found))


def find_affected(session: Session, criteria: Criteria) -> Membership:
    """What the criteria make affected.

    Raises:
        NotFound: when a criterion names a lot, line, cycle or shipment not recorded.
        InvalidInput: ``scope_items_unknown`` when items of a lot were never numbered,
            ``scope_complaint_without_batch`` when nobody knows its batch yet.
    """
    document = write_criteria(session, criteria)
    _check_items(session, criteria)
    _check_complaints(session, criteria)
    affected = decide(load_graph(session, criteria), criteria)
    reasons = {reason for lot in affected.values() for reason in lot.why}
    records = read_lots(session, affected)
    names: dict[tuple[str, int], Name] = {
        ("lot", number): (lot.article, lot.origin, lot.code)
        for number, lot in records.items()
    }
    names |= find_names(session, things_in(reasons) - names.keys())
    rows = sorted(
        (*names["lot", number], lot.tier, None if lot.items is None else str(lot.items))
        for number, lot in affected.items()
    )
    text = canonical({"format": 1, "criteria": document, "lots": rows})
    told = {reason: with_names(reason, names) for reason in reasons}
    named = {
        number: Affected(items, tier, in_order([told[one] for one in why]), narrowed)
        for number, (items, tier, why, narrowed) in affected.items()
    }
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Membership(document, named, records, digest)


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
    with collector_waits():
        return _compute(session, criteria, now, decided or {})


def _compute(
    session: Session, criteria: Criteria, now: datetime, decided: Mapping[int, bool]
) -> Scope:
    membership = find_affected(session, criteria)
    ours = load_ours(session)
    records, affected = membership.records, membership.affected
    lots = describe(session, records, affected, decided, ours)
    wanted = {lot.lot_id: lot.items for lot in lots if lot.counted}
    found = locate(session, wanted, ours)
    if found.spreads or found.scans:
        lots = tuple(_with_spread(lot, found) for lot in lots)
    made = sum(lot.affected for lot in lots if lot.counted)
    units = affected_units(session, wanted)
    pairs = _pairs(session, records, wanted)
    return Scope(
        membership.criteria, now, lots, found, units, pairs, made, membership.hash
    )


def _pairs(
    session: Session,
    records: Mapping[int, LotRecord],
    counted: Mapping[int, ItemSet | None],
) -> tuple[Pair, ...]:
    """Which affected packs became which, as it was noted at repacking."""
    found = []
    for link in repacked_from(session, counted):
        items = counted[link.old_lot]
        if items is None or items & link.old:
            ends = records[link.old_lot].code, records[link.new_lot].code
            found.append(Pair(ends[0], str(link.old), ends[1], str(link.new)))
    return tuple(found)


def _with_spread(lot: ScopeLot, found: Whereabouts) -> ScopeLot:
    """The lot with what is known only of single packs."""
    spread, scan = found.spreads.get(lot.lot_id), found.scans.get(lot.lot_id)
    if spread is not None:
        lot = lot._replace(affected=spread.total)
    return lot if scan is None else lot._replace(scan=scan)


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


def _check_complaints(session: Session, criteria: Criteria) -> None:
    named = [f.complaint_id for f in criteria.facts if isinstance(f, Complained)]
    for number in named:
        complaint = session.get_one(Complaint, number)
        if complaint.lot_id is None:
            raise InvalidInput(
                "scope_complaint_without_batch",
                N_(
                    "Complaint %(complaint)s names no batch yet. Find its batch first, "
                    "or leave it out."
                ),
                complaint=complaint.number,
            )
