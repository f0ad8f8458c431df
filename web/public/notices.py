"""Recall notices: the page at its address for good, the list, PDF and JSON."""

from typing import Any

from flask import Response, jsonify, request, send_file, url_for
from flask.typing import ResponseReturnValue

from ...recall.notices import queries
from ...recall.notices.document import notice_document
from ...recall.notices.values import Published
from ...trace import clock, files
from ...trace.errors import N_, NotFound
from ...trace.files import StoredFile
from ..current import house
from ..i18n import language
from ..notice_words import NOTICE_FIELD, RECALL_LEVEL, SECTIONS
from ..print.imprint import imprint
from ..print.notice import notice_paper
from ..print.pdf import render_pdf
from .feeds import atom, banner, json_feed
from .pages import house_site, said_day, said_time, show
from .room import room


@room.get("/recalls")
def notices() -> ResponseReturnValue:
    """All of them, the newest first."""
    with house().plant.reading() as session:
        found = queries.public_notices(session)
        site = house_site(session)
    return show(
        "notices",
        site,
        notices=[(one, one.wording(language())) for one in found],
        now=clock.now(),
        said_day=said_day,
    )


@room.get("/recalls/<number>")
def notice(number: str) -> ResponseReturnValue:
    if request.accept_mimetypes.best == "application/json":
        return notice_json(number)
    return _page(number, None)


@room.get("/recalls/<number>/<int:version>")
def notice_version(number: str, version: int) -> ResponseReturnValue:
    return _page(number, version)


@room.get("/recalls/<number>.json")
def notice_json(number: str) -> ResponseReturnValue:
    return jsonify(notice_document(_find(number, None), house().settings.base_url))


@room.get("/recalls/<number>.pdf")
def notice_pdf(number: str) -> ResponseReturnValue:
    """For the wall of a shop, with room for the firm's stamp."""
    found, now = _find(number, _asked_version()), clock.now()
    paper = notice_paper(found, house().settings.base_url, language())
    pdf = render_pdf(paper, imprint("Lotmark", now))
    answer = Response(pdf, mimetype="application/pdf")
    name = f"{found.number}-{found.version}.pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


@room.get("/recalls/<number>/photos/<sha256>")
def notice_photo(number: str, sha256: str) -> ResponseReturnValue:
    """A photo of a notice that is out, and no other stored file."""
    found = _find(number, None)
    with house().plant.reading() as session:
        row = session.get(StoredFile, sha256)
    if row is None or sha256 not in {one.sha256 for one in found.content.photos}:
        raise NotFound("photo_unknown", N_("There is no such photo."))
    path = files.path_of(house().settings.files, sha256).resolve()
    return send_file(path, mimetype=row.media_type)


@room.get("/recalls.atom")
def notices_atom() -> ResponseReturnValue:
    return _feed(
        atom(_all(), house().settings.base_url, _firm()), "application/atom+xml"
    )


@room.get("/recalls.json")
def notices_json() -> ResponseReturnValue:
    """JSON Feed 1.1, with each notice for machines beside its text."""
    feed = json_feed(_all(), house().settings.base_url, _firm())
    return _feed(feed, "application/feed+json")


@room.get("/recalls/banner.js")
def notices_banner() -> ResponseReturnValue:
    """For the firm's existing website: a bar on top while a recall is out."""
    script = banner(_all(), house().settings.base_url)
    answer = _feed(script, "text/javascript")
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def _feed(text: str, media_type: str) -> Response:
    answer = Response(text, content_type=f"{media_type}; charset=utf-8")
    answer.headers["Cache-Control"] = "public, max-age=60"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _page(number: str, version: int | None) -> str:
    found = _find(number, version)
    asked = request.args.get("law", "")
    wording = found.wording(request.args.get("language", language()), asked)
    with house().plant.reading() as session:
        site = house_site(session)
    return show(
        "notice",
        site,
        notice=found,
        wording=wording,
        others=[one for one in found.wordings if one != wording],
        **shown_parts(),
        now=clock.now(),
        said_time=said_time,
        photo_url=lambda sha256: url_for(
            "public.notice_photo", number=number, sha256=sha256
        ),
    )


def shown_parts() -> dict[str, Any]:
    """What the template of a notice needs beside the notice."""
    return {
        "labels": NOTICE_FIELD,
        "sections": SECTIONS,
        "recall_level": RECALL_LEVEL,
    }


def _find(number: str, version: int | None) -> Published:
    with house().plant.reading() as session:
        return queries.public_notice(session, number, version)


def _asked_version() -> int | None:
    text = request.args.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None


def _all() -> list[Published]:
    with house().plant.reading() as session:
        return queries.public_notices(session)


def _firm() -> str:
    with house().plant.reading() as session:
        site = house_site(session)
    return site.name if site else "Lotmark"
