"""Cells to values, and quantities to base units."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotmark.trace.errors import InvalidInput, LotmarkError
from lotmark.trace.exchange import small_tables, values
from lotmark.trace.exchange.amounts import base_unit, to_base
from lotmark.trace.parties.tables import Article

MORNING = datetime(2026, 5, 1, 8, 30)  # noqa: DTZ001 - the cell names no zone


@pytest.mark.parametrize(
    ("parse", "cell", "value"),
    [
        (values.day, "2026-05-01", date(2026, 5, 1)),
        (values.day, "2026/5/1", date(2026, 5, 1)),
        (values.day, "2026-05-01T00:00:00", date(2026, 5, 1)),
        (values.day, "46143", date(2026, 5, 1)),
        (values.day, "46143.0", date(2026, 5, 1)),
        (values.day, "2024-02-29", date(2024, 2, 29)),
        (values.moment, "2026-05-01 08:30", MORNING),
        (values.moment, "2026/5/1 8:30:00", MORNING),
        (values.moment, "2026-05-01T08:30:00.000", MORNING),
        (values.moment, "46143.3541666667", MORNING),
        (values.moment, "2026-05-01T08:30Z", MORNING.replace(tzinfo=UTC)),
        (
            values.moment,
            "2026-05-01 08:30+08:00",
            MORNING.replace(tzinfo=timezone(timedelta(hours=8))),
        ),
        (values.number, "0.001", Decimal("0.001")),
        (values.number, "１２", Decimal(12)),
        (values.quantity, "0", Decimal(0)),
        (values.quantity, "0.00", Decimal(0)),
        (values.whole, "40.0", 40),
        (values.truth, "是", True),
        (values.truth, "NO", False),
        (values.gtin, "9506000134352", "09506000134352"),
        (
            values.ssccs,
            "095060000000000015; 095060000000000022 (00)095060000000000039",
            ("095060000000000015", "095060000000000022", "095060000000000039"),
        ),
        (values.text, "😀 عربي =cmd|'/c calc'!A0 <script>", None),
        (values.long_text, "字" * 10_000, None),
        (values.long_text, "two\nlines", None),
        (values.batch_number, "2026/05/01 早班", None),
        (values.time_zone, "Europe/Berlin", "Europe/Berlin"),
    ],
)
def test_cells_are_read(parse: values.Parse, cell: str, value: object) -> None:
    assert parse(cell) == (cell if value is None else value)


@pytest.mark.parametrize(
    ("parse", "cell", "code"),
    [
        (values.day, "2026-02-30", "date_unreadable"),
        (values.day, "01.05.2026", "date_unreadable"),
        (values.day, "1970-01-01", "date_unreadable"),
        (values.day, "2026-05-01 08:30", "date_unreadable"),
        (values.day, "20260501", "date_unreadable"),
        (values.moment, "2026-05-01", "time_unreadable"),
        (values.moment, "2026-05-01 25:00", "time_unreadable"),
        (values.moment, "1970-01-01 00:00", "time_unreadable"),
        (values.moment, "2026-05-01 08:30+99:00", "time_unreadable"),
        (values.number, "1,200", "number_unreadable"),
        (values.number, "1e3", "number_unreadable"),
        (values.number, "=1+1", "number_unreadable"),
        (values.number, "٣", "number_unreadable"),
        (values.number, "-5", "quantity_not_positive"),
        (values.number, "0", "quantity_not_positive"),
        (values.quantity, "-0.5", "quantity_not_positive"),
        (values.whole, "1.5", "number_not_whole"),
        (values.whole, str(2**53), "number_not_whole"),
        (values.truth, "maybe", "truth_unreadable"),
        (values.gtin, "9506000134353", "gtin_check_digit"),
        (values.gtin, "12345", "gtin_length"),
        (values.sscc, "095060000000000016", "sscc_check_digit"),
        (values.ssccs, "095060000000000015 095060000000000015", "sscc_twice"),
        (values.items, "5-3", "item_range_invalid"),
        (values.items, "all", "item_range_unreadable"),
        (values.items, "-1", "item_range_unreadable"),
        (values.text, "x" * 201, "text_too_long"),
        (values.long_text, "x" * 10_001, "text_too_long"),
        (values.text, "two\nlines", "text_control_character"),
        (values.text, "a\x00b", "text_control_character"),
        (values.key, "YL1/L1", "code_slash"),
        (values.code, "x" * 65, "text_too_long"),
        (values.batch_number, "---", "batch_number_unusable"),
        (values.time_zone, "Mars/Olympus", "time_zone_unknown"),
        (values.time_zone, "../../etc/passwd", "time_zone_unknown"),
        (small_tables.nutrition, "能量 1030 kJ", "nutrition_unreadable"),
        (small_tables.nutrition, "钠 1 mg 1%; 钠 1 mg 1%", "nutrition_unreadable"),
        (values.choice(dry="干"), "wet", "choice_unknown"),
    ],
)
def test_cells_that_cannot_be_are_refused(
    parse: values.Parse, cell: str, code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(cell)
    assert refused.value.code == code
    assert str(refused.value)


@given(st.text(max_size=60))
def test_any_cell_is_read_or_refused(cell: str) -> None:
    for parse in (
        values.text,
        values.long_text,
        values.key,
        values.batch_number,
        values.gtin,
        values.ssccs,
        values.items,
        values.number,
        values.quantity,
        values.whole,
        values.truth,
        values.day,
        values.moment,
        values.time_zone,
        small_tables.nutrition,
    ):
        try:
            parse(cell)
        except LotmarkError as error:
            assert str(error)


def article(unit: str, case_size: int | None = None) -> Article:
    return Article(code="A", base_unit=unit, case_size=case_size)


@pytest.mark.parametrize(
    ("of", "amount", "unit", "expected"),
    [
        (article("mg"), "84.5", "kg", 84_500_000),
        (article("mg"), "0.001", "g", 1),
        (article("mg"), "1.5", "吨", 1_500_000_000),
        (article("ul"), "1.25", "L", 1_250_000),
        (article("ul"), "3", "毫升", 3_000),
        (article("ul"), "3", "µl", 3),
        (article("piece"), "12", None, 12),
        (article("piece"), "12.0", "袋", 12),
        (article("piece", 40), "2.5", "箱", 100),
    ],
)
def test_quantities_become_base_units_exactly(
    of: Article, amount: str, unit: str | None, expected: int
) -> None:
    assert to_base(of, Decimal(amount), unit) == expected


@pytest.mark.parametrize(
    ("of", "amount", "unit", "code"),
    [
        (article("mg"), "1", None, "unit_missing"),
        (article("mg"), "1", "袋", "unit_wrong"),
        (article("piece"), "1", "kg", "unit_wrong"),
        (article("piece"), "1", "stone", "unit_unknown"),
        (article("piece"), "1", "箱", "case_size_missing"),
        (article("piece"), "0.5", "袋", "quantity_too_fine"),
        (article("piece", 40), "0.01", "箱", "quantity_too_fine"),
        (article("mg"), "0.0000001", "kg", "quantity_too_fine"),
        (article("mg"), "9007199255", "kg", "quantity_too_large"),
    ],
)
def test_quantities_that_do_not_fit_are_refused(
    of: Article, amount: str, unit: str | None, code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        to_base(of, Decimal(amount), unit)
    assert refused.value.code == code
    assert str(refused.value)


@given(st.integers(1, 2**53 - 1), st.sampled_from([("mg", 0), ("g", 3), ("kg", 6)]))
def test_no_milligram_is_lost(milligrams: int, unit: tuple[str, int]) -> None:
    name, places = unit
    amount = Decimal(milligrams).scaleb(-places)
    cell = f"{amount:f}"
    assert to_base(article("mg"), values.number(cell), name) == milligrams
    assert base_unit(name) == "mg"
