"""The complaint form: what was sent, and what is wrong with it, field by field."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from flask import request

from ...recall.complaints import checks
from ...trace.errors import LotmarkError
from ..i18n import say
from .pages import plain_line, plain_text
from .photos import clean_photo, kept_photos

_REQUEST_KEY = re.compile("[0-9a-f]{32}")
MOST_CODE = 2000


@dataclass(slots=True)
class ComplaintForm:
    """The fields as typed, so that a form with errors comes back complete."""

    request_key: str
    """The form's own random key: sent twice, it is one complaint."""
    code: str = ""
    """The pack: a code, or the address of a pack or batch page."""
    kind: str = ""
    text: str = ""
    pack_text: str = ""
    contact: str = ""
    consent: bool = False
    health_text: str = ""
    health_consent: bool = False
    photos: list[bytes] = field(default_factory=list)
    """Cleaned JPEGs, those kept from an earlier try first."""
    errors: dict[str, str] = field(default_factory=dict)
    """Sentence for each field that is wrong."""


def new_form(code: str) -> ComplaintForm:
    """An empty form about the pack that ``code`` names."""
    return ComplaintForm(secrets.token_hex(16), code=code[:MOST_CODE])


def sent_form() -> ComplaintForm:
    """The form that was sent, checked."""
    key = request.form.get("request_key", "")
    form = ComplaintForm(
        request_key=key if _REQUEST_KEY.fullmatch(key) else secrets.token_hex(16),
        code=_line("code")[:MOST_CODE],
        kind=_line("kind"),
        text=_text("text"),
        pack_text=_text("pack_text"),
        contact=_line("contact"),
        consent="consent" in request.form,
        health_text=_text("health_text"),
        health_consent="health_consent" in request.form,
    )
    _read_photos(form)
    _check(form)
    return form


def _read_photos(form: ComplaintForm) -> None:
    kept = request.form.getlist("kept")
    form.photos += kept_photos(kept, form.request_key, checks.MOST_PHOTOS)
    sent = [photo for photo in request.files.getlist("photos") if photo.filename]
    names = [""] * (len(form.photos) + len(sent))
    room = checks.MOST_PHOTOS - len(form.photos)
    for photo in sent[: max(room, 0)]:
        content = photo.read()
        _note_errors(form, "photos", partial(_add_photo, form, content))
    _note_errors(form, "photos", partial(checks.check_photos, names))
    del form.photos[checks.MOST_PHOTOS :]


def _add_photo(form: ComplaintForm, content: bytes) -> None:
    form.photos.append(clean_photo(content))


def _check(form: ComplaintForm) -> None:
    ill_text = form.health_text if form.kind == "ill" else ""
    personal = bool(form.contact or form.photos)
    steps: dict[str, Callable[[], None]] = {
        "kind": lambda: checks.check_kind(form.kind),
        "text": lambda: checks.check_lengths(text=form.text),
        "pack_text": lambda: checks.check_lengths(pack_text=form.pack_text),
        "health_text": lambda: checks.check_lengths(health_text=ill_text),
        "contact": lambda: checks.check_lengths(contact=form.contact),
        "consent": lambda: checks.check_consent(personal, form.consent, False, False),
        "health_consent": lambda: checks.check_consent(
            False, False, bool(ill_text), form.health_consent
        ),
    }
    for name, step in steps.items():
        _note_errors(form, name, step)


def _note_errors(form: ComplaintForm, name: str, step: Callable[[], None]) -> None:
    try:
        step()
    except LotmarkError as error:
        form.errors[name] = say(error)


def _text(name: str) -> str:
    return plain_text(request.form.get(name, ""))


def _line(name: str) -> str:
    return plain_line(request.form.get(name, ""))
