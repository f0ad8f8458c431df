"""Where every unit of one lot is, as far as anybody knows. Pure: no database.

Double entry: every move takes units from one place and puts them in another, so all
balances sum to zero and the real places together hold what was made. A unit may carry
an item number. Of an item the ledger knows one place, or several possible ones, or
nothing: items never reported are somewhere among the *unidentified* units, which are
the quantity of a place less the items known there.

What a report means, exactly:

- "items I moved from a to b" and "items I are at a": each of them was at a. That must
  be possible, or the report is refused.
- "n units moved from a to b", without items: up to the unidentified stock of a, the
  items known at a stayed there. Beyond it the scans at a were evidently not kept up,
  so any n of the units at a may have gone: what was known at a is now only possible.

Hence what holds in every world that fits the reports (tests compare with all of them):

- An item ever reported (*placed*) is at the place where it is known, or at one of the
  places where it is possible. Moves carry possibility along, so nothing is lost.
- A place holds at least the items known there. Without unidentified units it holds
  nothing else, so nothing more is possible there.
- An item with one possible place left is there: units without a number cannot take its
  place, because a placed item is a unit that was seen and is somewhere.
- Units without a number are only where some can have come: as many at most as were
  brought there, or to where they came from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain

from ..errors import N_, Conflict, InvalidInput
from ..identity.items import EMPTY, ItemSet
from .balance import Balance, narrow, plain, union_of
from .fitting import Fitting, Room
from .places import Place


@dataclass(frozen=True, slots=True)
class LotLedger:
    """All places of one lot. Every operation returns a new ledger.

    >>> made, shop = Place(1, "made", "made"), Place(2, "C01", "consignee")
    >>> store = Place(3, "W1", "warehouse")
    >>> ledger = LotLedger("B1", {}).move_items(made, store, ItemSet.range(0, 100))
    >>> ledger = ledger.move(store, shop, 30)
    >>> ledger.at(store).quantity, str(ledger.at(shop).possible)
    (70, '0-99')
    """

    lot: str
    """The batch number, for error sentences."""
    balances: Mapping[int, Balance]
    """By the place's id."""

    def at(self, place: Place) -> Balance:
        """The balance at a place, empty where the lot never was."""
        return self.balances.get(place.id) or Balance(place)

    @property
    def real(self) -> list[Balance]:
        """The balances of places other than sources, empty ones included."""
        return [held for held in self.balances.values() if not held.place.is_source]

    @property
    def made(self) -> int:
        """Units made or received so far."""
        return sum(held.quantity for held in self.real)

    @property
    def known(self) -> ItemSet:
        """Items known to be somewhere."""
        return union_of(here.known for here in self.real)

    @property
    def placed(self) -> ItemSet:
        """Items ever reported, anywhere."""
        return union_of(chain(*((here.known, here.possible) for here in self.real)))

    @property
    def numberless(self) -> int:
        """Units that are no placed item."""
        return self.made - self.placed.count

    @property
    def rooms(self) -> list[Room]:
        """The places that hold anything, with what of it is not known by its items."""
        return [
            Room(here.place.id, here.unidentified, here.numberless, here.possible)
            for here in self.real
            if here.quantity
        ]

    def known_except(self, place: Place) -> ItemSet:
        """Items known to be at real places other than this one."""
        return union_of(here.known for here in self.real if here.place.id != place.id)

    def move(self, source: Place, target: Place, quantity: int) -> "LotLedger":
        """Units moved, as a paper without item numbers says.

        Raises:
            InvalidInput: ``quantity_invalid``, ``place_invalid``.
            Conflict: ``stock_short`` when fewer are there.
        """
        if quantity < 1:
            raise InvalidInput(
                "quantity_invalid",
                N_("Expected a quantity of at least 1, got %(found)s."),
                found=quantity,
            )
        _check_places(source, target)
        here, there = self.at(source), self.at(target)
        blank = quantity
        if not source.is_source:
            self._check_enough(here, quantity)
            here = replace(here, blank=here.numberless)
            blank = min(quantity, here.numberless)
            if quantity > here.unidentified:
                every = here.possible | here.known
                here = replace(here, known=EMPTY, possible=every)
        return self._with(
            replace(here, quantity=here.quantity - quantity),
            replace(
                there,
                quantity=there.quantity + quantity,
                possible=there.possible | here.possible,
                blank=there.numberless + blank,
            ),
        )

    def move_items(self, source: Place, target: Place, items: ItemSet) -> "LotLedger":
        """Scanned items moved; from a source, they were made.

        Raises:
            InvalidInput: ``items_empty``, ``place_invalid``.
            Conflict: ``item_made_twice``, ``item_elsewhere``, ``stock_short``,
                ``stock_contradicts``.
        """
        _check_places(source, target)
        _check_items(items)
        ledger = self
        if source.is_source:
            self._check_new(items)
        else:
            self._check_enough(self.at(source), items.count)
            ledger = self.identify(source, items)
        here, there = ledger.at(source), ledger.at(target)
        return ledger._with(
            replace(
                here, quantity=here.quantity - items.count, known=here.known - items
            ),
            replace(
                there, quantity=there.quantity + items.count, known=there.known | items
            ),
        )

    def identify(self, place: Place, items: ItemSet) -> "LotLedger":
        """Items seen at a place, as later knowledge: no quantity moves.

        Raises:
            InvalidInput: ``items_empty``, ``place_invalid``.
            Conflict: ``item_elsewhere`` when an item can only be at another place,
                ``stock_contradicts`` when the quantities leave no room for it here.
        """
        _check_items(items)
        if place.is_source:
            raise _wrong_place(place)
        here = self.at(place)
        new = items - here.known
        if not new:
            return self
        self._check_not_elsewhere(place, new)
        seen = {
            other.place.id: replace(other, possible=other.possible - new)
            for other in self.real
            if other.possible
        }
        seen[place.id] = replace(
            here, known=here.known | new, possible=here.possible - new
        )
        if not self._fits(seen, new):
            raise Conflict(
                "stock_contradicts",
                N_(
                    "Items %(items)s of lot %(lot)s cannot be at %(place)s: the "
                    "quantities booked leave no room for them there. Count the place, "
                    "book what is missing, then scan again."
                ),
                items=str(new),
                lot=self.lot,
                place=place.code,
            )
        return self._with(*seen.values())

    def read_all(self, place: Place, items: ItemSet) -> "LotLedger":
        """Every pack of the lot at a place was looked at, and these items are there:
        what else stands there has no number.

        Raises:
            InvalidInput: ``place_invalid``.
            Conflict: as ``identify``, or ``items_unread`` when others must be there.
        """
        if place.is_source:
            raise _wrong_place(place)
        ledger = self.identify(place, items) if items else self
        here = ledger.at(place)
        rest = replace(here, possible=EMPTY)
        if here.known - items or not ledger._fits({place.id: rest}, EMPTY):
            raise Conflict(
                "items_unread",
                N_(
                    "%(found)s packs of lot %(lot)s are booked at %(place)s and "
                    "%(read)s were read, but others there have a number too. Read "
                    "every pack, or book first what is missing."
                ),
                found=here.quantity,
                read=items.count,
                lot=self.lot,
                place=place.code,
            )
        return ledger._with(rest, lost=here.possible)

    def _fits(self, seen: Mapping[int, Balance], new: ItemSet) -> bool:
        """Whether all can be somewhere once ``new`` items were seen."""
        rooms = []
        # ids of places that an import brings are below 0, and no room's may be
        for number, here in enumerate({**self.balances, **seen}.values()):
            if not here.place.is_source:
                units = here.unidentified
                blank = min(self.at(here.place).numberless, units)
                rooms.append(Room(number, units, blank, here.possible))
        return Fitting(rooms, self.numberless - (new - self.placed).count).fits()

    def _with(self, *changed: Balance, lost: ItemSet = EMPTY) -> "LotLedger":
        balances = {**self.balances, **{one.place.id: plain(one) for one in changed}}
        narrow(balances, [here.place.id for here in changed], lost)
        return LotLedger(self.lot, balances)

    def _check_enough(self, here: Balance, quantity: int) -> None:
        if quantity > here.quantity:
            raise Conflict(
                "stock_short",
                N_(
                    "Lot %(lot)s has %(found)s at %(place)s, but %(wanted)s were to "
                    "leave it. Check the quantity, or book first what came in."
                ),
                lot=self.lot,
                place=here.place.code,
                found=here.quantity,
                wanted=quantity,
            )

    def _check_new(self, items: ItemSet) -> None:
        if again := items & self.placed:
            raise Conflict(
                "item_made_twice",
                N_("Items %(items)s of lot %(lot)s are already booked as made."),
                items=str(again),
                lot=self.lot,
            )

    def _check_not_elsewhere(self, place: Place, new: ItemSet) -> None:
        strange = new - self.at(place).possible
        for other in self.real:
            if wrong := (other.known | other.possible) & strange:
                raise Conflict(
                    "item_elsewhere",
                    N_(
                        "Items %(items)s of lot %(lot)s are booked at %(found)s, not "
                        "at %(place)s. Book how they got there first."
                    ),
                    items=str(wrong),
                    lot=self.lot,
                    found=other.place.code,
                    place=place.code,
                )


def _check_items(items: ItemSet) -> None:
    if not items:
        raise InvalidInput("items_empty", N_("Expected at least one item, got none."))


def _check_places(source: Place, target: Place) -> None:
    if target.is_source:
        raise _wrong_place(target)
    if source.id == target.id:
        raise InvalidInput(
            "place_invalid",
            N_("Goods move between two places, but both are %(place)s."),
            place=source.code,
        )


def _wrong_place(place: Place) -> InvalidInput:
    return InvalidInput(
        "place_invalid",
        N_("Goods come from %(place)s, they are never there: name a real place."),
        place=place.code,
    )
