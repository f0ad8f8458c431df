"""The API against its own document: whatever is sent, the answer is as described.

Schemathesis makes up requests that fit the document and requests that do not. A short
run with a fixed seed; ``LOTMARK_LONG=1`` makes a long one with new ideas each time.
"""

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from machines import Machine, told
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS

from lotmark.web.api.spec import document

LONG = os.environ.get("LOTMARK_LONG") == "1"
EXAMPLES = 60 if LONG else 8
ENGINES = ["sqlite", "postgresql"] if LONG else ["sqlite"]
SSCC = "106141412345678908"
KNOWN: dict[str, Any] = {
    "lot_id": 1,
    "block_id": 1,
    "scope_id": 1,
    "shipment_id": 1,
    "line_id": 1,
    "cycle_id": 1,
    "sample_id": 1,
    "sscc": SSCC,
    "name": "stock",
    "form": "csv",
    "which": "sales",
}
"""Things that exist, or most answers would be 404."""
NUMBERS = {"holds": "FC-26-0001", "counts": "PD-26-0001"}
"""What ``number`` is, by the first part of the path."""

# A value can fit the document and yet not be: a cursor nobody gave out, items that run
# backwards, a date of another century.
UNDECIDED = ("positive_data_acceptance",)

LONGEST = 10_000
"""Characters of a made-up text: one of a million takes a gigabyte to think up."""


def _shorter(node: Any) -> Any:
    """The document with shorter texts in it: what fits this fits the whole one."""
    if isinstance(node, list):
        return [_shorter(each) for each in node]
    if not isinstance(node, dict):
        return node
    short = {name: _shorter(value) for name, value in node.items()}
    if isinstance(short.get("maxLength"), int):
        short["maxLength"] = min(short["maxLength"], LONGEST)
    return short


# Read once: every reading keeps some megabytes.
SCHEMA = schemathesis.openapi.from_dict(_shorter(document()))
OPERATIONS = [
    (method, path)
    for path, operations in document()["paths"].items()
    for method in operations
]


@pytest.fixture
def busy(person: Machine, lot_id: int) -> Machine:
    """A program that may do everything, in a plant where something has happened."""
    erp = person
    report = {
        "id": "0193a5b0-6c1e-7c3a-9f2e-2b6f0a4d8e11",
        "device": "cam",
        "kind": "applied",
        "items": "0-99",
    }
    told(erp.post(f"/lots/{lot_id}/items", report))
    moved = {"lot_id": lot_id, "source": "YL1/L2", "target": "FG1", "quantity": 40}
    told(erp.post("/movements", {"moves": [{**moved, "document": "RK-1"}]}), 201)
    told(erp.post("/blocks", {"device": "coder", "count": 9, "lot_id": lot_id}), 201)
    hold = {"lots": [{"lot_id": lot_id, "items": "5-9"}], "hazard": "label"}
    told(erp.post("/holds", {**hold, "reason": "smudged"}), 201)
    case = {"sscc": SSCC, "level": "case", "place": "YL1/L2"}
    told(
        erp.post(
            "/units", {**case, "contents": [{"lot_id": lot_id, "items": "60-69"}]}
        ),
        201,
    )
    told(erp.post("/counts", {"place": "FG1", "due_on": "2026-12-31"}), 201)
    told(
        erp.post("/scopes/kept", {"facts": {"lot": ["BJ200/" + code(erp, lot_id)]}}),
        201,
    )
    return erp


def code(erp: Machine, lot_id: int) -> str:
    return str(told(erp.get(f"/lots/{lot_id}"))["code"])


@pytest.mark.timeout(3600 if LONG else 300)
@pytest.mark.parametrize("database_url", ENGINES, indirect=True)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_answers_are_as_described(
    method: str, path: str, mode: GenerationMode, busy: Machine
) -> None:
    SCHEMA.app = busy.client.application
    served = SCHEMA[path][method]
    known = KNOWN | {"number": NUMBERS.get(path.split("/")[3], "")}
    fixed = {name: value for name, value in known.items() if f"{{{name}}}" in path}
    cases = served.as_strategy(mode)
    if fixed:
        cases |= served.as_strategy(mode, path_parameters=fixed)

    excluded: list[Any] = CHECKS.get_by_names(list(UNDECIDED))

    @settings(
        max_examples=EXAMPLES,
        derandomize=not LONG,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def answer(case: Case[Any]) -> None:
        case.call_and_validate(headers=busy.headers(), excluded_checks=excluded)

    answer()
