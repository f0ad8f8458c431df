"""The OpenAPI document: what APIFlask builds, and what every operation has besides."""

import json
from functools import cache
from pathlib import Path
from typing import Any, cast

from apiflask import APIFlask

from .room import FILES_SENT, room

TAGS = [
    {"name": "Master data", "description": "Articles, partners, sites, lines, places."},
    {"name": "Lots", "description": "Lots, their genealogy and mass balance."},
    {"name": "Production", "description": "Batches and their codes."},
    {"name": "Line machines", "description": "Cameras, coders, blocks of codes."},
    {"name": "Printing", "description": "Printers, and the jobs they print."},
    {"name": "Records", "description": "Runs, loads, cleanings, checks, inspections."},
    {"name": "Stock", "description": "Places, movements, shipments, cases, holds."},
    {"name": "Scopes", "description": "What is affected, why, and where it is."},
    {"name": "Lists", "description": "Every list with its filters, as rows or files."},
    {"name": "Complaints", "description": "Counts; never a person."},
    {"name": "Codes", "description": "What a code is."},
    {"name": "Files", "description": "CSV and XLSX files."},
]

ABOUT = """\
Traceability and recall for food plants.

Show a key in every request: `Authorization: Bearer lm_…`. Each operation names the
right it takes. Refusals are RFC 9457 problem documents; `code` is stable, `detail` is a
sentence in the language of `Accept-Language` (Chinese or English).

Every POST that changes something may carry an `Idempotency-Key`: repeated with the same
body it is answered as the first time, also after a timeout, for a week.

Lists come in pages: ask again with `cursor` set to `next` until `next` is null.
"""

PROBLEMS = {
    "400": "The request cannot be right, whatever the state; see `errors`.",
    "401": "No key in use was shown.",
    "403": "The key has not the right this takes.",
    "404": "Nothing of that name is recorded.",
    "405": "Nothing at that address takes this method.",
    "409": "Right in itself, but not in the present state.",
    "413": "Too much at once.",
    "415": "The body is not of the kind expected.",
    "422": "The Idempotency-Key came before with another request.",
    "429": "Too many requests; wait a minute.",
    "503": "Busy for a moment; try again.",
}
ONLY_WRITES = {"409", "413", "415", "422"}

PROBLEM_SCHEMA = {
    "type": "object",
    "description": "A problem document (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:lotmark:problem:lot_on_hold"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What to do, in one sentence."},
        "code": {"type": "string", "description": "Stable name of the reason."},
        "errors": {
            "type": "array",
            "description": "The values that cannot be read.",
            "items": {
                "type": "object",
                "required": ["where", "reason"],
                "properties": {
                    "where": {"type": "string", "examples": ["json.moves.0.lot_id"]},
                    "reason": {"type": "string"},
                },
            },
        },
        "rows": {
            "type": "array",
            "description": "The rows of a file that stand in the way.",
            "items": {
                "type": "object",
                "required": ["file", "line", "column", "code", "reason"],
                "properties": {
                    "file": {"type": "string"},
                    "line": {
                        "type": "integer",
                        "description": "From 1 in a file, from 0 in JSON.",
                    },
                    "column": {"type": "string"},
                    "code": {"type": "string"},
                    "reason": {"type": "string"},
                },
            },
        },
    },
}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "Makes the request safe to repeat; a UUID is best.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
}
FILES = {
    "description": "One or more files, each in a form field `files`.",
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": {
                    "files": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 50,
                        "items": {"type": "string", "format": "binary"},
                    }
                },
            }
        }
    },
}
LINK = {
    "description": "The next page, as `rel=next` (RFC 8288); missing on the last.",
    "schema": {"type": "string"},
}


