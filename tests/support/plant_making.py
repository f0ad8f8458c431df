"""Steps of ``plant_life`` in production: lots, their codes, records and uses."""

from datetime import timedelta

from plant_life import GRADES, Life, Step

from lotmark.trace.db import Session
from lotmark.trace.identity.codes import ItemCode
from lotmark.trace.identity.tables import CodeBlock, ItemMark
from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Lot
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
from lotmark.trace.stock.goods_in import Delivery, receive_lot
from lotmark.trace.stock.service import move_stock


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
        *(session, lot.id, find_place(session, "made").id),
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
    kind = life.random.choice(("consumption", "rework", "repack"))
    scanned = kind == "repack" and used.next_item and output.next_item
    old, new = (life.some_items(lot) if scanned else None for lot in (used, output))
    use_lot(
        *(session, used.id, output.id),
        place_id=life.where(session, used),
        quantity=old.count if old else life.random.randint(1, most),
        at=life.lately(),
        kind=kind,
        reason=life.words(),
        actor=life.someone(),
        now=life.now,
        old=old,
        new=new,
    )


MAKING_STEPS: dict[str, tuple[int, Step]] = {
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
}
"""By name, with how often each is taken."""
