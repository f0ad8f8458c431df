"""What can become of which goods, and which are free for an order."""

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.among import among
from ...trace.errors import N_, Conflict, InvalidInput
from ...trace.identity.items import EMPTY, ItemSet
from ...trace.parties.tables import Location, Lot
from ...trace.stock.holds import IN_FORCE
from ...trace.stock.queries import balances
from ...trace.stock.returns import endangered
from ...trace.stock.spans import check_items
from ...trace.stock.stores import OWN_KINDS
from ...trace.stock.tables import Hold
from ..recalls.tables import Recall, RecallJurisdiction
from .tables import DispositionLine, DispositionOrder

APART = ("quarantine", "hold", "returns")
"""Kinds of places where goods stand apart until it is decided what becomes of them."""
HARMLESS_LEVEL = "III"
"""The only level at which a label may be all that is wrong (domain.md §3.3)."""


def check_kind(
    session: Session,
    kind: str,
    lots: Mapping[int, Lot],
    places: Mapping[int, Sequence[Location]],
    recalls: Mapping[int, Recall],
) -> None:
    """Raises Conflict or InvalidInput where the law or the house forbids the way:
    ``place_not_ours``, ``not_apart``, ``lot_recalled_kept``, ``label_only``,
    ``ingredients_only``, ``scrap_ordinary``.
    """
    kinds = OWN_KINDS if kind == "scrap" else APART
    for lot_id, stands in places.items():
        for place in stands:
            if place.kind not in OWN_KINDS:
                raise InvalidInput(
                    "place_not_ours",
                    N_(
                        "Expected a line, a warehouse or another place of ours, but "
                        "%(place)s is none. Choose one of the list."
                    ),
                    place=place.code,
                )
            if place.kind not in kinds:
                raise Conflict(
                    "not_apart",
                    N_(
                        "Lot %(lot)s stands at %(place)s, among good stock: set it "
                        "apart first, then decide what becomes of it."
                    ),
                    lot=lots[lot_id].code,
                    place=place.code,
                )
    feared = endangered(session, lots.values()) | set(recalls)
    if kind == "scrap":
        _refuse(
            lots,
            feared,
            "scrap_ordinary",
            N_(
                "Lot %(lot)s is recalled or feared to harm: it is destroyed before two "
                "witnesses, not scrapped by one."
            ),
        )
    elif kind == "release":
        _refuse(
            lots,
            feared | _on_hold(session, lots),
            "lot_recalled_kept",
            N_(
                "Lot %(lot)s is recalled, feared to harm or on hold: none of it goes "
                "back among good stock. Two persons lift the hold first."
            ),
        )
    elif kind == "relabel":
        _refuse(
            lots,
            _more_than_labels(session, lots, recalls),
            "label_only",
            N_(
                "Lot %(lot)s is held or recalled for more than its label: relabelling "
                "does not make it safe (Food Safety Law, article 63)."
            ),
        )
    elif kind == "supplier_return":
        bought = {lot_id for lot_id, lot in lots.items() if lot.supplier_id}
        _refuse(
            lots,
            set(lots) - bought,
            "ingredients_only",
            N_("Lot %(lot)s came from no supplier: only what was bought goes back."),
        )


