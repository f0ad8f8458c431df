"""Applying cases and pallets, and finding what is in those that rows name."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from ..errors import N_, Conflict, InvalidInput, NotFound
from ..identity.items import ItemSet
from ..stock.tables import LogisticUnit, UnitContent
from .book import already_there, cell_missing
from .job import Job
from .known_lots import KnownLot, found_among
from .rows import AlreadyBad, Row, WrongCell

UNIT = ("id", "sscc", "level", "parent_id")
INSIDE = ("unit_id", "lot_id", "lo", "hi", "quantity")
PACKED = ("lot_id", "lo", "hi")


@dataclass(frozen=True, slots=True)
class Content:
    """What a case, or a pallet with its cases, holds of one lot."""

    lot_id: int
    quantity: int
    items: ItemSet | None
    """None where they were not scanned."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """A case or pallet of the files."""

    id: int
    level: str
    parent: str | None
    file: str
    line: int


class Units:
    """Cases and pallets: those of the files, and those recorded."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._new: dict[str, _Unit] = {}
        self._parents: dict[str, str | None] = {}
        self._inside: set[tuple[int, int]] = set()

    def add(self, rows: list[Row]) -> None:
        """Cases with what they hold, a row for each lot inside; pallets have no lot."""
        recorded = _levels(self._job, (row["sscc"] for row in rows))
        self._job.each("cases", rows, lambda row: self._add(row, recorded))

    def _add(self, row: Row, recorded: dict[str, tuple[int, str]]) -> None:
        sscc, parent = row["sscc"], row.get("parent")
        level = "case" if "lot" in row.values else "pallet"
        known = self._new.get(sscc)
        if sscc in recorded or (known and level == "pallet"):
            raise WrongCell("sscc", already_there("case", sscc))
        if self._parents.setdefault(sscc, parent) != parent:
            raise WrongCell("parent", _two_parents(sscc))
        if level == "pallet" and parent is not None:
            raise WrongCell("parent", _pallet_in_pallet(sscc))
        if level == "pallet":
            self._open(row, level)
            return
        lot, quantity, items = _content(self._job, row)
        if known and (known.id, lot.id) in self._inside:
            raise WrongCell("lot", already_there("case", sscc))
        if known and known.level != level:
            raise WrongCell("sscc", already_there("case", sscc))
        known = known or self._open(row, level)
        self._inside.add((known.id, lot.id))
        plan = self._job.plan
        for lo, hi, count in _spans(quantity, items):
            inside = known.id, lot.id, lo, hi, count
            plan.add("unit_content", INSIDE, inside, row)
            if lo is not None:
                plan.add("packed", PACKED, (lot.id, lo, hi), row)

    def _open(self, row: Row, level: str) -> _Unit:
        unit_id = self._job.plan.new_id(LogisticUnit)
        new = _Unit(unit_id, level, row.get("parent"), row.file, row.line)
        self._new[row["sscc"]] = new
        return new

    def finish(self) -> None:
        """Put cases on their pallets, which may stand in a later row or file."""
        named = {unit.parent for unit in self._new.values() if unit.parent is not None}
        recorded = _levels(self._job, named)
        units = recorded | {sscc: (u.id, u.level) for sscc, u in self._new.items()}
        pallets = {sscc: one for sscc, (one, level) in units.items() if level != "case"}
        plan = self._job.plan
        for wanted in ("pallet", "case"):  # the database wants a parent first
            for sscc, unit in self._new.items():
                if unit.level != wanted:
                    continue
                row = Row(unit.file, unit.line, {"sscc": sscc})
                parent_id = None if unit.parent is None else pallets.get(unit.parent)
                if unit.parent is not None and parent_id is None:
                    self._no_pallet(row, unit.parent, known=unit.parent in units)
                values = unit.id, sscc, unit.level, parent_id
                plan.add("logistic_unit", UNIT, values, row)
        plan.index("logistic_unit", "parent_id")
        plan.index("unit_content", "unit_id")
        _check_packed_once(self._job)

    def _no_pallet(self, row: Row, parent: str, *, known: bool) -> None:
        if not known and ("unit", parent) in self._job.book.bad:
            return
        error = NotFound(
            "pallet_unknown",
            N_("No pallet %(sscc)s is recorded: give it a row without lot."),
            sscc=parent,
        )
        self._job.bad.note(row, "parent", error)

    def contents_of(self, ssccs: Iterable[str]) -> dict[str, tuple[Content, ...]]:
        """What cases and pallets hold; unknown ones are left out."""
        wanted = set(ssccs)
        if not wanted:
            return {}
        job = self._job
        new = {sscc: self._new[sscc].id for sscc in wanted & self._new.keys()}
        rest = wanted - new.keys()
        recorded = {sscc: unit[0] for sscc, unit in _levels(job, rest).items()}
        found = _recorded_contents(job, {unit: sscc for sscc, unit in recorded.items()})
        if self._new:
            for sscc, unit_id in (new | recorded).items():
                found.setdefault(sscc, []).extend(self._planned(unit_id))
        return {sscc: tuple(some) for sscc, some in found.items()}

    def _planned(self, unit_id: int) -> list[Content]:
        """What files of this import put into a unit and into the cases on it."""
        plan = self._job.plan
        units = plan.look_up("logistic_unit", ("id",), "parent_id", unit_id)
        return [
            Content(lot_id, count, None if lo is None else ItemSet.range(lo, hi))
            for (one,) in [(unit_id,), *units]
            for lot_id, lo, hi, count in plan.look_up(
                "unit_content", INSIDE[1:], "unit_id", one
            )
        ]


