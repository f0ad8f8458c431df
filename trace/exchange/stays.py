"""Applying stays: on which pallet a case of the files stood, from when to when."""

from ..errors import N_, Conflict, NotFound
from .book import already_there
from .job import Job, check_order
from .rows import AlreadyBad, Row, WrongCell
from .units import Units

STAY = ("unit_id", "parent_id", "since", "until", "_entry")
ALWAYS = "9"
"""Later than every time as the databases keep it."""


class Stays:
    """Stays of cases that come with the same import."""

    def __init__(self, job: Job, units: Units) -> None:
        self._job, self._units = job, units

    def add(self, rows: list[Row]) -> None:
        self._job.each("stays", rows, self._add)

    def _add(self, row: Row) -> None:
        job = self._job
        case = self._unit(row, "sscc", "case")
        pallet = self._unit(row, "pallet", "pallet")
        zone = job.book.zone(None)
        since, until = (
            job.moment(row, name, zone) if name in row.values else None
            for name in ("since", "until")
        )
        if since is not None and until is not None and since.at != until.at:
            check_order(since, until, "until", zone)
        if until is None and self._units.parent_of(row["sscc"]) != row["pallet"]:
            raise WrongCell("until", _not_there(row["sscc"]))
        times = since and since.text, until and until.text
        values = case, pallet, *times, row.get("entry")
        job.plan.add("unit_stay", STAY, values, row)

    def _unit(self, row: Row, column: str, level: str) -> int:
        """The id of a case or a pallet of the files."""
        sscc = row[column]
        found = self._units.new_id_of(sscc, level)
        if found is None:
            if ("unit", sscc) in self._job.book.bad:
                raise AlreadyBad
            unknown = _no_case(sscc) if level == "case" else _no_pallet(sscc)
            raise WrongCell(column, unknown)
        return found

    def finish(self) -> None:
        """A case stands on one pallet at a time."""
        plan, names = self._job.plan, self._units.new_names()
        read = plan.read("unit_stay", (*STAY, "file_no", "line_no"))
        stays = sorted(
            ((unit, since or "", until or ALWAYS, seq, pallet, entry, file, line))
            for seq, (unit, pallet, since, until, entry, file, line) in enumerate(read)
        )
        before = (0, "", "", 0, 0, None)
        for unit, since, until, seq, pallet, entry, file, line in stays:
            now = unit, since, until, seq, pallet, entry
            if unit == before[0] and since < before[2]:
                same = (*now[:3], pallet, entry) == (*before[:3], *before[4:])
                error = already_there("stay", names[unit]) if same else None
                self._job.bad.note(
                    plan.row(file, line), "since", error or _elsewhere(names[unit])
                )
            before = now


def _no_case(sscc: str) -> NotFound:
    return NotFound(
        "unit_not_imported",
        N_(
            "No case %(sscc)s comes with the same import: stays on pallets are told of "
            "those alone."
        ),
        sscc=sscc,
    )


def _no_pallet(sscc: str) -> NotFound:
    return NotFound(
        "unit_not_imported",
        N_(
            "No pallet %(sscc)s comes with the same import: stays on pallets are told "
            "of those alone."
        ),
        sscc=sscc,
    )


def _not_there(sscc: str) -> Conflict:
    return Conflict(
        "stay_over",
        N_(
            "Case %(sscc)s does not stand on that pallet now: fill until, or correct "
            "its parent in cases."
        ),
        sscc=sscc,
    )


def _elsewhere(sscc: str) -> Conflict:
    return Conflict(
        "stays_overlap",
        N_("Case %(sscc)s was on another pallet at that time: correct one of them."),
        sscc=sscc,
    )
