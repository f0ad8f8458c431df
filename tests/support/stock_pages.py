"""What tests of the warehouse pages ask and do again and again."""

from flask.testing import FlaskClient
from staff_pages import change
from stored_goods import Store

from lotmark.trace.db import Session
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.stock.queries import balances
from lotmark.trace.stock.units import items_of_units
from lotmark.web.installation import Installation


def at(house: Installation, store: Store, code: str) -> int:
    with house.plant.reading() as session:
        here = balances(session, [store.lot_id])[store.lot_id].balances
        found = here.get(store.places[code])
        return found.quantity if found else 0


def begin(client: FlaskClient, store: Store, sscc: str, level: str = "case") -> str:
    form = {"level": level, "place": str(store.places["FG1"]), "number": "scan"}
    begun = change(client, "/stock/units", sscc=sscc, **form)
    assert begun.status_code == 302, begun.text
    return f"/stock/units/{sscc}"


def units_of(session: Session, sscc: str) -> ItemSet:
    (held,) = items_of_units(session, [sscc]).values()
    return held.items
