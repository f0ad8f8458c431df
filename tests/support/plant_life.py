"""What a plant does in some days, drawn at random and done by its own services.

A step that the house refuses is left out, as a person would: what remains is a plant
that can be.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa
from plant_files import BASE, bring

from lotmark.trace import people
from lotmark.trace.db import Base, Database, Session
from lotmark.trace.errors import LotmarkError
from lotmark.trace.identity.codes import CodeKey
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.keys import KeyRing
from lotmark.trace.identity.known_keys import remember_keys
from lotmark.trace.parties.tables import Article, Line, Location, Lot, Partner
from lotmark.trace.stock.tables import Stock

MASTER = ("sites", "lines", "places", "partners", "articles")
RING = KeyRing((CodeKey(1, bytes(range(32))),))
PEOPLE = ("li", "qian", "dong", "wang")
GRADES = ("quantity", "case", "item")
AWKWARD = ("原因", "=1+1", "a; b | c\\d", "two\nlines", "'x", "-5")
"""Words as people write them, and as they should not."""


@dataclass
class Life:
    """A plant under way."""

    database: Database
    random: Random
    now: datetime
    done: list[str] = field(default_factory=list)
    """Names of the steps that were taken."""
    counted: int = 0

    def someone(self) -> people.Actor:
        """Somebody who may do all, under one of a few names."""
        return replace(people.system(), login=self.random.choice(PEOPLE))

    def number(self) -> int:
        self.counted += 1
        return self.counted

    def words(self) -> str:
        return self.random.choice(AWKWARD)

    def lately(self) -> datetime:
        """Now, or some time ago: told late."""
        return self.now - timedelta(seconds=self.random.choice((0, 0, 0, 3_600)))

    def where(self, session: Session, lot: Lot) -> int:
        """A place where some of a lot is."""
        here = sa.select(Stock.location_id).where(
            Stock.lot_id == lot.id, Stock.quantity > 0
        )
        every = session.scalars(here.order_by(Stock.location_id)).all()
        return self.random.choice(every)

    def one_of(self, session: Session, table: type[Base], **like: object) -> Base:
        """A row of a table. Raises IndexError when there is none."""
        wanted = sa.select(table).filter_by(**like).order_by(table.__table__.c.id)
        return self.random.choice(session.scalars(wanted).unique().all())

    def lot(self, session: Session, **like: object) -> Lot:
        found = self.one_of(session, Lot, **like)
        assert isinstance(found, Lot)
        return found

    def own(self, session: Session, *states: str) -> Lot:
        select = sa.select(Lot).where(Lot.origin == "").order_by(Lot.id)
        if states:
            select = select.where(Lot.status.in_(states))
        return self.random.choice(session.scalars(select).unique().all())

    def place(self, session: Session, *kinds: str) -> Location:
        select = sa.select(Location).order_by(Location.code)
        if kinds:
            select = select.where(Location.kind.in_(kinds))
        return self.random.choice(session.scalars(select).all())

    def line(self, session: Session) -> Line:
        found = self.one_of(session, Line)
        assert isinstance(found, Line)
        return found

    def article(self, session: Session, kind: str) -> Article:
        found = self.one_of(session, Article, kind=kind)
        assert isinstance(found, Article)
        return found

    def partner(self, session: Session, kind: str) -> Partner:
        found = self.one_of(session, Partner, kind=kind)
        assert isinstance(found, Partner)
        return found

    def some_items(self, lot: Lot) -> ItemSet:
        """A run or two of a lot's item numbers."""
        if not lot.next_item:
            raise IndexError
        runs = []
        for _ in range(self.random.choice((1, 1, 2))):
            lo = self.random.randrange(lot.next_item)
            hi = min(lo + self.random.randint(1, 20), lot.next_item)
            runs.append((lo, hi))
        return ItemSet.from_intervals(runs)


Step = Callable[[Session, Life], None]


def begin(database: Database, random: Random, now: datetime) -> Life:
    """A plant with its places, partners and articles, and nothing made yet."""
    with database.writing() as session:
        remember_keys(session, RING)
    files = [(f"{name}.csv", BASE[f"{name}.csv"].encode()) for name in MASTER]
    files[2] = ("places.csv", files[2][1] + "YL1,HO1,hold,封存区\n".encode())
    bring(database, files, now)
    return Life(database, random, now)


def live(life: Life, steps: dict[str, tuple[int, Step]], many: int) -> None:
    """Take ``many`` steps, each in a transaction of its own."""
    names = list(steps)
    weights = [steps[name][0] for name in names]
    for _ in range(many):
        name = life.random.choices(names, weights)[0]
        life.now += timedelta(microseconds=life.random.choice((1, 999_999, 60_000_000)))
        with suppress(LotmarkError, IndexError), life.database.writing() as session:
            steps[name][1](session, life)
            session.flush()
            life.done.append(name)
