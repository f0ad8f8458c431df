"""Applying equipment cycles: what was inside, and what was put into tanks."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from ..errors import N_, Conflict, InvalidInput, NotFound
from ..production.tables import EquipmentCycle
from .book import already_there, cell_missing
from .job import Job, Moment
from .known_lots import found_among
from .rows import AlreadyBad, Row, WrongCell
from .using import Use, take_used

LOAD = ("cycle_id", "lot_id", "quantity", "drawn_at")
FILL_KEY = ("cycle_id", "lot_id", "quantity", "at")
FILL = (*FILL_KEY, "_entry")


class _Cycle(NamedTuple):
    """A cycle of the files."""

    id: int
    equipment: str
    kind: str
    started_at: datetime
    ended_at: datetime | None
    result: str


class Cycles:
    """Loads of retorts, kettles, chillers and tanks: a row for each batch inside."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._cycles: dict[tuple[int, str], _Cycle] = {}
        self._loads: set[tuple[int, int | None]] = set()

    def add(self, rows: list[Row]) -> None:
        taken = _recorded_cycles(self._job, rows)
        self._job.each("cycles", rows, lambda row: self._add(row, taken))

    def _add(self, row: Row, taken: set[tuple[int, str]]) -> None:
        job, number = self._job, row["number"]
        site, lot_id = job.book.site(row), _inside(job, row)
        zone = job.book.zone(site.id)
        start, end = job.span(row, zone)
        key = site.id, number
        known = self._cycles.get(key)
        if key in taken or (known and (known.id, lot_id) in self._loads):
            raise WrongCell("number", already_there("cycle", number))
        ended = None if end is None else end.at
        said = row["equipment"], row["kind"], start.at, ended, row["result"]
        if known is not None and known[1:] != said:
            raise WrongCell("number", rows_disagree(number))
        drawn = None
        if "drawn_at" in row.values:
            drawn = job.moment(row, "drawn_at", zone)
            _check_drawn(row, _Cycle(0, *said), drawn)
        if known is None:
            known = _Cycle(job.plan.new_id(EquipmentCycle), *said)
            self._cycles[key] = known
            named = {"site_id": site.id, "number": number}
            job.plan.record(EquipmentCycle, named | known._asdict(), row)
        self._loads.add((known.id, lot_id))
        if lot_id is not None:
            when = drawn and drawn.text
            load = known.id, lot_id, row["quantity"], when
            job.plan.add("cycle_load", LOAD, load, row)

    def add_fills(self, rows: list[Row]) -> None:
        """What was put into tanks; it goes to ``consumed``."""
        self._job.each("fills", rows, self._add_fill)

    def _add_fill(self, row: Row) -> None:
        job, site = self._job, self._job.book.site(row)
        lot = job.book.lot(row, supplier="supplier")
        cycle = self._cycles.get((site.id, row["cycle"]))
        if cycle is None:
            if ("cycle", row["cycle"]) in job.book.bad:
                raise AlreadyBad
            raise WrongCell("cycle", _only_new(row["cycle"]))
        at = job.moment(row, "at", job.book.zone(site.id))
        _check_tank("cycle", row["cycle"], cycle)
        _check_then("at", row["cycle"], cycle, at)
        quantity = job.quantity(row, lot.article)
        use = Use("lot", lot, "consumption", quantity, None, at, site.id)
        take_used(job, row, use, row["cycle"], "tank")
        key = cycle.id, lot.id, quantity, at.text, row.get("entry")
        job.plan.add("tank_fill", FILL, key, row)
        job.plan.mark("tank_fill", key)

    def check_fills(self) -> None:
        """No fill stands twice in the files of one import."""
        for _, row, key in self._job.plan.repeated("tank_fill", FILL):
            code = self._job.book.code_of(key[1])
            self._job.bad.note(row, "at", already_there("fill", code))


def _check_drawn(row: Row, cycle: _Cycle, drawn: Moment) -> None:
    if "lot" not in row.values:
        raise WrongCell("lot", cell_missing("lot"))
    _check_tank("drawn_at", row["number"], cycle)
    _check_then("drawn_at", row["number"], cycle, drawn)


def _check_tank(column: str, number: str, cycle: _Cycle) -> None:
    if cycle.kind != "tank":
        error = InvalidInput(
            "cycle_no_tank",
            N_(
                "Only a tank is filled and drawn from, but cycle %(number)s is none: "
                "correct its kind, or empty the cell."
            ),
            number=number,
        )
        raise WrongCell(column, error)


def _check_then(column: str, number: str, cycle: _Cycle, at: Moment) -> None:
    """As ``production.tanks`` asks: the tank was in use at that time."""
    if at.at < cycle.started_at or (cycle.ended_at and at.at > cycle.ended_at):
        error = Conflict(
            "tank_not_then",
            N_(
                "Filling %(number)s of tank %(tank)s was not going on at that time: "
                "compare the time with when it was begun, and emptied and cleaned."
            ),
            number=number,
            tank=cycle.equipment,
        )
        raise WrongCell(column, error)


def _inside(job: Job, row: Row) -> int | None:
    """The lot that was inside a cycle, if any was."""
    for column, other in (("lot", "quantity"), ("quantity", "lot")):
        if other in row.values and column not in row.values:
            raise WrongCell(column, cell_missing(column))
    if "lot" not in row.values:
        return None
    return job.book.lot(row, supplier="supplier").id


def _recorded_cycles(job: Job, rows: Iterable[Row]) -> set[tuple[int, str]]:
    columns = EquipmentCycle.site_id, EquipmentCycle.number
    numbers = {row["number"] for row in rows}
    found = found_among(
        job.session, sa.select(*columns), EquipmentCycle.number, numbers
    )
    return {(row.site_id, row.number) for row in found}


def rows_disagree(number: str) -> InvalidInput:
    return InvalidInput(
        "rows_disagree",
        N_("Rows of one number, here %(number)s, must agree in all they share."),
        number=number,
    )


def _only_new(number: str) -> NotFound:
    return NotFound(
        "cycle_not_imported",
        N_(
            "Fills are told of tanks that come with the same import, but no row of "
            "cycles has number %(number)s at this site."
        ),
        number=number,
    )
