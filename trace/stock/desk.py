"""Where moves are checked one after the other and booked in memory; nothing is written.

What is the same for every move of a lot between places of two kinds is asked once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from ..errors import N_, NotFound
from ..identity.items import ItemSet
from ..parties.tables import Lot
from ..people import Actor
from .books import load_ledgers
from .checks import check_paper, check_source
from .gates import Gates, load_gates
from .ledger import LotLedger
from .places import Place
from .running import RunningLedger
from .spans import check_items

Way = tuple[str, str]
"""The kinds of two places: all that forbids a move, but for quantities and holds."""


@dataclass(slots=True)
class Desk:
    """What is needed to book moves of some lots."""

    lots: Mapping[int, Lot]
    places: Mapping[int, Place]
    before: dict[int, LotLedger]
    gates: Gates
    _running: dict[int, RunningLedger] = field(default_factory=dict)
    _clear: dict[int, dict[Way, bool]] = field(default_factory=dict)
    """Ways, by lot, that what is there may go; whether lots come from their start."""

    def book(
        self,
        lot_id: int,
        source_id: int,
        target_id: int,
        quantity: int,
        items: ItemSet | None,
        at: datetime,
        document: str,
        actor: Actor,
        now: datetime,
        *,
        missing: bool = False,
        gone: bool = False,
        ordered: bool = False,
    ) -> None:
        """Book one move; raises as ``move_many`` and then leaves all as it was."""
        source, target = self._place(source_id), self._place(target_id)
        if not (gone or source.is_source or target.kind == "consumed"):
            actor.require("stock.move")
        check_paper(document, quantity, at, now)
        running = self._ledger(lot_id)
        check_source(self.lots[lot_id], source, target)
        before = running.settle()
        if items is None:
            after = before.move(source, target, quantity)
        else:
            check_items(self.lots[lot_id], items)
            after = before.move_items(source, target, items)
        if not (gone or (missing and target.kind == "lost")):
            self.gates.check(lot_id, before, source, target, items, at, ordered=ordered)
        running.replace(after)
        if _comes_back(source, target):  # from now on, what is used up is asked for
            self._clear.pop(lot_id, None)
        elif not (gone or ordered) and self._goes_always(lot_id, target):
            ways = self._clear.setdefault(lot_id, {})
            ways[source.kind, target.kind] = source.is_source

    def add(self, lot_id: int, source_id: int, target_id: int, quantity: int) -> bool:
        """Book a move that can be added up, on a way known to be clear.

        False, and nothing done, for any other: that one goes through ``book``. The
        caller has checked the paper.
        """
        ways = self._clear.get(lot_id)
        if ways is None or quantity < 1 or source_id == target_id:
            return False
        source, target = self.places[source_id], self.places[target_id]
        endless = ways.get((source.kind, target.kind))
        if endless is None:
            return False
        running = self._running[lot_id]
        return running.shift(source, target, quantity, endless=endless)

    def after(self) -> dict[int, LotLedger]:
        """The ledgers of all lots with every move booked."""
        moved = {lot_id: one.settle() for lot_id, one in self._running.items()}
        return self.before | moved

    def ledger(self, lot_id: int) -> LotLedger:
        """The ledger of a lot with every move booked so far."""
        return self._ledger(lot_id).settle()

    def replace(self, lot_id: int, ledger: LotLedger) -> None:
        """Go on with a ledger that knows more than the moves tell."""
        self._clear.pop(lot_id, None)
        self._ledger(lot_id).replace(ledger)

    def _goes_always(self, lot_id: int, target: Place) -> bool:
        """Whether what the gates let pass once they will let pass again."""
        if not self.gates.steady(lot_id):
            return False
        return target.kind != "consumed" or lot_id not in self.gates.returns

    def _place(self, place_id: int) -> Place:
        if place_id not in self.places:
            raise place_unknown(place_id)
        return self.places[place_id]

    def _ledger(self, lot_id: int) -> RunningLedger:
        if lot_id not in self._running:
            self._running[lot_id] = RunningLedger(self.before[lot_id])
        return self._running[lot_id]


def _comes_back(source: Place, target: Place) -> bool:
    return source.is_outside and not target.is_outside


def open_desk(
    session: Session,
    lots: Mapping[int, Lot],
    places: Mapping[int, Place],
    consumed: Iterable[int],
) -> Desk:
    """A desk for lots that are recorded; ``consumed`` are those to be used up.

    Whoever books for good has locked the lots.
    """
    return Desk(
        lots, places, load_ledgers(session, lots), load_gates(session, lots, consumed)
    )


def place_unknown(place_id: int) -> NotFound:
    return NotFound(
        "place_unknown", N_("No place %(place)s is recorded."), place=place_id
    )
