"""Applying shipments and movements: what they move is told in one of three ways."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ..errors import N_, NotFound
from ..stock.tables import Movement, Shipment
from .book import already_there, cell_missing
from .cycles import rows_disagree
from .job import Booked, Job, Moment, check_order
from .known_lots import found_among
from .loads import Contents, Load, loads_of, ssccs_of
from .rows import Row, WrongCell
from .units import Units

SHIPMENT = (
    "id",
    "number",
    "site_id",
    "consignee_id",
    "carrier",
    "vehicle",
    "driver_phone",
    "shipped_at",
    "delivered_at",
)
HEAD = (
    "number",
    "site",
    "consignee",
    "carrier",
    "vehicle",
    "driver_phone",
    "shipped_at",
    "delivered_at",
    "place",
)
"""The columns that say something of a shipment as a whole."""
GOODS = ("lot", "sscc", "items", "quantity", "place")
"""The columns that say what was on board, and from where."""
NAMED = ("lot", "sscc", "items", "place")
"""Those that say more than how much of an article was on board."""
UNBATCHED = ("shipment_id", "article_id", "quantity")
MOVED = ("document", "lot_id", "from_id", "to_id", "at", "alike")
"""What makes two rows the same movement: of items, the first run tells."""


class _Head(NamedTuple):
    """What all rows of a shipment share."""

    shipment: int
    shipped: Moment
    delivered: Moment | None
    source: int | None
    """None for a shipment whose goods stand in movements."""
    transit: int
    shop: int


class Shipments:
    """Shipments, a row for each lot or list of cases on one.

    Goods leave ``place`` for the consignee's transit place when shipped, and reach the
    consignee when delivered.
    """

    def __init__(self, job: Job, units: Units) -> None:
        self._job, self._units, self._bad = job, units, job.book.bad
        self._known: dict[str, tuple[int, int]] = {}
        """Number to the shipment's id and a mark of what its rows must agree in."""
        self._gone: set[str] = set()
        self._last: tuple[object, _Head] | None = None
        """What the row before said of its shipment, and what that means."""

    def add(self, rows: list[Row]) -> None:
        cases = self._units.contents_of(ssccs_of(rows))
        taken = self._recorded(rows)
        self._job.each("shipments", rows, lambda row: self._add(row, cases, taken))

    def _add(self, row: Row, cases: Contents, taken: set[str]) -> None:
        job, number = self._job, row.values["number"]
        if number in taken:
            raise WrongCell("number", already_there("shipment", number))
        said = tuple(map(row.values.get, HEAD))
        if self._last is None or self._last[0] != said:
            self._last = said, self._head(row)
        shipment, shipped, delivered, source, transit, shop = self._last[1]
        if is_unbatched(row):
            article = job.book.article(row)
            told = shipment, article.id, job.quantity(row, article)
            job.plan.add("unbatched", UNBATCHED, told, row)
            return
        if source is None:
            return
        loads = loads_of(job, row, cases)
        if "sscc" in row.values:
            _ship_once(row, self._gone)
        for load in loads:
            what = load.quantity, load.items
            job.post(
                *(row, load.column, load.lot_id, source, transit, *what),
                *(shipped, number, "shipped", shipment),
            )
            if delivered is not None:
                job.post(
                    *(row, load.column, load.lot_id, transit, shop, *what),
                    *(delivered, number, "delivered", shipment),
                )

    def finish(self) -> None:
        """Cases are on the way with shipments of the same files."""
        for number, row in self._job.awaited.items():
            if number not in self._known and ("shipment", number) not in self._bad:
                self._job.bad.note(row, "shipment", _shipment_unknown(number))

    def _head(self, row: Row) -> "_Head":
        """The shipment of a row: new, or of an earlier row that says the same."""
        job, said = self._job, row.values
        site = job.book.site(row) if "site" in said else None
        named = NAMED if is_unbatched(row) else GOODS
        goods = any(name in said for name in named)
        place = job.book.our_place(row) if goods else None
        site_id = site.id if site else place.site_id if place else None
        if site_id is None:
            raise WrongCell("site", cell_missing("site"))
        consignee = job.book.partner(row, "consignee", "consignee")
        zone = job.book.zone(site_id)
        shipped = job.moment(row, "shipped_at", zone)
        delivered: Moment | None = None
        if "delivered_at" in said:
            delivered = job.moment(row, "delivered_at", zone)
            check_order(shipped, delivered, "delivered_at", zone)
        values = (
            *(said["number"], site_id, consignee.id, said.get("carrier", "")),
            *(said.get("vehicle", ""), said.get("driver_phone", "")),
            *(shipped.text, delivered and delivered.text),
        )
        known = self._known.get(said["number"])
        if known is None:
            known = job.shipment_id(said["number"]), hash(values)
            self._known[said["number"]] = known
            job.plan.add("shipment", SHIPMENT, (known[0], *values), row)
        elif known[1] != hash(values):
            raise WrongCell("number", rows_disagree(said["number"]))
        code = said["consignee"]
        transit, shop = job.book.places[f"{code}/T"].id, job.book.places[code].id
        source = None if place is None else place.id
        return _Head(known[0], shipped, delivered, source, transit, shop)

    def _recorded(self, rows: list[Row]) -> set[str]:
        numbers = {row["number"] for row in rows} - self._known.keys()
        select = sa.select(Shipment.number)
        found = found_among(self._job.session, select, Shipment.number, numbers)
        return {row.number for row in found}


