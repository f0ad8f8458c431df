"""The steps of ``plant_life``: every service that changes what trace has on record."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from plant_life import GRADES, Life, Step
from plant_lines import LINE_STEPS

from lotmark.trace.db import Session
from lotmark.trace.identity.codes import ItemCode
from lotmark.trace.identity.gs1 import Sscc
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.tables import CodeBlock, ItemMark
from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Lot, Partner, Site
from lotmark.trace.production.batches import (
    finish_batch,
    open_batch,
    record_applied,
    start_testing,
)
from lotmark.trace.production.codes import issue_codes
from lotmark.trace.production.consumption import use_lot
from lotmark.trace.production.inspections import Finding, record_inspection
from lotmark.trace.production.items import report_missing, sample_items, void_items
from lotmark.trace.production.papers import add_paper
from lotmark.trace.production.release import close_batch, reject_batch, release_batch
from lotmark.trace.production.rolls import bind_roll, issue_roll
from lotmark.trace.production.samples import keep_sample, remove_sample
from lotmark.trace.production.tables import RetainedSample
from lotmark.trace.stock.building import close_unit, dissolve_unit, open_unit
from lotmark.trace.stock.cargo import Cargo
from lotmark.trace.stock.cautions import start_caution
from lotmark.trace.stock.counts import (
    book_count,
    give_reasons,
    note_count,
    open_count,
    submit_count,
)
from lotmark.trace.stock.goods_in import Delivery, receive_lot
from lotmark.trace.stock.holds import place_hold, release_hold, request_release
from lotmark.trace.stock.loose import Loose
from lotmark.trace.stock.packing import pack_count, pack_items, take_out
from lotmark.trace.stock.pallets import put_on_pallet, take_off_pallet
from lotmark.trace.stock.returns import take_back
from lotmark.trace.stock.service import move_stock
from lotmark.trace.stock.shipping import Transport, deliver_goods, ship_goods
from lotmark.trace.stock.spare import set_policy
from lotmark.trace.stock.tables import (
    Hold,
    LogisticUnit,
    Shipment,
    Stock,
    StockCount,
    StockCountLine,
)
from lotmark.trace.stock.units import Contents


def _receive(session: Session, life: Life) -> None:
    kind = life.random.choice(("ingredient", "ingredient", "product"))
    article = life.article(session, kind)
    unit = 1 if article.base_unit == "piece" else 1_000
    delivery = Delivery(
        article_id=article.id,
        supplier_id=life.partner(session, "supplier").id,
        code=f"00{life.random.randrange(4)}",
        quantity=life.random.randint(1, 900_000) * unit,
        place_id=life.place(session, "warehouse", "hold").id,
        received_on=life.now.date() - timedelta(days=life.random.randrange(2)),
        result=life.random.choice(("pass", "pass", "wait", "fail")),
        expires_on=life.now.date() + timedelta(days=100),
        certificate=life.words().split("\n")[0],
    )
    receive_lot(session, delivery, life.someone(), life.now)


def _open(session: Session, life: Life) -> None:
    code = f"00{life.random.randrange(9)}"
    lot = open_batch(
        *(session, life.article(session, "product"), life.line(session), code),
        *(life.now.date(), life.random.randint(40, 200), life.someone(), life.now),
        grade=life.random.choice(GRADES),
    )
    lot.artwork = life.random.choice(("", "V2"))


def _issue(session: Session, life: Life) -> None:
    lot = life.own(session, "in_production")
    count = life.random.randint(5, 60)
    issue_codes(session, lot.id, count, 1, life.someone(), life.now)


def _roll(session: Session, life: Life) -> None:
    issue_roll(session, life.random.randint(5, 60), 1, life.someone(), life.now)


def _bind(session: Session, life: Life) -> None:
    lot = life.own(session, "in_production")
    block = life.one_of(session, CodeBlock)
    assert isinstance(block, CodeBlock)
    first = block.first + life.random.randrange(block.count)
    last = block.first + life.random.randrange(block.count)
    ends = ItemCode(block.series_id, first), ItemCode(block.series_id, last)
    bind_roll(session, lot.id, *ends, life.someone(), life.now)


def _apply(session: Session, life: Life) -> None:
    lot = life.own(session, "in_production")
    until = life.now - timedelta(microseconds=life.random.randrange(3))
    record_applied(
        *(session, lot.id, life.some_items(lot), life.someone(), life.now),
        since=until - timedelta(microseconds=life.random.choice((0, 1, 5))),
        until=until,
    )


def _make_uncoded(session: Session, life: Life) -> None:
    lot = life.own(session, "in_production", "produced")
    move_stock(
        *(session, lot.id, _fixed(session, "made")),
        life.place(session, "line", "warehouse").id,
        quantity=life.random.randint(1, 60),
        at=life.lately(),
        document="RK-1",
        actor=life.someone(),
        now=life.now,
    )


def _note(session: Session, life: Life) -> None:
    lot = life.own(session)
    how = life.random.choice((void_items, void_items, sample_items, report_missing))
    how(session, lot.id, life.some_items(lot), life.words(), life.someone(), life.now)


def _further(session: Session, life: Life) -> None:
    """A batch comes one state further, with what that needs."""
    lot = life.own(session)
    who, now = life.someone(), life.now
    if lot.status == "in_production":
        finish_batch(session, lot.id, who, now)
    elif lot.status == "produced":
        start_testing(session, lot.id, who, now)
    elif lot.status == "testing" and life.random.randrange(4):
        place = life.where(session, lot)
        keep_sample(
            session, lot.id, place_id=place, quantity=1, shelf="B3", actor=who, now=now
        )
        _inspect(session, life, lot, "outgoing", "pass")
        release_batch(session, lot.id, "C-1", who, now, reason=life.words())
    elif lot.status in ("produced", "testing"):
        reject_batch(session, lot.id, life.words(), who, now)
    elif lot.status == "released" and not life.random.randrange(3):
        # what a recall does to a lot: its state, and marks for the scan page
        lot.status, lot.status_since = "recalled", now
        if lot.next_item:
            session.add(
                ItemMark(lot_id=lot.id, lo=0, hi=lot.next_item, kind="recalled", at=now)
            )
    else:
        close_batch(session, lot.id, who, now)


def _inspect(session: Session, life: Life, lot: Lot, kind: str, result: str) -> None:
    record_inspection(
        session,
        lot.id,
        kind=kind,
        result=result,
        at=life.lately() if kind == "receiving" else life.now,
        lab=life.random.choice(("", "市检院")),
        method="GB 4789.2",
        findings=[Finding(life.words(), life.random.choice(("", "≤ 10; x")), "5|0")],
        certificate="C-1" if result == "pass" else "",
        actor=life.someone(),
        now=life.now,
    )


def _inspect_any(session: Session, life: Life) -> None:
    lot = life.lot(session)
    kinds = ("outgoing", "incubation", "retained") if lot.own else ("receiving",)
    result = life.random.choice(("pass", "fail"))
    _inspect(session, life, lot, life.random.choice(kinds), result)


def _paper(session: Session, life: Life) -> None:
    add_paper(
        *(session, life.lot(session).id),
        kind="animal_quarantine",
        number=f"动检 {life.random.randrange(3)}",
        file=None,
        actor=life.someone(),
        now=life.now,
    )


def _remove(session: Session, life: Life) -> None:
    sample = life.one_of(session, RetainedSample)
    assert isinstance(sample, RetainedSample)
    remove_sample(session, sample.id, life.words(), life.someone(), life.now)


def _use(session: Session, life: Life) -> None:
    used, output = life.lot(session), life.own(session, "in_production", "produced")
    most = 5 if used.article.base_unit == "piece" else 100_000
    use_lot(
        *(session, used.id, output.id),
        place_id=life.where(session, used),
        quantity=life.random.randint(1, most),
        at=life.lately(),
        kind=life.random.choice(("consumption", "rework", "repack")),
        reason=life.words(),
        actor=life.someone(),
        now=life.now,
    )


def _fixed(session: Session, code: str) -> int:
    return find_place(session, code).id


def _cargo(session: Session, life: Life) -> Cargo:
    if not life.random.randrange(4):
        unit = life.one_of(session, LogisticUnit)
        assert isinstance(unit, LogisticUnit)
        return Cargo((), (unit.sscc,))
    lot = life.lot(session)
    place = life.where(session, lot)
    if lot.next_item and life.random.randrange(2):
        return Cargo((Loose(lot.id, place, None, life.some_items(lot)),), ())
    return Cargo((Loose(lot.id, place, life.random.randint(1, 20), None),), ())


def _move(session: Session, life: Life) -> None:
    lot = life.lot(session)
    scanned = lot.next_item and life.random.randrange(2)
    move_stock(
        *(session, lot.id, life.where(session, lot)),
        life.place(session).id,
        quantity=None if scanned else life.random.randint(1, 20),
        items=life.some_items(lot) if scanned else None,
        at=life.lately(),
        document=f"DB {life.words()}".split("\n")[0],
        reason=life.words(),
        actor=life.someone(),
        now=life.now,
    )


def _ship(session: Session, life: Life) -> None:
    site = life.one_of(session, Site)
    assert isinstance(site, Site)
    ship_goods(
        *(session, life.partner(session, "consignee").id, site.id),
        *(_cargo(session, life), Transport("货运", "示A1", ""), life.someone()),
        life.now,
    )


def _deliver(session: Session, life: Life) -> None:
    shipment = life.one_of(session, Shipment)
    assert isinstance(shipment, Shipment)
    lots = {lot.id: life.random.randrange(3) for lot in session.scalars(sa.select(Lot))}
    part = lots if not life.random.randrange(3) else None
    deliver_goods(session, shipment, life.someone(), life.now, part)


def _take_back(session: Session, life: Life) -> None:
    site = life.one_of(session, Site)
    assert isinstance(site, Site)
    cargo = _cargo(session, life)
    take_back(session, cargo, site.id, life.someone(), life.now, reason=life.words())


def _hold(session: Session, life: Life) -> None:
    lot = life.lot(session)
    part = {lot.id: life.some_items(lot)} if lot.next_item else {}
    place_hold(
        session,
        [lot.id],
        items=part if life.random.randrange(2) else {},
        hazard=life.random.choice(("health", "quality", "label", "other")),
        reason=life.words(),
        actor=life.someone(),
        now=life.now,
    )


def _lift(session: Session, life: Life) -> None:
    hold = life.one_of(session, Hold)
    assert isinstance(hold, Hold)
    if hold.state == "active":
        request_release(session, hold.number, life.words(), life.someone(), life.now)
    else:
        release_hold(session, hold.number, life.someone(), life.now)


def _caution(session: Session, life: Life) -> None:
    start_caution(session, [life.lot(session).id], life.someone(), life.now)


def _unit(session: Session, life: Life) -> None:
    level = life.random.choice(("case", "case", "case", "pallet"))
    sscc = Sscc.build("9506000", life.number())
    place = life.place(session, "warehouse", "line")
    open_unit(session, sscc, level, place.id, life.someone(), life.now)


def _pack(session: Session, life: Life) -> None:
    unit = life.one_of(session, LogisticUnit)
    assert isinstance(unit, LogisticUnit)
    lot = life.lot(session)
    if lot.next_item and life.random.randrange(3):
        items = life.some_items(lot)
        pack_items(session, unit.sscc, lot.id, items, life.someone(), life.now)
    else:
        pack_count(session, unit.sscc, lot.id, 3, life.someone(), life.now)


def _unpack(session: Session, life: Life) -> None:
    unit = life.one_of(session, LogisticUnit)
    assert isinstance(unit, LogisticUnit)
    who, how = life.someone(), life.random.randrange(4)
    if how == 0:
        close_unit(session, unit.sscc, who, life.now)
    elif how == 1:
        _pallet(session, life)
    elif how == 2 and not life.random.randrange(3):
        dissolve_unit(session, unit.sscc, who, life.now)
    else:
        lot = life.lot(session)
        items = life.some_items(lot) if lot.next_item else ItemSet()
        goods = Contents(items, life.random.randrange(2))
        take_out(session, unit.sscc, lot.id, goods, who, life.now)


def _pallet(session: Session, life: Life) -> None:
    """A case that stands beside an open pallet is put on it, or one comes off."""
    case = life.one_of(session, LogisticUnit, level="case")
    assert isinstance(case, LogisticUnit)
    if case.parent_id is not None:
        take_off_pallet(session, [case.sscc], life.someone(), life.now)
        return
    beside = {"level": "pallet", "state": "open", "location_id": case.location_id}
    pallet = life.one_of(session, LogisticUnit, **beside)
    assert isinstance(pallet, LogisticUnit)
    put_on_pallet(session, pallet.sscc, [case.sscc], life.someone(), life.now)


def _count(session: Session, life: Life) -> None:
    """A count is opened, or comes one step further."""
    who, now = life.someone(), life.now
    counts = session.scalars(sa.select(StockCount).order_by(StockCount.id)).all()
    count = life.random.choice([*counts, None])
    if count is None:
        place = life.place(session, "warehouse")
        count = open_count(session, place.id, now.date(), who, now)
        for stock in session.scalars(sa.select(Stock).filter_by(location_id=place.id)):
            if stock.quantity > 0:
                found = max(stock.quantity - life.random.choice((0, 0, 1)), 0)
                note_count(session, count.number, stock.lot_id, found, who, now)
    elif count.state == "open" and count.counted_by:
        counter = replace(who, login=count.counted_by)
        submit_count(session, count.number, counter, now)
    elif count.state == "counted":
        lines = session.scalars(sa.select(StockCountLine).filter_by(count_id=count.id))
        reasons = {line.lot_id: life.words() for line in lines}
        give_reasons(session, count.number, reasons, who, now)
        book_count(session, count.number, who, now)


def _master(session: Session, life: Life) -> None:
    article = life.article(session, "product")
    share = life.random.choice((0, 50, 1000))
    set_policy(session, article.id, share, life.someone(), life.now)
    partner = life.one_of(session, Partner)
    assert isinstance(partner, Partner)
    partner.backup_contact, partner.backup_phone = "孙", "+86 1"
    partner.contact_checked_on = life.now.date()


STEPS: dict[str, tuple[int, Step]] = {
    "receive": (3, _receive),
    "open": (3, _open),
    "issue": (5, _issue),
    "roll": (1, _roll),
    "bind": (5, _bind),
    "apply": (14, _apply),
    "make": (4, _make_uncoded),
    "note": (6, _note),
    "further": (7, _further),
    "inspect": (3, _inspect_any),
    "paper": (1, _paper),
    "remove": (1, _remove),
    "use": (10, _use),
    "move": (16, _move),
    "ship": (12, _ship),
    "deliver": (5, _deliver),
    "take_back": (6, _take_back),
    "hold": (3, _hold),
    "lift": (4, _lift),
    "caution": (1, _caution),
    "unit": (5, _unit),
    "pack": (14, _pack),
    "unpack": (8, _unpack),
    "pallet": (10, _pallet),
    "count": (3, _count),
    **LINE_STEPS,
    "master": (1, _master),
}
"""By name, with how often each is taken."""
