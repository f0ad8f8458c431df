"""Empty files to fill in: a header, one sample row, and notes on every column."""

import csv
import io
from collections.abc import Iterator

import xlsxwriter

from . import small_tables, values
from .columns import Column, Kind
from .samples import SAMPLES
from .values import Choice, Parse

FORMATS = ("csv", "xlsx")
LANGUAGES = ("zh", "en")

FORMS: dict[Parse, tuple[str, str]] = {
    values.text: ("文字，最多 200 字", "text of at most 200 characters"),
    values.long_text: ("文字，最多 10000 字", "text of at most 10,000 characters"),
    values.code: ("编码", "a code"),
    values.key: ("编码，不含斜杠", "a code without a slash"),
    values.batch_number: ("批号，按厂内写法", "a batch number as you write it"),
    values.gtin: ("商品条码，设为文本格式", "a GTIN; format the column as text"),
    values.sscc: ("18 位箱码，设为文本格式", "an SSCC; format the column as text"),
    values.ssccs: ("箱码，多个用空格隔开", "one SSCC or several with spaces between"),
    values.items: ("追溯码范围，如 0-239,300", "items such as 0-239,300"),
    values.number: ("数字，如 84.5，不加千位分隔符", "a number such as 84.5"),
    values.quantity: ("数字，尚无数量写 0", "a number, 0 for none yet"),
    values.whole: ("大于 0 的整数", "a whole number above zero"),
    values.count: ("整数，可以为 0", "a whole number, 0 included"),
    values.days: ("天数", "a number of days"),
    values.origin: ("供应商编码；本厂产品填 /", "a supplier’s code; / for our own"),
    small_tables.findings: (
        "项目 | 标准 | 实测，多项用分号隔开",
        "parameter | limit | value, semicolons between",
    ),
    values.truth: ("是或否", "yes or no"),
    values.day: ("日期，如 2026-05-01", "a date such as 2026-05-01"),
    values.moment: ("时间，如 2026-05-01 08:30", "a time such as 2026-05-01 08:30"),
    values.time_zone: ("时区，如 Asia/Shanghai", "a time zone such as Asia/Shanghai"),
    small_tables.nutrition: (
        "如 能量 1030 kJ 12%; 钠 869 mg 43%",
        "such as 能量 1030 kJ 12%; 钠 869 mg 43%",
    ),
}
"""What a cell may hold, in Chinese and English."""
AS_NUMBER = (
    values.number,
    values.quantity,
    values.whole,
    values.count,
    values.days,
)


def write_template(kind: Kind, format_: str, language: str) -> bytes:
    """A file of ``kind`` with its header in a language, a sample row, and notes.

    In a workbook every column is text but the quantities: Excel would cut an SSCC off
    and make dates of batch numbers. Notes are comments on the header, never a sheet of
    their own, which would be taken for a table.
    """
    sample = SAMPLES[kind.name]
    header = [title_of(column, language) for column in kind.columns]
    cells = [sample.get(column.name, "") for column in kind.columns]
    if format_ == "csv":
        text = io.StringIO()
        csv.writer(text).writerows([header, cells])
        return text.getvalue().encode("utf-8-sig")  # or Excel would take it for GBK
    return _workbook(kind, header, cells, language)


def title_of(column: Column, language: str) -> str:
    """How the header calls a column."""
    return column.aliases[0] if language == "zh" and column.aliases else column.name


def note_of(column: Column, language: str) -> str:
    """What may stand in a column, in a sentence or two."""
    chinese = language == "zh"
    needed = {
        "cell": ("每行必填。", "Needed in every row."),
        "header": (
            "必须有此列，可以留空。",
            "The column is needed, a cell may be empty.",
        ),
        "": ("可以没有此列。", "May be left out."),
    }[column.needed]
    other = "、".join((column.name, *column.aliases))
    also = f"也可写作：{other}" if chinese else f"Also called: {other}"
    form = _form(column.parse, chinese)
    return f"{needed[not chinese]}\n{form}\n{also}"


def _form(parse: Parse, chinese: bool) -> str:
    if isinstance(parse, Choice):
        words = parse.words.items()
        return "; ".join(f"{word} ({told})" if told else word for word, told in words)
    return FORMS[parse][not chinese]


def _workbook(kind: Kind, header: list[str], cells: list[str], language: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet(kind.name)
        text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": 1})
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(kind.columns):
            numeric = column.parse in AS_NUMBER
            sheet.set_column(place, place, 18, None if numeric else text)
            sheet.write_string(0, place, header[place], bold)
            note = {"width": 320, "height": 110, "font_size": 10}
            sheet.write_comment(0, place, note_of(column, language), note)
            if numeric and cells[place]:
                sheet.write_number(1, place, float(cells[place]))
            elif cells[place]:
                sheet.write_string(1, place, cells[place], text)
    return out.getvalue()


def write_templates(
    kinds: tuple[Kind, ...], format_: str, language: str
) -> Iterator[tuple[str, bytes]]:
    """File names and contents, a template for each kind."""
    for kind in kinds:
        yield f"{kind.name}.{format_}", write_template(kind, format_, language)
