"""Facts of a scope as people type them, in a form, an address or a command."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from ..labels.jobs.service import find_job
from ..recall.scope.criteria import (
    Artwork,
    CheckFailed,
    CleaningFailed,
    Complained,
    Criterion,
    Cycle,
    Delivered,
    EquipmentWindow,
    InputLot,
    LineWindow,
    LotCriterion,
    Packed,
    Produced,
    Shipped,
    Stored,
    Supplied,
)
from ..recall.scope.names import find_id
from ..trace.errors import N_, InvalidInput
from ..trace.identity.items import ItemSet
from ..trace.parties.lots import find_line, find_lot
from ..trace.parties.tables import Line
from ..trace.production.cycles import find_cycle, find_equipment
from ..trace.production.tables import Cleaning
from ..trace.stock.queries import find_shipment
from ..trace.stock.units import find_unit
from .i18n import PLANT_ZONE

SEVERAL = ("lot", "complaint", "input_lot", "cycle", "job", "shipment")
"""Fields that may name several things."""
FIELDS = (
    *SEVERAL,
    "items",
    "supplier",
    "received_from",
    "received_to",
    "line",
    "from",
    "to",
    "equipment",
    "used_from",
    "used_to",
    "cleaning",
    "check",
    "produced_from",
    "produced_to",
    "article",
    "on_line",
    "artwork",
    "place",
    "consignee",
    "unit",
    "there_from",
    "there_to",
)
"""What can be typed, by name."""

_BETWEEN = re.compile(r"[,，、;；\n]")

Typed = Mapping[str, str]
Several = Mapping[str, Iterable[str]]


def split(text: str) -> list[str]:
    """What people separate by commas or line breaks."""
    return [piece.strip() for piece in _BETWEEN.split(text) if piece.strip()]


def read_facts(session: Session, typed: Typed, several: Several) -> list[Criterion]:
    """The facts typed; fields left empty or out say nothing.

    ``several`` has the values of the fields in ``SEVERAL``, ``typed`` the others.
    Raises InvalidInput, NotFound or Conflict for what cannot be read.
    """
    return [
        *_lots(session, typed, several),
        *_things(session, typed, several),
        *_lines(session, typed),
        *_equipment(session, typed),
        *_days(session, typed),
        *_stays(session, typed),
    ]


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """A moment, at the plant's clock where no other is named.

    Raises InvalidInput ``time_invalid``; a year far off is a slip.
    """
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        value = None
    if value is None or not 2000 <= value.year <= 2100:
        raise InvalidInput(
            "time_invalid",
            N_("Expected a time such as 2026-11-24T08:00, got %(text)s."),
            text=text,
        )
    return value if value.tzinfo else value.replace(tzinfo=zone)


def read_day(text: str) -> date:
    """A day. Raises InvalidInput ``day_invalid``."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            "day_invalid",
            N_("Expected a day such as 2026-11-24, got %(text)s."),
            text=text,
        ) from None


def _lots(session: Session, typed: Typed, several: Several) -> list[Criterion]:
    lots = list(several.get("lot", ()))
    items = ItemSet.parse(typed["items"]) if typed.get("items") else None
    if items is not None and len(lots) != 1:
        raise InvalidInput(
            "items_without_lot",
            N_("Items belong to exactly one lot: give one batch number with them."),
        )
    facts: list[Criterion] = [
        LotCriterion(find_lot(session, code).id, items) for code in lots
    ]
    for number in several.get("job", ()):
        job = find_job(session, number)
        facts.append(LotCriterion(job.lot_id, ItemSet.range(job.lo, job.hi)))
    if version := typed.get("artwork"):
        article = typed.get("article")
        if not article:
            raise InvalidInput(
                "artwork_without_article",
                N_("An artwork version belongs to an article: name it too."),
            )
        facts.append(Artwork(find_id(session, "article", (article,)), version))
    return facts


