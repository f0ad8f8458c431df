"""Rule files: checked against a schema, in force by date, with a source."""

from datetime import date
from importlib import resources

import pytest

from lotmark.trace import rules
from lotmark.trace.errors import InvalidInput

NAMES = sorted(
    entry.name.removesuffix(".toml")
    for entry in resources.files("lotmark.trace.rules").iterdir()
    if entry.name.endswith(".toml")
)


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_file_fits_its_schema(name: str) -> None:
    assert rules.read(name)


def test_first_response_is_thirty_minutes() -> None:
    limit = rules.limit("complaint.response", date(2026, 11, 24))
    assert (limit.minutes, limit.statutory) == (30, False)


def test_a_limit_not_yet_in_force_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"No time limit complaint.response is in"):
        rules.limit("complaint.response", date(2025, 12, 31))


def test_a_wrong_rule_file_names_the_place() -> None:
    schema = {"type": "object", "properties": {"a": {"items": {"type": "integer"}}}}
    with pytest.raises(InvalidInput, match=r"x.toml is wrong at a/1: 'two' is not"):
        rules.check({"a": [1, "two"]}, schema, "x.toml")
