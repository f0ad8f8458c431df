"""A batch on the shelves: ten codes, and one of everything that can befall a pack."""

import re
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask.testing import FlaskClient

from lotmark.trace import clock, people
from lotmark.trace.identity.codes import ItemCode
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.tables import ItemMark
from lotmark.trace.parties.tables import Article, Line, Lot, Site
from lotmark.trace.production.codes import issue_codes, serials_of
from lotmark.trace.production.marks import mark_items
from lotmark.trace.production.rolls import issue_roll
from lotmark.trace.stock.holds import place_hold
from lotmark.web.installation import Installation

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148 Safari"
GTIN = "09506000134352"
LOT = "L2-261118-03"


@dataclass(frozen=True)
class Shelf:
    """Serials of packs by what is the matter with them."""

    lot_id: int
    clear: str
    """Item 0."""
    voided: str
    recalled: str
    held: str
    suspect: str
    unbound: str
    tampered: str
    """A good code with one character changed."""
    never_issued: str
    """Enciphered with our key, but never given out."""


def csrf(client: FlaskClient, path: str) -> dict[str, object]:
    """The CSRF token of the page at ``path``, as a form sends it."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found
    return {"csrf_token": found[1]}


def count(house: Installation, table: type) -> int:
    """Rows of a table."""
    with house.plant.reading() as session:
        rows = sa.select(sa.func.count()).select_from(table)
        return session.execute(rows).scalar_one()


def fill(house: Installation) -> Shelf:
    """Put the batch on the shelf."""
    now, me = clock.now(), people.system()
    with house.plant.writing() as session:
        beef = session.scalars(sa.select(Article).filter_by(gtin=GTIN)).one()
        beef.ingredients, beef.allergens = (
            "牛肉、酱油（含大豆、小麦）",
            "含有大豆、小麦",
        )
        beef.ingredients_en = "Beef, soy sauce (soybeans, wheat)"
        beef.allergens_en = "Contains soybeans and wheat"
        beef.storage, beef.standard = "常温避光", "GB/T 23586"
        beef.nutrition = {"能量": ["1030 kJ", 12], "钠": ["869 mg", 43]}
        site = session.scalars(sa.select(Site)).one()
        site.licence, site.address = "SC10400000000000", "示例市云岭区工业路 0 号"
        lot = Lot(
            article_id=beef.id,
            code=LOT,
            ai10=LOT,
            site_id=site.id,
            line_id=session.scalars(sa.select(Line.id).filter_by(code="L2")).one(),
            produced_on=date(2026, 11, 18),
            expires_on=date(2099, 5, 17),
            status="in_production",
        )
        session.add(lot)
        session.flush()
        (issued,) = issue_codes(session, lot.id, 10, 1, me, now)
        roll = issue_roll(session, 3, 1, me, now)
        mark_items(session, lot.id, ItemSet.range(1, 2), "voided", me, now)
        for lo, kind in ((2, "recalled"), (4, "suspect")):
            session.add(
                ItemMark(
                    lot_id=lot.id,
                    lo=lo,
                    hi=lo + 1,
                    kind=kind,
                    public_no="R-2026-007",
                    url="/recalls/R-2026-007",
                    at=now,
                )
            )
        held = {lot.id: ItemSet.range(3, 4)}
        place_hold(
            session,
            [lot.id],
            items=held,
            hazard="health",
            reason="胀袋",
            actor=me,
            now=now,
        )
        serials = dict(serials_of(session, house.keys, lot.id, ItemSet.range(0, 10)))
        key = house.keys[1]
        good = serials[0]
        return Shelf(
            lot.id,
            clear=good,
            voided=serials[1],
            recalled=serials[2],
            held=serials[3],
            suspect=serials[4],
            unbound=key.encode(ItemCode(roll.series, 0)).text,
            tampered=("1" if good[0] == "0" else "0") + good[1:],
            never_issued=key.encode(ItemCode(issued.series, 10)).text,
        )