def is_unbatched(row: Row) -> bool:
    """Whether a row tells of an article and how much of it, and not of which batch."""
    said = row.values
    unnamed = not any(name in said for name in ("lot", "sscc", "items"))
    return "article" in said and "quantity" in said and unnamed


def add_movements(job: Job, units: Units, rows: list[Row]) -> None:
    """Movements between any two places, such as transfers, samples and returns."""
    cases = units.contents_of(ssccs_of(rows))
    taken = _recorded_movements(job, rows)
    ships = job.shipments | _recorded_shipments(job, rows)
    ways: dict[tuple[str, str], tuple[int, int, ZoneInfo]] = {}

    def add(row: Row) -> None:
        said = row.values
        ends = said["from"], said["to"]
        way = ways.get(ends)
        if way is None:
            source, target = job.book.place(row, "from"), job.book.place(row, "to")
            zone = job.book.zone(source.site_id or target.site_id)
            way = ways[ends] = source.id, target.id, zone
        at = job.moment(row, "at", way[2])
        document, reason = said["document"], said.get("reason", "")
        booked = _booked(job, row, way[2])
        shipment = ships.get(said.get("shipment", ""))
        if shipment is None and "shipment" in said:
            raise WrongCell("shipment", _shipment_unknown(said["shipment"]))
        for load in loads_of(job, row, cases):
            if taken and _key(document, load, way[0], way[1], at.at) in taken:
                raise WrongCell("document", already_there("movement", document))
            job.post(
                *(row, load.column, load.lot_id, way[0], way[1], load.quantity),
                *(load.items, at, document, reason, shipment),
                kind="" if booked else "movements",
                booked=booked,
            )

    job.each("movements", rows, add)


def _booked(job: Job, row: Row, zone: ZoneInfo) -> Booked | None:
    """When, by whom and as which entry a movement was booked, if the row says it."""
    if "booked_at" not in row.values:
        if "booked_by" in row.values:
            raise WrongCell("booked_at", cell_missing("booked_at"))
        return None
    at = job.moment(row, "booked_at", zone)
    return Booked(at, row.get("booked_by"), row.get("entry", 0))


def _recorded_shipments(job: Job, rows: list[Row]) -> dict[str, int]:
    named = {row["shipment"] for row in rows if "shipment" in row.values}
    select = sa.select(Shipment.number, Shipment.id)
    rest = named - job.shipments.keys()
    found = found_among(job.session, select, Shipment.number, rest)
    return {number: shipment_id for number, shipment_id in found}


def _shipment_unknown(number: str) -> NotFound:
    return NotFound(
        "shipment_unknown", N_("No shipment %(number)s is recorded."), number=number
    )


def check_movements(job: Job) -> None:
    """No movement stands twice in the files of one import; a second is not booked."""
    told: set[tuple[str, int]] = set()
    second: list[int] = []
    for number, row, key in job.plan.repeated("post", MOVED, "kind = 'movements'"):
        second.append(number)
        if (row.file, row.line) not in told:
            told.add((row.file, row.line))
            job.bad.note(row, "document", already_there("movement", key[0]))
    if second:
        job.plan.drop("post", second)


def _ship_once(row: Row, gone: set[str]) -> None:
    """A case leaves once; the ledger cannot tell where its items are not known."""
    for sscc in row.get("sscc", ()):
        if sscc in gone:
            raise WrongCell("sscc", already_there("case", sscc))
        gone.add(sscc)


def _recorded_movements(job: Job, rows: list[Row]) -> set[tuple[object, ...]]:
    columns = (
        Movement.document,
        Movement.lot_id,
        Movement.from_id,
        Movement.to_id,
        Movement.at,
        Movement.quantity,
        Movement.lo,
    )
    documents = {row["document"] for row in rows}
    found = found_among(job.session, sa.select(*columns), Movement.document, documents)
    return {tuple(row) for row in found}


def _key(
    document: str, load: Load, source_id: int, target_id: int, at: datetime
) -> tuple[object, ...]:
    """A movement as its row in the database has it: of items, the first run."""
    quantity, lo = load.quantity, None
    if load.items:
        lo, hi = load.items.intervals[0]
        quantity = hi - lo
    return document, load.lot_id, source_id, target_id, at, quantity, lo
