"""The papers: read back from the PDF, field by field, and over page breaks."""

import hashlib
import io
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import batch_work
import pypdfium2
import pytest
import small_plant
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from staff_pages import change, said

from lotmark.labels.engine.reader import read_codes
from lotmark.trace import clock, files
from lotmark.trace.db import Session
from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Article, Location, Lot, Partner, Site
from lotmark.trace.people import system
from lotmark.trace.production.consumption import use_lot
from lotmark.trace.production.cycles import file_chart
from lotmark.trace.production.inspections import Finding, record_inspection
from lotmark.trace.production.papers import add_paper
from lotmark.trace.production.registers import MOST_ROWS, check_period, sales
from lotmark.trace.production.release import release_batch
from lotmark.trace.production.tables import Cleaning, LotInput, ProcessCheck
from lotmark.trace.stock.service import move_stock
from lotmark.trace.stock.tables import Movement, Shipment
from lotmark.web.cli.main import group
from lotmark.web.installation import Installation
from lotmark.web.print.document import Column, Document, Imprint, Section, Table
from lotmark.web.print.pdf import render_pdf

LOT = "/quality/lots/1"
HOUR = timedelta(hours=1)
IMPRINT = Imprint("printed today by Qian", "content check", "page {page} of {pages}")


def words_of(content: bytes) -> list[str]:
    """The text of each page."""
    with pypdfium2.PdfDocument(content) as document:
        pages = []
        for page in document:
            text = page.get_textpage()
            pages.append(text.get_text_bounded().replace("\r\n", "\n"))
            text.close()
            page.close()
    return pages


def text_of(content: bytes) -> str:
    """All of it, in one line: cells break where they must."""
    return re.sub(r"\s+", " ", " ".join(words_of(content)))


@pytest.fixture
def told(house: Installation) -> Installation:
    """A batch with everything on record: made, sterilised, inspected, sold."""
    now = clock.now()
    stored = files.write(house.settings.files, _chart())
    with house.plant.writing() as session:
        session.add(
            Partner(
                code="S01",
                kind="supplier",
                name="牧场",
                name_en="Pastures",
                address="示例市北原镇",
                contact="马骏",
                phone="020-0000-0061",
            )
        )
        shop = session.get_one(Partner, 1)
        shop.address, shop.backup_contact = "示例市北桥路", "孙立"
        shop.backup_phone = "020-0000-0009"
        session.flush()
        _make(session, stored, now)
        _sell(session, now)
    return house


def _make(session: Session, stored: str, now: datetime) -> None:
    lot = batch_work.make(session, "L2-1", now - 2 * HOUR)
    raw = batch_work.receive(session, "BY261001", now - 3 * HOUR)
    raw.certificate = "合格证 0312"
    add_paper(
        session,
        raw.id,
        kind="animal_quarantine",
        number="AQ-00312",
        file=None,
        actor=system(),
        now=now,
    )
    use_lot(
        session,
        raw.id,
        lot.id,
        place_id=find_place(session, "FG1").id,
        quantity=20_500_000,
        at=now - 3 * HOUR,
        actor=system(),
        now=now,
    )
    cycle = batch_work.load(session, lot.id, "R1-0461", now - 2 * HOUR, "missing")
    files.keep(session, stored, len(_chart()), "image/jpeg", now)
    file_chart(session, cycle.id, stored, "pass", system(), now)
    session.add_all(
        [
            ProcessCheck(
                lot_id=lot.id,
                line_id=2,
                at=now - 2 * HOUR,
                kind="vacuum",
                value="−0.091 MPa",
                limits="≤ −0.085 MPa",
                result="pass",
            ),
            Cleaning(
                line_id=2,
                started_at=now - 9 * HOUR,
                ended_at=now - 8 * HOUR,
                kind="full",
                result="pass",
                verified_by="钱宁",
            ),
        ]
    )
    batch_work.bring_to_test(session, lot.id, now)
    batch_work.keep(session, lot.id, now)
    record_inspection(
        session,
        lot.id,
        kind="outgoing",
        result="pass",
        at=now - HOUR,
        lab="示例食品检验所",
        method="GB 4789.2",
        findings=[Finding("Nitrite", "≤ 30 mg/kg", "12 mg/kg")],
        certificate="YL-J-77",
        actor=system(),
        now=now,
    )
    qian = small_plant.actor(session, "qian")
    release_batch(session, lot.id, "YL-J-77", qian, now, reason="chart turned up")


