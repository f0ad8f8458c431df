"""Why a stock file cannot be read, in one sentence: its form, before what it says."""

import re
import tomllib
from typing import Any

from jsonschema import ValidationError

from ...trace.errors import N_, InvalidInput

CODE = "stock_invalid"
WRITTEN_LIKE = {
    "string": '"…"',
    "integer": "203",
    "number": "12.5",
    "boolean": "true",
    "object": "{ … }",
    "array": "[ … ]",
}
"""How TOML writes what the schema calls so."""
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


def not_read(file: str, problem: OSError) -> InvalidInput:
    """The file cannot be opened."""
    return InvalidInput(
        CODE,
        N_("The label stock %(file)s cannot be used: it cannot be opened (%(why)s)."),
        file=file,
        why=problem.strerror or str(problem),
    )


def not_toml(file: str, problem: ValueError) -> InvalidInput:
    """The file is no text, or not TOML."""
    place = _PLACE.search(str(problem))
    if isinstance(problem, tomllib.TOMLDecodeError) and place:
        return InvalidInput(
            CODE,
            N_(
                "The label stock %(file)s cannot be used: line %(line)s cannot be read "
                "as TOML from character %(column)s on."
            ),
            file=file,
            line=place[1],
            column=place[2],
        )
    if isinstance(problem, NoLength):
        return InvalidInput(
            CODE,
            N_("The label stock %(file)s cannot be used: %(number)s is not a length."),
            file=file,
            number=str(problem),
        )
    return InvalidInput(
        CODE,
        N_(
            "The label stock %(file)s cannot be used: it is not a text file in TOML, "
            "encoded as UTF-8."
        ),
        file=file,
    )


class NoLength(ValueError):
    """A number that measures nothing, as it stands in the file."""


def not_by_schema(file: str, problem: ValidationError) -> InvalidInput:
    """Something is missing, unknown or beyond what a stock may have."""
    place = problem.json_path.removeprefix("$").removeprefix(".") or file
    limit: Any = problem.validator_value
    found: Any = problem.instance
    match problem.validator:
        case "required" | "dependentRequired":
            sentence = N_(
                "The label stock %(file)s cannot be used: %(place)s lacks %(name)s."
            )
            return _fault(sentence, file, place, name=_lacks(limit, found))
        case "additionalProperties":
            sentence = N_(
                "The label stock %(file)s cannot be used: %(place)s has %(name)s, "
                "which no stock has there."
            )
            schema: Any = problem.schema
            unknown = set(found) - set(schema["properties"])
            return _fault(sentence, file, place, name=min(unknown))
        case "minimum":
            sentence = N_(
                "The label stock %(file)s cannot be used: %(place)s is %(found)s, "
                "expected at least %(limit)s."
            )
        case "exclusiveMinimum":
            sentence = N_(
                "The label stock %(file)s cannot be used: %(place)s is %(found)s, "
                "expected more than %(limit)s."
            )
        case "maximum":
            sentence = N_(
                "The label stock %(file)s cannot be used: %(place)s is %(found)s, "
                "expected at most %(limit)s."
            )
        case "enum":
            sentence = N_(
                "The label stock %(file)s cannot be used: %(place)s is %(found)s, "
                "expected one of %(limit)s."
            )
            limit = ", ".join(limit)
        case "type":
            sentence = N_(
                "The label stock %(file)s cannot be used: %(place)s is %(found)s, "
                "expected something written like %(limit)s."
            )
            limit = WRITTEN_LIKE[limit]
        case "pattern":
            sentence = N_(
                "The label stock %(file)s cannot be used: %(place)s is %(found)s, "
                "expected text in which braces stand only round the name of a value."
            )
        case _:
            sentence = N_(
                "The label stock %(file)s cannot be used: %(place)s is %(found)s, "
                "which is too much, too little or twice the same."
            )
    return _fault(sentence, file, place, found=_short(found), limit=limit)


def _lacks(limit: Any, found: dict[str, Any]) -> str:
    """The first of the names that must be there and is not."""
    needed: list[str] = limit
    if isinstance(limit, dict):
        needed = [name for key in limit if key in found for name in limit[key]]
    return next(name for name in needed if name not in found)


def _fault(sentence: str, file: str, place: str, **told: object) -> InvalidInput:
    return InvalidInput(CODE, sentence, file=file, place=place, **told)


def _short(found: object) -> str:
    text = repr(found)
    return text if len(text) <= 60 else text[:60] + "…"
