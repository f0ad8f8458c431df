"""What QA adds to a batch on its page, up to the release; what the page then says."""

import io
import re
from datetime import timedelta

import batch_work
import pypdfium2
import pytest
import small_plant
import sqlalchemy as sa
from flask.testing import FlaskClient
from PIL import Image
from staff_pages import change, said, shown
from werkzeug.test import TestResponse

from lotmark.trace import clock
from lotmark.trace.files import StoredFile, path_of
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Line, Lot, Partner
from lotmark.trace.people import system
from lotmark.trace.production.codes import issue_codes, serials_of
from lotmark.trace.production.label_balance import label_balance
from lotmark.trace.production.marks import mark_items
from lotmark.trace.production.tables import (
    EquipmentCycle,
    Inspection,
    LotDocument,
    LotInput,
    RetainedSample,
)
from lotmark.web import uploads
from lotmark.web.installation import Installation

LOT = "/quality/lots/1"
NOW = "2026-11-20T10:00"


@pytest.fixture(autouse=True)
def made(house: Installation) -> None:
    """Batch 1: 100 packs at line 2, in test; lot 2: 25 kg of beef at FG1."""
    now = clock.now()
    with house.plant.writing() as session:
        session.add(
            Partner(code="S01", kind="supplier", name="牧场", name_en="Pastures")
        )
        session.flush()
        batch_work.make(session, "L2-1", now)
        batch_work.receive(session, "BY261001", now)


@pytest.fixture
def qian(log_in: small_plant.LogIn) -> FlaskClient:
    return log_in("qian")


def in_test(house: Installation) -> None:
    with house.plant.writing() as session:
        session.get_one(Lot, 1).status = "testing"


def pdf() -> bytes:
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def photo(size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, "PNG")
    return out.getvalue()


def inspect(client: FlaskClient, **more: object) -> TestResponse:
    form = {
        "kind": "outgoing",
        "result": "pass",
        "at": NOW,
        "certificate": "YL-J-9",
        "parameter": ["Nitrite", "", "Plate count", "", ""],
        "limit": ["≤ 30 mg/kg", "", "", "", ""],
        "value": ["12 mg/kg", "", "1,200 CFU/g", "", ""],
    }
    return change(client, f"{LOT}/inspections", **(form | more))


def test_from_the_record_to_the_release(qian: FlaskClient, house: Installation) -> None:
    in_test(house)
    page = shown(qian, LOT)
    assert "Not recorded yet" in page
    assert "Not stored yet" in page
    done = inspect(qian, report=(io.BytesIO(pdf()), "report.pdf"))
    assert done.location == f"{LOT}#h-inspections"
    line = str(_place(house, "YL1/L2"))
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


def test_a_sample_by_its_codes(qian: FlaskClient, house: Installation) -> None:
    line = str(_place(house, "YL1/L2"))
    codes = "\n".join(_codes(house, 4, 6))
    form = {"place": line, "codes": codes, "shelf": "B3"}
    assert change(qian, f"{LOT}/samples", **form).status_code == 302
    with house.plant.reading() as session:
        (sample,) = session.scalars(sa.select(RetainedSample))
        assert sample.quantity == 2
        assert str(label_balance(session, 1).taken) == "4-5"
    strange = change(qian, f"{LOT}/samples", **(form | {"codes": "A" * 16}))
    assert strange.status_code == 400
    assert "That code is not one of this batch." in said(strange)


def test_labels_are_voided_and_reported_missing(
    log_in: small_plant.LogIn, house: Installation
) -> None:
    with house.plant.writing() as session:
        session.get_one(Lot, 1).planned = 4000
        issue_codes(session, 1, 2000, 1, system(), clock.now())
        spare = ItemSet.range(100, 2100)
        mark_items(session, 1, spare, "printed", system(), clock.now())
    zhao = log_in("zhao")
    assert "2,000 not explained yet" in shown(zhao, LOT)
    first, *_, last = _codes(house, 100, 2098)
    done = change(zhao, f"{LOT}/void", first=first, last=last, why="roll torn")
    assert done.location == f"{LOT}#h-labels"
    assert "2 not explained yet" in shown(zhao, LOT)
    assert change(zhao, f"{LOT}/missing", why="").status_code == 400
    assert change(zhao, f"{LOT}/missing", why="end of roll").status_code == 302
    page = shown(zhao, LOT)
    assert "Every printed label is explained." in page
    on_pack = change(zhao, f"{LOT}/void", first=_codes(house, 0, 1)[0], why="torn")
    assert on_pack.status_code == 409
    assert "are on packs" in said(on_pack)


def test_many_missing_labels_are_for_qa(
    qian: FlaskClient, log_in: small_plant.LogIn, house: Installation
) -> None:
    with house.plant.writing() as session:
        session.get_one(Lot, 1).planned = 200
        issue_codes(session, 1, 1, 1, system(), clock.now())
        spare = ItemSet.range(100, 101)
        mark_items(session, 1, spare, "printed", system(), clock.now())
    refused = change(log_in("zhao"), f"{LOT}/missing", why="lost")
    assert refused.status_code == 403
    assert "the QA manager has to report that" in said(refused)
    assert change(qian, f"{LOT}/missing", why="lost").status_code == 302


