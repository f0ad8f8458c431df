"""What became of each delivery, and the tasks that people do by hand."""

from typing import cast

from flask import redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from ...recall.notices import (
    barrier,
    deliveries,
    messages,
    publishing,
    queries,
    reading,
)
from ...recall.notices.deliveries import OUTCOMES, Outcome
from ...recall.notices.tables import Notice
from ...recall.notices.values import Published
from ...trace import clock, files
from ...trace.errors import N_, LotmarkError, NotFound
from ...trace.files import StoredFile
from ...trace.people import name_of
from ..current import actor, house
from ..forms import choice_field, moment_field, number_field, text_field
from ..paths import ID_DIGITS
from ..problems import status_of
from ..uploads import read_upload
from .room import room


@room.get("/notices/<number>/<int:version>/deliveries")
def board(number: str, version: int) -> ResponseReturnValue:
    return _page(number, version)


@room.post("/notices/<number>/<int:version>/deliveries")
def done(number: str, version: int) -> ResponseReturnValue:
    """Note what was done by hand, with a screenshot if there is one."""
    actor().require("notice.deliver")
    now = clock.now()
    try:
        proof = read_upload("proof")
        with house().plant.writing() as session:
            notice = reading.find_notice(session, number, version)
            row = deliveries.find_delivery(session, number_field("id", 1, 10**15))
            if row.notice_id != notice.id:
                raise NotFound("delivery_unknown", N_("There is no such delivery."))
            deliveries.note_by_hand(
                session,
                row.id,
                cast(Outcome, choice_field("outcome", OUTCOMES)),
                text_field("text", 2000),
                actor(),
                now,
                proof=proof.keep(session, now) if proof else None,
                at=moment_field("at") if request.form.get("at") else None,
            )
    except NotFound:
        raise
    except LotmarkError as error:
        return _page(number, version, error), status_of(error)
    return redirect(url_for("notices.board", number=number, version=version))


@room.get("/notices/<number>/<int:version>/proofs/<sha256>")
def proof(number: str, version: int, sha256: str) -> ResponseReturnValue:
    """A proof of this notice; other stored files are not shown here."""
    with house().plant.reading() as session:
        notice = reading.find_notice(session, number, version)
        row = (
            session.get(StoredFile, sha256)
            if deliveries.is_proof(session, notice, sha256)
            else None
        )
    if row is None:
        raise NotFound("photo_unknown", N_("There is no such photo."))
    path = files.path_of(house().settings.files, sha256).resolve()
    return send_file(path, mimetype=row.media_type, max_age=0)


def _page(number: str, version: int, error: LotmarkError | None = None) -> str:
    now = clock.now()
    show = request.args.get("show", "open")
    after = request.args.get("after", "0")
    with house().plant.reading() as session:
        notice = reading.find_notice(session, number, version)
        shown = queries.deliveries(
            session,
            notice,
            open_only=show != "all",
            after=int(after) if _is_id(after) else 0,
        )
        logins = {row.done_by for row in shown if row.done_by}
        return render_template(
            "notices/board.html",
            notice=notice,
            rows=queries.board(session, notice),
            shown=shown,
            show=show,
            more=len(shown) == queries.SHOWN_AT_ONCE,
            barrier=barrier.barrier_of(session, notice, now),
            texts=_texts(notice, queries.as_published(session, notice, version)),
            names={login: name_of(session, login) for login in logins},
            error=error,
        )


def _texts(notice: Notice, published: Published) -> dict[str, str]:
    """What the tasks ask people to read aloud, send or hang up."""
    url = house().settings.base_url + publishing.public_path(notice.recall.number)
    wording = published.wordings[0]
    said = messages.message(published, wording, "", url)
    return {
        "factory_broadcast": messages.script(published, wording, url),
        "e_commerce": messages.delisting(published, wording, url),
        "direct_contact": said.short,
        "trade_letter": said.text,
        "media": said.text,
        "press_release": said.text,
        "regulator_site": said.text,
    }


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= ID_DIGITS
