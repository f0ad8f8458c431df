"""One of many hands in a warehouse: does what a keeper does, at random, in a process.

Some lots are followed pack by pack, some only by number, some both ways.
"""

import json
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from stockroom import DONG, LI, PATIENCE, QIAN, WANG, ZHAO, Plant

from lotmark.trace import clock
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import LotmarkError, NotFound
from lotmark.trace.identity.items import EMPTY, ItemSet
from lotmark.trace.parties.tables import Article, Location, Partner
from lotmark.trace.stock.building import close_unit, dissolve_unit, open_unit
from lotmark.trace.stock.cargo import Cargo
from lotmark.trace.stock.counted import sheet_of, variances
from lotmark.trace.stock.counts import (
    book_count,
    cancel_count,
    give_reasons,
    note_count,
    open_count,
    submit_count,
)
from lotmark.trace.stock.goods_in import Delivery, receive_lot
from lotmark.trace.stock.holds import place_hold, release_hold, request_release
from lotmark.trace.stock.loose import Loose, move_goods
from lotmark.trace.stock.packing import pack_count, pack_items, take_out
from lotmark.trace.stock.pallets import put_on_pallet
from lotmark.trace.stock.picking import propose_pick
from lotmark.trace.stock.queries import balances
from lotmark.trace.stock.returns import bring_back, take_back
from lotmark.trace.stock.service import Move
from lotmark.trace.stock.shipping import Transport, deliver_goods, ship_goods
from lotmark.trace.stock.sscc import issue_ssccs
from lotmark.trace.stock.tables import Hold, LogisticUnit, Shipment, StockCount
from lotmark.trace.stock.transfers import move_between
from lotmark.trace.stock.units import Contents

T = TypeVar("T")
DEEDS = (
    *("receive", "move", "move", "move_case", "pack", "pack", "stack", "unpack"),
    *("pick", "ship", "ship", "deliver", "refuse", "give_back", "use"),
    *("count", "book", "book", "hold", "release", "release"),
)
"""What a hand does; twice what needs the work of another to succeed."""
ITEMS = 60
OURS = ("W1", "W2", "R1", "H1", "Q1")
STORES = ("W1", "W2")


@dataclass(frozen=True)
class Shelves:
    """What the hands have to do with."""

    plant: Plant
    site: int
    supplier: int
    scanned: tuple[int, ...]
    """Lots whose packs are always scanned."""
    counted: tuple[int, ...]
    """Lots of which nobody ever scans a pack."""
    mixed: tuple[int, ...]

    @property
    def lots(self) -> tuple[int, ...]:
        return self.scanned + self.counted + self.mixed


DIRECTOR = replace(DONG, rights=DONG.rights | {"hold.release", "caution.end"})
NOTHING = NotFound("nothing_there", "Nothing is there yet.")


