"""A small plant with its people and places, and work that tests run in processes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from sqlalchemy.orm import Session

from lotmark.trace import rules
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Article, Location, Lot, Partner
from lotmark.trace.people import Actor
from lotmark.trace.stock.service import move_stock

PLACES = {
    "L1": "line",
    "W1": "warehouse",
    "W2": "warehouse",
    "R1": "returns",
    "H1": "hold",
    "Q1": "quarantine",
    "C01": "consignee",
    "C01/T": "transit",
    "C02": "consignee",
    "C02/T": "transit",
}
"""Places of the plant, by code; the fixed ones are there from the migration."""
FIXED = (
    "made",
    "supplied",
    "sample",
    "consumer",
    "consumed",
    "destroyed",
    "lost",
)

PATIENCE = 60.0
"""Seconds; a deadlock or a lost lock would take far longer than the work."""

_numbers: Iterator[int] = count(1)


def _person(login: str, name: str, *roles: str) -> Actor:
    granted = rules.rights().granted
    mine = (right for right, having in granted.items() if set(having) & set(roles))
    return Actor(login, name, frozenset(mine))


LI = _person("li", "李操作", "production_operator")
QIAN = _person("qian", "钱质检", "qa_manager")
ZHAO = _person("zhao", "赵检验", "qa_inspector")
DONG = _person("dong", "董厂长", "factory_director")
WANG = _person("wang", "王库管", "warehouse_keeper")
JIN = _person("jin", "金会计", "finance")


@dataclass(frozen=True)
class Plant:
    """Ids of what ``build`` made."""

    places: dict[str, int]
    article_id: int


def build(session: Session) -> Plant:
    """The plant's article and places."""
    article = Article(code="P1", kind="product", name="午餐肉", name_en="Luncheon meat")
    shops = {
        code: Partner(code=code, kind="consignee", name=code, name_en=code)
        for code in ("C01", "C02")
    }
    session.add_all([article, *shops.values()])
    session.flush()
    for code, kind in PLACES.items():
        shop = shops.get(code.split("/")[0])
        session.add(
            Location(
                code=code,
                kind=kind,
                name=code,
                name_en=code,
                partner_id=shop.id if shop else None,
            )
        )
    session.flush()
    codes = (*PLACES, *FIXED)
    return Plant({code: find_place(session, code).id for code in codes}, article.id)


def add_lot(
    session: Session,
    plant: Plant,
    *,
    items: int = 0,
    origin: str = "",
    status: str = "released",
) -> Lot:
    """A lot of its own number, with so many item numbers given out."""
    number = f"B{next(_numbers):04}"
    lot = Lot(
        article_id=plant.article_id,
        origin=origin,
        code=number,
        ai10=number,
        next_item=items,
        status=status,
    )
    session.add(lot)
    session.flush()
    return lot


def move(
    session: Session,
    plant: Plant,
    lot: Lot,
    route: str,
    quantity: int | None = None,
    items: str | None = None,
    *,
    actor: Actor = WANG,
    at: datetime,
) -> None:
    """Move a quantity or items along a route such as ``W1 > C01``."""
    source, target = (plant.places[code] for code in route.split(" > "))
    move_stock(
        session,
        lot.id,
        source,
        target,
        quantity=quantity,
        items=None if items is None else ItemSet.parse(items),
        at=at,
        document="D-1",
        actor=actor,
        now=at,
    )
