"""The sample plant's story: from its records to a held batch and its scope.

Told by the services that views and commands call, with the cast of ``PEOPLE``; the demo
and the browser tests share it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from ...labels.jobs.service import label_series
from ...recall.complaints.filing import file_complaint
from ...recall.complaints.service import acknowledge, add_note
from ...recall.complaints.tables import Complaint
from ...recall.scope.criteria import Criteria, LotCriterion
from ...recall.scope.document import scope_document
from ...recall.scope.service import compute_scope
from ...trace import people
from ...trace.db import Session
from ...trace.exchange.imports import import_files
from ...trace.identity.codes import Serial
from ...trace.identity.items import ItemSet
from ...trace.parties.lots import find_lot
from ...trace.parties.tables import Lot
from ...trace.people import Actor
from ...trace.production.batches import record_applied
from ...trace.production.clearance import confirm_clearance
from ...trace.production.codes import issue_codes, serials_of
from ...trace.production.marks import mark_items
from ...trace.scans import record_scan
from ...trace.stock.cautions import start_caution
from ...trace.stock.holds import hold_lots
from ..installation import Installation
from . import PEOPLE, sample_files
from .laboratory import examine

HELD = "L2-{:%y%m%d}-01"
HELD_AGE = 12
"""Days since the batch was made that the story is about."""
TEST_ITEMS = (4012, 4371, 5120)
"""Packs of it that consumers complain about."""

AGO = (95, 50, 12)
"""Minutes since each of them complained."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the story left behind."""

    open_lot: Lot
    held_lot: Lot
    complaint: Complaint
    scope: dict[str, object]
    hold_number: str
    urls: tuple[str, ...]
    """Codes printed for the open lot."""


def tell(house: Installation, items: int, today: date, now: datetime) -> Told:
    """Fill an empty installation; all of it in one transaction."""
    with house.plant.writing() as session:
        hire(session, now)
        take_in(session, house, today, now)
        open_lot = find_lot(session, f"L2-{today:%y%m%d}-01")
        held_lot = find_lot(session, HELD.format(today - timedelta(days=HELD_AGE)))
        pack(session, house, open_lot, items, now)
        examine(session, house, held_lot, today, cast(session, "qian"), now)
        complaint = complain(session, held_lot, now)
        hold_number = hold(session, held_lot, now)
    scan_complained(house, held_lot, now)
    with house.plant.reading() as session:
        criteria = Criteria((LotCriterion(held_lot.id),))
        scope = scope_document(compute_scope(session, criteria, now))
        printed = ItemSet.range(0, items)
        base_url = house.settings.base_url
        series = label_series(session, house.keys, open_lot, printed, base_url)
        urls = tuple(record.url for labels in series for record in labels)
    return Told(open_lot, held_lot, complaint, scope, hold_number, urls)


def hire(session: Session, now: datetime) -> None:
    """The named cast gets its log-ins."""
    for person in PEOPLE:
        people.add_user(
            session, person.login, person.name, person.password, person.roles, now
        )


def take_in(session: Session, house: Installation, today: date, now: datetime) -> None:
    """The plant's records, through the importer that everybody uses."""
    import_files(
        session,
        sample_files(today),
        people.system(),
        now,
        key_version=house.keys.current.version,
    )


def pack(
    session: Session, house: Installation, lot: Lot, count: int, now: datetime
) -> None:
    """Li prints labels for the batch on line 2 and puts them on packs."""
    li = cast(session, "li")
    issue_codes(session, lot.id, count, house.keys.current.version, li, now)
    items = ItemSet.range(0, count)
    confirm_clearance(session, lot.id, li, now)
    mark_items(session, lot.id, items, "printed", li, now)
    record_applied(session, lot.id, items, li, now)


def complain(session: Session, lot: Lot, now: datetime) -> Complaint:
    """Three consumers find swollen packs of one batch; Zhou answers the first."""
    texts = (
        "昨天买的，今天早上发现袋子鼓起来了，没有打开。",
        "两袋都胀袋，放在冰箱里。",
        "包装鼓得像球一样，不敢吃。",
    )
    filed = [
        file_complaint(
            session,
            kind="swollen",
            text=text,
            channel="qr",
            lot_id=lot.id,
            item=item,
            pack_text="",
            contact="130 0000 0000",
            consent=True,
            health_text="",
            health_consent=False,
            photos=[],
            language="zh",
            request_key=f"story-{item}",
            now=now - timedelta(minutes=ago),
        )
        for text, item, ago in zip(texts, TEST_ITEMS, AGO, strict=True)
    ]
    zhou = cast(session, "zhou")
    answered = now - timedelta(minutes=80)
    acknowledge(session, filed[0].number, zhou, answered)
    add_note(
        session,
        filed[0].number,
        "已联系您，请保留包装，我们今天安排取样。",
        zhou,
        answered,
        public=True,
    )
    return filed[0]


def scan_complained(house: Installation, lot: Lot, now: datetime) -> None:
    """Each of them scanned the pack before complaining."""
    with house.plant.reading() as session:
        packs = ItemSet.from_numbers(TEST_ITEMS)
        serials = [s for _, s in serials_of(session, house.keys, lot.id, packs)]
    with house.scans.writing() as session:
        for serial, ago in zip(serials, AGO, strict=True):
            ((_, code),) = house.keys.read(Serial(serial))
            at = now - timedelta(minutes=ago + 2)
            record_scan(session, code.series, code.item, serial, at)


def hold(session: Session, lot: Lot, now: datetime) -> str:
    """Qian stops the batch with one hand, and warns who has a pack of it."""
    qian = cast(session, "qian")
    number = hold_lots(
        session,
        [lot.id],
        hazard="health",
        reason="三件胀袋客诉，同一批次，先封存做保温试验",
        actor=qian,
        now=now,
    )
    start_caution(session, [lot.id], qian, now)
    return number


def cast(session: Session, login: str) -> Actor:
    """One of the cast, as somebody who acts."""
    user = session.scalars(sa.select(people.User).filter_by(login=login)).one()
    return people.actor_for(session, user)
