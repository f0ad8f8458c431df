"""What QA adds to a batch on its page, up to the release; what the page then says."""

import io
from datetime import timedelta

import batch_work
import sqlalchemy as sa
from flask.testing import FlaskClient
from qa_records import LOT, in_test, inspect, pdf, photo, place_id
from staff_pages import change, said, shown

from lotmark.trace import clock
from lotmark.trace.files import StoredFile
from lotmark.trace.parties.tables import Lot
from lotmark.trace.production.tables import (
    EquipmentCycle,
    Inspection,
    RetainedSample,
)
from lotmark.web.installation import Installation


def test_from_the_record_to_the_release(qian: FlaskClient, house: Installation) -> None:
    in_test(house)
    page = shown(qian, LOT)
    assert "Not recorded yet" in page
    assert "Not stored yet" in page
    done = inspect(qian, report=(io.BytesIO(pdf()), "report.pdf"))
    assert done.location == f"{LOT}#h-inspections"
    line = str(place_id(house, "YL1/L2"))
    kept = change(qian, f"{LOT}/samples", place=line, quantity="3", shelf="B3")
    assert kept.location == f"{LOT}#h-samples"
    page = shown(qian, LOT)
    for words in ("12 mg/kg", "(≤ 30 mg/kg)", "1,200 CFU/g", "our own laboratory"):
        assert words in page
    assert 'value="YL-J-9"' in page  # offered for the release
    assert change(qian, f"{LOT}/pass", certificate="YL-J-9").location == LOT
    with house.plant.reading() as session:
        assert session.get_one(Lot, 1).status == "released"
        (inspection,) = session.scalars(sa.select(Inspection))
        assert (inspection.report or "") in page
        answer = qian.get(f"/quality/files/{inspection.report}", buffered=True)
        assert answer.mimetype == "application/pdf"
        assert answer.data.startswith(b"%PDF-")
        (sample,) = session.scalars(sa.select(RetainedSample))
    away = f"{LOT}/samples/{sample.id}/remove"
    assert change(qian, away, why="period over").location == f"{LOT}#h-samples"
    assert "Taken away" in shown(qian, LOT)


def test_a_load_without_a_record_asks_for_a_reason(
    qian: FlaskClient, house: Installation
) -> None:
    in_test(house)
    ended = clock.now() - timedelta(days=9)
    with house.plant.writing() as session:
        batch_work.load(session, 1, "R1-0461", ended, "missing")
        batch_work.keep(session, 1, clock.now())
    assert "Not proven" in shown(qian, LOT)
    inspect(qian)
    page = shown(qian, LOT)
    assert "Reason needed" in page
    assert "Why its packs are good although" in page
    refused = change(qian, f"{LOT}/pass", certificate="YL-J-9")
    assert refused.status_code == 409
    assert "write down why its packs are good all the same" in said(refused)
    done = change(qian, f"{LOT}/pass", certificate="YL-J-9", despite="37 °C, 10 days")
    assert done.location == LOT


def test_a_chart_is_filed_and_shown(qian: FlaskClient, house: Installation) -> None:
    with house.plant.writing() as session:
        batch_work.load(session, 1, "R1-0461", clock.now(), "missing")
    assert "File its chart" in shown(qian, LOT)
    chart = (io.BytesIO(photo()), "chart.png")
    done = change(qian, f"{LOT}/cycles/1/chart", shows="pass", chart=chart)
    assert done.location == f"{LOT}#h-cycles"
    with house.plant.reading() as session:
        cycle = session.get_one(EquipmentCycle, 1)
        assert cycle.result == "pass"
        row = session.get_one(StoredFile, cycle.chart)
        assert row.media_type == "image/jpeg"
    shown_chart = qian.get(f"/quality/files/{cycle.chart}", buffered=True)
    assert shown_chart.mimetype == "image/jpeg"
    assert change(qian, f"{LOT}/cycles/1/chart", shows="pass").status_code == 400


def test_a_refused_inspection_keeps_what_was_typed(
    qian: FlaskClient, house: Installation
) -> None:
    refused = inspect(qian, certificate=" ", method="GB 4789.2", lab="示例检验所")
    assert refused.status_code == 400
    assert "number of the inspection certificate" in said(refused)
    for typed in ("GB 4789.2", "示例检验所", "12 mg/kg", "1,200 CFU/g"):
        assert f'value="{typed}"' in refused.text
    assert "<details" in refused.text
    bad = inspect(qian, at="yesterday")
    assert "Write times like" in said(bad)
    with house.plant.reading() as session:
        assert session.scalars(sa.select(Inspection)).all() == []


def test_a_batch_is_rejected_and_a_finished_one_closed(
    qian: FlaskClient, house: Installation
) -> None:
    in_test(house)
    assert change(qian, f"{LOT}/reject", why=" ").status_code == 400
    assert change(qian, f"{LOT}/reject", why="too salty").location == LOT
    left = change(qian, f"{LOT}/close")
    assert left.status_code == 409
    assert "is still at YL1/L2" in said(left)
