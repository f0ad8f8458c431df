"""The dossier of a lot, read back from the PDF."""

import hashlib
import io
import re
from pathlib import Path

import pypdfium2
import small_plant
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from pdf_words import text_of, words_of
from staff_pages import change

from lotmark.labels.engine.reader import read_codes
from lotmark.trace import clock, files
from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Article, Location, Lot, Partner, Site
from lotmark.trace.stock.tables import Movement
from lotmark.web.cli.main import group
from lotmark.web.installation import Installation

LOT = "/quality/lots/1"


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
