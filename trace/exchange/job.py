"""An import under way: what is known, what is wrong, what will be written."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from ..bulk import plain_moment
from ..db import Base
from ..errors import N_, InvalidInput, LotmarkError
from ..identity.items import ItemSet
from ..parties.tables import Article
from ..people import Actor
from ..stock.checks import AHEAD
from ..stock.tables import Shipment
from .amounts import to_base
from .book import Book
from .inspected import Inspected
from .past import Stop
from .plan import POST, RUN, Plan
from .rows import AlreadyBad, BadRows, Row, WrongCell

KEYS = {
    "sites": ("site", "code"),
    "lines": ("line", "code"),
    "places": ("place", "code"),
    "partners": ("partner", "code"),
    "articles": ("article", "code"),
    "lots": ("lot", "lot"),
    "cycles": ("cycle", "number"),
    "checks": ("check", "entry"),
    "cases": ("unit", "sscc"),
    "shipments": ("shipment", "number"),
}
"""What a row of a kind records, and the column with its code."""
REMEMBERED = 50_000
"""Times, and quantities, remembered; more would make memory grow with the files."""


class Moment(NamedTuple):
    """A time in UTC, and the same as the databases keep it."""

    at: datetime
    text: str


@dataclass(slots=True)
class Coded:
    """A new lot whose packs get codes when it is written."""

    lot_id: int
    count: int
    """Item numbers given out."""
    quantity: int
    """Packs that are there, from item 0 on."""
    at: datetime
    """When it was made."""


class Booked(NamedTuple):
    """When and by whom a movement was booked where it comes from."""

    at: Moment
    by: str | None
    entry: int
    """Its place in the record."""


@dataclass(slots=True)
class Job:
    """An import under way."""

    session: Session
    """Only read from."""
    actor: Actor
    now: datetime
    book: Book
    bad: BadRows
    plan: Plan
    runs: dict[int, tuple[datetime, datetime]] = field(default_factory=dict)
    """First start and last end of the imported runs, by lot."""
    coded: dict[int, Coded] = field(default_factory=dict)
    bound: set[int] = field(default_factory=set)
    """New lots whose codes the files tell."""
    noted: set[int] = field(default_factory=set)
    """New lots of whose items the files tell what became of them."""
    shipments: dict[str, int] = field(default_factory=dict)
    """Ids of the shipments that files name."""
    awaited: dict[str, Row] = field(default_factory=dict)
    """Shipments that cases are on the way with, by number, and a row that says so."""
    counted: set[str] = field(default_factory=set)
    """Counts that files tell; what they found missing may be lost though it is held."""
    stops: dict[int, list[Stop]] = field(default_factory=dict)
    """Holds that the files tell, by lot."""
    inspected: Inspected = field(default_factory=Inspected)
    openings: dict[int, str] = field(default_factory=dict)
    """Where each new lot is taken in, as the place's code."""
    cleanings: set[tuple[int, str, str, str, int | None]] = field(default_factory=set)
    """Line, start, equipment, when it was withdrawn, and entry of each cleaning known;
    of those recorded entry 0."""
    used: dict[int, tuple[int, Row]] = field(default_factory=dict)
    """What went into batches of lots and is booked by movements, and a row of each."""
    stocked: dict[int, set[str]] | None = None
    """Where lots are in our hands, once somebody asked."""
    latest: datetime = field(init=False)
    """What lies after it is a slip, or a wrong clock."""
    _moments: dict[tuple[datetime, str], Moment] = field(default_factory=dict)
    _amounts: dict[tuple[int, Decimal, str | None], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.latest = self.now + AHEAD

    def each(
        self, kind: str, rows: Sequence[Row], step: Callable[[Row], object]
    ) -> None:
        """Do a step for each row; note a refusal with its place and go on."""
        for row in rows:
            try:
                step(row)
            except WrongCell as wrong:
                self.bad.note(row, wrong.column, wrong.error)
                note_bad(self.book.bad, kind, row)
            except AlreadyBad:
                note_bad(self.book.bad, kind, row)

    def shipment_id(self, number: str) -> int:
        """The id of a shipment of the files; its rows may come later."""
        if number not in self.shipments:
            self.shipments[number] = self.plan.new_id(Shipment)
        return self.shipments[number]

    def await_shipment(self, row: Row) -> int:
        """The id of a shipment that a row names before its own rows come."""
        self.awaited.setdefault(row["shipment"], Row(row.file, row.line, {}))
        return self.shipment_id(row["shipment"])

    def post(
        self,
        row: Row,
        column: str,
        lot_id: int,
        source_id: int,
        target_id: int,
        quantity: int,
        items: ItemSet | None,
        at: Moment,
        document: str,
        reason: str = "",
        shipment_id: int | None = None,
        *,
        kind: str = "",
        opening: bool = False,
        booked: Booked | None = None,
    ) -> None:
        """Ask for a stock movement; ``column`` is named when the ledger refuses it.

        An opening brings in a lot: it is booked before all that goes on with it. What
        was ``booked`` elsewhere follows in the order of that record, then all else as
        it happened. Of a ``kind``, movements that are alike in all else stand for one
        told twice.
        """
        text = None if items is None else str(items)
        alike: str | None = None
        if kind:
            alike = str(quantity if items is None else items.intervals[0])
        turn, recorded_at, by = at.text, None, None
        if opening:
            turn = ""
        elif booked is not None:
            turn, recorded_at, by = f"{booked.entry:020}", booked.at.text, booked.by
        values = (
            *(turn, at.text, document, lot_id, source_id, target_id, quantity, text),
            *(alike, reason, shipment_id, column, kind, recorded_at, by),
        )
        plan = self.plan
        plan.add("post", POST, values, row)
        if kind:
            plan.mark("post", (document, lot_id, source_id, target_id, at.text, alike))
        if items is not None:
            post = plan.count("post")
            for span in items.intervals:
                plan.add("run", RUN, (post, *span), row)

    def moment(self, row: Row, column: str, zone: ZoneInfo) -> Moment:
        """A time of a row, in ``zone`` where it names none; not in the future."""
        value: datetime = row.values[column]
        key = value, zone.key
        known = self._moments.get(key)
        if known is None:
            aware = value if value.tzinfo else value.replace(tzinfo=zone)
            known = self._moment(column, aware)
            if len(self._moments) >= REMEMBERED:
                self._moments.clear()
            self._moments[key] = known
        return known

    def day_start(self, row: Row, column: str, zone: ZoneInfo) -> Moment:
        """The first moment of a date of a row; not in the future."""
        day: date = row[column]
        return self._moment(column, datetime.combine(day, time(), zone))

    def span(
        self, row: Row, zone: ZoneInfo, *, empty: bool = False
    ) -> tuple[Moment, Moment | None]:
        """``start`` and ``end`` of a row, in order; both at one moment if ``empty``."""
        start = self.moment(row, "start", zone)
        if "end" not in row.values:
            return start, None
        end = self.moment(row, "end", zone)
        if not (empty and end.at == start.at):
            check_order(start, end, "end", zone)
        return start, end

    def quantity(self, row: Row, article: Article) -> int:
        """``quantity`` and ``unit`` of a row in the article's base unit."""
        amount, unit = row.values["quantity"], row.values.get("unit")
        key = article.id, amount, unit
        known = self._amounts.get(key)
        if known is None:
            with cell("quantity"):
                known = to_base(article, amount, unit)
            if len(self._amounts) >= REMEMBERED:
                self._amounts.clear()
            self._amounts[key] = known
        return known

    def _moment(self, column: str, value: datetime) -> Moment:
        at = value.astimezone(UTC)
        if at > self.latest:
            raise WrongCell(
                column,
                InvalidInput(
                    "time_ahead",
                    N_("Expected a time in the past, found %(found)s."),
                    found=value.isoformat(),
                ),
            )
        return Moment(at, plain_moment(at))


def plan_record(job: Job, record: Base, row: Row) -> None:
    """Plan a record that is not in any session."""
    held = vars(record)  # many times faster than attributes that a session watches
    columns = record.__table__.columns.keys()
    filled = {name: held[name] for name in columns if held.get(name) is not None}
    job.plan.record(type(record), filled, row)


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


def check_order(start: Moment, end: Moment, column: str, zone: ZoneInfo) -> None:
    """Raises WrongCell unless ``end`` is after ``start``; told in the local time."""
    if end.at <= start.at:
        raise WrongCell(
            column,
            InvalidInput(
                "times_reversed",
                N_("Expected a time after %(start)s, found %(end)s."),
                start=start.at.astimezone(zone).isoformat(),
                end=end.at.astimezone(zone).isoformat(),
            ),
        )


@contextmanager
def cell(column: str) -> Iterator[None]:
    """Give an error of a plain function its column."""
    try:
        yield
    except LotmarkError as error:
        raise WrongCell(column, error) from error
