"""Applying cases and pallets, and finding what is in those that rows name."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from ..errors import N_, Conflict, InvalidInput, NotFound
from ..identity.items import ItemSet
from ..parties.tables import Lot
from ..stock.tables import LogisticUnit, UnitContent
from .book import already_there, cell_missing, found_among
from .job import Job
from .rows import AlreadyBad, BadRow, Row, WrongCell


@dataclass(frozen=True, slots=True)
class Content:
    """What a case, or a pallet with its cases, holds of one lot."""

    lot_id: int
    quantity: int
    items: ItemSet | None
    """None where they were not scanned."""


def add_cases(job: Job, rows: list[Row]) -> None:
    """Cases with their contents, a row for each lot inside; pallets have no lot."""
    units = _recorded_units(job, rows)
    old = set(units)
    contents: list[tuple[Row, Lot, str, int, ItemSet | None]] = []
    inside: set[tuple[str, int]] = set()
    parents: dict[str, str | None] = {}
    levels = {sscc: unit.level for sscc, unit in units.items()}
    for row in rows:
        with job.row("cases", row):
            sscc, level = row["sscc"], "case" if "lot" in row.values else "pallet"
            if sscc in old or (sscc in units and level == "pallet"):
                raise WrongCell("sscc", already_there("case", sscc))
            if parents.setdefault(sscc, row.get("parent")) != row.get("parent"):
                raise WrongCell("parent", _two_parents(sscc))
            if level == "pallet" and "parent" in row.values:
                raise WrongCell("parent", _pallet_in_pallet(sscc))
            if level == "case":
                lot, quantity, items = _content(job, row)
                if (sscc, lot.id) in inside:
                    raise WrongCell("lot", already_there("case", sscc))
                inside.add((sscc, lot.id))
                contents.append((row, lot, sscc, quantity, items))
            if levels.setdefault(sscc, level) != level:
                raise WrongCell("sscc", already_there("case", sscc))
            if sscc not in units:
                units[sscc] = LogisticUnit(sscc=sscc, level=level)
                job.session.add(units[sscc])
    job.session.flush()
    _set_parents(job, rows, units)
    _check_packed_once(job, contents)
    lines = [
        {"unit_id": units[sscc].id, "lot_id": lot.id, "lo": lo, "hi": hi, "quantity": n}
        for _, lot, sscc, quantity, items in contents
        for lo, hi, n in _spans(quantity, items)
    ]
    if lines:
        job.session.execute(sa.insert(UnitContent), lines)


def contents_of(job: Job, ssccs: Iterable[str]) -> dict[str, tuple[Content, ...]]:
    """What cases and pallets hold, in two queries; unknown ones are left out."""
    units = found_among(
        job.session,
        sa.select(LogisticUnit.id, LogisticUnit.sscc),
        LogisticUnit.sscc,
        ssccs,
    )
    names = {row.id: row.sscc for row in units}
    found: dict[str, list[Content]] = {sscc: [] for sscc in names.values()}
    columns = (UnitContent.lot_id, UnitContent.quantity, UnitContent.lo, UnitContent.hi)
    own = sa.select(UnitContent.unit_id, *columns)
    below = sa.select(LogisticUnit.parent_id, *columns).join(
        LogisticUnit, LogisticUnit.id == UnitContent.unit_id
    )
    for select, column in ((own, UnitContent.unit_id), (below, LogisticUnit.parent_id)):
        for unit_id, lot_id, quantity, lo, hi in found_among(
            job.session, select, column, names
        ):
            items = None if lo is None else ItemSet.range(lo, hi)
            found[names[unit_id]].append(Content(lot_id, quantity, items))
    return {sscc: tuple(some) for sscc, some in found.items()}


def contents_of_row(
    job: Job, row: Row, known: dict[str, tuple[Content, ...]]
) -> list[Content]:
    """What the cases of a row hold together: per lot, scanned and unscanned apart."""
    items: dict[int, ItemSet] = {}
    counts: dict[int, int] = {}
    for sscc in row["sscc"]:
        if ("unit", sscc) in job.book.bad:
            raise AlreadyBad
        if not known.get(sscc):
            raise WrongCell(
                "sscc",
                NotFound(
                    "unit_unknown",
                    N_("No case or pallet %(sscc)s is recorded."),
                    sscc=sscc,
                ),
            )
        for content in known[sscc]:
            lot_id = content.lot_id
            if content.items is None:
                counts[lot_id] = counts.get(lot_id, 0) + content.quantity
            else:
                items[lot_id] = items.get(lot_id, ItemSet()) | content.items
    scanned = [Content(lot_id, some.count, some) for lot_id, some in items.items()]
    return scanned + [Content(lot_id, count, None) for lot_id, count in counts.items()]


def _recorded_units(job: Job, rows: list[Row]) -> dict[str, LogisticUnit]:
    ssccs = {row["sscc"] for row in rows}
    ssccs |= {row["parent"] for row in rows if "parent" in row.values}
    found = found_among(job.session, sa.select(LogisticUnit), LogisticUnit.sscc, ssccs)
    return {unit.sscc: unit for (unit,) in found}


def _content(job: Job, row: Row) -> tuple[Lot, int, ItemSet | None]:
    lot = job.book.lot(row)
    items: ItemSet | None = row.get("items")
    quantity: int | None = row.get("quantity", items and items.count)
    if quantity is None:
        raise WrongCell("quantity", cell_missing("quantity"))
    if items is None:
        return lot, quantity, None
    if quantity != items.count:
        raise WrongCell("quantity", quantity_contradicts(quantity, items.count))
    if beyond := items - ItemSet.range(0, lot.next_item):
        raise WrongCell(
            "items",
            InvalidInput(
                "item_unknown",
                N_("Lot %(lot)s has %(count)s items from 0, so not %(items)s."),
                lot=lot.code,
                count=lot.next_item,
                items=str(beyond)[:80],
            ),
        )
    return lot, quantity, items


def _set_parents(job: Job, rows: list[Row], units: dict[str, LogisticUnit]) -> None:
    for row in rows:
        if "parent" not in row.values or row["sscc"] not in units:
            continue
        with job.row("cases", row):
            parent = units.get(row["parent"])
            if parent is None and ("unit", row["parent"]) in job.book.bad:
                raise AlreadyBad
            if parent is None or parent.level != "pallet":
                raise WrongCell(
                    "parent",
                    NotFound(
                        "pallet_unknown",
                        N_(
                            "No pallet %(sscc)s is recorded: give it a row without lot."
                        ),
                        sscc=row["parent"],
                    ),
                )
            units[row["sscc"]].parent_id = parent.id
    job.session.flush()


def _check_packed_once(
    job: Job, contents: list[tuple[Row, Lot, str, int, ItemSet | None]]
) -> None:
    """An item is in at most one case (domain.md §2.3 LogisticUnit)."""
    spans: dict[int, list[tuple[int, int, Row | None]]] = {}
    for row, lot, _, _, items in contents:
        for lo, hi in items.intervals if items else ():
            spans.setdefault(lot.id, []).append((lo, hi, row))
    columns = UnitContent.lot_id, UnitContent.lo, UnitContent.hi
    packed = sa.select(*columns).where(UnitContent.lo.is_not(None))
    for lot_id, lo, hi in found_among(job.session, packed, UnitContent.lot_id, spans):
        spans[lot_id].append((lo, hi, None))
    for some in spans.values():
        some.sort(key=lambda span: span[:2])
        end = 0
        before: Row | None = None
        for lo, hi, its_row in some:
            ours = its_row or before
            if lo < end and ours is not None:
                error = Conflict(
                    "item_in_two_cases",
                    N_("Items from %(item)s on are in another case already."),
                    item=lo,
                )
                job.bad.append(BadRow.of(ours, "items", error))
            end, before = max(end, hi), its_row


def _spans(
    quantity: int, items: ItemSet | None
) -> Iterable[tuple[int | None, int | None, int]]:
    if items is None:
        return [(None, None, quantity)]
    return [(lo, hi, hi - lo) for lo, hi in items.intervals]


def quantity_contradicts(quantity: int, count: int) -> InvalidInput:
    return InvalidInput(
        "quantity_contradicts",
        N_("The quantity is %(quantity)s, but %(count)s items are named."),
        quantity=quantity,
        count=count,
    )


def _two_parents(sscc: str) -> InvalidInput:
    return InvalidInput(
        "unit_two_parents", N_("Case %(sscc)s stands on two pallets."), sscc=sscc
    )


def _pallet_in_pallet(sscc: str) -> InvalidInput:
    return InvalidInput(
        "pallet_in_pallet",
        N_("A row without lot is a pallet, so %(sscc)s cannot stand on another."),
        sscc=sscc,
    )
