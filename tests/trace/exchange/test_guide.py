"""docs/import.md tells the columns there are, and its examples can be read."""

import re
from pathlib import Path

from lotmark.trace.exchange.columns import recognise
from lotmark.trace.exchange.kinds import KINDS
from lotmark.trace.exchange.reading import read_tables

GUIDE = Path(__file__).parents[3] / "docs" / "import.md"


def test_every_example_is_a_file_of_its_kind() -> None:
    sections = re.split(r"^## ", GUIDE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert [section.split()[0] for section in sections] == [kind.name for kind in KINDS]
    for section in sections:
        examples = re.findall(r"(?:^ {4}.+\n)+", section, flags=re.MULTILINE)
        assert examples, section
        for example in examples:
            text = "\n".join(line[4:] for line in example.splitlines())
            [table] = read_tables("guide", text.encode())
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
