"""Bytes to rows: encodings, separators, workbooks, and files that are no tables."""

import io
import zipfile
from datetime import date, datetime, time
from itertools import combinations

import openpyxl
import pytest
from plant_files import read_whole, saved, workbook

from lotmark.trace.errors import TooLarge
from lotmark.trace.exchange import reading, workbooks
from lotmark.trace.exchange.columns import recognise
from lotmark.trace.exchange.files import read_tables
from lotmark.trace.exchange.kinds import KINDS
from lotmark.trace.exchange.reading import Unreadable, check_sizes

TEXT = 'code,name\nYL1,"本厂, 北区"\n\nYL2,分厂\n'


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-be-bom"]
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_encoding_and_separator(
    encoding: str, separator: str, ending: str
) -> None:
    text = TEXT.replace('"本厂, 北区"', '"本厂 北区"')
    text = text.replace(",", separator).replace("\n", ending)
    if encoding == "utf-16-be-bom":
        content = b"\xfe\xff" + text.encode("utf-16-be")
    else:
        content = text.encode(encoding)
    [table] = read_whole("sites.csv", content)
    assert table.header == ("code", "name")
    assert table.rows == ((2, ("YL1", "本厂 北区")), (4, ("YL2", "分厂")))


def test_a_quoted_cell_holds_commas_and_line_breaks_and_lines_still_count() -> None:
    content = b'\ncode,name\nA,"one,\ntwo"\nB,three\n'
    [table] = read_whole("x.csv", content)
    assert table.header_line == 2
    assert table.rows == ((3, ("A", "one,\ntwo")), (5, ("B", "three")))


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"", "file_empty", 1),
        (b"\n\n ,\n", "file_empty", 1),
        (b"\x00\x01\x02", "encoding_unknown", 1),
        (b"code\n\xff\xfe\xfd", "encoding_unknown", 1),
        ("code".encode("utf-16-le"), "encoding_unknown", 1),
        ("code".encode("utf-32"), "encoding_unknown", 1),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old .xls", "encoding_unknown", 1),
        (b'code,name\nA,one\nB,"two\nC,three\n', "csv_broken", 3),
        (b'code,name\nA,"one"x\n', "csv_broken", 2),
        (b"code\n" + b"x" * 200_000, "csv_broken", 2),
        (b"PK\x03\x04 and no more", "workbook_damaged", 1),
        (b",".join(b"c%d" % n for n in range(101)), "too_many_columns", 1),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, code: str, line: int) -> None:
    with pytest.raises(Unreadable) as refused:
        read_whole("x", content)
    assert (refused.value.code, refused.value.line) == (code, line)


def test_a_workbook_gives_what_a_csv_file_would() -> None:
    content = workbook(
        [
            ["code", "at", "day", "time", "number", "half", "yes", "long"],
            [
                " A ",
                datetime(2026, 5, 1, 8, 30, 0, 400),  # noqa: DTZ001 - a cell
                date(2026, 5, 1),
                time(8, 30),
                9506000134352,
                0.1,
                True,
                "=1+1",
            ],
            [],
            ["B", None, 46143, None, 3.0, 1e-7],
        ]
    )
    [table] = read_whole("x.xlsx", content)
    assert table.name == "x.xlsx"
    first, second = table.rows
    assert first == (
        2,
        (
            "A",
            "2026-05-01T08:30:00",
            "2026-05-01T00:00:00",
            "08:30:00",
            "9506000134352",
            "0.1",
            "yes",
            "",  # a formula that no program has computed
        ),
    )
    assert second[0] == 4
    assert second[1][:6] == ("B", "", "46143", "", "3", "0.0000001")


def test_every_filled_sheet_is_a_table() -> None:
    content = workbook([["code"], ["A"]], [], [["site"], ["B"]])
    assert [table.name for table in read_whole("x.xlsx", content)] == [
        "x.xlsx/Sheet",
        "x.xlsx/Sheet2",
    ]


def test_merged_cells_are_refused_with_their_line() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["A2"] = "code", "A"
    sheet.merge_cells("A2:A3")
    with pytest.raises(Unreadable) as refused:
        read_whole("x.xlsx", saved(book))
    assert (refused.value.code, refused.value.line) == ("cells_merged", 2)
    assert refused.value.params["cells"] == "A2:A3"


def test_a_number_that_excel_has_spoilt_is_refused() -> None:
    with pytest.raises(Unreadable) as refused:
        read_whole("x.xlsx", workbook([["sscc"], [95060000000000015]]))
    assert (refused.value.code, refused.value.line) == ("number_too_long", 2)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workbooks, "MAX_UNPACKED", 100_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * 100_001)
    with pytest.raises(TooLarge) as refused:
        read_whole("x.xlsx", out.getvalue())
    assert refused.value.code == "import_too_large"


def test_sizes_have_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    check_sizes([("a", b"12345"), ("b", b"12345")])
    with pytest.raises(TooLarge) as refused:
        check_sizes([("a", b"12345"), ("b", b"123456")])
    assert refused.value.code == "import_too_large"


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("code,name,time_zone", "sites"),
        ("编号,名称,时区", "sites"),
        ("工厂,编号,名称", "lines"),
        ("生产批号,生产线,开始时间,结束时间,班组", "runs"),
        ("箱码,所在托盘,批号,数量", "cases"),
        ("产品编码,生产批号,数量,单位,工厂", "lots"),
        ("ＣＯＤＥ,Name,Time Zone", "sites"),
    ],
)
def test_a_header_says_what_a_file_is(header: str, kind: str) -> None:
    [table] = read_tables(("whatever.csv", header.encode()))
    assert recognise(table, KINDS)[0].name == kind


@pytest.mark.parametrize(
    ("header", "code", "said"),
    [
        ("code,name,time_zone,colour", "header_unknown", "unknown: 'colour'"),
        ("lot,from,to,quantity,at", "header_unknown", "missing: document;"),
        ("", "file_empty", "no table"),
        ("code,name,time_zone,编号", "column_twice", "column code is there twice"),
        ("code,,name,time_zone", "header_unknown", "unknown: ''"),
    ],
)
def test_other_headers_are_refused(header: str, code: str, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        [table] = read_tables(("x.csv", b"\n" + header.encode()))
        recognise(table, KINDS)
    assert refused.value.code == code
    assert said in str(refused.value)


def test_no_header_can_be_of_two_kinds() -> None:
    for one, other in combinations(KINDS, 2):
        assert any(
            column.needed
            and not any(their.column_of(t) for t in (column.name, *column.aliases))
            for ours, their in ((one, other), (other, one))
            for column in ours.columns
        ), f"a header could be of {one.name} and of {other.name}"


def test_no_title_means_two_columns() -> None:
    for kind in KINDS:
        titles = [t for column in kind.columns for t in (column.name, *column.aliases)]
        assert len(titles) == len(set(titles)), kind.name
