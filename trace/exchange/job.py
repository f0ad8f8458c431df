"""An import under way: what is known, what is wrong, what is still to be booked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from ..errors import N_, InvalidInput, LotmarkError
from ..people import Actor
from ..stock.checks import AHEAD
from ..stock.service import Move
from .book import Book
from .rows import AlreadyBad, BadRow, Row, WrongCell

KEYS = {
    "sites": ("site", "code"),
    "lines": ("line", "code"),
    "places": ("place", "code"),
    "partners": ("partner", "code"),
    "articles": ("article", "code"),
    "lots": ("lot", "lot"),
    "cases": ("unit", "sscc"),
}
"""What a row of a kind records, and the column with its code."""


@dataclass(frozen=True, slots=True)
class Post:
    """A stock movement that a row asks for."""

    row: Row
    column: str
    """The column to name when the ledger refuses it."""
    move: Move
    opening: bool = False
    """Brings in a lot: booked before all that goes on with it."""


@dataclass(slots=True)
class Job:
    """An import under way."""

    session: Session
    actor: Actor
    now: datetime
    key_version: int
    book: Book
    bad: list[BadRow]
    posts: list[Post] = field(default_factory=list)
    runs: dict[int, tuple[datetime, datetime]] = field(default_factory=dict)
    """First start and last end of the imported runs, by lot."""

    @contextmanager
    def row(self, kind: str, row: Row) -> Iterator[None]:
        """Note a refusal with the row's place and go on with the next row."""
        try:
            yield
        except WrongCell as wrong:
            self.bad.append(BadRow.of(row, wrong.column, wrong.error))
            note_bad(self.book.bad, kind, row)
        except AlreadyBad:
            note_bad(self.book.bad, kind, row)

    def moment(self, row: Row, column: str, zone: ZoneInfo) -> datetime:
        """A time of a row, in ``zone`` where it names none; not in the future."""
        value: datetime = row[column]
        if value.tzinfo is None:
            value = value.replace(tzinfo=zone)
        return self._not_ahead(column, value)

    def day_start(self, row: Row, column: str, zone: ZoneInfo) -> datetime:
        """The first moment of a date of a row; not in the future."""
        day: date = row[column]
        return self._not_ahead(column, datetime.combine(day, time(), zone))

    def span(self, row: Row, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
        """``start`` and ``end`` of a row, in order."""
        start = self.moment(row, "start", zone)
        if "end" not in row.values:
            return start, None
        end = self.moment(row, "end", zone)
        check_order(start, end, "end")
        return start, end

    def _not_ahead(self, column: str, value: datetime) -> datetime:
        if value > self.now + AHEAD:
            raise WrongCell(
                column,
                InvalidInput(
                    "time_ahead",
                    N_("Expected a time in the past, found %(found)s."),
                    found=value.isoformat(),
                ),
            )
        return value


def note_bad(bad: set[tuple[str, str]], kind: str, row: Row) -> None:
    """Remember what a bad row would have recorded."""
    what, column = KEYS.get(kind, ("", ""))
    if column not in row.values:
        return
    code = row[column]
    bad.add((what, code))
    if what == "partner":
        bad.update({("place", code), ("place", f"{code}/T")})
    elif what == "line":
        bad.add(("place", f"{row.get('site')}/{code}"))


def check_order(start: datetime, end: datetime, column: str) -> None:
    """Raises WrongCell unless ``end`` is after ``start``."""
    if end <= start:
        raise WrongCell(
            column,
            InvalidInput(
                "times_reversed",
                N_("Expected a time after %(start)s, found %(end)s."),
                start=start.isoformat(),
                end=end.isoformat(),
            ),
        )


@contextmanager
def cell(column: str) -> Iterator[None]:
    """Give an error of a plain function its column."""
    try:
        yield
    except LotmarkError as error:
        raise WrongCell(column, error) from error
