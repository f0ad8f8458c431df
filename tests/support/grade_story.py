"""A batch of a few packs that somebody with eyes everywhere follows, pack by pack.

What happens is told to the plant as its grade has it: by count, by pack or by case. The
truth is kept beside it. Packs that were read are set apart: an uncounted hand takes
others while there are enough of them (``trace/stock/ledger.py``).
"""

from datetime import datetime
from random import Random

import sqlalchemy as sa
import stockroom
from sqlalchemy.orm import Session
from worlds import ITEMS

from lotmark.trace.errors import Conflict
from lotmark.trace.identity.items import EMPTY, ItemSet
from lotmark.trace.parties.tables import Partner, Site
from lotmark.trace.stock.building import close_unit, open_unit
from lotmark.trace.stock.cargo import Cargo
from lotmark.trace.stock.ledger import LotLedger
from lotmark.trace.stock.loose import Loose
from lotmark.trace.stock.packing import pack_count, pack_items
from lotmark.trace.stock.queries import balances
from lotmark.trace.stock.returns import sender_place, take_back
from lotmark.trace.stock.service import identify_items, make_stock
from lotmark.trace.stock.shipping import Transport, deliver_goods, ship_goods
from lotmark.trace.stock.sscc import issue_ssccs
from lotmark.trace.stock.tables import Shipment
from lotmark.trace.stock.transfers import move_between, take_away

GRADES = ("quantity", "case", "item", "mixed")
WANG = stockroom.WANG


