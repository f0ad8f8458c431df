"""All affected cases and pallets of a scope, as a file."""

import csv
import io

import openpyxl
import pytest
import small_plant
import sqlalchemy as sa
from batch_work import make
from staff_pages import change, shown

from lotmark.trace import clock
from lotmark.trace.stock.tables import LogisticUnit, UnitContent
from lotmark.web.installation import Installation

CASES = 505
FACT = "lot=L2-1&origin=label"


@pytest.fixture(autouse=True)
def cased(house: Installation) -> None:
    """More cases than a page shows; the last of them holds another batch too."""
    with house.plant.writing() as session:
        make(session, "L2-1", clock.now())
        make(session, "L2-2", clock.now())
        session.execute(
            sa.insert(LogisticUnit),
            [{"sscc": f"{n:018}", "level": "case"} for n in range(CASES)],
        )
        units = session.scalars(sa.select(LogisticUnit.id).order_by(LogisticUnit.id))
        rows = [{"unit_id": one, "lot_id": 1, "quantity": 2} for one in units]
        rows.append({"unit_id": rows[-1]["unit_id"], "lot_id": 2, "quantity": 1})
        session.execute(sa.insert(UnitContent), rows)


def test_it_holds_what_the_page_cuts_off(log_in: small_plant.LogIn) -> None:
    qian = log_in("qian")
    page = shown(qian, f"/quality/scope?{FACT}")
    assert "Cases and pallets: 505" in page
    assert "All of them are in the file." in page
    assert f"/quality/scope/units.xlsx?{FACT}" in page
    answer = qian.get(f"/quality/scope/units.csv?{FACT}")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == CASES
    assert len({row["sscc"] for row in rows}) == CASES
    assert rows[0]["sscc"] == f"{CASES - 1:018}"  # mixed ones first
    assert (rows[0]["lots"], rows[0]["others"]) == ("L2-1", "L2-2")
    assert rows[1]["packs_at_most"] == "2"


def test_a_kept_scope_has_it_as_a_workbook_too(log_in: small_plant.LogIn) -> None:
    qian = log_in("qian")
    fields = {"lot": "L2-1", "origin": "label", "title": ""}
    kept = change(qian, "/quality/scopes", **fields).location
    assert f"{kept}/units.xlsx" in shown(qian, kept)
    answer = qian.get(f"{kept}/units.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    assert sheet.max_row == CASES + 1
    assert sheet["A2"].value == f"{CASES - 1:018}"  # text: zeros stay
    assert qian.get(f"{kept}/units.pdf").status_code == 404
    assert log_in("wang").get(f"{kept}/units.csv").status_code == 403
