"""A list of what goes, as a hand scanner types it: a line for each code.

A line is a case or pallet number; an item's code; two codes with ``~`` between them,
for all packs from one to the other; a batch and how much (``L2-261124-01 6 箱``); or a
batch and its item numbers (``L2-261124-01 #0-39``).
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...trace.db import Session
from ...trace.errors import N_, Conflict, InvalidInput, LotmarkError
from ...trace.exchange.amounts import to_base
from ...trace.identity.items import EMPTY, ItemSet
from ...trace.identity.keys import KeyRing
from ...trace.parties.lots import find_lot
from ...trace.parties.tables import Article, Lot
from ...trace.stock.cargo import Cargo
from ...trace.stock.holds import Held, held_items
from ...trace.stock.item_status import ItemStatus
from ...trace.stock.loose import Loose
from ...trace.stock.resolving import Node, find_item, nodes_of, resolve
from ...trace.stock.sscc import sscc_of
from ...trace.stock.units import Contents, find_unit
from .figures import read_figure

_MUCH = re.compile(r"(.*\S)\s+([0-9][0-9,]{0,14}(?:\.[0-9]{1,6})?)\s*([^\s\d.,#]*)")
_NUMBERED = re.compile(r"(.*\S)\s+#\s*([0-9][0-9,、;\s~–—-]*)")
MOST_LINES = 500


@dataclass(frozen=True, slots=True)
class Named:
    """What one line names."""

    node: Node | None = None
    """A case or pallet with its contents."""
    lot: Lot | None = None
    items: ItemSet | None = None
    quantity: int = 0

    @property
    def goods(self) -> Contents:
        """The loose goods it names."""
        if self.items is None:
            return Contents(EMPTY, self.quantity)
        return Contents(self.items, 0)


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that names nothing we know."""

    number: int
    text: str
    error: LotmarkError


@dataclass(frozen=True, slots=True)
class Goods:
    """A whole list, read."""

    named: tuple[Named, ...]
    bad: tuple[BadLine, ...]
    held: Mapping[int, Held] = field(default_factory=dict)
    """Holds on the lots of loose goods."""

    @property
    def nodes(self) -> list[Node]:
        return [named.node for named in self.named if named.node]

    @property
    def loose(self) -> list[tuple[Lot, Contents]]:
        """Loose goods by lot, each lot once."""
        total: dict[int, tuple[Lot, Contents]] = {}
        for named in self.named:
            if named.lot is not None:
                before = total.get(named.lot.id, (named.lot, Contents(EMPTY, 0)))[1]
                total[named.lot.id] = named.lot, before + named.goods
        return list(total.values())

    @property
    def totals(self) -> list[tuple[Article, int]]:
        """All of it together, by product."""
        total: dict[int, tuple[Article, int]] = {}
        inside = [(line.lot, line.goods) for node in self.nodes for line in node.lots]
        for lot, goods in [*inside, *self.loose]:
            before = total.get(lot.article_id, (lot.article, 0))[1]
            total[lot.article_id] = lot.article, before + goods.quantity
        return list(total.values())

    def cargo(self, place_id: int) -> Cargo:
        """What moves, the loose goods from that place.

        Raises InvalidInput ``goods_unreadable`` while a line is wrong.
        """
        if self.bad:
            raise InvalidInput(
                "goods_unreadable",
                N_(
                    "Lines that could not be understood: %(lines)s. Mend or remove "
                    "them; nothing was booked."
                ),
                lines=", ".join(str(line.number) for line in self.bad[:10]),
            )
        loose: list[Loose] = []
        for lot, goods in self.loose:
            if goods.items:
                loose.append(Loose(lot.id, place_id, items=goods.items))
            if goods.unscanned:
                loose.append(Loose(lot.id, place_id, quantity=goods.unscanned))
        return Cargo(tuple(loose), tuple(node.unit.sscc for node in self.nodes))


