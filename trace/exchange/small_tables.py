"""Cells that hold a small table: nutrition, and the findings of a report."""

import re

from ..errors import N_, InvalidInput
from .values import long_text, shown

_NUTRIENT = re.compile(r"(.+?)\s+([\d.]+\s?\S+)\s+(\d{1,4})\s?%")
_FINDING = re.compile(r"(?:\\.|[^;；\\])+", re.DOTALL)
_FIELD = re.compile(r"(?:^|(?<=\|))((?:\\.|[^|\\])*)", re.DOTALL)


def nutrition(cell: str) -> dict[str, list[object]]:
    """Nutrition per 100 g and share of the daily value: ``能量 1030 kJ 12%; …``.

    >>> nutrition("蛋白质 31.4 g 52%; 钠 869 mg 43%")
    {'蛋白质': ['31.4 g', 52], '钠': ['869 mg', 43]}
    """
    table: dict[str, list[object]] = {}
    for piece in re.split("[;；\n]", long_text(cell)):
        match = _NUTRIENT.fullmatch(piece.strip())
        if match is None or match[1] in table:
            raise InvalidInput(
                "nutrition_unreadable",
                N_(
                    "Expected nutrients such as 能量 1030 kJ 12%%; 钠 869 mg 43%%, "
                    "each once, found %(found)s."
                ),
                found=shown(piece),
            )
        table[match[1]] = [match[2], int(match[3])]
    return table


def findings(cell: str) -> list[list[str]]:
    """Findings of a report: ``parameter | limit | value``, semicolons between.

    A backslash before one of these signs, or before itself, makes it plain text.

    >>> findings("菌落总数 | ≤ 10000 CFU/g | 50; 净含量 | | 200 g")
    [['菌落总数', '≤ 10000 CFU/g', '50'], ['净含量', '', '200 g']]
    """
    rows = [
        [re.sub(r"\\(.)", r"\1", part.strip()) for part in _FIELD.findall(piece)]
        for piece in _FINDING.findall(long_text(cell))
        if piece.strip()
    ]
    for row in rows:
        if len(row) != 3 or not row[0] or not row[2]:
            raise InvalidInput(
                "findings_unreadable",
                N_(
                    "Expected findings such as 菌落总数 | ≤ 10000 | 50, semicolons "
                    "between them, found %(found)s."
                ),
                found=shown(" | ".join(row)),
            )
    return rows
