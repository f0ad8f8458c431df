"""The first page: type a code or a batch number, or photograph it."""

from dataclasses import dataclass

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from ...labels.engine.reader import read_codes
from ...trace.errors import N_, InvalidInput, LotmarkError, NotFound
from ...trace.identity.reading import read_code
from ..current import house
from ..i18n import say
from ..problems import status_of
from .packs import show_pack
from .pages import house_site, plain_line, show
from .photos import photo_turn
from .room import photos, room
from .verdicts import Pack, find_batches, look_up, path_of

PATIENCE = 3.0
"""Seconds of processor time after which a photo without a code is given up."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several codes in a photo, or batches of one number."""

    path: str
    pack: Pack | None
    """None for a code that is not ours."""
    serial: str | None


@room.get("/")
def start() -> ResponseReturnValue:
    return _start()


@room.post("/check")
@photos
def look() -> ResponseReturnValue:
    """Find what was typed or photographed, and go there."""
    typed = plain_line(request.form.get("code", ""))
    photo = request.files.get("photo")
    try:
        if photo and photo.filename:
            return _go(_in_photo(photo.read()))
        return _look_for(typed)
    except LotmarkError as error:
        return _start(typed, say(error)), status_of(error)


def _look_for(typed: str) -> ResponseReturnValue:
    if not typed:
        raise InvalidInput(
            "code_missing",
            N_("Type the code or the batch number first, or add a photo of the label."),
        )
    with house().plant.reading() as session:
        batches = find_batches(session, typed[:200])
    if len(batches) == 1 and not batches[0].path:
        return show_pack(batches[0])
    if batches:
        return _go([Choice(pack.path, pack, None) for pack in batches if pack.path])
    return redirect(path_of(read_code(typed)), 303)


def _in_photo(content: bytes) -> list[Choice]:
    """What the codes in a photo stand for.

    Raises NotFound when none is of our form, Busy when too many photos are being read.
    """
    with photo_turn():
        found = read_codes(content, PATIENCE)
    choices: dict[str, Choice] = {}
    with house().plant.reading() as session:
        for code in found:
            try:
                reading = read_code(code.text)
            except InvalidInput:
                continue
            path = path_of(reading)
            serial = reading.serial.text if reading.serial else None
            pack = look_up(session, house().keys, path)
            choices.setdefault(path, Choice(path, pack, serial))
    if choices:
        return list(choices.values())
    if found:
        raise NotFound(
            "photo_without_ours",
            N_(
                "The photo shows a QR code, but not one of our packs. Photograph the "
                "code on the label, or type it here."
            ),
        )
    raise NotFound(
        "photo_without_code",
        N_(
            "No code can be read in this photo. Take it again from closer, without "
            "glare, or type the 16 letters and digits here."
        ),
    )


def _go(choices: list[Choice]) -> ResponseReturnValue:
    if len(choices) == 1:
        return redirect(choices[0].path, 303)
    with house().plant.reading() as session:
        site = house_site(session)
    return show("choose", site, choices=choices)


def _start(typed: str = "", problem: str = "") -> str:
    with house().plant.reading() as session:
        site = house_site(session)
    return show(
        "start", site, typed=typed, problem=problem, action=url_for("public.look")
    )
