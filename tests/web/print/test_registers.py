"""The registers of the law, read back from the PDF field by field."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from pdf_words import text_of
from staff_pages import said

from lotmark.trace import clock
from lotmark.trace.parties.lots import find_place
from lotmark.trace.production.registers import MOST_ROWS, check_period, sales
from lotmark.trace.production.tables import LotInput
from lotmark.trace.stock.tables import Movement
from lotmark.web.installation import Installation

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
