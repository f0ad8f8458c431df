"""One notice: where it stands, what is next, and the signatures under it."""

from collections.abc import Callable
from datetime import datetime

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ...recall.notices import (
    approval,
    barrier,
    drafting,
    lint,
    publishing,
    queries,
    reading,
)
from ...recall.notices.machine import OPEN, OUT
from ...recall.notices.tables import PARTS, Notice
from ...recall.notices.values import Content
from ...trace import clock
from ...trace.db import Session
from ...trace.errors import LotmarkError, NotFound
from ...trace.people import Actor, name_of
from ..current import actor, house
from ..forms import choice_field, text_field
from ..problems import status_of
from ..sending.configured import sending
from .room import room
from .writing import preview_of, preview_parts

Step = Callable[[Session, Notice, Actor, datetime], object]


@room.get("/notices/<number>/<int:version>")
def case(number: str, version: int) -> ResponseReturnValue:
    return _page(number, version)


@room.post("/notices/<number>/<int:version>/submit")
def submit(number: str, version: int) -> ResponseReturnValue:
    return _take(number, version, "notice.draft", approval.submit_notice)


@room.post("/notices/<number>/<int:version>/refresh")
def refresh(number: str, version: int) -> ResponseReturnValue:
    return _take(number, version, "notice.draft", drafting.refresh_notice)


@room.post("/notices/<number>/<int:version>/sign")
def sign(number: str, version: int) -> ResponseReturnValue:
    def step(session: Session, notice: Notice, actor: Actor, now: datetime) -> None:
        part = choice_field("part", PARTS)
        digest = text_field("digest", 64)
        approval.sign_notice(session, notice, part, digest, actor, now)

    return _take(number, version, "notice.sign", step)


@room.post("/notices/<number>/<int:version>/decline")
def decline(number: str, version: int) -> ResponseReturnValue:
    def step(session: Session, notice: Notice, actor: Actor, now: datetime) -> None:
        reason = text_field("reason", 2000)
        approval.decline_notice(session, notice, reason, actor, now)

    return _take(number, version, "notice.sign", step)


@room.post("/notices/<number>/<int:version>/publish")
def publish(number: str, version: int) -> ResponseReturnValue:
    channels = sending(house().settings.channels_file).channels

    def step(session: Session, notice: Notice, actor: Actor, now: datetime) -> None:
        publishing.publish_notice(session, notice, channels, actor, now)

    return _take(number, version, "notice.publish", step)


@room.post("/notices/<number>/<int:version>/alone")
def alone(number: str, version: int) -> ResponseReturnValue:
    """One person publishes in an emergency."""
    channels = sending(house().settings.channels_file).channels

    def step(session: Session, notice: Notice, actor: Actor, now: datetime) -> None:
        reason = text_field("reason", 2000)
        publishing.publish_alone(session, notice, channels, reason, actor, now)

    return _take(number, version, "notice.alone", step)


@room.post("/notices/<number>/<int:version>/countersign")
def countersign(number: str, version: int) -> ResponseReturnValue:
    return _take(number, version, "notice.countersign", publishing.countersign_notice)


def _take(number: str, version: int, right: str, step: Step) -> ResponseReturnValue:
    """Take a step and go back to the notice; a refusal shows there."""
    actor().require(right)
    try:
        with house().plant.writing() as session:
            notice = reading.find_notice(session, number, version)
            step(session, notice, actor(), clock.now())
    except NotFound:
        raise
    except LotmarkError as error:
        return _page(number, version, error), status_of(error)
    return redirect(url_for("notices.case", number=number, version=version))


def _page(number: str, version: int, error: LotmarkError | None = None) -> str:
    now = clock.now()
    with house().plant.reading() as session:
        notice = reading.find_notice(session, number, version)
        wordings = reading.wordings_of(session, notice)
        signed = {one.part: one for one in approval.signatures(session, notice)}
        authors = approval.authors(session, notice)
        logins = {*authors, *(one.login for one in signed.values()), notice.drafted_by}
        logins |= {notice.alone_by or "", notice.countersigned_by or ""}
        findings: list[lint.Finding] = []
        if notice.state in OPEN:
            findings = approval.lint_notice(session, notice, now)
        return render_template(
            "notices/case.html",
            notice=notice,
            wordings=wordings,
            signed=signed,
            parts_needed=approval.parts_needed(notice),
            signers=approval.signers_needed(notice),
            level=approval.highest_level(notice),
            writers=[name_of(session, login) for login in sorted(authors)],
            mine=actor().login in authors,
            names={login: name_of(session, login) for login in logins if login},
            findings=findings,
            blocked=lint.blocked(findings),
            preview=preview_of(session, notice, wordings, Content.read(notice.content)),
            versions=queries.versions(session, notice.recall_id),
            rows=queries.board(session, notice),
            barrier=barrier.barrier_of(session, notice, now)
            if notice.state in OUT
            else None,
            channels=sending(house().settings.channels_file).channels,
            public=publishing.public_path(number),
            error=error,
            **preview_parts(notice),
        )
