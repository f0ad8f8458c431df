"""Applying cases and pallets, and finding what is in those that rows name."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import sqlalchemy as sa

from ..errors import N_, Conflict, InvalidInput, NotFound
from ..identity.items import ItemSet
from ..stock.tables import LogisticUnit, UnitContent
from .book import already_there, cell_missing
from .contents import Content, check_items, quantity_contradicts, recorded_contents
from .cycles import rows_disagree
from .job import Job
from .known_lots import KnownLot, found_among
from .rows import Row, WrongCell

UNIT = (
    *("id", "sscc", "level", "parent_id", "state", "location_id", "built_at"),
    "shipment_id",
)
INSIDE = ("unit_id", "lot_id", "lo", "hi", "quantity", "packed_at", "removed_at")
PACKED = ("lot_id", "lo", "hi")


_Inside = tuple[int, int, ItemSet | None, str | None, str | None]
"""Lot, quantity, items, and since and until when they were inside."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """A case or pallet of the files."""

    id: int
    level: str
    parent: str | None
    state: str
    place_id: int | None
    built_at: str | None
    shipment_id: int | None
    file: str
    line: int

    @property
    def said(self) -> tuple[object, ...]:
        """What all its rows must agree in."""
        where = self.state, self.place_id, self.built_at, self.shipment_id
        return self.level, self.parent, *where


class Units:
    """Cases and pallets: those of the files, and those recorded."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._new: dict[str, _Unit] = {}
        self._inside: set[tuple[object, ...]] = set()

    def add(self, rows: list[Row]) -> None:
        """Cases with what they hold or held; a row without lot is a pallet, or a case
        with nothing inside."""
        recorded = _levels(self._job, (row["sscc"] for row in rows))
        self._job.each("cases", rows, lambda row: self._add(row, recorded))

    def _add(self, row: Row, recorded: dict[str, tuple[int, str]]) -> None:
        sscc, empty = row["sscc"], "lot" not in row.values
        known = self._new.get(sscc)
        if sscc in recorded or (known and empty):
            raise WrongCell("sscc", already_there("case", sscc))
        unit = self._read(row, known.id if known else 0)
        if known and known.level != unit.level:
            raise WrongCell("sscc", already_there("case", sscc))
        if unit.level == "pallet" and unit.parent is not None:
            raise WrongCell("parent", _pallet_in_pallet(sscc))
        if known and known.parent != unit.parent:
            raise WrongCell("parent", _two_parents(sscc))
        if known and known.said != unit.said:
            raise WrongCell("sscc", rows_disagree(sscc))
        inside = None if empty else self._content(row, unit)
        if known is None:
            new_id = self._job.plan.new_id(LogisticUnit)
            known = self._new[sscc] = replace(unit, id=new_id)
        if inside is not None:
            self._put(row, known, *inside)

    def _read(self, row: Row, unit_id: int) -> _Unit:
        job = self._job
        place = job.book.place(row) if "place" in row.values else None
        zone = job.book.zone(place.site_id if place else None)
        usual = "case" if "lot" in row.values else "pallet"
        built = "built_at" in row.values
        return _Unit(
            unit_id,
            row.get("level", usual),
            row.get("parent"),
            row.get("state", "closed"),
            place.id if place else None,
            job.moment(row, "built_at", zone).text if built else None,
            job.await_shipment(row) if "shipment" in row.values else None,
            row.file,
            row.line,
        )

    def _content(self, row: Row, unit: _Unit) -> "_Inside":
        job = self._job
        lot, quantity, items = _content(job, row)
        zone = job.book.zone(lot.site_id)
        packed, removed = (
            job.moment(row, name, zone).text if name in row.values else None
            for name in ("packed_at", "removed_at")
        )
        key = row["sscc"], lot.id, items is None, packed, removed
        if key in self._inside:
            raise WrongCell("lot", already_there("case", row["sscc"]))
        self._inside.add(key)
        return lot.id, quantity, items, packed, removed

    def _put(
        self,
        row: Row,
        unit: _Unit,
        lot_id: int,
        quantity: int,
        items: ItemSet | None,
        packed: str | None,
        removed: str | None,
    ) -> None:
        plan = self._job.plan
        for lo, hi, count in _spans(quantity, items):
            inside = unit.id, lot_id, lo, hi, count, packed, removed
            plan.add("unit_content", INSIDE, inside, row)
            if lo is not None and removed is None:
                plan.add("packed", PACKED, (lot_id, lo, hi), row)

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
                where = unit.state, unit.place_id, unit.built_at, unit.shipment_id
                values = unit.id, sscc, unit.level, parent_id, *where
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

    def new_id_of(self, sscc: str, level: str) -> int | None:
        """The id of a case or pallet of the files."""
        unit = self._new.get(sscc)
        return unit.id if unit is not None and unit.level == level else None

    def parent_of(self, sscc: str) -> str | None:
        """On which pallet a case of the files stands."""
        return self._new[sscc].parent

    def new_names(self) -> dict[int, str]:
        """The SSCC of each case and pallet of the files, by id."""
        return {unit.id: sscc for sscc, unit in self._new.items()}

    def contents_of(self, ssccs: Iterable[str]) -> dict[str, tuple[Content, ...]]:
        """What cases and pallets hold; unknown ones are left out."""
        wanted = set(ssccs)
        if not wanted:
            return {}
        job = self._job
        new = {sscc: self._new[sscc].id for sscc in wanted & self._new.keys()}
        rest = wanted - new.keys()
        recorded = {sscc: unit[0] for sscc, unit in _levels(job, rest).items()}
        found = recorded_contents(job, {unit: sscc for sscc, unit in recorded.items()})
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
            for lot_id, lo, hi, count, _, removed in plan.look_up(
                "unit_content", INSIDE[1:], "unit_id", one
            )
            if removed is None
        ]


def _levels(job: Job, ssccs: Iterable[str]) -> dict[str, tuple[int, str]]:
    """The id and level of recorded units."""
    columns = LogisticUnit.sscc, LogisticUnit.id, LogisticUnit.level
    found = found_among(job.session, sa.select(*columns), LogisticUnit.sscc, ssccs)
    return {sscc: (unit_id, level) for sscc, unit_id, level in found}


def _content(job: Job, row: Row) -> tuple[KnownLot, int, ItemSet | None]:
    lot = job.book.lot(row, supplier="supplier")
    items: ItemSet | None = row.get("items")
    quantity: int | None = row.get("quantity", items and items.count)
    if quantity is None:
        raise WrongCell("quantity", cell_missing("quantity"))
    if items is None:
        return lot, quantity, None
    if quantity != items.count:
        raise WrongCell("quantity", quantity_contradicts(quantity, items.count))
    check_items(lot, items)
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
