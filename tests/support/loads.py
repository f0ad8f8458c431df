"""Goods that are packed, loaded and sent, for tests of the warehouse."""

from datetime import date, datetime

import sqlalchemy as sa
from stockroom import WANG, Plant, add_lot, move

from lotmark.trace.db import Session
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Location, Lot, Partner, Site
from lotmark.trace.stock.building import close_unit, open_unit
from lotmark.trace.stock.cargo import Cargo
from lotmark.trace.stock.loose import Loose
from lotmark.trace.stock.packing import pack_count, pack_items
from lotmark.trace.stock.queries import balances
from lotmark.trace.stock.shipping import Transport, ship_goods
from lotmark.trace.stock.sscc import issue_ssccs
from lotmark.trace.stock.tables import LogisticUnit, Shipment

DRIVER = Transport("云岭货运", "示A·00001", "020-0000-0101")


def works(session: Session) -> int:
    """The plant's site, with all its places."""
    site = Site(code="YL1", name="本厂", name_en="Main works")
    session.add(site)
    session.flush()
    session.execute(sa.update(Location).values(site_id=site.id))
    return site.id


def stored(
    session: Session,
    plant: Plant,
    now: datetime,
    made: int = 100,
    expires: date | None = None,
) -> Lot:
    """A released batch in the first warehouse."""
    lot = add_lot(session, plant, items=made)
    lot.expires_on = expires
    move(session, plant, lot, "made > W1", made, at=now)
    return lot


def cased(
    session: Session, plant: Plant, lot: Lot, now: datetime, some: str = ""
) -> str:
    """A closed case of ten packs, or of these items; its number."""
    (sscc,) = issue_ssccs(session, "9506000")
    open_unit(session, sscc, "case", plant.places["W1"], WANG, now)
    if some:
        pack_items(session, sscc.digits, lot.id, ItemSet.parse(some), WANG, now)
    else:
        pack_count(session, sscc.digits, lot.id, 10, WANG, now)
    close_unit(session, sscc.digits, WANG, now)
    return sscc.digits


def send(
    session: Session,
    plant: Plant,
    site: int,
    now: datetime,
    *cases: str,
    loose: tuple[Loose, ...] = (),
    to: str = "C01",
) -> Shipment:
    """Ship cases and loose goods to a customer."""
    return send_cargo(session, site, Cargo(loose, cases), now, to)


def send_cargo(
    session: Session, site: int, cargo: Cargo, now: datetime, to: str = "C01"
) -> Shipment:
    """Ship what was loaded to a customer."""
    return ship_goods(session, shop(session, to), site, cargo, DRIVER, WANG, now)


def shop(session: Session, code: str = "C01") -> int:
    """The id of a partner."""
    return session.scalars(sa.select(Partner.id).filter_by(code=code)).one()


def at(session: Session, plant: Plant, lot: Lot, code: str) -> int:
    """How much of a lot is at a place."""
    here = balances(session, [lot.id])[lot.id].balances.get(plant.places[code])
    return here.quantity if here else 0


def unit(session: Session, sscc: str) -> LogisticUnit:
    """The case or pallet with that number."""
    return session.scalars(sa.select(LogisticUnit).filter_by(sscc=sscc)).one()


def stands(session: Session, plant: Plant, sscc: str) -> str | None:
    """Code of the place where a unit stands; None where nobody knows."""
    names = {place: code for code, place in plant.places.items()}
    place = unit(session, sscc).location_id
    return names[place] if place else None
