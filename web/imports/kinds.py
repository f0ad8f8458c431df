"""The kinds of files there are: what each holds, its columns, and an empty one."""

from dataclasses import dataclass

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from ...trace.errors import N_, NotFound
from ...trace.exchange.columns import Kind
from ...trace.exchange.exports import FORMATS
from ...trace.exchange.kinds import KINDS
from ...trace.exchange.lists import IMPORTS
from ...trace.exchange.samples import SAMPLES
from ...trace.exchange.templates import (
    LANGUAGES,
    note_of,
    title_of,
    write_template,
)
from ..i18n import language
from .room import room

TITLES = {listing.name: listing.title for listing in IMPORTS}
"""What the rows of a kind are called; the list of that name shows them."""
ABOUT = {listing.name: listing.about for listing in IMPORTS}


@dataclass(frozen=True, slots=True)
class Told:
    """A column of a template, explained."""

    title: str
    needed: str
    """``cell``, ``header`` or empty."""
    form: str
    """What a cell may hold."""
    others: str
    """The other headers it goes by."""
    sample: str


@room.get("/imports/kinds/<kind>")
def kind(kind: str) -> ResponseReturnValue:
    """What a file of this kind holds, column by column."""
    found = _find(kind)
    return render_template(
        "imports/kind.html",
        kind=found,
        title=TITLES[found.name],
        about=ABOUT[found.name],
        columns=[_told(found, place) for place in range(len(found.columns))],
        formats=tuple(FORMATS),
    )


@room.get("/imports/templates/<kind>/<code>.<form>")
def template(kind: str, code: str, form: str) -> ResponseReturnValue:
    """An empty file with a header and one sample row."""
    found = _find(kind)
    if code not in LANGUAGES or form not in FORMATS:
        raise NotFound("template_unknown", N_("There is no such template."))
    name = f"{found.name}-{code}.{form}"
    return Response(
        write_template(found, form, code),
        content_type=FORMATS[form],
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


def _find(name: str) -> Kind:
    for one in KINDS:
        if one.name == name:
            return one
    raise NotFound("template_unknown", N_("There is no such template."))


def _told(kind: Kind, place: int) -> Told:
    column = kind.columns[place]
    _, form, others = note_of(column, language()).split("\n")
    return Told(
        title_of(column, language()),
        column.needed,
        form,
        others.partition("：" if language() == "zh" else ": ")[2],
        SAMPLES[kind.name].get(column.name, ""),
    )