def check_free(
    session: Session, lots: Mapping[int, Lot], lines: Sequence[DispositionLine]
) -> None:
    """The lots are locked. Raises InvalidInput ``quantity_invalid``, ``item_unknown``,
    Conflict ``disposed_already``, ``stock_short``.
    """
    taken = _taken(session, lots)
    ledgers = balances(session, lots)
    claimed: dict[int, ItemSet] = {}
    wanted: dict[tuple[int, int], int] = {}
    for line in lines:
        if line.quantity < 1:
            raise InvalidInput(
                "quantity_invalid",
                N_("Expected a quantity of at least 1, got %(found)s."),
                found=line.quantity,
            )
        items = ItemSet.parse(line.items) if line.items else EMPTY
        check_items(lots[line.lot_id], items)
        before = claimed.get(line.lot_id, EMPTY)
        twice = items & (taken[0].get(line.lot_id, EMPTY) | before)
        if twice:
            raise Conflict(
                "disposed_already",
                N_(
                    "Packs %(items)s of lot %(lot)s are in another disposition already "
                    "(or twice in this one): withdraw that one first."
                ),
                items=str(twice)[:80],
                lot=lots[line.lot_id].code,
            )
        claimed[line.lot_id] = before | items
        key = line.lot_id, line.location_id
        wanted[key] = wanted.get(key, 0) + line.quantity
    for (lot_id, place_id), much in wanted.items():
        here = ledgers[lot_id].balances.get(place_id)
        free = (here.quantity if here else 0) - taken[1].get((lot_id, place_id), 0)
        if much > free:
            raise Conflict(
                "goods_not_free",
                N_(
                    "Of lot %(lot)s only %(free)s are there and in no other "
                    "disposition, but %(wanted)s are asked for."
                ),
                lot=lots[lot_id].code,
                free=free,
                wanted=much,
            )


def _taken(
    session: Session, lots: Iterable[int]
) -> tuple[dict[int, ItemSet], dict[tuple[int, int], int]]:
    """What open orders have of lots: items, and quantities by place."""
    rows = session.execute(
        sa.select(
            DispositionLine.lot_id,
            DispositionLine.location_id,
            DispositionLine.quantity,
            DispositionLine.items,
        )
        .join(DispositionOrder, DispositionOrder.id == DispositionLine.order_id)
        .where(
            among(DispositionLine.lot_id, lots),
            DispositionOrder.state.in_(("asked", "approved")),
        )
    )
    items: dict[int, ItemSet] = {}
    much: dict[tuple[int, int], int] = {}
    for lot_id, place_id, quantity, some in rows:
        if some:
            items[lot_id] = items.get(lot_id, EMPTY) | ItemSet.parse(some)
        much[lot_id, place_id] = much.get((lot_id, place_id), 0) + quantity
    return items, much


def _on_hold(session: Session, lots: Iterable[int]) -> set[int]:
    """Lots with a hold in force."""
    rows = sa.select(Hold.lot_id).where(
        among(Hold.lot_id, lots), Hold.state.in_(IN_FORCE)
    )
    return set(session.scalars(rows))


def _held_for_more(
    session: Session, lots: Iterable[int], mild: Iterable[Recall]
) -> set[int]:
    """Lots held for more than a label. The hold that a recall itself placed, which
    begins with its number, says no more than that recall does."""
    rows = sa.select(Hold.lot_id).where(
        among(Hold.lot_id, lots),
        Hold.state.in_(IN_FORCE),
        Hold.hazard != "label",
        *(Hold.reason.not_like(f"{recall.number} %") for recall in mild),
    )
    return set(session.scalars(rows))


def _more_than_labels(
    session: Session, lots: Mapping[int, Lot], recalls: Mapping[int, Recall]
) -> set[int]:
    """An unknown level counts as I (domain.md §1.2)."""
    numbers = {recall.id for recall in recalls.values()}
    mild: set[int] = set()
    rows = session.execute(
        sa.select(RecallJurisdiction.recall_id, RecallJurisdiction.level).where(
            RecallJurisdiction.recall_id.in_(numbers)
        )
    ).all()
    for number in numbers:
        levels = [level for recall_id, level in rows if recall_id == number]
        if levels and all(level == HARMLESS_LEVEL for level in levels):
            mild.add(number)
    grave = {lot for lot, recall in recalls.items() if recall.id not in mild}
    rejected = {lot_id for lot_id, lot in lots.items() if lot.status == "rejected"}
    known = [recall for recall in recalls.values() if recall.id in mild]
    return grave | rejected | _held_for_more(session, lots, known)


def _refuse(lots: Mapping[int, Lot], wrong: set[int], code: str, sentence: str) -> None:
    if wrong:
        raise Conflict(code, sentence, lot=lots[min(wrong)].code)
