"""The form a notice is written in, checked while one writes."""

from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from ...recall.notices import drafting, lint, queries, reading
from ...recall.notices.machine import OPEN
from ...recall.notices.rulebook import field_kinds, jurisdiction
from ...recall.notices.tables import Notice
from ...recall.notices.values import Content, Photo, Wording
from ...trace import clock, files
from ...trace.db import Session
from ...trace.errors import N_, InvalidInput, LotmarkError, NotFound
from ...trace.files import StoredFile
from ..current import actor, house
from ..forms import number_field, text_field
from ..i18n import LANGUAGES
from ..problems import status_of
from ..uploads import read_upload
from .room import room

MOST_PHOTOS = 6


@room.get("/notices/<number>/<int:version>/write")
def write(number: str, version: int) -> ResponseReturnValue:
    with house().plant.reading() as session:
        notice = reading.find_notice(session, number, version)
        if notice.state not in OPEN:
            return redirect(url_for("notices.case", number=number, version=version))
        wordings = reading.wordings_of(session, notice)
        return _form(session, notice, wordings, Content.read(notice.content))


@room.post("/notices/<number>/<int:version>/write")
def write_now(number: str, version: int) -> ResponseReturnValue:
    """Keep what was written; what the linter finds stands beside it."""
    actor().require("notice.draft")
    now = clock.now()
    try:
        upload = read_upload("photo")
        with house().plant.writing() as session:
            notice = reading.find_notice(session, number, version)
            wordings, content = _typed(session, notice)
            photos = content.photos
            if upload is not None:
                alt = {one: text_field(f"new_alt_{one}", 300) for one in LANGUAGES}
                photos = (*photos, Photo(upload.keep(session, now), alt))
            if len(photos) > MOST_PHOTOS:
                raise InvalidInput(
                    "too_many_photos",
                    N_("Expected at most %(most)s photos, got %(found)s."),
                    most=MOST_PHOTOS,
                    found=len(photos),
                )
            drafting.revise_notice(
                session,
                notice,
                list(wordings),
                (content.starts_on, content.ends_on),
                photos,
                actor(),
                now,
                seen=number_field("seen", 1, 10**9),
            )
    except LotmarkError as error:
        return _again(number, version, error), status_of(error)
    where = "case" if "done" in request.form else "write"
    return redirect(url_for(f"notices.{where}", number=number, version=version))


@room.post("/notices/<number>/<int:version>/check")
def check(number: str, version: int) -> ResponseReturnValue:
    """What the linter says of the form as it stands, nothing kept; a fragment."""
    with house().plant.reading() as session:
        notice = reading.find_notice(session, number, version)
        wordings, content = _typed(session, notice)
        found = _findings(session, notice, wordings, content)
        return render_template(
            "notices/checked.html",
            findings=found,
            preview=preview_of(session, notice, wordings, content),
            **preview_parts(notice),
        )


@room.get("/notices/<number>/<int:version>/photos/<sha256>")
def photo(number: str, version: int, sha256: str) -> ResponseReturnValue:
    """A photo of this notice; other stored files are not shown here."""
    with house().plant.reading() as session:
        notice = reading.find_notice(session, number, version)
        own = {one.sha256 for one in Content.read(notice.content).photos}
        row = session.get(StoredFile, sha256) if sha256 in own else None
    if row is None:
        raise NotFound("photo_unknown", N_("There is no such photo."))
    path = files.path_of(house().settings.files, sha256).resolve()
    return send_file(path, mimetype=row.media_type, max_age=0)


def preview_of(
    session: Session, notice: Notice, wordings: tuple[Wording, ...], content: Content
) -> Any:
    """The notice as its page would show it."""
    published = queries.as_published(session, notice, notice.version)
    return replace(published, wordings=wordings, content=content)


def preview_parts(notice: Notice) -> dict[str, Any]:
    """What the template of a notice needs beside it."""
    number, version = notice.recall.number, notice.version
    return {
        "photo_url": lambda sha256: url_for(
            "notices.photo", number=number, version=version, sha256=sha256
        )
    }


def _again(number: str, version: int, error: LotmarkError) -> str:
    """The form as it was sent, with why it was refused."""
    with house().plant.reading() as session:
        notice = reading.find_notice(session, number, version)
        wordings, content = _typed(session, notice)
        return _form(session, notice, wordings, content, error)


def _form(
    session: Session,
    notice: Notice,
    wordings: tuple[Wording, ...],
    content: Content,
    error: LotmarkError | None = None,
) -> str:
    today = clock.now().astimezone(reading.ZONE).date()
    laws = {name: jurisdiction(name, today) for name in content.levels}
    return render_template(
        "notices/write.html",
        notice=notice,
        content=content,
        wordings=wordings,
        laws=laws,
        kinds=field_kinds(),
        findings=_findings(session, notice, wordings, content),
        preview=preview_of(session, notice, wordings, content),
        error=error,
        most=drafting.MOST,
        **preview_parts(notice),
    )


def _findings(
    session: Session, notice: Notice, wordings: tuple[Wording, ...], content: Content
) -> list[lint.Finding]:
    draft = reading.draft_of(session, notice, clock.now())
    return lint.lint(replace(draft, wordings=wordings, content=content))


def _typed(session: Session, notice: Notice) -> tuple[tuple[Wording, ...], Content]:
    """What the form says; what it does not carry stays as it is."""
    wordings = []
    for one in reading.wordings_of(session, notice):
        fields = {
            name: _sent(f"{one.key}.{name}", text) for name, text in one.fields.items()
        }
        title = _sent(f"{one.key}.title", one.title)
        wordings.append(Wording(one.jurisdiction, one.language, title, fields))
    content = Content.read(notice.content)
    photos = tuple(
        replace(
            one,
            alt={
                language: _sent(
                    f"alt.{one.sha256}.{language}", one.alt.get(language, "")
                )
                for language in LANGUAGES
            },
        )
        for one in content.photos
        if f"drop.{one.sha256}" not in request.form
    )
    return tuple(wordings), replace(
        content,
        photos=photos,
        starts_on=_sent("starts_on", content.starts_on),
        ends_on=_sent("ends_on", content.ends_on),
    )


def _sent(name: str, before: str) -> str:
    """A field of the form; unlike ``text_field`` it takes odd characters, because the
    linter is there to say so."""
    text = request.form.get(name)
    if text is None:
        return before
    return text.replace("\r\n", "\n").replace("\0", "").strip()[: drafting.MOST + 1]
