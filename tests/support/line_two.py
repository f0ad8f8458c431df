"""Line 2 of a plant that makes beef, and batches that Li opens on it."""

from datetime import date, datetime

import sqlalchemy as sa

from lotmark.trace.db import Database, Session
from lotmark.trace.identity.codes import CodeKey
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.keys import KeyRing
from lotmark.trace.parties.tables import Article, Line, Location, Lot, Site
from lotmark.trace.people import Actor
from lotmark.trace.production import batches, codes

LI = Actor(
    "li",
    "Li",
    frozenset({"batch.open", "batch.finish", "codes.issue", "labels.print"}),
)
DAY = date(2026, 11, 24)
RING = KeyRing.of([CodeKey(1, bytes(range(32)))])


def build_line(database: Database) -> int:
    """The line's id."""
    with database.writing() as session:
        site = Site(code="YL1", name="云岭", name_en="Yunling")
        session.add(site)
        session.flush()
        line = Line(site_id=site.id, code="L2", name="2 号线", name_en="Line 2")
        session.add(line)
        for code, kind in (("YL1/L2", "line"), ("FG", "warehouse")):
            session.add(
                Location(code=code, kind=kind, name=code, name_en=code, site_id=site.id)
            )
        session.add(
            Article(
                code="BEEF",
                kind="product",
                name="五香酱牛肉",
                name_en="Braised beef",
                gtin="09506000134352",
                shelf_life_days=180,
            )
        )
        session.flush()
        return line.id


def open_batch(
    session: Session,
    line_id: int,
    now: datetime,
    planned: int = 1000,
    code: str = "",
    day: date = DAY,
) -> Lot:
    line = session.get_one(Line, line_id)
    article = session.scalars(sa.select(Article)).one()
    number = code or batches.propose_batch(session, line, article, day)
    return batches.open_batch(session, article, line, number, day, planned, LI, now)


def issue(session: Session, lot_id: int, count: int, now: datetime) -> ItemSet:
    ranges = codes.issue_codes(session, lot_id, count, 1, LI, now)
    return ItemSet.from_intervals(
        (r.lot_lo or 0, (r.lot_lo or 0) + r.hi - r.lo) for r in ranges
    )
