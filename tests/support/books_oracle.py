"""The whole book of a warehouse added up again, row by row, in the most naive way."""

import json
from collections import Counter, defaultdict
from datetime import datetime

import sqlalchemy as sa

from lotmark.trace import audit
from lotmark.trace.db import Session
from lotmark.trace.parties.tables import Location, Lot
from lotmark.trace.stock.imbalances import find_imbalances
from lotmark.trace.stock.tables import (
    Hold,
    LogisticUnit,
    Movement,
    Shipment,
    Stock,
    StockCount,
    StockCountLine,
    StockItem,
    UnitContent,
)

SOURCES = ("made", "supplied")
OURS = ("line", "warehouse", "returns", "hold", "sample", "quarantine")
OUTSIDE = ("transit", "consignee", "consumer")


class Book:
    """Everything that is written down, read once."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.kind = dict(session.execute(sa.select(Location.id, Location.kind)).all())
        self.code = dict(session.execute(sa.select(Location.code, Location.kind)).all())
        self.moves = session.scalars(sa.select(Movement).order_by(Movement.id)).all()
        self.stock = {
            (row.lot_id, row.location_id): row.quantity
            for row in session.scalars(sa.select(Stock))
        }
        self.known: dict[tuple[int, int], set[int]] = defaultdict(set)
        for row in session.scalars(sa.select(StockItem).filter_by(sure=True)):
            self.known[row.lot_id, row.location_id] |= set(range(row.lo, row.hi))
        self.units = {row.id: row for row in session.scalars(sa.select(LogisticUnit))}
        inside = sa.select(UnitContent).filter_by(removed_at=None)
        self.inside = session.scalars(inside).all()


def check_quantities(book: Book) -> None:
    """Balances are sums; nothing real was ever negative; all that was made is there."""
    sums: Counter[tuple[int, int]] = Counter()
    for move in book.moves:  # of one lot in the order they were booked: under its lock
        sums[move.lot_id, move.from_id] -= move.quantity
        sums[move.lot_id, move.to_id] += move.quantity
        virtual = book.kind[move.from_id] in SOURCES
        assert virtual or sums[move.lot_id, move.from_id] >= 0, move.id
    assert {way: much for way, much in book.stock.items() if much} == {
        way: much for way, much in sums.items() if much
    }
    total: Counter[int] = Counter()
    made: Counter[int] = Counter()
    for (lot, place), much in book.stock.items():
        total[lot] += much
        if book.kind[place] in SOURCES:
            made[lot] -= much
    assert set(total.values()) == {0}
    assert all(much > 0 for much in made.values())


def check_items(book: Book, scanned: tuple[int, ...]) -> None:
    """No place knows more packs than it has, no pack is known twice; and where every
    move was scanned, each pack is known where it was scanned last."""
    places: dict[tuple[int, int], list[int]] = defaultdict(list)
    for (lot, place), items in book.known.items():
        assert len(items) <= book.stock.get((lot, place), 0)
        for item in items:
            places[lot, item].append(place)
    assert all(len(found) == 1 for found in places.values())
    last: dict[tuple[int, int], int] = {}
    for move in book.moves:
        if move.lot_id in scanned:
            assert move.lo is not None
            for item in range(move.lo, move.hi or 0):
                before = last.get((move.lot_id, item), move.from_id)
                assert before == move.from_id, (move.id, item)
                last[move.lot_id, item] = move.to_id
    of_scanned = {one: found[0] for one, found in places.items() if one[0] in scanned}
    assert of_scanned == last


def check_units(book: Book, scanned: tuple[int, ...]) -> None:
    """A pack is in one case at most and stands where its case stands; no place has more
    packed than it has. ``scanned`` are lots whose packs are always scanned."""
    held: dict[tuple[int, int], list[int]] = defaultdict(list)
    packed: Counter[tuple[int, int]] = Counter()
    for row in book.inside:
        unit = book.units[row.unit_id]
        assert unit.state != "dissolved"
        if unit.location_id is None:
            continue
        packed[row.lot_id, unit.location_id] += row.quantity
        for item in range(row.lo or 0, row.hi or 0):
            held[row.lot_id, item].append(unit.location_id)
    for (lot, item), places in held.items():
        assert len(places) == 1, (lot, item)
        if lot in scanned:
            assert item in book.known[lot, places[0]], (lot, item)
    for (lot, place), much in packed.items():
        if book.kind[place] in OURS:
            assert much <= book.stock.get((lot, place), 0), (lot, place)
    for unit in book.units.values():
        below = book.units.get(unit.parent_id or 0)
        if below is not None:
            assert (below.level, below.location_id) == ("pallet", unit.location_id)
        on_the_way = book.kind.get(unit.location_id or 0) == "transit"
        assert on_the_way == (unit.shipment_id is not None), unit.sscc


def check_shipments(book: Book) -> None:
    """Of every shipment as much arrived or came back as left, or less."""
    rest: Counter[tuple[int, int]] = Counter()
    for move in book.moves:
        if move.shipment_id is not None:
            one = move.shipment_id, move.lot_id
            rest[one] += move.quantity * (book.kind[move.to_id] == "transit")
            rest[one] -= move.quantity * (book.kind[move.from_id] == "transit")
            assert rest[one] >= 0, move.id
    for shipment in book.session.scalars(sa.select(Shipment)):
        if shipment.delivered_at is not None:
            assert not any(
                much for (sent, _), much in rest.items() if sent == shipment.id
            )
    riding: Counter[int] = Counter()
    for (lot, place), much in book.stock.items():
        if book.kind[place] == "transit":
            riding[lot] += much
    for (_, lot), much in rest.items():
        riding[lot] -= much
    assert not any(riding.values())


def check_counts(book: Book) -> None:
    """What a signed count booked is its differences, each once."""
    booked: Counter[tuple[str, int]] = Counter()
    for move in book.moves:
        if move.document.startswith("PD-"):
            sign = 1 if book.kind[move.from_id] == "lost" else -1
            booked[move.document, move.lot_id] += sign * move.quantity
    rows = book.session.execute(
        sa.select(StockCount.number, StockCountLine)
        .join(StockCountLine, StockCountLine.count_id == StockCount.id)
        .where(StockCount.state == "booked")
    ).all()
    differ = {
        (number, line.lot_id): line.counted - line.booked
        for number, line in rows
        if line.counted != line.booked
    }
    assert dict(booked) == differ


def check_sold_never_used(book: Book) -> None:
    """domain.md §3.5 Q9: what came back from outside was never used up after that."""
    back: list[tuple[datetime, int, set[int]]] = []
    for move in book.moves:
        if book.kind[move.from_id] in OUTSIDE and book.kind[move.to_id] in OURS:
            back.append((move.at, move.lot_id, _items(move)))
    for move in book.moves:
        if book.kind[move.to_id] == "consumed":
            assert book.kind[move.from_id] in OURS
            mine = _items(move)
            for at, lot, items in back:
                if lot == move.lot_id and at <= move.at:
                    assert mine, move.id
                    assert items, move.id
                    assert not mine & items, move.id


def _items(move: Movement) -> set[int]:
    return set(range(move.lo or 0, move.hi or 0))


def check_held_stayed(book: Book) -> None:
    """The audit chain, in the order of the commits: while a hold was in force, nothing
    of it left our hands, and none of it went back among good stock."""
    assert audit.verify(book.session)[1] is None
    holds = {row.id: row for row in book.session.scalars(sa.select(Hold)).unique()}
    lots = {row.id: row for row in book.session.scalars(sa.select(Lot)).unique()}
    force: dict[int, Counter[str]] = {lot: Counter() for lot in lots}
    rows = book.session.scalars(sa.select(audit.AuditRow).order_by(audit.AuditRow.id))
    for row in rows:
        told = json.loads(row.data)
        if row.action == "hold.place":
            for lot, items in told["lots"].items():
                force[int(lot)][items] += 1
        elif row.action == "hold.release":
            hold = holds[int(row.subject.removeprefix("hold:"))]
            items = "all" if hold.lo is None else f"{hold.lo}-{(hold.hi or 0) - 1}"
            force[hold.lot_id][items] -= 1
        elif row.action == "stock.move":
            assert len(told["moves"]) == told["count"], "a move is not told"
            for move in told["moves"]:
                _check_free(book, move, +force[move["lot"]])


def _check_free(book: Book, move: dict[str, str], force: Counter[str]) -> None:
    source, target = book.code[move["from"]], book.code[move["to"]]
    if source not in OURS or target in ("returns", "hold", "sample", "quarantine"):
        return
    for held in force:
        touched = held == "all" or (
            move["items"] is not None and bool(_span(held) & _span(move["items"]))
        )
        assert not touched, (move, held)


def _span(text: str) -> set[int]:
    parts = [part.split("-") for part in text.split(",")]
    return {n for part in parts for n in range(int(part[0]), int(part[-1]) + 1)}


def check_all(session: Session, scanned: tuple[int, ...]) -> None:
    """Every invariant of DESIGN §1.3."""
    book = Book(session)
    check_quantities(book)
    check_items(book, scanned)
    check_units(book, scanned)
    check_shipments(book)
    check_counts(book)
    check_sold_never_used(book)
    check_held_stayed(book)
    assert find_imbalances(session) == []
