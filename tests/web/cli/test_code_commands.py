"""Codes, labels, rolls, print houses and cases by command."""

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyzipper
import sqlalchemy as sa
from lotmark_demo import Demo

from lotmark.labels.engine.printed import zpl_labels
from lotmark.labels.engine.proof import read_pdf
from lotmark.trace import clock
from lotmark.trace.stock.tables import LogisticUnit

YESTERDAY = (clock.now() - timedelta(days=1)).isoformat()


def test_codes_are_issued_for_the_open_batch_only(
    demo: Demo, told: dict[str, Any], tmp_path: Path
) -> None:
    issued = demo.json("codes", "issue", "--lot", told["open_lot"], "--count", "3")
    assert len(issued["codes"]) == 3
    path = tmp_path / "codes.csv"
    demo.run(
        *("codes", "issue", "--lot", told["open_lot"], "--count", "2"),
        *("--csv", str(path)),
    )
    assert len(path.read_text("utf-8-sig").splitlines()) == 3
    refused = demo.run(
        "codes", "issue", "--lot", told["held_lot"], "--count", "3", code=2
    )
    assert "batch in production" in refused


def test_a_roll_printed_early_gets_its_batch_later(
    demo: Demo, told: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "roll.csv"
    demo.run("codes", "roll", "--count", "50", "--csv", str(path))
    with path.open(encoding="utf-8-sig", newline="") as file:
        serials = [row["serial"] for row in csv.DictReader(file)]
    (unbound,) = demo.json("verify", serials[20])
    assert (unbound["ok"], unbound["status"], unbound["lot"]) == (True, "unbound", None)
    said = demo.run(
        *("codes", "bind", "--lot", told["open_lot"]),
        *("--first", serials[40], "--last", serials[11]),
    )
    assert "Bound 30 codes" in said
    bound, still = demo.json("verify", serials[20], serials[5])
    assert (bound["lot"], still["status"]) == (told["open_lot"], "unbound")
    demo.run(
        *("codes", "bind", "--lot", told["open_lot"]),
        *("--first", serials[0], "--last", serials[15]),
        code=2,
    )


def test_labels_in_every_form(demo: Demo, told: dict[str, Any], tmp_path: Path) -> None:
    pdf = tmp_path / "labels.pdf"
    demo.run(
        *("labels", "--lot", told["open_lot"], "--first", "10", "--count", "5"),
        *("--format", "pdf", "--stock", "roll-60x40", "-o", str(pdf)),
    )
    read = [code for page in read_pdf(pdf.read_bytes()) for code in page]
    assert read == told["urls"][10:15]
    for form in ("tspl", "zpl", "csv"):
        path = tmp_path / f"labels.{form}"
        demo.run(
            *("labels", "--lot", told["open_lot"], "--count", "2"),
            *("--format", form, "--stock", "roll-60x40", "-o", str(path)),
        )
        assert path.stat().st_size > 100
    fine = tmp_path / "fine.zpl"
    demo.run(
        *("labels", "--lot", told["open_lot"], "--count", "1", "--dpi", "300"),
        *("--format", "zpl", "--stock", "roll-60x40", "-o", str(fine)),
    )
    (label,) = zpl_labels(fine.read_bytes())
    assert label.dots.shape == (472, 709), "60 x 40 mm at 300 dots an inch"
    before = ("labels", "--lot", told["open_lot"], "--first", "-3", "-o", str(pdf))
    assert "The first item of a batch is 0, got -3" in demo.run(*before, code=2)


def test_codes_go_to_a_print_house_and_come_back(demo: Demo, tmp_path: Path) -> None:
    order = demo.json(
        *("codes", "order", "--house", "印得快", "--product", "BJ200"),
        *("--count", "20"),
    )["order"]
    sealed = tmp_path / "codes.zip"
    password = demo.run("codes", "fetch", order, "-o", str(sealed)).strip()
    with pyzipper.AESZipFile(sealed) as archive:
        archive.setpassword(password.encode())
        rows = archive.read("codes.csv").decode("utf-8-sig").splitlines()[1:]
    assert len(rows) == 20
    twice = demo.run("codes", "fetch", order, "-o", str(sealed), code=2)
    assert "nobody gets them twice" in twice
    serials = [row.split(",")[0] for row in rows]
    said = demo.run(
        *("codes", "returned", order, "--first", serials[0], "--last", serials[17]),
        *("--faulty", f"{serials[2]}~{serials[3]}", "--delivered", "16"),
        *("--paper", "D7"),
    )
    assert "16 labels delivered, 4 codes void" in said


def test_a_case_gets_its_label(
    demo: Demo, told: dict[str, Any], tmp_path: Path
) -> None:
    house = demo.open()
    try:
        with house.plant.reading() as session:
            sscc = session.scalars(sa.select(LogisticUnit.sscc)).first()
    finally:
        house.close()
    assert sscc
    pdf = tmp_path / "case.pdf"
    demo.run("labels", "--sscc", sscc, "-o", str(pdf))
    (read,) = read_pdf(pdf.read_bytes())
    assert f"(00){sscc}" in read
    both = ("labels", "--lot", told["open_lot"], "--sscc", sscc, "-o", str(pdf))
    assert "what the labels are for" in demo.run(*both, code=2)
    assert "what the labels are for" in demo.run("labels", "-o", str(pdf), code=2)


def test_a_batch_is_opened_on_a_line(demo: Demo, told: dict[str, Any]) -> None:
    day = date.fromisoformat(f"20{told['open_lot'].split('-')[1]}")
    opened = demo.json(
        *("batch", "open", "--line", "L1", "--product", "YB150"),
        *("--date", day.isoformat(), "--planned", "500"),
    )
    assert opened["lot"] == f"L1-{day:%y%m%d}-01"
    assert opened["gtin"] == "09506000134376"