class GradeStory:
    """The plant, the batch, and where each pack truly is."""

    def __init__(
        self, session: Session, now: datetime, grade: str, chance: Random
    ) -> None:
        self.session, self.now, self.grade, self.chance = session, now, grade, chance
        self.site = Site(code="YL1", name="本厂", name_en="Main works")
        session.add(self.site)
        self.plant = stockroom.build(session)
        self.lot = stockroom.add_lot(session, self.plant, items=ITEMS)
        self.truth = dict.fromkeys(range(ITEMS), "W1")
        self.sent: list[tuple[Shipment, str]] = []
        self.refused: list[Conflict] = []
        self.held = EMPTY
        read = grade in ("item", "case") or (grade == "mixed" and chance.random() < 0.7)
        make_stock(
            session,
            self.lot,
            self.plant.places["W1"],
            quantity=None if read else ITEMS,
            items=ItemSet.range(0, ITEMS) if read else None,
            at=now,
            document="D",
            actor=WANG,
            now=now,
        )

    @property
    def ledger(self) -> LotLedger:
        return balances(self.session, [self.lot.id])[self.lot.id]

    def at(self, code: str) -> list[int]:
        """The packs that truly are there."""
        return [pack for pack, place in self.truth.items() if place == code]

    def step(self) -> None:
        """Something happens to some packs somewhere; nothing when it is refused."""
        happens = (self.ship, self.ship, self.deliver, self.come_back, self.shift)
        before = dict(self.truth), list(self.sent)
        try:
            with self.session.begin_nested():
                self.chance.choice((*happens, self.use, self.read))()
        except Conflict as refusal:
            self.truth, self.sent = before
            self.refused.append(refusal)

    def ship(self) -> None:
        shop = self.chance.choice(("C01", "C02"))
        if packs := self.some("W1"):
            partner = self.session.scalars(
                sa.select(Partner).filter_by(code=shop)
            ).one()
            cargo, gone = self.cargo("W1", packs)
            shipment = ship_goods(
                self.session,
                partner.id,
                self.site.id,
                cargo,
                Transport(),
                WANG,
                self.now,
            )
            self.truth |= dict.fromkeys(gone, f"{shop}/T")
            self.sent.append((shipment, shop))

    def deliver(self) -> None:
        """All of a truck, or some of it: then by count alone."""
        if not self.sent:
            return
        shipment, shop = self.sent[0]
        others = [one for one, to in self.sent[1:] if to == shop]
        packs = self.at(f"{shop}/T")
        if others or not packs:
            return  # the truth does not say which pack is on which truck
        part = self.chance.random() < 0.5
        much = self.chance.randint(1, len(packs)) if part else len(packs)
        told = {self.lot.id: much} if part else None
        taken = self.by_hand(f"{shop}/T", much) if part else packs
        deliver_goods(self.session, shipment, WANG, self.now, told)
        self.truth |= dict.fromkeys(taken, shop)
        if shipment.delivered_at:
            self.sent.pop(0)

    def come_back(self) -> None:
        shop = self.chance.choice(("C01", "C02"))
        if packs := self.some(shop):
            partner = self.session.scalars(
                sa.select(Partner).filter_by(code=shop)
            ).one()
            cargo, gone = self.cargo(shop, packs, cases=False)
            place = sender_place(self.session, partner.id)
            take_back(self.session, cargo, self.site.id, WANG, self.now, sender=place)
            self.truth |= dict.fromkeys(gone, "R1")

    def shift(self) -> None:
        source, target = self.chance.choice((("W1", "W2"), ("W1", "H1"), ("W2", "W1")))
        if packs := self.some(source):
            cargo, gone = self.cargo(source, packs)
            place = self.plant.places[target]
            move_between(self.session, cargo, place, WANG, self.now, reason="seen")
            self.truth |= dict.fromkeys(gone, target)

    def use(self) -> None:
        use = self.chance.choice(("sample", "lost"))
        if packs := self.some("W1")[:1]:
            cargo, gone = self.cargo("W1", packs, cases=False)
            take_away(self.session, use, cargo, "counted", WANG, self.now)
            self.truth |= dict.fromkeys(gone, use)

    def read(self) -> None:
        """Somebody reads packs where they are, sometimes all of them."""
        where = self.chance.choice(("W1", "W2", "C01", "C02"))
        packs = self.some(where)
        if packs and self.grade == "mixed":
            every = self.chance.random() < 0.3
            seen = ItemSet.from_numbers(self.at(where) if every else packs)
            identify_items(
                self.session,
                self.lot.id,
                self.plant.places[where],
                seen,
                all_read=every,
                actor=WANG,
                now=self.now,
            )

    def partner(self, code: str) -> Partner:
        return self.session.scalars(sa.select(Partner).filter_by(code=code)).one()

    def some(self, code: str) -> list[int]:
        here = self.at(code)
        return self.chance.sample(here, self.chance.randint(0, len(here)))

    def cargo(
        self, code: str, packs: list[int], *, cases: bool = True
    ) -> tuple[Cargo, list[int]]:
        """What the plant names, and the packs that truly go with it."""
        place, items = self.plant.places[code], ItemSet.from_numbers(packs)
        way = self.grade
        if way == "mixed":
            way = self.chance.choice(("quantity", "case", "counted case", "item"))
        if way == "case" and not cases:
            way = self.chance.choice(("quantity", "item"))
        by_hand = self.by_hand(code, len(packs))
        if way == "case":
            return Cargo(ssccs=(self.case(place, items),)), packs
        if way == "counted case" and cases:
            return Cargo(ssccs=(self.case(place, len(packs)),)), by_hand
        if way == "item":
            return Cargo((Loose(self.lot.id, place, items=items),)), packs
        return Cargo((Loose(self.lot.id, place, quantity=len(packs)),)), by_hand

    def by_hand(self, code: str, number: int) -> list[int]:
        """Packs somebody takes without reading them."""
        here = self.ledger.balances[self.plant.places[code]]
        packs = self.at(code)
        if number <= here.unidentified:
            packs = [pack for pack in packs if pack not in here.known]
        return self.chance.sample(packs, number)

    def case(self, place: int, what: ItemSet | int) -> str:
        (sscc,) = issue_ssccs(self.session, "9506000")
        open_unit(self.session, sscc, "case", place, WANG, self.now)
        fill = (self.session, sscc.digits, self.lot.id)
        if isinstance(what, int):
            pack_count(*fill, what, WANG, self.now)
        else:
            pack_items(*fill, what, WANG, self.now)
        close_unit(self.session, sscc.digits, WANG, self.now)
        return sscc.digits
