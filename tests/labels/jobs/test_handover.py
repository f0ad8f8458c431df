"""Codes handed to a print house: fetched once each, returned, and all accounted for."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import batch_work
import pytest
import pyzipper
import sqlalchemy as sa
from batch_work import LI, LIN, person

from lotmark.labels.jobs import handover
from lotmark.labels.jobs.handover_tables import CodeOrder
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput
from lotmark.trace.files import StoredFile
from lotmark.trace.identity.codes import CodeKey, ItemCode
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.keys import KeyRing
from lotmark.trace.identity.tables import CodeBinding
from lotmark.trace.parties.tables import Article, Line, Lot
from lotmark.trace.people import system
from lotmark.trace.production.batches import open_batch
from lotmark.trace.production.label_balance import label_balance
from lotmark.trace.production.marks import marks_of
from lotmark.trace.production.rolls import bind_roll

RING = KeyRing((CodeKey(1, bytes(range(32))),))
NOW = datetime(2026, 11, 24, 2, 2, tzinfo=UTC)
MA = person("ma", "purchasing")


def batch(session: Session, code: str = "L2-261124-01") -> Lot:
    beef, line = session.get_one(Article, 1), session.get_one(Line, 2)
    return open_batch(session, beef, line, code, NOW.date(), 1000, system(), NOW)


def roll(session: Session, count: int = 100) -> CodeOrder:
    beef = session.get_one(Article, 1)
    return handover.order_codes(session, "印得快", beef, None, count, 1, LIN, NOW)


def for_batch(session: Session, count: int = 100) -> CodeOrder:
    lot = batch(session)
    return handover.order_codes(
        session, "印得快", lot.article, lot.id, count, 1, LIN, NOW
    )


def code(session: Session, order: CodeOrder, place: int) -> ItemCode:
    """The code at a place of the order."""
    if order.series_id is not None:
        return ItemCode(order.series_id, order.lo + place)
    binding = session.scalars(sa.select(CodeBinding).filter_by(lot_id=order.lot_id))
    one = binding.one()
    return ItemCode(one.series_id, one.lo + order.lo + place - one.lot_lo)


def give_back(
    session: Session,
    order: CodeOrder,
    first: int,
    last: int,
    delivered: int,
    *faulty: tuple[int, int],
) -> None:
    spans = [(code(session, order, a), code(session, order, b)) for a, b in faulty]
    whole = code(session, order, first), code(session, order, last)
    handover.note_return(session, order, whole, spans, delivered, "D7", LIN, NOW)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        batch_work.build(session)
        yield session


@pytest.mark.parametrize("make", [roll, for_batch])
def test_the_sealed_list_has_every_code_once(session: Session, make: object) -> None:
    order = (roll if make is roll else for_batch)(session)
    out = io.BytesIO()
    password = handover.new_password()
    handover.write_codes(session, RING, order, "https://q.example.cn", password, out)
    with pyzipper.AESZipFile(out) as archive:
        archive.setpassword(password.encode())
        rows = archive.read("codes.csv").decode("utf-8-sig").splitlines()
    serials = {row.split(",")[0] for row in rows[1:]}
    assert len(rows) == 101
    assert len(serials) == 100
    assert ("/10/" in rows[1]) == (order.lot_id is not None)


def test_each_person_fetches_it_once(session: Session) -> None:
    order = roll(session)
    stored = StoredFile(
        sha256="a" * 64, size=1, media_type="application/zip", created_at=NOW
    )
    session.add(stored)
    session.flush()
    handover.note_fetch(session, order, stored, LIN, NOW)
    with pytest.raises(Conflict, match="nobody gets them twice"):
        handover.note_fetch(session, order, stored, LIN, NOW + timedelta(days=1))
    handover.note_fetch(session, order, stored, MA, NOW)
    with pytest.raises(Forbidden):
        handover.note_fetch(session, order, stored, LI, NOW)


def test_every_label_of_a_batch_has_an_end(session: Session) -> None:
    order = for_batch(session)
    give_back(session, order, 3, 89, 84, (10, 12))
    assert order.lot_id is not None
    balance = label_balance(session, order.lot_id)
    assert balance.printed == ItemSet.range(0, 100)
    assert balance.voided.count == 16
    assert balance.open.count == 84
    assert (order.state, order.delivered, order.faulty) == ("returned", 84, 3)


def test_a_roll_is_void_in_whatever_batch_it_goes_onto(session: Session) -> None:
    order = roll(session)
    give_back(session, order, 0, 89, 88, (10, 11))
    lot = batch(session)
    ends = code(session, order, 5), code(session, order, 94)
    bind_roll(session, lot.id, *ends, system(), NOW)
    voided = marks_of(session, lot.id)["voided"]
    # 10 and 11 were faulty, 90 to 94 never came; the batch begins with the fifth.
    assert str(voided) == "5-6,85-89"


def test_a_roll_that_is_on_a_batch_already_is_void_there(session: Session) -> None:
    order, lot = roll(session), batch(session)
    ends = code(session, order, 0), code(session, order, 99)
    bind_roll(session, lot.id, *ends, system(), NOW)
    give_back(session, order, 0, 99, 98, (7, 8))
    assert str(marks_of(session, lot.id)["voided"]) == "7-8"


def test_a_return_is_noted_once(session: Session) -> None:
    order = for_batch(session)
    for _ in range(2):
        give_back(session, order, 0, 99, 100)
    with pytest.raises(Conflict):
        give_back(session, order, 0, 98, 99)
    assert order.lot_id is not None
    assert label_balance(session, order.lot_id).open.count == 100


def test_what_does_not_add_up_is_refused(session: Session) -> None:
    order, other = roll(session), roll(session)
    with pytest.raises(Conflict, match="that makes 98, but 100 were delivered"):
        give_back(session, order, 0, 99, 100, (4, 5))
    strange = code(session, other, 0)
    with pytest.raises(Conflict, match="not handed out with"):
        handover.note_return(session, order, (strange, strange), [], 1, "D7", LIN, NOW)
    assert order.state == "ordered"


@pytest.mark.parametrize("count", [0, -1, 10**9])
def test_absurd_orders_issue_nothing(session: Session, count: int) -> None:
    with pytest.raises(InvalidInput, match="1 to 500000 codes"):
        roll(session, count)
    with pytest.raises(Forbidden):
        handover.order_codes(
            session, "x", session.get_one(Article, 1), None, 5, 1, LI, NOW
        )
    assert session.scalar(sa.select(sa.func.count()).select_from(CodeOrder)) == 0
