"""The sample meat factory: files for the importer and the people who work there.

Dates in the CSV files are distances in days from today, so that the plant is always at
work: ``{-5}`` a date, ``{-5 08:30}`` a time at the plant, ``{-5:%y%m%d}`` a date as it
stands in a batch number.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources

_PLACEHOLDER = re.compile(r"\{(-?\d+)(?: (\d\d:\d\d)|:(%[^{}]+))?\}")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the sample plant."""

    login: str
    name: str
    roles: list[str]
    password: str


PEOPLE = (
    Person("dong", "董海", ["factory_director"], "sample-dong"),
    Person("qian", "钱宁", ["qa_manager"], "sample-qian"),
    Person("li", "李敏", ["production_operator", "line_leader"], "sample-li"),
    Person("wang", "王仓", ["warehouse_keeper"], "sample-wang"),
    Person("zhou", "周岚", ["cs_agent"], "sample-zhou"),
    Person("he", "何青", ["cs_agent", "cs_supervisor"], "sample-he"),
)
"""The cast: every role that is not theirs falls to the factory director."""


def sample_files(today: date) -> list[tuple[str, bytes]]:
    """The plant's files as exported on ``today``, for ``import_files``."""
    folder = resources.files(__package__)
    return [
        (entry.name, _dated(entry.read_text("utf-8"), today).encode())
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".csv")
    ]


def _dated(text: str, today: date) -> str:
    def fill(match: re.Match[str]) -> str:
        day = today + timedelta(days=int(match[1]))
        if match[2]:
            return f"{day.isoformat()} {match[2]}"
        return day.strftime(match[3]) if match[3] else day.isoformat()

    return _PLACEHOLDER.sub(fill, text)
