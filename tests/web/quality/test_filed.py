"""Files that go with a record: charts, reports and papers."""

import io
import re

import pytest
import small_plant
import sqlalchemy as sa
from flask.testing import FlaskClient
from qa_records import LOT, inspect, pdf
from staff_pages import change, said, shown

from lotmark.trace import clock
from lotmark.trace.files import StoredFile, path_of
from lotmark.trace.production.tables import (
    Inspection,
    LotDocument,
)
from lotmark.web import uploads
from lotmark.web.installation import Installation


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (b"MZ\x90\x00 a program", 400, "neither a PDF nor a picture"),
        (b"%PDF-1.7 nothing more", 400, "neither a PDF nor a picture"),
        (b"<svg onload='x'/>", 400, "neither a PDF nor a picture"),
        (b"", 400, "a file with something in it"),
        (b"%PDF-" + b"0" * 5_000, 413, "at most 10 MB"),
    ],
)
def test_files_that_cannot_be(
    qian: FlaskClient,
    house: Installation,
    content: bytes,
    status: int,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert uploads.MOST_BYTES == 10 * 1024 * 1024
    monkeypatch.setattr(uploads, "MOST_BYTES", 5_000)
    form = {"paper": "animal_quarantine", "number": "00312"}
    scan = (io.BytesIO(content), "paper.pdf")
    refused = change(qian, f"{LOT}/papers", **form, scan=scan)
    assert refused.status_code == status
    assert sentence in said(refused)
    assert 'value="00312"' in refused.text  # what was typed stays
    assert "This file was not taken" in refused.text
    with house.plant.reading() as session:
        assert session.scalars(sa.select(LotDocument)).all() == []
        assert session.scalars(sa.select(StoredFile)).all() == []


def test_a_refused_form_keeps_its_file(
    qian: FlaskClient, house: Installation, log_in: small_plant.LogIn
) -> None:
    content = pdf()
    report = (io.BytesIO(content), "<i>report.pdf")
    refused = inspect(qian, certificate=" ", report=report)
    assert refused.status_code == 400
    assert "&lt;i&gt;report.pdf is here" in refused.text
    token = re.search(r'name="report_kept" value="([^"]+)"', refused.text)
    assert token
    other = inspect(log_in("sun"), certificate=" ", report_kept=token[1])
    assert "is here" not in other.text  # what one sent is not another's to name
    again = inspect(qian, certificate=" ", report_kept=token[1])
    assert "report.pdf is here" in again.text
    assert "is here" not in inspect(qian, certificate=" ", report_kept="x").text
    assert inspect(qian, report_kept=token[1]).status_code == 302
    with house.plant.reading() as session:
        (inspection,) = session.scalars(sa.select(Inspection))
    kept = qian.get(f"/quality/files/{inspection.report}", buffered=True)
    assert kept.data == content


def test_times_out_of_reach_are_refused(qian: FlaskClient) -> None:
    for at in ("0001-01-01T00:00", "9999-12-31T23:59", "2026-11-24T10:00+00:00"):
        assert "Write times like" in said(inspect(qian, at=at))


def test_files_of_others_are_not_shown(qian: FlaskClient, house: Installation) -> None:
    with house.plant.writing() as session:
        session.add(
            StoredFile(sha256="f" * 64, size=1, media_type="x", created_at=clock.now())
        )
    assert qian.get(f"/quality/files/{'f' * 64}").status_code == 404


def test_papers_of_a_received_lot(
    log_in: small_plant.LogIn, house: Installation
) -> None:
    wang = log_in("wang")
    raw = "/quality/lots/2"
    assert "Raw meat needs its animal quarantine certificate" in shown(wang, raw)
    done = change(wang, f"{raw}/papers", paper="animal_quarantine", number="00312")
    assert done.location == f"{raw}#h-papers"
    page = shown(wang, raw)
    assert "Animal quarantine certificate" in page
    assert "00312" in page


def test_uploads_lie_in_the_files_folder(
    qian: FlaskClient, house: Installation
) -> None:
    scan = (io.BytesIO(pdf()), "../../evil.exe")
    done = change(qian, f"{LOT}/papers", paper="other", number="", scan=scan)
    assert done.status_code == 302
    with house.plant.reading() as session:
        (paper,) = session.scalars(sa.select(LotDocument))
    assert path_of(house.settings.files, paper.file or "").is_file()