def _sell(session: Session, now: datetime) -> None:
    truck = Shipment(number="FH-1", site_id=1, consignee_id=1, shipped_at=now)
    session.add(truck)
    session.flush()
    for route, quantity in (("YL1/L2 > K01/T", 40), ("K01/T > K01", 40)):
        source, target = (find_place(session, code).id for code in route.split(" > "))
        move_stock(
            session,
            1,
            source,
            target,
            quantity=quantity,
            at=now,
            document="FH-1",
            shipment_id=truck.id,
            actor=system(),
            now=now,
        )


def _chart() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 120), "#c0392b").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def qian(told: Installation, log_in: small_plant.LogIn) -> FlaskClient:
    return log_in("qian")


def test_the_dossier_has_the_whole_record(qian: FlaskClient) -> None:
    answer = qian.get(f"{LOT}/dossier.pdf")
    assert answer.mimetype == "application/pdf"
    text = text_of(answer.data)
    for words in (
        "Batch dossier",
        "L2-1 Five-spice braised beef 200 g",
        "09506000134352",
        "BY261001",
        "Pastures",
        "20.5 kg",
        "Animal quarantine certificate AQ-00312",
        "合格证 0312",
        "R1-0461",
        "Vacuum −0.091 MPa",
        "Full cleaning",
        "示例食品检验所",
        "Nitrite: 12 mg/kg (≤ 30 mg/kg)",
        "Released by 钱宁",
        "YL-J-77",
        "Why it is good all the same: chart turned up",
        "Number ranges 1",
        "留样室 B3",
        "North Bridge Frozen Foods",
        "020-0000-0001",
        "孙立 020-0000-0009",
        "FH-1",
        "58.00 %",
        "40.00 %",
        "100.00 %",
        "Adds up",
        "Complaints: 0, of which 0 open.",
        "by 钱宁",
    ):
        assert words in text, words
    pages = words_of(answer.data)
    for number, page in enumerate(pages, start=1):
        assert f"page {number} of {len(pages)}" in page


def test_its_code_leads_to_the_batch_and_the_chart_is_in_it(qian: FlaskClient) -> None:
    answer = qian.get(f"{LOT}/dossier.pdf")
    with pypdfium2.PdfDocument(answer.data) as document:
        page = document[0]
        picture = page.render(scale=3).to_pil()
        page.close()
        images = []
        for other in document:
            found = other.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
            images += [one.get_px_size() for one in found]
            other.close()
    out = io.BytesIO()
    picture.save(out, "PNG")
    assert [found.text for found in read_codes(out.getvalue())] == [
        "https://q.example.cn/quality/lots/1"
    ]
    assert images == [(300, 120)]


def test_the_same_record_has_the_same_digest(
    qian: FlaskClient, log_in: small_plant.LogIn, told: Installation
) -> None:
    one, two = (_digest(client) for client in (qian, log_in("fang")))
    assert one == two
    change(qian, f"{LOT}/papers", paper="other", number="X-1")
    assert _digest(qian) == one  # a paper of a batch of ours is not in its dossier
    with told.plant.writing() as session:
        session.get_one(Lot, 1).artwork = "v2"
    assert _digest(qian) != one


def _digest(client: FlaskClient) -> str:
    found = re.search(
        r"SHA-256 ([0-9a-f]{64})\s*$|SHA-256 ([0-9a-f]{64}) content",
        text_of(client.get(f"{LOT}/dossier.pdf").data),
    )
    assert found
    return found[1] or found[2]


def test_its_balance_shows_how_it_is_reckoned(qian: FlaskClient) -> None:
    text = text_of(qian.get(f"{LOT}/dossier.pdf").data)
    assert "100 (Labels on packs) = 58 (In our own stock) + 2 (Retained" in text
    assert "+ 40 (Shipped less returned) + 0 (Unexplained)" in text


def test_goods_on_hold_are_not_called_free(qian: FlaskClient) -> None:
    change(qian, f"{LOT}/hold", hazard="health", reason="胀袋")
    text = text_of(qian.get(f"{LOT}/dossier.pdf").data)
    assert re.search(r"Released; on hold: FC-\d\d-0001", text)


def test_papers_and_reports_are_in_it_page_by_page(
    qian: FlaskClient, told: Installation
) -> None:
    """The certificates of what went in, whose pages an auditor asks for."""
    report = pypdfium2.PdfDocument.new()
    for _ in range(12):
        report.new_page(300, 400)
    out = io.BytesIO()
    report.save(out)
    report.close()
    scan = (io.BytesIO(out.getvalue()), "cert.pdf")
    number = {"paper": "meat_inspection", "number": "P-00313"}
    sent = change(qian, "/quality/lots/2/papers", **number, scan=scan)
    assert sent.status_code == 302
    sha256 = hashlib.sha256(out.getvalue()).hexdigest()
    text = text_of(qian.get(f"{LOT}/dossier.pdf").data)
    assert "BY261001 Meat inspection certificate P-00313" in text
    assert "pages 1–10 of 12" in text
    assert f"(10/12) SHA-256 {sha256}" in text
    assert "(11/12)" not in text
    files.path_of(told.settings.files, sha256).unlink()
    assert "file is gone" in text_of(qian.get(f"{LOT}/dossier.pdf").data)