def test_what_goes_in_is_recorded_and_rework_needs_qa(
    qian: FlaskClient, log_in: small_plant.LogIn, house: Installation
) -> None:
    zhao = log_in("zhao")
    form = {
        "input_lot": "BEEF/BY261001",
        "from": "FG1",
        "amount": "20.5",
        "amount_unit": "kg",
        "at": NOW,
    }
    assert change(zhao, f"{LOT}/use", **form).location == f"{LOT}#h-inputs"
    page = shown(zhao, LOT)
    assert "20.5 kg" in page
    assert "Pastures" in page
    short = change(zhao, f"{LOT}/use", **form)
    assert short.status_code == 409
    assert 'value="20.5"' in short.text
    for amount in ("0", "-1", "many", "NaN", "1e99"):
        refused = change(zhao, f"{LOT}/use", **(form | {"amount": amount}))
        assert refused.status_code in (400, 413)
    assert change(zhao, f"{LOT}/rework", **form).status_code == 403
    no_reason = change(qian, f"{LOT}/rework", **form)
    assert no_reason.status_code == 400
    with house.plant.reading() as session:
        assert len(session.scalars(sa.select(LotInput)).all()) == 1


def test_repacking_is_entered_with_old_and_new_codes(
    qian: FlaskClient, log_in: small_plant.LogIn, house: Installation
) -> None:
    with house.plant.writing() as session:
        lot = session.get_one(Lot, 1)
        tray = Lot(article_id=lot.article_id, code="TRAY", ai10="TRAY", site_id=1)
        tray.produced_on, tray.status = lot.produced_on, "in_production"
        session.add(tray)
        session.flush()
        issue_codes(session, tray.id, 5, 1, system(), clock.now())
        page, two = f"/quality/lots/{tray.id}", ItemSet.range(0, 2)
        fresh = [code for _, code in serials_of(session, house.keys, tray.id, two)]
    old = "\n".join(_codes(house, 0, 2))
    form = {"input_lot": "L2-1", "from": "YL1/L2", "at": NOW, "old": old}
    form |= {"new": "\n".join(fresh), "why": "dented trays"}
    assert change(log_in("zhao"), f"{page}/repack", **form).status_code == 403
    for wrong in ({"new": ""}, {"amount": "3", "amount_unit": "piece"}, {"old": "x"}):
        assert change(qian, f"{page}/repack", **(form | wrong)).status_code == 400
    swapped = form | {"old": form["new"], "new": form["old"]}
    assert change(qian, f"{page}/repack", **swapped).status_code == 409
    done = change(qian, f"{page}/repack", **form)
    assert done.location == f"{page}#h-inputs", said(done)
    again = change(qian, f"{page}/repack", **form)
    assert again.status_code == 409
    assert "items 0-1 → 0-1" in shown(qian, page)
    with house.plant.reading() as session:
        (edge,) = session.scalars(sa.select(LotInput))
        assert (edge.old_items, edge.new_items, edge.quantity) == ("0-1", "0-1", 2)


def test_a_batch_is_rejected_and_a_finished_one_closed(
    qian: FlaskClient, house: Installation
) -> None:
    in_test(house)
    assert change(qian, f"{LOT}/reject", why=" ").status_code == 400
    assert change(qian, f"{LOT}/reject", why="too salty").location == LOT
    left = change(qian, f"{LOT}/close")
    assert left.status_code == 409
    assert "is still at YL1/L2" in said(left)


def test_a_line_is_put_right(qian: FlaskClient, house: Installation) -> None:
    change_line = "/quality/lines/2/change"
    empty = change(qian, change_line, step="rectify", reason=" ")
    assert empty.status_code == 400
    done = change(qian, change_line, step="rectify", reason="vacuum lost")
    assert done.location == "/quality/lines"
    assert "Being put right" in shown(qian, "/quality/lines")
    check = {
        "lot": "L2-1",
        "kind": "vacuum",
        "value": "−0.091 MPa",
        "limits": "≤ −0.085 MPa",
        "reason": "seal bar changed",
    }
    restart = "/quality/lines/2/restart"
    nowhere = change(qian, restart, **(check | {"lot": "L9", "result": "pass"}))
    assert nowhere.status_code == 404
    assert 'value="L9"' in nowhere.text
    assert change(qian, restart, **check, result="fail").status_code == 302
    assert _line(house) == "rectifying"
    assert change(qian, restart, **check, result="pass").status_code == 302
    assert _line(house) == "running"
    assert (
        change(qian, "/quality/lines/99/change", step="stop", reason="x").status_code
        == 404
    )


def _line(house: Installation) -> str:
    with house.plant.reading() as session:
        return session.get_one(Line, 2).status


def _place(house: Installation, code: str) -> int:
    with house.plant.reading() as session:
        return find_place(session, code).id


def _codes(house: Installation, lo: int, hi: int) -> list[str]:
    with house.plant.reading() as session:
        packs = ItemSet.range(lo, hi)
        return [serial for _, serial in serials_of(session, house.keys, 1, packs)]


def test_uploads_lie_in_the_files_folder(
    qian: FlaskClient, house: Installation
) -> None:
    scan = (io.BytesIO(pdf()), "../../evil.exe")
    done = change(qian, f"{LOT}/papers", paper="other", number="", scan=scan)
    assert done.status_code == 302
    with house.plant.reading() as session:
        (paper,) = session.scalars(sa.select(LotDocument))
    assert path_of(house.settings.files, paper.file or "").is_file()
