"""The document says all there is to know, and is a valid OpenAPI 3.1."""

import json
from pathlib import Path
from typing import Any

from flask import Flask
from machines import told
from openapi_spec_validator import validate

from lotmark import web
from lotmark.web.api.genealogy import TraceOut
from lotmark.web.api.scopes import ScopeIn, ScopeOut
from lotmark.web.api.spec import PROBLEMS, TAGS, document
from lotmark.web.facts import FIELDS, SEVERAL

DOCS = Path(web.__path__[0]).parent / "docs"


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, found in document()["paths"].items()
        for method, operation in found.items()
    ]


def test_anybody_may_read_it(app: Flask) -> None:
    shown = told(app.test_client().get("/api/v1/openapi.json"))
    assert shown == json.loads(json.dumps(document()))
    assert shown["openapi"] == "3.1.0"


def test_it_is_valid() -> None:
    validate(document())


def test_it_describes_this_room_alone() -> None:
    assert {path.split("/")[1] for path in document()["paths"]} == {"api"}


def test_each_operation_is_told() -> None:
    tags = {tag["name"] for tag in TAGS}
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names))
    for method, path, operation in operations():
        assert operation["summary"].endswith("."), path
        assert operation["security"] == [{"key": []}], path
        assert set(operation["tags"]) <= tags, path
        for status in PROBLEMS:
            if status in ("400", "401", "403", "404", "429"):
                assert status in operation["responses"], path
        if method == "post" and "application/json" in str(operation):
            assert operation["responses"]["409"], path
    used = {tag for _, _, operation in operations() for tag in operation["tags"]}
    assert used == tags


def test_bodies_have_examples_that_fit() -> None:
    schemas = document()["components"]["schemas"]
    for method, path, operation in operations():
        body = operation.get("requestBody", {}).get("content", {})
        if method == "post" and "application/json" in body:
            name = body["application/json"]["schema"]["$ref"].rpartition("/")[2]
            assert schemas[name]["description"], path


def test_no_schema_is_called_twice_for_two_things() -> None:
    schemas = document()["components"]["schemas"]
    assert not [name for name in schemas if "." in name or name.endswith("Out")]


def test_a_trace_has_what_its_schema_says() -> None:
    schema = json.loads((DOCS / "trace.schema.json").read_text("utf-8"))
    assert set(schema["properties"]) == set(TraceOut.model_fields)
    for part in ("nodes", "edges"):
        ours = document()["components"]["schemas"][
            {"nodes": "TraceNode", "edges": "TraceEdge"}[part]
        ]
        items = schema["properties"][part]["items"]
        theirs = (
            schema["$defs"][items["$ref"].rpartition("/")[2]]
            if ("$ref" in items)
            else items
        )
        assert set(ours["properties"]) == set(theirs["properties"])


def test_a_scope_has_what_its_schema_says() -> None:
    schema = json.loads((DOCS / "scope.schema.json").read_text("utf-8"))
    assert set(schema["required"]) <= set(ScopeOut.model_fields)


def test_a_scope_starts_from_what_people_can_type() -> None:
    named = {field.alias or name for name, field in ScopeIn.model_fields.items()}
    assert named == {*FIELDS, *SEVERAL, "origin", "hazard", "narrow"}