def test_two_thousand_sales_lines_are_a_paper_too(
    qian: FlaskClient, told: Installation
) -> None:
    shops, places, sales = [], [], []
    sale = {"lot_id": 1, "quantity": 1, "actor": "system"}
    sale |= {"at": clock.now(), "recorded_at": clock.now()}
    with told.plant.writing() as session:
        sale["from_id"] = find_place(session, "K01").id
        for n in range(2000):
            who = {
                "code": f"M{n}",
                "kind": "consignee",
                "name": f"店{n}",
                "name_en": "",
            }
            shops.append(who | {"id": 100 + n})
            places.append(who | {"id": 1000 + n, "partner_id": 100 + n})
            sales.append(sale | {"document": f"FH-{n}", "to_id": 1000 + n})
        for table, rows in ((Partner, shops), (Location, places), (Movement, sales)):
            session.execute(sa.insert(table), rows)
    pages = words_of(qian.get(f"{LOT}/dossier.pdf").data)
    assert len(pages) > 40
    headed = [page for page in pages if "First sent," in page]
    assert len(headed) > 40  # the headings stand on every page
    for n in (0, 999, 1999):
        assert any(f"店{n} " in page for page in pages), n


def test_it_speaks_chinese(qian: FlaskClient, told: Installation) -> None:
    qian.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    text = text_of(qian.get(f"{LOT}/dossier.pdf").data)
    for words in ("五香酱牛肉 200 克", "北桥冻品批发部", "生产批号", "已放行"):
        assert words in text, words


def test_a_received_lot_has_a_dossier_too(qian: FlaskClient) -> None:
    text = text_of(qian.get("/quality/lots/2/dossier.pdf").data)
    for words in ("Dossier of a received lot", "BY261001", "AQ-00312", "020-0000-0061"):
        assert words in text, words
    assert "Line runs" not in text
    assert "Adds up" in text


def test_no_such_lot_no_paper(qian: FlaskClient) -> None:
    assert qian.get("/quality/lots/99/dossier.pdf").status_code == 404


