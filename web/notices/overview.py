"""All notices, the recalls that wait for one, and how the house can send."""

import sqlalchemy as sa
from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ...recall.notices import drafting, queries
from ...recall.notices.channels import OWN_SITE
from ...recall.notices.tables import Notice
from ...recall.recalls.tables import Recall
from ...trace import clock
from ...trace.db import Session
from ..current import actor, house
from ..forms import choice_field, text_field
from ..sending.configured import FILE, sending
from .room import room

WAITING = ("decided", "scope_locked", "started", "published", "expanded")
"""States of a recall in which a notice is written."""


@room.get("/notices")
def start() -> ResponseReturnValue:
    with house().plant.reading() as session:
        notices = queries.recent(session)
        return render_template(
            "notices/overview.html", notices=notices, recalls=_without(session)
        )


@room.post("/notices/<number>/new")
def new(number: str) -> ResponseReturnValue:
    """Begin a notice, a new version or a correction."""
    actor().require("notice.draft")
    kind = choice_field("kind", ("", "correction"))
    change = text_field("change", 2000)
    with house().plant.writing() as session:
        notice = drafting.draft_notice(
            session, number, actor(), clock.now(), kind=kind, change=change
        )
        version = notice.version
    return redirect(url_for("notices.write", number=number, version=version))


@room.get("/notices/channels")
def channels() -> ResponseReturnValue:
    """What was set up; what was not is done by hand."""
    found = sending(house().settings.channels_file)
    return render_template(
        "notices/channels.html",
        channels=(OWN_SITE, *found.channels),
        file=FILE,
        snippet=(
            f'<script src="{house().settings.base_url}/recalls/banner.js" async>'
            "</script>"
        ),
    )


def _without(session: Session) -> list[Recall]:
    """Recalls that wait for their first notice."""
    from_any = sa.select(Notice.recall_id)
    rows = sa.select(Recall).where(
        Recall.state.in_(WAITING), Recall.id.not_in(from_any)
    )
    return list(session.scalars(rows.order_by(Recall.id.desc())))