SETTINGS = {
    "OPENAPI_VERSION": "3.1.0",
    "DESCRIPTION": ABOUT,
    "TAGS": TAGS,
    "AUTO_200_RESPONSE": False,
    "AUTO_404_RESPONSE": False,
    "AUTO_AUTH_ERROR_RESPONSE": False,
    "AUTO_VALIDATION_ERROR_RESPONSE": False,
    "AUTO_SERVERS": False,  # it would be the address of whoever asked first
    "SERVERS": [{"url": "/"}],
    "SECURITY_SCHEMES": {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "A key made under /admin/keys or by `lotmark key api add`; "
            "it begins with `lm_`.",
        }
    },
}


@cache
def document() -> dict[str, Any]:
    """The document, the same for every installation.

    It is built by an application that serves nothing and knows this room alone: inside
    the house APIFlask would describe, and answer for, everybody's rooms.
    """
    here = str(Path(__file__).parent)
    drawer = APIFlask(
        "lotmark.web.api",
        title="Lotmark",
        version="1",
        docs_path=None,
        spec_path=None,
        instance_path=here,
        root_path=here,
    )
    drawer.config |= SETTINGS
    drawer.register_blueprint(room)
    with drawer.app_context():
        return complete(cast(dict[str, Any], drawer.spec))


def complete(spec: dict[str, Any]) -> dict[str, Any]:
    """Add problems, the idempotency header, bounds of ids and required bodies."""
    spec = _named(spec)
    components = spec["components"]
    components["schemas"]["Problem"] = PROBLEM_SCHEMA
    content = {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
    }
    components["responses"] = {
        f"Problem{status}": {"description": said, "content": content}
        for status, said in PROBLEMS.items()
    }
    for operations in spec["paths"].values():
        for method, operation in operations.items():
            _complete(method, operation)
    return spec


def _named(spec: dict[str, Any]) -> dict[str, Any]:
    """Schemas under short names: ``LotOutPage.LotOut`` is ``Lot`` everywhere."""
    known = spec["components"].pop("schemas")
    short = {name: name.rpartition(".")[2].replace("Out", "") for name in known}
    text = json.dumps({"spec": spec, "schemas": known})
    for name in short:
        text = text.replace(f'schemas/{name}"', f'schemas/{short[name]}"')
    read = json.loads(text)
    named: dict[str, Any] = read["spec"]
    named["components"]["schemas"] = {
        short[name]: schema
        for name, schema in read["schemas"].items()
        if "$ref" not in schema  # a tree's schema only points at its own name
    }
    return named


def _complete(method: str, operation: dict[str, Any]) -> None:
    if content := FILES_SENT.get(operation["operationId"]):
        operation["responses"]["200"] = {
            "description": "The file.",
            "content": content,
        }
    for status in PROBLEMS:
        if method == "post" or status not in ONLY_WRITES:
            problem = {"$ref": f"#/components/responses/Problem{status}"}
            operation["responses"].setdefault(status, problem)
    for parameter in operation["parameters"]:
        if parameter["in"] == "path" and parameter["schema"]["type"] == "integer":
            parameter["schema"] |= {"minimum": 1, "maximum": 2**53 - 1}
        if parameter["in"] == "query":
            _describe(parameter)
    if method == "post":
        if operation["x-idempotent"]:
            operation["parameters"].append(IDEMPOTENCY_KEY)
        if operation["operationId"] in ("post_imports", "post_import_orders"):
            operation["requestBody"] = FILES
        if "requestBody" in operation:
            operation["requestBody"]["required"] = True
    elif any(one["name"] == "cursor" for one in operation["parameters"]):
        operation["responses"]["200"]["headers"] = {"Link": LINK}


def _describe(parameter: dict[str, Any]) -> None:
    """What is said of the value belongs to the parameter; an address knows no null."""
    schema = parameter["schema"]
    for key in ("description", "title"):
        said = schema.pop(key, None)
        if key == "description" and said:
            parameter[key] = said
    kinds = [kind for kind in schema.pop("anyOf", []) if kind != {"type": "null"}]
    if kinds:
        schema.pop("default", None)
        schema |= kinds[0]