def _things(session: Session, typed: Typed, several: Several) -> list[Criterion]:
    kinds: dict[str, Callable[[str], Criterion]] = {
        "complaint": lambda n: Complained(find_id(session, "complaint", (n,))),
        "input_lot": lambda n: InputLot(find_lot(session, n).id),
        "cycle": lambda n: Cycle(find_cycle(session, n).id),
        "shipment": lambda n: Shipped(find_shipment(session, n).id),
    }
    facts = [make(n) for kind, make in kinds.items() for n in several.get(kind, ())]
    if cleaning := typed.get("cleaning"):
        facts.append(_failed_cleaning(session, _number(cleaning)))
    if check := typed.get("check"):
        facts.append(CheckFailed(_number(check)))
    return facts


def _failed_cleaning(session: Session, number: int) -> Criterion:
    """A cleaning of a line that failed; one of equipment is the time of it there.

    That time begins before the cleaning ends, so it is no clean break of itself.
    """
    told = session.get(Cleaning, number)
    if told is None or not told.equipment:
        return CleaningFailed(number)
    site = session.get_one(Line, told.line_id).site_id
    return EquipmentWindow(site, told.equipment, told.started_at, told.ended_at)


def _lines(session: Session, typed: Typed) -> list[Criterion]:
    line, start, end = (typed.get(name, "") for name in ("line", "from", "to"))
    if not (line or start or end):
        return []
    if not (line and start and end):
        raise InvalidInput(
            "scope_window_incomplete",
            N_("A line needs both times: from when to when it is suspect."),
        )
    found = find_line(session, line)
    zone = ZoneInfo(found.site.time_zone)
    return [LineWindow(found.id, read_moment(start, zone), read_moment(end, zone))]


def _equipment(session: Session, typed: Typed) -> list[Criterion]:
    name = typed.get("equipment", "")
    times = _both(typed, "used_from", "used_to")
    if not (name or times):
        return []
    if not (name and times):
        raise InvalidInput(
            "scope_equipment_incomplete",
            N_("Equipment needs both times: from when to when it is suspect."),
        )
    site, equipment = find_equipment(session, name)
    zone = ZoneInfo(site.time_zone)
    start, end = (read_moment(text, zone) for text in times)
    return [EquipmentWindow(site.id, equipment, start, end)]


def _days(session: Session, typed: Typed) -> list[Criterion]:
    facts: list[Criterion] = []
    if days := _both(typed, "produced_from", "produced_to"):
        article, line = typed.get("article"), typed.get("on_line")
        first, last = map(read_day, days)
        facts.append(
            Produced(
                first,
                last,
                article_id=find_id(session, "article", (article,)) if article else None,
                line_id=find_line(session, line).id if line else None,
            )
        )
    supplier = typed.get("supplier", "")
    received = _both(typed, "received_from", "received_to")
    if supplier and received:
        partner = find_id(session, "partner", (supplier,))
        facts.append(Supplied(partner, *map(read_day, received)))
    elif supplier or received:
        raise InvalidInput(
            "supplier_incomplete",
            N_("A supplier needs the days of receipt, and the days need a supplier."),
        )
    return facts


def _stays(session: Session, typed: Typed) -> list[Criterion]:
    place, consignee = typed.get("place", ""), typed.get("consignee", "")
    unit = typed.get("unit", "")
    times = _both(typed, "there_from", "there_to")
    if not (place or consignee or unit or times):
        return []
    if not times or not (place or consignee or unit):
        raise InvalidInput(
            "stay_incomplete",
            N_(
                "A place, consignee, case or pallet needs both times, and the times "
                "need one."
            ),
        )
    start, end = (read_moment(text, PLANT_ZONE) for text in times)
    facts: list[Criterion] = []
    if place:
        facts.append(Stored(find_id(session, "place", (place,)), start, end))
    if consignee:
        partner = find_id(session, "partner", (consignee,))
        facts.append(Delivered(partner, start, end))
    if unit:
        facts.append(Packed(find_unit(session, unit).id, start, end))
    return facts


def _both(typed: Typed, first: str, last: str) -> tuple[str, str] | None:
    """Two ends; one alone is both."""
    start, end = typed.get(first, ""), typed.get(last, "")
    return (start or end, end or start) if start or end else None


def _number(text: str) -> int:
    if not re.fullmatch("[0-9]{1,18}", text):
        raise InvalidInput(
            "record_number_invalid",
            N_("Expected the number of a record, got %(text)s."),
            text=text,
        )
    return int(text)
