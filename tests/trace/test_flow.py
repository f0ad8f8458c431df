"""Steps of a stateful row: right, state, person, and a request sent twice."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from lotmark.trace.audit import AuditRow
from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict, Forbidden
from lotmark.trace.flow import Machine, Step, apply
from lotmark.trace.parties.tables import Article, Lot
from lotmark.trace.people import Actor

LI = Actor("li", "李操作", frozenset({"batch.open"}))
DONG = Actor("dong", "董厂长", frozenset({"batch.open", "batch.close"}))

BATCH = Machine(
    "batch",
    "status",
    {
        "start": Step(("planned",), "in_production", "batch.open"),
        "close": Step(
            ("in_production", "tested"), "closed", "batch.close", not_by=("origin",)
        ),
    },
)


@pytest.fixture
def lot(database: Database) -> Lot:
    with database.writing() as session:
        article = Article(code="P1", kind="product", name="午餐肉", name_en="Meat")
        session.add(article)
        session.flush()
        lot = Lot(article_id=article.id, code="B1", ai10="B1", certificate="")
        session.add(lot)
    return lot


def take(
    database: Database,
    lot: Lot,
    step: str,
    actor: Actor,
    now: datetime,
    **changes: object,
) -> bool:
    with database.writing() as session:
        row = session.get_one(Lot, lot.id)
        return apply(session, BATCH, row, step, actor, now, **changes)


def test_a_step_changes_the_row_and_is_audited(
    database: Database, lot: Lot, now: datetime
) -> None:
    assert take(database, lot, "start", LI, now, certificate="C-7", caution_at=now)
    with database.reading() as session:
        row = session.get_one(Lot, lot.id)
        assert (row.status, row.certificate, row.version) == ("in_production", "C-7", 2)
        audited = session.scalars(sa.select(AuditRow)).one()
    assert (audited.action, audited.subject) == ("batch.start", f"batch:{lot.id}")
    assert '"state":["planned","in_production"]' in audited.data


def test_the_same_step_twice_is_one_step(
    database: Database, lot: Lot, now: datetime
) -> None:
    later = now + timedelta(minutes=1)
    assert take(database, lot, "start", LI, now, certificate="C-7", caution_at=now)
    assert not take(
        database, lot, "start", LI, later, certificate="C-7", caution_at=later
    )
    with database.reading() as session:
        assert session.get_one(Lot, lot.id).caution_at == now
        assert session.scalar(sa.select(sa.func.count()).select_from(AuditRow)) == 1


def test_another_request_for_a_step_taken_is_refused(
    database: Database, lot: Lot, now: datetime
) -> None:
    take(database, lot, "start", LI, now, certificate="C-7")
    with pytest.raises(Conflict) as refusal:
        take(database, lot, "start", LI, now, certificate="C-8")
    assert str(refusal.value) == (
        "batch is in_production: start is possible only from planned."
    )


def test_a_step_needs_its_right(database: Database, lot: Lot, now: datetime) -> None:
    take(database, lot, "start", LI, now)
    with pytest.raises(Forbidden):
        take(database, lot, "close", LI, now)


def test_a_step_needs_another_person(
    database: Database, lot: Lot, now: datetime
) -> None:
    take(database, lot, "start", LI, now, origin="dong")
    with pytest.raises(Conflict) as refusal:
        take(database, lot, "close", DONG, now)
    assert str(refusal.value) == (
        "董厂长 signed an earlier step: this one needs a second person. Ask somebody "
        "else to log in and sign."
    )
