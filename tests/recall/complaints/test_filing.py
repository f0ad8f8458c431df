"""Filing a complaint: once, with its clock, and with personal data kept apart."""

import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from complaining import Scene, complain

from lotmark.recall.complaints.tables import (
    KINDS,
    Complainant,
    Complaint,
    ComplaintEvent,
    ComplaintPhoto,
    HealthReport,
)
from lotmark.trace.audit import AuditRow
from lotmark.trace.db import Database
from lotmark.trace.errors import InvalidInput, TooLarge
from lotmark.trace.files import StoredFile


def test_a_complaint_gets_number_link_and_clock(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        first = complain(session, now, lot_id=scene.lot_id, item=7)
        second = complain(session, now)
    assert (first.number, second.number) == ("KS-26-0001", "KS-26-0002")
    assert first.due_at == now + timedelta(minutes=30)  # domain.md 5.4
    assert len(first.token) >= 32
    assert first.token != second.token
    assert (first.state, first.lot_id, first.item) == ("received", scene.lot_id, 7)


def test_the_year_of_a_number_is_the_plants(
    database: Database, scene: Scene, now: datetime
) -> None:
    new_year = datetime.fromisoformat("2026-12-31T16:30:00+00:00")  # 00:30 at the plant
    with database.writing() as session:
        assert complain(session, new_year).number == "KS-27-0001"


def test_sent_twice_is_one_complaint(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        first = complain(session, now, request_key="k")
    with database.writing() as session:
        again = complain(session, now + timedelta(minutes=1), request_key="k")
    assert again.id == first.id
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Complaint.id))) == 1
        assert session.scalar(sa.select(sa.func.count(ComplaintEvent.id))) == 1


def test_sent_twice_at_the_same_moment_is_one_complaint(
    database: Database, scene: Scene, now: datetime
) -> None:
    start = threading.Barrier(4)
    numbers: list[str] = []

    def send() -> None:
        start.wait()
        with database.writing() as session:
            numbers.append(complain(session, now, request_key="k").number)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == 4
    assert len(set(numbers)) == 1


def test_severity_follows_the_kind(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        found = {kind: complain(session, now, kind=kind).severity for kind in KINDS}
    assert found == {  # domain.md 5.1
        "swollen": "quality",
        "foreign": "health",
        "smell": "health",
        "ill": "health",
        "label": "quality",
        "other": "service",
    }


def test_personal_data_stands_apart_and_never_in_the_audit(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        filed = complain(
            session,
            now,
            kind="ill",
            text="我叫陈静",
            contact="13000000000",
            consent=True,
            health_text="呕吐",
            health_consent=True,
        )
    with database.reading() as session:
        person = session.get_one(Complainant, filed.id)
        health = session.get_one(HealthReport, filed.id)
        audited = " ".join(session.scalars(sa.select(AuditRow.data)))
        events = session.scalars(sa.select(ComplaintEvent.text)).all()
    assert (person.contact, person.consented_at) == ("13000000000", now)
    assert (health.text, health.consented_at) == ("呕吐", now)
    for word in ("13000000000", "呕吐", "陈静"):
        assert word not in audited
        assert word not in " ".join(events)
    assert filed.number in audited


def test_health_text_is_dropped_unless_somebody_is_ill(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        filed = complain(session, now, kind="swollen", health_text="呕吐")
        assert session.get(HealthReport, filed.id) is None
        assert session.get(Complainant, filed.id) is None


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"kind": "<script>"}, InvalidInput, "kind_missing"),
        ({"text": "长" * 2001}, TooLarge, "text_too_long"),
        ({"pack_text": "长" * 301}, TooLarge, "pack_text_too_long"),
        ({"contact": "1" * 201, "consent": True}, TooLarge, "contact_too_long"),
        ({"contact": "130"}, InvalidInput, "consent_missing"),
        ({"photos": ["a"]}, InvalidInput, "consent_missing"),
        ({"photos": list("abcd"), "consent": True}, TooLarge, "too_many_photos"),
        ({"kind": "ill", "health_text": "吐"}, InvalidInput, "health_consent_missing"),
    ],
)
def test_what_is_refused_changes_nothing(
    database: Database,
    scene: Scene,
    now: datetime,
    changes: dict[str, object],
    error: type[InvalidInput],
    code: str,
) -> None:
    with pytest.raises(error) as refused, database.writing() as session:
        complain(session, now, **changes)
    assert refused.value.code == code
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Complaint.id))) == 0


def test_photos_belong_to_the_complaint(
    database: Database, scene: Scene, now: datetime
) -> None:
    with database.writing() as session:
        session.add(
            StoredFile(sha256="a" * 64, size=1, media_type="image/jpeg", created_at=now)
        )
        session.flush()
        filed = complain(session, now, photos=["a" * 64, "a" * 64], consent=True)
        rows = session.scalars(sa.select(ComplaintPhoto)).all()
    assert [(row.complaint_id, row.sha256) for row in rows] == [(filed.id, "a" * 64)]


def test_every_text_is_kept_as_written(
    database: Database, scene: Scene, now: datetime
) -> None:
    odd = "=cmd|' /C calc'!A0 <script>alert(1)</script> 😀 ‮ אב ' OR 1=1 --"
    with database.writing() as session:
        filed = complain(session, now, text=odd, pack_text=odd)
    with database.reading() as session:
        kept = session.get_one(Complaint, filed.id)
    assert (kept.text, kept.pack_text) == (odd, odd)
