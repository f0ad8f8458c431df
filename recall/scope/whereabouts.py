"""Where the units of a scope are, who has them, and which trucks can be stopped."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.among import among, plain_rows
from ...trace.identity.items import ItemSet
from ...trace.parties.tables import Location, Partner
from ...trace.stock.holds import Held, held_items
from ...trace.stock.ledger import LotLedger
from ...trace.stock.queries import balances
from ...trace.stock.tables import Stock
from .buckets import BUCKETS, OWN, bucket_of, held_bucket_of
from .journeys import OnTheWay, Sent, journeys
from .ours import Ours
from .scans import Scan, best_scan
from .spread import Spread, spread_of
from .unbatched import Possible, possible_consignees

# Built once: to build them takes longer than to run them. Above nothing, and no source
# is among them; "+ 0", or SQLite walks all places and looks for the lots at each.
_THERE = (
    sa.select(
        (Stock.location_id + 0).label("place"),
        sa.cast(sa.func.sum(Stock.quantity), sa.BigInteger),
    )
    .where(among(Stock.lot_id, "lots"), Stock.quantity > 0)
    .group_by("place")
)
_CONTACT = (
    Partner.id,
    Partner.code,
    Partner.name,
    Partner.name_en,
    Partner.contact,
    Partner.phone,
    Partner.email,
    Partner.region,
)
"""The first fields of ``Reached``, in its order."""
_PLACES = (
    sa.select(Location.id, Location.kind, *_CONTACT)
    .outerjoin(Partner, Partner.id == Location.partner_id)
    .where(among(Location.id, "places"))
)
_PARTNERS = sa.select(*_CONTACT).where(among(Partner.id, "partners"))


@dataclass(frozen=True)
class PlaceTotal:
    """How many units of the scope are at places of a kind."""

    place: str
    """A key of ``BUCKETS``."""
    quantity_min: int
    quantity_max: int
    """More than the least only where single items are meant and not all are known."""


@dataclass(frozen=True)
class OwnPlace:
    """A place in our hands with units of the scope: somebody can go there."""

    code: str
    kind: str
    name: str
    name_en: str
    quantity_min: int
    quantity_max: int


class Reached(NamedTuple):
    """A consignee who has, gets or got units of the scope, and whom to ring."""

    partner_id: int
    code: str
    name: str
    name_en: str
    contact: str
    phone: str
    email: str
    region: str
    quantity_min: int
    """Units there now, at least."""
    quantity_max: int
    coming: int
    """Units on the way there, at most."""
    shipped: int
    """Units ever sent there, at most."""
    shipments: tuple[str, ...]
    """Numbers of the shipments they came with."""
    unbatched: int = 0
    """Units sent there without a batch that may be affected, at most: neither counted
    as there nor as sent, for the balances have them with us."""
    unbatched_with: tuple[str, ...] = ()
    """Numbers of the shipments that took these."""


@dataclass(frozen=True)
class Whereabouts:
    """Where the counted units are."""

    positions: tuple[PlaceTotal, ...]
    """One for each of ``BUCKETS``, in its order."""
    places: tuple[OwnPlace, ...]
    """In our hands: most units first, then by code."""
    consignees: tuple[Reached, ...]
    """Most units first, then by code."""
    on_the_way: tuple[OnTheWay, ...]
    """Latest first."""
    unbatched: tuple[Possible, ...]
    """What left without a batch and may be affected, in the order it left."""
    spreads: Mapping[int, Spread]
    """By lot, where single items of it are affected."""
    scans: Mapping[int, Scan]
    """By lot, the scan that would settle most of what is open."""


def locate(
    session: Session, lots: Mapping[int, ItemSet | None], ours: Ours
) -> Whereabouts:
    """Where the items of these lots are; None is a whole lot.

    A consignee is told also when all it got has been sold on: its own customers are
    reached through it (domain.md §4.6).
    """
    held = held_items(session, lots)
    single = {
        lot: items
        for lot, items in lots.items()
        if items is not None or (lot in held and not held[lot].whole)
    }
    heaps = _whole_lots(session, lots.keys() - single.keys(), held, ours)
    spreads, scans = {}, {}
    for lot, ledger in balances(session, single).items():
        stopped = _stopped(held.get(lot))
        spreads[lot] = spread_of(ledger, single[lot], stopped)
        heaps.add(ledger, spreads[lot])
        # of a whole lot only what is held can be open
        asked = stopped if single[lot] is None else single[lot]
        if asked is not None and (scan := best_scan(ledger, asked)):
            scans[lot] = scan
    sent = journeys(session, lots, ours)
    unbatched = possible_consignees(session, lots)
    return Whereabouts(
        tuple(PlaceTotal(name, *heaps.buckets[name]) for name in BUCKETS),
        _own_places(heaps, ours),
        _consignees(session, heaps, sent.by_partner, unbatched),
        sent.on_the_way,
        unbatched,
        {lot: spreads[lot] for lot, items in single.items() if items is not None},
        scans,
    )


class _Heaps:
    """Least and most units, added up over lots."""

    def __init__(self) -> None:
        self.buckets = {name: [0, 0] for name in BUCKETS}
        self.own: dict[int, tuple[int, int]] = {}
        """Least and most, by place in our hands."""
        self.least: dict[int, int] = defaultdict(int)
        self.most: dict[int, int] = defaultdict(int)
        self.coming: dict[int, int] = defaultdict(int)
        """By partner."""
        self.contacts: dict[int, Sequence[Any]] = {}
        """Of partners read along with their places."""

    def add(self, ledger: LotLedger, spread: Spread) -> None:
        for name, found in spread.buckets.items():
            self.count(name, found.least, found.most)
        for number, found in spread.places.items():
            place = ledger.balances[number].place
            if place.kind in OWN:
                before, until = self.own.get(number, (0, 0))
                self.own[number] = before + found.least, until + found.most
            if place.partner_id is not None and place.kind == "transit":
                self.coming[place.partner_id] += found.most
            elif place.partner_id is not None:
                self.least[place.partner_id] += found.least
                self.most[place.partner_id] += found.most

    def count(self, name: str, least: int, most: int) -> None:
        self.buckets[name][0] += least
        self.buckets[name][1] += most


def _stopped(held: Held | None) -> ItemSet | None:
    """The items on hold; None for all of the lot."""
    if held is None:
        return ItemSet()
    return None if held.whole else held.items


def _whole_lots(
    session: Session, lots: Iterable[int], held: Mapping[int, Held], ours: Ours
) -> _Heaps:
    """Lots that are meant as a whole: their balances are exact, summed by place."""
    lots = set(lots)
    there = dict(plain_rows(session, _THERE, lots=lots))
    stopped = lots & held.keys()
    not_free = dict(plain_rows(session, _THERE, lots=stopped)) if stopped else {}
    heaps = _Heaps()
    kinds: dict[str, int] = defaultdict(int)
    frozen: dict[str, int] = defaultdict(int)
    for number, kind, *contact in plain_rows(session, _PLACES, places=there):
        here, partner = there[number], contact[0]
        kinds[kind] += here
        if not_free:
            frozen[kind] += not_free.get(number, 0)
        if number in ours.hands:
            heaps.own[number] = here, here
        if partner is not None:
            heaps.contacts[partner] = contact
            (heaps.coming if kind == "transit" else heaps.least)[partner] += here
    heaps.most = heaps.least.copy()
    for kind, here in kinds.items():
        free, stays = here - frozen[kind], frozen[kind]
        heaps.count(bucket_of(kind), free, free)
        heaps.count(held_bucket_of(kind), stays, stays)
    return heaps


def _own_places(heaps: _Heaps, ours: Ours) -> tuple[OwnPlace, ...]:
    found = [
        OwnPlace(*ours.hands[number], least, most)
        for number, (least, most) in heaps.own.items()
    ]
    return tuple(sorted(found, key=lambda here: (-here.quantity_max, here.code)))


def _consignees(
    session: Session,
    heaps: _Heaps,
    sent: Mapping[int, Sent],
    unbatched: Iterable[Possible],
) -> tuple[Reached, ...]:
    contacts = heaps.contacts
    possible = _by_partner(unbatched)
    others = {*heaps.most, *heaps.coming, *sent, *possible} - contacts.keys()
    if others:
        rows = plain_rows(session, _PARTNERS, partners=others)
        contacts |= {row[0]: row for row in rows}
    nothing = Sent(0, ())
    least, most, coming = heaps.least.get, heaps.most.get, heaps.coming.get
    found = []
    for number, contact in contacts.items():
        figures = least(number, 0), most(number, 0), coming(number, 0)
        fields = (*contact, *figures, *sent.get(number, nothing))
        reached = Reached(*fields, *possible.get(number, ()))
        found.append((figures[1] + figures[2], reached))
    # twice, by one text and by one number: that is faster than by both together
    found.sort(key=lambda one: one[1].code)
    found.sort(key=itemgetter(0), reverse=True)
    return tuple(one for _, one in found)


def _by_partner(
    unbatched: Iterable[Possible],
) -> dict[int, tuple[int, tuple[str, ...]]]:
    """How much each consignee may have of it, and the shipments it came with."""
    found: dict[int, tuple[int, tuple[str, ...]]] = {}
    for one in unbatched:
        much, numbers = found.get(one.partner_id, (0, ()))
        several = sorted({*numbers, one.shipment})
        found[one.partner_id] = much + one.quantity, tuple(several)
    return found