class Hand:
    """A keeper with a connection of their own, and who signs for them."""

    def __init__(self, database: Database, shelves: Shelves, seed: int) -> None:
        self.database, self.shelves, self.seed = database, shelves, seed
        self.chance = random.Random(seed)  # noqa: S311 - chance, not a secret
        self.done: Counter[str] = Counter()
        self.deeds: dict[str, Callable[[Session], None]] = {
            name: getattr(self, name) for name in DEEDS
        }

    def work(self, steps: int) -> None:
        """Try so many deeds; a refusal is fine, anything else ends the process.

        A keeper walks between two deeds: eight who never let go of a SQLite file keep
        a ninth waiting past its patience.
        """
        for _ in range(steps):
            time.sleep(self.chance.random() / 10)
            name = self.chance.choice(DEEDS)
            try:
                with self.database.writing() as session:
                    self.deeds[name](session)
            except LotmarkError:
                continue
            self.done[name] += 1

    def receive(self, session: Session) -> None:
        day = clock.now().date() - timedelta(days=2)
        article = session.scalars(sa.select(Article.id).filter_by(code="SALT")).one()
        receive_lot(
            session,
            Delivery(
                article_id=article,
                supplier_id=self.shelves.supplier,
                code=f"S{self.chance.randrange(3)}",
                quantity=self.chance.randint(1, 9) * 1000,
                place_id=self.place(STORES),
                received_on=day,
                result="pass",
                document="SH-1",
            ),
            WANG,
            clock.now(),
        )

    def move(self, session: Session) -> None:
        lot, source = self.lot(), self.place(OURS)
        cargo = Cargo((self.some(session, lot, source),))
        words = "开箱检查"
        move_between(session, cargo, self.place(OURS), WANG, clock.now(), reason=words)

    def move_case(self, session: Session) -> None:
        cargo = Cargo((), (self.unit(session),))
        words = "开箱检查"
        move_between(session, cargo, self.place(OURS), WANG, clock.now(), reason=words)

    def pack(self, session: Session) -> None:
        now, place, lot = clock.now(), self.place(STORES), self.lot()
        goods = self.some(session, lot, place)
        (sscc,) = issue_ssccs(session, "9506000")
        open_unit(session, sscc, "case", place, LI, now)
        if goods.items:
            pack_items(session, sscc.digits, lot, goods.items, LI, now)
        else:
            pack_count(session, sscc.digits, lot, goods.quantity or 0, LI, now)
        close_unit(session, sscc.digits, LI, now)

    def stack(self, session: Session) -> None:
        now, case = clock.now(), self.unit(session)
        place = session.scalars(
            sa.select(LogisticUnit.location_id).filter_by(sscc=case)
        ).one()
        (sscc,) = issue_ssccs(session, "9506000")
        open_unit(session, sscc, "pallet", place or 0, LI, now)
        put_on_pallet(session, sscc.digits, [case], LI, now)

    def unpack(self, session: Session) -> None:
        case = self.unit(session)
        if self.chance.random() < 0.5:
            dissolve_unit(session, case, LI, clock.now())
            return
        lot = self.chance.choice(self.shelves.scanned)
        at = self.chance.randrange(ITEMS)
        one = ItemSet.range(at, at + 1)
        take_out(session, case, lot, Contents(one, 0), LI, clock.now())

    def pick(self, session: Session) -> None:
        here = session.get_one(Location, self.place(STORES))
        article = self.shelves.plant.article_id
        today = date(2026, 11, 24)
        picks = propose_pick(session, article, 5, [here], today).picks
        loose = []
        for one in picks:
            items, lot = one.items, one.lot.id
            if items is None and lot in self.shelves.scanned:
                items = self.items(session, lot, here.id)
            much = one.quantity if items is None else None
            loose.append(Loose(lot, here.id, much, items))
        self.send(session, Cargo(tuple(loose)))

    def ship(self, session: Session) -> None:
        place = self.place(STORES)
        cargo = Cargo((self.some(session, self.lot(), place),))
        if self.chance.random() < 0.5:
            cargo = Cargo((), (self.unit(session),))
        self.send(session, cargo)

    def deliver(self, session: Session) -> None:
        shipment = self.any_of(session, sa.select(Shipment))
        deliver_goods(session, shipment, WANG, clock.now())

    def refuse(self, session: Session) -> None:
        shipment = self.any_of(session, sa.select(Shipment))
        bring_back(session, shipment, WANG, clock.now(), "拒收")

    def give_back(self, session: Session) -> None:
        code = self.chance.choice(("C01", "C02"))
        sender = session.get_one(Location, self.shelves.plant.places[code])
        cargo = Cargo((self.some(session, self.lot(), sender.id),))
        if self.chance.random() < 0.5:
            cargo = Cargo((), (self.unit(session),))
        site = self.shelves.site
        take_back(session, cargo, site, WANG, clock.now(), sender=sender)

    def use(self, session: Session) -> None:
        lot, place = self.lot(), self.place(STORES)
        goods = self.some(session, lot, place)
        gone, now = self.shelves.plant.places["consumed"], clock.now()
        way = lot, place, gone, now, "TL-1"
        used = Move(*way, goods.quantity, goods.items)
        move_goods(session, [used], actor=LI, now=now)

    def count(self, session: Session) -> None:
        """The whole sheet; now and then a pack of a counted lot is missing."""
        place, now = self.place(STORES), clock.now()
        number = open_count(session, place, now.date(), WANG, now).number
        count = session.scalars(sa.select(StockCount).filter_by(number=number)).one()
        for entry in sheet_of(session, count):
            ledger = balances(session, [entry.lot.id])[entry.lot.id]
            there = ledger.balances[place].quantity
            lacks = entry.lot.id in self.shelves.counted and self.chance.random() < 0.5
            note_count(session, number, entry.lot.id, there - lacks, WANG, now)
        submit_count(session, number, WANG, now)

    def book(self, session: Session) -> None:
        waiting = sa.select(StockCount).where(StockCount.state.in_(("open", "counted")))
        count, now = self.any_of(session, waiting), clock.now()
        reasons = {one.lot.id: "破袋" for one in variances(session, count)}
        give_reasons(session, count.number, reasons, WANG, now)
        if self.chance.random() < 0.2:
            cancel_count(session, count.number, WANG, now)
        else:
            book_count(session, count.number, QIAN, now)

    def hold(self, session: Session) -> None:
        lot = self.lot()
        first = self.chance.randrange(ITEMS - 9)
        part = {lot: ItemSet.range(first, first + 9)}
        items = part if self.chance.random() < 0.5 else {}
        words = f"胀袋 {self.seed} {self.chance.random()}"
        place_hold(
            session, [lot], items=items, reason=words, actor=ZHAO, now=clock.now()
        )

    def release(self, session: Session) -> None:
        held = sa.select(Hold).where(Hold.state != "released")
        hold, now = self.any_of(session, held), clock.now()
        if hold.state == "active":
            request_release(session, hold.number, "复检合格", QIAN, now)
        release_hold(session, hold.number, DIRECTOR, now)

    def send(self, session: Session, cargo: Cargo) -> None:
        shops = session.scalars(sa.select(Partner.id).filter_by(kind="consignee")).all()
        to, driver = self.chance.choice(shops), Transport("云岭货运")
        ship_goods(
            session,
            to,
            self.shelves.site,
            cargo,
            driver,
            WANG,
            clock.now(),
            out_of_turn="试验",
        )

    def lot(self) -> int:
        return self.chance.choice(self.shelves.lots)

    def place(self, codes: tuple[str, ...]) -> int:
        return self.shelves.plant.places[self.chance.choice(codes)]

    def unit(self, session: Session) -> str:
        whole = sa.select(LogisticUnit).where(LogisticUnit.state != "dissolved")
        return self.any_of(session, whole).sscc

    def any_of(self, session: Session, select: sa.Select[T]) -> T:
        rows = session.scalars(select).unique().all()
        if not rows:
            raise NOTHING
        return self.chance.choice(rows)

    def some(self, session: Session, lot: int, place: int) -> Loose:
        """A few packs of a lot at a place, as that lot is followed."""
        scan = lot in self.shelves.scanned or (
            lot in self.shelves.mixed and self.chance.random() < 0.5
        )
        if scan and (items := self.items(session, lot, place)):
            return Loose(lot, place, items=items)
        if scan:
            raise NOTHING
        return Loose(lot, place, self.chance.randint(1, 6))

    def items(self, session: Session, lot: int, place: int) -> ItemSet:
        here = balances(session, [lot])[lot].balances.get(place)
        return here.known.take(self.chance.randint(1, 6)) if here else EMPTY


def lend_a_hand(
    url: str, shelves: Shelves, hand: int, steps: int, start: Barrier, told: str
) -> None:
    """One process of many; writes down how often each deed was done."""
    database = Database(url)
    worker = Hand(database, shelves, hand)
    start.wait(PATIENCE)
    worker.work(steps)
    database.dispose()
    Path(told).write_text(json.dumps(worker.done))