def read_goods(session: Session, keys: KeyRing, text: str) -> Goods:
    """Read a list; each line that cannot be read is reported, the others are kept.

    Raises InvalidInput ``goods_too_long``.
    """
    lines = [line.strip() for line in text.splitlines()]
    if len(lines) > MOST_LINES:
        raise InvalidInput(
            "goods_too_long",
            N_("Expected at most %(most)s lines at once, got %(found)s."),
            most=MOST_LINES,
            found=len(lines),
        )
    named: list[Named] = []
    bad: list[BadLine] = []
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            one = read_line(session, keys, line)
            _check_new(one, named)
            named.append(one)
        except LotmarkError as error:
            bad.append(BadLine(number, line[:60], error))
    lots = (one.lot.id for one in named if one.lot)
    return Goods(tuple(named), tuple(bad), held_items(session, lots))


def read_line(session: Session, keys: KeyRing, line: str) -> Named:
    """What one scanned or typed line names.

    Raises NotFound for what nobody knows, InvalidInput for a lot without a quantity.
    """
    plain = unicodedata.normalize("NFKC", line[:4000]).strip()
    if sscc := sscc_of(plain):
        return Named(node=nodes_of(session, [find_unit(session, sscc)])[0])
    first, tilde, last = plain.partition("~")
    if tilde and "#" not in plain:
        return _span(session, keys, first.strip(), last.strip())
    if status := find_item(session, keys, plain):
        lot, item = _bound(status)
        return Named(lot=lot, items=ItemSet.range(item, item + 1))
    if match := _NUMBERED.fullmatch(plain):
        return Named(lot=find_lot(session, match[1]), items=ItemSet.parse(match[2]))
    if match := _MUCH.fullmatch(plain):
        lot = find_lot(session, match[1])
        much = read_figure(match[2])
        quantity = to_base(lot.article, much, match[3] or None)
        return Named(lot=lot, quantity=quantity)
    found = resolve(session, keys, plain)
    raise InvalidInput(
        "quantity_missing",
        N_("Say how much of batch %(lot)s: write the quantity behind it."),
        lot=found.lot.code if found.lot else plain[:40],
    )


def text_of(one: Named) -> str:
    """A line that names the same again, for a form that undoes what was done."""
    if one.node:
        return one.node.unit.sscc
    if one.lot is None:
        return ""
    name = f"{one.lot.article.code}/{one.lot.code}"
    if one.items is not None:
        return f"{name} #{one.items}"
    unit = one.lot.article.base_unit
    return f"{name} {one.quantity}" + ("" if unit == "piece" else f" {unit}")


def _span(session: Session, keys: KeyRing, first: str, last: str) -> Named:
    ends = [find_item(session, keys, text) for text in (first, last)]
    known = [_bound(status) for status in ends if status is not None]
    if len(known) < 2 or known[0][0].id != known[1][0].id:
        raise InvalidInput(
            "codes_apart",
            N_("Expected two item codes of one batch, the first and the last."),
        )
    numbers = [item for _, item in known]
    span = ItemSet.range(min(numbers), max(numbers) + 1)
    return Named(lot=known[0][0], items=span)


def _bound(status: ItemStatus) -> tuple[Lot, int]:
    if status.lot is None or status.lot_item is None:
        raise Conflict(
            "code_unbound",
            N_(
                "This code is printed but belongs to no batch yet: it can be on no "
                "pack in the warehouse. Call the line leader."
            ),
        )
    return status.lot, status.lot_item


def _check_new(one: Named, before: list[Named]) -> None:
    """A double scan must not count twice."""
    for other in before:
        same_unit = one.node and other.node and one.node.unit.id == other.node.unit.id
        same_lot = one.lot and other.lot and one.lot.id == other.lot.id
        again = same_lot and one.items and other.items and one.items & other.items
        if same_unit or again:
            raise Conflict(
                "scanned_twice", N_("It stands in this list already: scanned twice.")
            )