def test_the_command_prints_it(told: Installation, tmp_path: Path) -> None:
    out = tmp_path / "d.pdf"
    environment = {
        "LOTMARK_DATABASE_URL": told.settings.database_url,
        "LOTMARK_HOME": str(told.settings.home),
        "LOTMARK_CODE_KEYS": "1:" + "5a" * 32,
        "LOTMARK_SECRET_KEY": "tests only",
    }
    asked = ["batch", "dossier", "L2-1", "-o", str(out), "--language", "en"]
    done = CliRunner().invoke(group, asked, env=environment, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "Batch dossier" in text_of(out.read_bytes())


FIELDS = {
    "incoming": (
        "article 50",
        "Frozen beef shank",
        "25 kg",
        "BY261001",
        "Pastures",
        "示例市北原镇",
        "马骏",
        "020-0000-0061",
        "AQ-00312",
    ),
    "inputs": (
        "article 46",
        "all times Asia/Shanghai",
        "L2-1",
        "BY261001",
        "20.5 kg",
        "Pastures",
    ),
    "outgoing": (
        "articles 51 and 52",
        "L2-1",
        "200 克",
        "YL-J-77",
        "100 packs",
        "Nitrite: 12 mg/kg",
        "Passed",
        "示例食品检验所",
    ),
    "sales": (
        "articles 51 and 53",
        "Five-spice braised beef 200 g",
        "L2-1",
        "YL-J-77",
        "North Bridge Frozen Foods",
        "示例市北桥路",
        "020-0000-0001",
        "FH-1",
    ),
}


@pytest.mark.parametrize("which", FIELDS)
def test_registers_have_the_fields_of_the_law(qian: FlaskClient, which: str) -> None:
    today = clock.now().astimezone(ZoneInfo("Asia/Shanghai")).date()
    days = f"from={today - timedelta(days=1)}&to={today}"
    answer = qian.get(f"/quality/registers/{which}.pdf?{days}")
    assert answer.mimetype == "application/pdf"
    text = text_of(answer.data)
    for words in FIELDS[which]:
        assert words in text, words
    with pypdfium2.PdfDocument(answer.data) as document:
        assert document.get_page_size(0)[0] > document.get_page_size(0)[1]
    other = qian.get(f"/quality/registers/{which}.pdf?from=2020-01-01&to=2020-12-31")
    assert "There is no entry in these days." in text_of(other.data)


@pytest.mark.parametrize(
    ("asked", "status", "sentence"),
    [
        ("sales.pdf?from=2026-02-01&to=2026-01-01", 400, "a date from 2026-02-01 on"),
        ("sales.pdf?from=x&to=2026-01-01", 400, "Write days like 2026-11-24."),
        ("sales.pdf", 400, "Write days like 2026-11-24."),
        ("sales.pdf?from=0001-01-01&to=2026-01-01", 400, "Write days like"),
        ("inputs.pdf?from=2026-01-01&to=9999-12-31", 400, "Write days like"),
        ("lies.pdf?from=2026-01-01&to=2026-02-01", 404, "There is no such register."),
    ],
)
def test_registers_that_cannot_be(
    qian: FlaskClient, asked: str, status: int, sentence: str
) -> None:
    refused = qian.get(f"/quality/registers/{asked}")
    assert refused.status_code == status
    assert sentence in said(refused)


def test_a_register_too_long_asks_for_fewer_days(
    qian: FlaskClient, told: Installation
) -> None:
    at = clock.now() - timedelta(days=5)
    row = {"input_id": 2, "output_id": 1, "kind": "consumption", "quantity": 1}
    with told.plant.writing() as session:
        session.execute(sa.insert(LotInput), [{**row, "at": at}] * (MOST_ROWS + 1))
    day = at.date()
    days = f"from={day - timedelta(days=1)}&to={day + timedelta(days=1)}"
    refused = qian.get(f"/quality/registers/inputs.pdf?{days}")
    assert refused.status_code == 413
    assert "choose fewer days" in said(refused)


def test_a_day_is_that_of_the_plant(told: Installation) -> None:
    """A sale at 17:00 UTC belongs to the plant's next day."""
    at = datetime.fromisoformat("2026-03-01T17:00:00+00:00")
    zone = ZoneInfo("Asia/Shanghai")
    with told.plant.writing() as session:
        shop = find_place(session, "K01").id
        line = find_place(session, "YL1/L2").id
        session.add(
            Movement(
                document="S-9",
                lot_id=1,
                from_id=line,
                to_id=shop,
                quantity=1,
                at=at,
                recorded_at=at,
                actor="system",
            )
        )
        session.flush()
        first, second = date(2026, 3, 1), date(2026, 3, 2)
        assert sales(session, check_period(first, first, zone)) == []
        (sale,) = sales(session, check_period(second, second, zone))
        assert (sale.document, sale.quantity, sale.buyer.code) == ("S-9", 1, "K01")


def test_long_tables_repeat_their_headings() -> None:
    columns = (Column("Lot"), Column("What was found", 3), Column("Packs", 1, "right"))
    rows = tuple((f"B{n:04}", "长" * 90, f"{n:,}") for n in range(400))
    paper = Document(
        "Ledger",
        "many",
        "云岭",
        (("Entries", "400"),),
        (Section("All", (Table(columns, rows),)),),
    )
    pages = words_of(render_pdf(paper, IMPRINT))
    assert len(pages) > 10
    for number, page in enumerate(pages, start=1):
        assert "What was found" in page
        assert f"page {number} of {len(pages)}" in page
    seen = re.findall(r"B\d{4}", " ".join(pages))
    assert seen == [row[0] for row in rows]  # each once, in order


def test_strange_text_prints() -> None:
    """Markup, emoji, right to left, a row longer than a page: nothing is lost but
    characters the face lacks."""
    columns = (Column("A"), Column("B"))
    evil = ("<script>&amp; =cmd|' /C calc'!A0", "👩‍🔬 مرحبا")
    rows = (evil, ("x" * 3000, "长" * 6000), ("", "\n\n"))
    paper = Document(
        "<b>Title</b>", "a & b", "", (), (Section("", (Table(columns, rows),)),)
    )
    text = text_of(render_pdf(paper, IMPRINT))
    assert "<b>Title</b>" in text
    assert "<script>&amp; =cmd|' /C calc'!A0" in text.replace("\n", "")
    assert text.count("长") == 6000
    assert text.count("x") >= 3000


def test_products_without_anything_recorded_print(
    told: Installation, app: Flask, qian: FlaskClient
) -> None:
    with told.plant.writing() as session:
        assert session.get_one(Site, 1).licence == ""
        article = session.get_one(Article, 2)
        lot = Lot(article_id=article.id, code="空 1", ai10="E1", site_id=1)
        session.add(lot)
        session.flush()
        address = f"/quality/lots/{lot.id}"
    assert qian.get(address).status_code == 200
    text = text_of(qian.get(f"{address}/dossier.pdf").data)
    for words in ("Planned", "No inspection is recorded.", "Not released."):
        assert words in text, words
