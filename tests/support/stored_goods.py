"""A store with two hundred packs of a released batch, and empty cases for them."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from lotmark.trace import clock, people
from lotmark.trace.identity.gs1 import Sscc
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Article, Location, Lot, Partner, Site
from lotmark.trace.production.codes import issue_codes, serials_of
from lotmark.trace.stock.service import move_stock
from lotmark.web.installation import Installation

MADE = 200
CASES = [Sscc.build("9506000", n).digits for n in range(1, 5)]
PALLET = Sscc.build("9506000", 9).digits
CODE = "L2-261118-01"


@dataclass(frozen=True)
class Store:
    """What stands in the finished-goods store."""

    lot_id: int
    places: dict[str, int]
    serials: list[str]
    shop: int
    supplier: int
    beef: int
    product: int
    site: int


def fill_store(house: Installation) -> Store:
    """Two hundred packs of a released batch in the finished-goods store."""
    now, me = clock.now(), people.system()
    with house.plant.writing() as session:
        product = session.scalars(sa.select(Article).filter_by(code="BJ200")).one()
        beef = session.scalars(sa.select(Article.id).filter_by(code="BEEF")).one()
        site = session.scalars(sa.select(Site)).one()
        supplier = Partner(
            code="S01", kind="supplier", name="北原牧场", name_en="Beiyuan Pastures"
        )
        session.add(supplier)
        for code, kind in (("RM1", "warehouse"), ("RT1", "returns")):
            session.add(
                Location(code=code, kind=kind, name=code, name_en=code, site_id=site.id)
            )
        lot = Lot(
            article_id=product.id,
            code=CODE,
            ai10=CODE,
            site_id=site.id,
            produced_on=date(2026, 11, 18),
            expires_on=date(2099, 5, 17),
            status="in_production",
        )
        session.add(lot)
        session.flush()
        issue_codes(session, lot.id, MADE, 1, me, now)
        lot.status = "released"
        every = ItemSet.range(0, MADE)
        places = {
            code: find_place(session, code).id
            for code in ("FG1", "RM1", "RT1", "HOLD1", "QZ1", "K01", "YL1/L2", "lost")
        }
        made = find_place(session, "made").id
        for source, target in ((made, places["YL1/L2"]), (places["YL1/L2"], None)):
            move_stock(
                session,
                lot.id,
                source,
                target or places["FG1"],
                items=every,
                at=now,
                document=CODE,
                actor=me,
                now=now,
            )
        serials = [s for _, s in serials_of(session, house.keys, lot.id, every)]
        shop = session.scalars(sa.select(Partner.id).filter_by(code="K01")).one()
        ids = (lot.id, places, serials, shop, supplier.id, beef, product.id, site.id)
    return Store(*ids)
