"""Ledgers read from the tables and written back: only the rows that differ."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ..among import among
from ..identity.items import EMPTY, ItemSet
from ..parties.tables import Location, Lot
from .balance import Balance
from .ledger import LotLedger
from .places import Place
from .tables import Stock, StockItem

PLACE_COLUMNS = (Location.id, Location.code, Location.kind, Location.partner_id)
"""The fields of a ``Place``, in its order."""
STOCK_KEY = ("lot_id", "location_id")
STOCK = (*STOCK_KEY, "quantity", "blank")
StockRow = tuple[int, int, int, int | None]
"""The values of those columns."""
ItemRow = tuple[int, int, tuple[bool, int, int]]
"""Lot, place, and a run of items there, with whether they surely are."""
CHUNK = 30_000
"""SQLite takes 32,766 values in one statement."""


def by_ids(
    session: Session,
    statement: sa.Select[*tuple[Any, ...]],
    column: Any,
    ids: Iterable[int],
) -> Iterator[Any]:
    """Rows of ``statement`` where ``column`` is one of ``ids``: one query, or none."""
    if wanted := set(ids):
        yield from session.execute(statement.where(among(column, wanted)))


def load_places(session: Session, ids: Iterable[int]) -> dict[int, Place]:
    """The places with these ids; unknown ids are left out."""
    rows = by_ids(session, sa.select(*PLACE_COLUMNS), Location.id, ids)
    return {row.id: Place(*row) for row in rows}


def load_ledgers(session: Session, lot_ids: Iterable[int]) -> dict[int, LotLedger]:
    """The ledgers of lots, empty ones included, in three queries whatever their number.

    Lots that do not exist are left out.
    """
    wanted = set(lot_ids)
    lots = by_ids(session, sa.select(Lot.id, Lot.code), Lot.id, wanted)
    names = {row.id: row.code for row in lots}
    items = _load_items(session, wanted)
    balances: dict[int, dict[int, Balance]] = {lot_id: {} for lot_id in names}
    places: dict[int, Place] = {}
    select = sa.select(Stock.lot_id, Stock.quantity, Stock.blank, *PLACE_COLUMNS).join(
        Location, Location.id == Stock.location_id
    )
    rows = by_ids(session, select, Stock.lot_id, wanted)
    for lot_id, quantity, blank, *place in rows:
        where = places.get(place[0]) or places.setdefault(place[0], Place(*place))
        balances[lot_id][where.id] = Balance(
            where,
            quantity,
            items.get((lot_id, where.id, True), EMPTY),
            items.get((lot_id, where.id, False), EMPTY),
            blank,
        )
    return {lot_id: LotLedger(names[lot_id], held) for lot_id, held in balances.items()}


def save_ledgers(
    session: Session, before: Mapping[int, LotLedger], after: Mapping[int, LotLedger]
) -> None:
    """Write what differs between two states of the same lots."""
    save_stock(session, changed_stock(before, after))
    save_items(session, *changed_items(before, after))


def changed_stock(
    before: Mapping[int, LotLedger], after: Mapping[int, LotLedger]
) -> Iterator[StockRow]:
    """The rows of ``Stock`` that differ."""
    for lot_id, place_id, was, here in _changed(before, after):
        figures = here.quantity, here.blank
        if was is None or (was.quantity, was.blank) != figures:
            yield lot_id, place_id, *figures


def changed_items(
    before: Mapping[int, LotLedger], after: Mapping[int, LotLedger]
) -> tuple[set[ItemRow], set[ItemRow]]:
    """The rows of ``StockItem`` that go, and those that come."""
    old: set[ItemRow] = set()
    new: set[ItemRow] = set()
    for lot_id, _, was, here in _changed(before, after):
        old.update(_item_rows(lot_id, was) if was else ())
        new.update(_item_rows(lot_id, here))
    return old - new, new - old


def save_stock(session: Session, rows: Iterable[StockRow]) -> None:
    """Write rows of ``Stock``, new or changed."""
    session.flush()
    link = session.connection()
    if stock := [dict(zip(STOCK, row, strict=True)) for row in rows]:
        insert = sqlite.insert if link.dialect.name == "sqlite" else postgresql.insert
        upsert = insert(Stock)
        link.execute(
            upsert.on_conflict_do_update(
                index_elements=STOCK_KEY,
                set_={name: upsert.excluded[name] for name in STOCK[2:]},
            ),
            stock,
        )


def save_items(
    session: Session, gone: Iterable[ItemRow], fresh: Iterable[ItemRow]
) -> None:
    """Take rows of ``StockItem`` out, and put others in."""
    session.flush()
    link = session.connection()
    columns = StockItem.__table__.c
    names = (*STOCK_KEY, "sure", "lo", "hi")
    if old := [(lot, place, *run) for lot, place, run in gone]:
        same = (columns[name] == sa.bindparam(f"b_{name}") for name in names)
        bound = [f"b_{name}" for name in names]
        link.execute(
            sa.delete(StockItem).where(*same),
            [dict(zip(bound, row, strict=True)) for row in old],
        )
    if new := [(lot, place, *run) for lot, place, run in fresh]:
        link.execute(
            sa.insert(StockItem), [dict(zip(names, row, strict=True)) for row in new]
        )


def _changed(
    before: Mapping[int, LotLedger], after: Mapping[int, LotLedger]
) -> Iterator[tuple[int, int, Balance | None, Balance]]:
    for lot_id, ledger in after.items():
        known = before[lot_id].balances
        for place_id, here in ledger.balances.items():
            was = known.get(place_id)
            if here is not was:
                yield lot_id, place_id, was, here


def _item_rows(lot_id: int, here: Balance) -> Iterator[ItemRow]:
    for sure, items in ((True, here.known), (False, here.possible)):
        for lo, hi in items.intervals:
            yield lot_id, here.place.id, (sure, lo, hi)


def _load_items(
    session: Session, lot_ids: Iterable[int]
) -> dict[tuple[int, int, bool], ItemSet]:
    columns = StockItem.__table__.c
    intervals: dict[tuple[int, int, bool], list[tuple[int, int]]] = {}
    rows = by_ids(session, sa.select(*columns), columns.lot_id, lot_ids)
    for lot_id, place_id, sure, lo, hi in rows:
        intervals.setdefault((lot_id, place_id, sure), []).append((lo, hi))
    return {key: ItemSet.from_intervals(some) for key, some in intervals.items()}