def _levels(job: Job, ssccs: Iterable[str]) -> dict[str, tuple[int, str]]:
    """The id and level of recorded units."""
    columns = LogisticUnit.sscc, LogisticUnit.id, LogisticUnit.level
    found = found_among(job.session, sa.select(*columns), LogisticUnit.sscc, ssccs)
    return {sscc: (unit_id, level) for sscc, unit_id, level in found}


def _recorded_contents(job: Job, names: dict[int, str]) -> dict[str, list[Content]]:
    """What recorded units and the cases on them hold, by SSCC, in two queries."""
    found: dict[str, list[Content]] = {sscc: [] for sscc in names.values()}
    columns = (UnitContent.lot_id, UnitContent.quantity, UnitContent.lo, UnitContent.hi)
    inside = UnitContent.removed_at.is_(None)
    own = sa.select(UnitContent.unit_id, *columns).where(inside)
    below = (
        sa.select(LogisticUnit.parent_id, *columns)
        .join(LogisticUnit, LogisticUnit.id == UnitContent.unit_id)
        .where(inside)
    )
    for select, column in ((own, UnitContent.unit_id), (below, LogisticUnit.parent_id)):
        for unit_id, lot_id, quantity, lo, hi in found_among(
            job.session, select, column, names
        ):
            items = None if lo is None else ItemSet.range(lo, hi)
            found[names[unit_id]].append(Content(lot_id, quantity, items))
    return found


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


def _content(job: Job, row: Row) -> tuple[KnownLot, int, ItemSet | None]:
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


def _check_packed_once(job: Job) -> None:
    """An item is in at most one case (domain.md §2.3 LogisticUnit)."""
    lots = {lot_id for (lot_id,) in job.plan.read("packed", ("lot_id",))}
    columns = UnitContent.lot_id, UnitContent.lo, UnitContent.hi
    select = sa.select(*columns).where(
        UnitContent.lo.is_not(None), UnitContent.removed_at.is_(None)
    )
    recorded = found_among(job.session, select, UnitContent.lot_id, lots)
    job.plan.add_all("packed", PACKED, (tuple(row) for row in recorded))
    of_lot, end, before = 0, 0, (None, None)
    for lot_id, lo, hi, *place in job.plan.read(
        "packed", (*PACKED, "file_no", "line_no"), "lot_id, lo, hi"
    ):
        if lot_id != of_lot:
            of_lot, end, before = lot_id, 0, (None, None)
        file, line = before if place[0] is None else place
        if lo < end and file is not None and line is not None:
            error = Conflict(
                "item_in_two_cases",
                N_("Items from %(item)s on are in another case already."),
                item=lo,
            )
            job.bad.note(job.plan.row(file, line), "items", error)
        end, before = max(end, hi), tuple(place)


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
