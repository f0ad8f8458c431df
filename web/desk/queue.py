"""The complaints that wait, grouped by symptom and batch, the most urgent first."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from ...recall.complaints import queries
from ...recall.complaints.queries import Group
from ...trace import clock
from ...trace.db import Session
from ...trace.people import name_of
from ..current import actor, house
from ..forms import text_argument
from ..words import COMPLAINT_KIND
from .room import room

CLUSTER = 3
"""So many complaints of one kind about one batch are told apart (domain.md §5.6)."""
MOST_ASKED = 80
"""Characters a search may have."""


@room.get("/desk")
def queue() -> ResponseReturnValue:
    now, login = clock.now(), actor().login
    show, asked = _show(), text_argument("q", MOST_ASKED)
    with house().plant.reading() as session:
        waiting = queries.queue(session, "open", now)
        groups = waiting if show == "open" else queries.queue(session, show, now, login)
        groups = _matching(groups, asked)
        names = _names(session, groups)
        figures = queries.today(session, now)
    return render_template(
        "desk/queue.html",
        groups=groups,
        names=names,
        show=show,
        asked=asked,
        opened=_opened(groups),
        figures=figures,
        counts=_counts(waiting, login),
        clusters=[group for group in waiting if _is_cluster(group)],
        first=waiting[0] if waiting else None,
    )


def _show() -> str:
    if request.args.get("mine"):
        return "mine"
    state = request.args.get("state", "open")
    return state if state in queries.SHOWS else "open"


def _matching(groups: list[Group], asked: str) -> list[Group]:
    """The groups whose batch, product, symptom or case numbers hold the words."""
    wanted = asked.casefold()
    return [group for group in groups if wanted in _text_of(group).casefold()]


def _text_of(group: Group) -> str:
    words = [COMPLAINT_KIND[group.kind], *(case.number for case in group.cases)]
    if group.lot is not None:
        article = group.lot.article
        words += [group.lot.code, article.code, article.name, article.name_en]
    return "\n".join((*words, *(case.pack_text for case in group.cases)))


def _names(session: Session, groups: list[Group]) -> dict[str, str]:
    logins = {case.owner for group in groups for case in group.cases if case.owner}
    return {login: name_of(session, login) for login in logins}


def _opened(groups: list[Group]) -> tuple[Group | None, bool]:
    """The group whose cases are listed, and whether all of them."""
    asked = request.args.get("group", "")
    for group in groups:
        if asked and asked == group_key(group):
            return group, True
    return next((group for group in groups if group.count > 1), None), False


def _counts(waiting: list[Group], login: str) -> dict[str, int]:
    cases = [case for group in waiting for case in group.cases]
    return {
        "open": len(cases),
        "waiting": sum(case.state == "received" for case in cases),
        "mine": sum(case.owner == login for case in cases),
    }


def _is_cluster(group: Group) -> bool:
    return group.lot is not None and sum(group.series[-7:]) >= CLUSTER


def group_key(group: Group) -> str:
    """How an address names a group."""
    return f"{group.kind}.{group.lot.id if group.lot else 0}"


room.add_app_template_global(group_key)
