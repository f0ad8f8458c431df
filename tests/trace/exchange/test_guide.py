"""docs/import.md tells the columns there are, and its examples can be read."""

import re
from pathlib import Path

from lotmark.trace.exchange.columns import recognise
from lotmark.trace.exchange.files import read_tables
from lotmark.trace.exchange.kinds import KINDS
from lotmark.trace.exchange.reading import MAX_BYTES, MAX_ROWS
from lotmark.trace.exchange.rows import TOLD
from lotmark.trace.exchange.workbooks import MAX_STRINGS, MAX_UNPACKED

GUIDE = Path(__file__).parents[3] / "docs" / "import.md"


def test_every_example_is_a_file_of_its_kind() -> None:
    sections = re.split(r"^## ", GUIDE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert [section.split()[0] for section in sections] == [kind.name for kind in KINDS]
    for section in sections:
        examples = re.findall(r"(?:^ {4}.+\n)+", section, flags=re.MULTILINE)
        assert examples, section
        for example in examples:
            text = "\n".join(line[4:] for line in example.splitlines())
            [table] = read_tables(("guide", text.encode()))
            kind, columns = recognise(table, KINDS)
            assert section.startswith(kind.name)
            for _, cells in table.rows:
                for column, cell in zip(columns, cells, strict=True):
                    assert cell or column.needed != "cell", (kind.name, column.name)
                    if cell:
                        column.parse(cell)


def test_every_column_is_told() -> None:
    sections = re.split(r"^## ", GUIDE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    for kind, section in zip(KINDS, sections, strict=True):
        for column in kind.columns:
            name = column.name.removesuffix("_en")
            assert re.search(rf"\b{name}\b|\b{column.name}\b", section), column.name
            bold = f"**{column.name}**" in section
            assert bold >= bool(column.needed), (kind.name, column.name)


def test_the_limits_are_told_as_they_are() -> None:
    guide = GUIDE.read_text("utf-8")
    assert f"At most {MAX_BYTES // 2**20} MiB and {MAX_ROWS:,} rows" in guide
    assert f"unpacked at most {MAX_UNPACKED // 2**30} GiB" in guide
    assert f"its texts {MAX_STRINGS // 2**20} MiB" in guide
    assert f"the first {TOLD:,} of them" in guide
