"""A template is a file of its kind, in both formats and languages."""

import io

import openpyxl
import pytest
from plant_files import read_whole

from lotmark.trace.exchange import values
from lotmark.trace.exchange.columns import Kind, recognise
from lotmark.trace.exchange.files import read_tables
from lotmark.trace.exchange.kinds import KINDS
from lotmark.trace.exchange.samples import SAMPLES
from lotmark.trace.exchange.templates import (
    FORMATS,
    LANGUAGES,
    note_of,
    write_template,
)

AS_TEXT = (values.gtin, values.sscc, values.ssccs, values.batch_number)


def test_every_kind_has_a_sample_of_its_own_columns() -> None:
    assert list(SAMPLES) == [kind.name for kind in KINDS]
    for kind in KINDS:
        assert set(SAMPLES[kind.name]) <= {column.name for column in kind.columns}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_a_template_is_read_as_its_kind(kind: Kind, form: str, language: str) -> None:
    content = write_template(kind, form, language)
    [table] = read_tables(("any name", content))
    found, columns = recognise(table, KINDS)
    assert found is kind
    assert [column.name for column in columns] == [one.name for one in kind.columns]
    [(_, cells)] = table.rows
    assert len(cells) <= len(columns)
    padded = (*cells, *("" for _ in columns))
    for column, cell in zip(columns, padded, strict=False):
        assert cell or column.needed != "cell", column.name
        if cell:
            column.parse(cell)
    chinese = any(not title.isascii() for title in table.header)
    assert chinese == (language == "zh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_workbooks_keep_codes_as_text_and_explain_every_column(language: str) -> None:
    for kind in KINDS:
        content = write_template(kind, "xlsx", language)
        [sheet] = openpyxl.load_workbook(io.BytesIO(content)).worksheets
        for place, column in enumerate(kind.columns, start=1):
            note = sheet.cell(1, place).comment
            assert note is not None
            assert note.text.strip() == note_of(column, language)
            sample = sheet.cell(2, place)
            if column.parse in AS_TEXT and sample.value is not None:
                assert isinstance(sample.value, str), column.name
                assert sample.number_format == "@"
        formats = [dim.width for dim in sheet.column_dimensions.values()]
        assert formats


def test_a_csv_template_opens_in_excel_as_it_is() -> None:
    content = write_template(KINDS[0], "csv", "zh")
    assert content.startswith(b"\xef\xbb\xbf")
    assert read_whole("x", content)[0].header[0] == "编号"
