"""What one more scan would buy: which place's packs, once read, settle the most.

Only what the ledger knows counts. Which packs a scan will find nobody knows, so each
place is tried as if the fewest, the most and half of the packs that may be affected
were found there, among few and many packs without a number, and the worst of these
counts. That every pack is looked at is assumed (``LotLedger.read_all``).
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from ...trace.errors import N_, Conflict
from ...trace.identity.items import ItemSet
from ...trace.stock.balance import Balance
from ...trace.stock.bounds import Bounds, bounds_of
from ...trace.stock.ledger import LotLedger
from .buckets import OWN

MOST_TRIED = 12
"""Places tried, those in our own hands first."""
MOST_LOOKED = 2_400
"""Places looked at in all: of a lot at hundreds of them fewer are tried."""
LEAST_TRIED = 3
MOST_NAMED = 5
"""Places named as settled."""
READABLE = (*OWN, "consignee")
"""Kinds of places where somebody can go and read packs."""

SENTENCES = {
    "scan_settles": N_(
        "Scan the %(count)s packs at %(place)s: then the numbers at %(settled)s are "
        "exact too."
    ),
    "scan_shrinks": N_(
        "Scan the %(count)s packs at %(place)s: what is open shrinks from %(before)s "
        "to about %(after)s packs."
    ),
}


@dataclass(frozen=True, slots=True)
class Scan:
    """The place whose scan would settle the most."""

    place: str
    """Its code."""
    count: int
    """Packs that are there."""
    before: int
    """What is open now: the most less the least at each place, added up."""
    after: int
    """What would be open then, in the worst of the cases tried."""
    settled: tuple[str, ...]
    """Other places whose number is open now and exact then in every case tried."""

    @property
    def code(self) -> str:
        """A key of ``SENTENCES``."""
        return "scan_settles" if self.settled else "scan_shrinks"

    @property
    def params(self) -> dict[str, int | str]:
        """Values for its places."""
        named = ", ".join(self.settled[:MOST_NAMED])
        return {
            "count": self.count,
            "place": self.place,
            "before": self.before,
            "after": self.after,
            "settled": named + (" …" if len(self.settled) > MOST_NAMED else ""),
        }

    @property
    def sentence(self) -> str:
        """The English sentence."""
        return SENTENCES[self.code] % self.params


def best_scan(ledger: LotLedger, items: ItemSet) -> Scan | None:
    """The scan that settles most of where ``items`` are; None when none helps.

    >>> from lotmark.trace.stock.places import Place
    >>> made, shop = Place(1, "made", "made"), Place(2, "C01", "consignee")
    >>> store = Place(3, "W1", "warehouse")
    >>> ledger = LotLedger("B1", {}).move_items(made, store, ItemSet.range(0, 100))
    >>> scan = best_scan(ledger.move(store, shop, 60), ItemSet.range(0, 30))
    >>> scan.sentence
    'Scan the 40 packs at W1: then the numbers at C01 are exact too.'
    """
    now = bounds_of(ledger, items)
    before = _open(now)
    tried = (_tried(ledger, here, items, now) for here in _candidates(ledger, now))
    scans = [scan for scan in tried if scan and scan.after < before]
    # the first of equals: our own hands come first
    return min(scans, key=lambda scan: scan.after, default=None)


def _candidates(ledger: LotLedger, now: dict[int, Bounds]) -> list[Balance]:
    """Places whose number is open and whose packs can be read."""
    found = [
        here
        for here in ledger.real
        if here.place.kind in READABLE and here.unidentified and _width(now, here)
    ]
    found.sort(
        key=lambda here: (
            here.place.kind not in OWN,
            -_width(now, here),
            here.quantity,
            here.place.code,
        )
    )
    many = MOST_LOOKED // max(1, len(now))
    return found[: max(LEAST_TRIED, min(MOST_TRIED, many))]


def _tried(
    ledger: LotLedger, here: Balance, items: ItemSet, now: dict[int, Bounds]
) -> Scan | None:
    outcomes = [
        bounds_of(after, items) for after in _outcomes(ledger, here, items, now)
    ]
    if not outcomes:
        return None
    settled = sorted(
        other.place.code
        for other in ledger.real
        if other is not here
        and _width(now, other)
        and not any(_width(after, other) for after in outcomes)
    )
    worst = max(map(_open, outcomes))
    return Scan(here.place.code, here.quantity, _open(now), worst, tuple(settled))


def _outcomes(
    ledger: LotLedger, here: Balance, items: ItemSet, now: dict[int, Bounds]
) -> Iterator[LotLedger]:
    """The ledger after a scan of all that is there which finds few, many and some of
    the items, and few, many and some packs without a number.
    """
    sure = (here.known & items).count
    found = now[here.place.id]
    few, many = max(0, found.least - sure), found.most - sure
    meant, others = here.possible & items, here.possible - items
    for wanted in sorted({few, many, (few + many) // 2}):
        room = here.unidentified - wanted
        most = min(room, here.numberless)
        for blank in sorted({0, most // 2, most}):
            read = meant.take(wanted) | others.take(room - blank)
            with suppress(Conflict):  # this very choice cannot be
                yield ledger.read_all(here.place, here.known | read)


def _open(bounds: dict[int, Bounds]) -> int:
    return sum(found.most - found.least for found in bounds.values())


def _width(bounds: dict[int, Bounds], here: Balance) -> int:
    found = bounds.get(here.place.id)
    return found.most - found.least if found else 0
