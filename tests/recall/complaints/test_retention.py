"""Personal data is erased when its time is over, and not a day before."""

from datetime import datetime, timedelta
from pathlib import Path

import complaining
import sqlalchemy as sa
from complaining import Scene

from lotmark.recall.complaints import retention, service
from lotmark.recall.complaints.tables import (
    Complainant,
    Complaint,
    ComplaintPhoto,
    HealthReport,
)
from lotmark.trace import audit, files
from lotmark.trace.db import Database

YEAR = timedelta(days=365)


def file_and_close(
    database: Database, scene: Scene, folder: Path, now: datetime, *, close: bool
) -> None:
    with database.writing() as session:
        photo = files.store(session, folder, b"swollen", "image/jpeg", now)
        complaint = complaining.complain(
            session,
            now,
            kind="ill",
            contact="130 0000 0000",
            consent=True,
            health_text="恶心",
            health_consent=True,
            photos=[photo.sha256],
            lot_id=scene.lot_id,
        )
        service.acknowledge(session, complaint.number, scene.zhou, now)
        if close:
            service.investigate(session, complaint.number, scene.zhou, now)
            service.propose_answer(session, complaint.number, "退款", scene.zhou, now)
            service.close(session, complaint.number, "已退款", scene.zhou, now)


def left(database: Database) -> tuple[int, ...]:
    with database.reading() as session:
        return tuple(
            session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in (
                Complainant,
                ComplaintPhoto,
                files.StoredFile,
                HealthReport,
                Complaint,
            )
        )


def erase(database: Database, now: datetime) -> retention.Erased:
    with database.writing() as session:
        return retention.erase_expired(session, now)


def test_each_kind_goes_in_its_time(
    database: Database, scene: Scene, tmp_path: Path, now: datetime
) -> None:
    file_and_close(database, scene, tmp_path, now, close=True)
    erase(database, now + YEAR)
    assert left(database) == (1, 1, 1, 1, 1)
    erase(database, now + YEAR + timedelta(days=1))
    assert left(database) == (1, 1, 1, 0, 1)
    erase(database, now + 3 * YEAR + timedelta(days=1))
    assert left(database) == (0, 0, 0, 0, 1)
    with database.reading() as session:
        assert audit.verify(session)[1] is None
        rows = session.scalars(
            sa.select(audit.AuditRow).where(
                audit.AuditRow.action == "personal_data.erase"
            )
        ).all()
        assert len(rows) == 2


def test_an_open_case_keeps_everything(
    database: Database, scene: Scene, tmp_path: Path, now: datetime
) -> None:
    file_and_close(database, scene, tmp_path, now, close=False)
    assert erase(database, now + 10 * YEAR) == retention.Erased(0, 0, 0)
    assert left(database) == (1, 1, 1, 1, 1)
