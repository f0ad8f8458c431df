"""What the worker does for an order to import."""

import time
from contextlib import ExitStack
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ...trace import clock, files, outbox
from ...trace.errors import N_, Conflict, LotmarkError, NotFound
from ...trace.exchange.bad_report import write_report
from ...trace.exchange.imports import File, ImportRefused, Report, bring_files
from ...trace.exchange.orders import (
    RIGHT,
    SETTLED,
    finish_order,
    note_progress,
    refuse_order,
)
from ...trace.exchange.tables import ImportOrder
from ...trace.people import Actor, name_of
from ..installation import Installation

NOTE_EVERY = 1.0
"""Seconds between notes of an import's progress."""
MEANWHILE = ("changed_meanwhile", "import_meanwhile")
"""Others were quicker: the next try takes account of them."""


def do_order(house: Installation, claimed: outbox.Claim) -> None:
    """Import the files of an order, or keep the reasons why not."""
    with house.plant.reading() as session:
        order = session.get_one(ImportOrder, claimed.payload["order"])
        if order.state in SETTLED:
            return
        actor = Actor(
            order.created_by, name_of(session, order.created_by), frozenset({RIGHT})
        )
    try:
        _bring(house, claimed, order, actor)
    except ImportRefused as refused:
        _refuse(house, order, refused, write_report(refused.rows), refused.count)
    except LotmarkError as error:
        if error.code in MEANWHILE:
            raise
        _refuse(house, order, error)


def give_up_order(session: Session, payload: dict[str, Any], fault: str) -> None:
    """Nobody will do the order any more: whoever watches it must not wait."""
    error = Conflict(
        "import_given_up",
        N_(
            "The server tried for hours and could not import these files (%(fault)s). "
            "Nothing was changed. Call your administrator, then send them again."
        ),
        fault=fault,
    )
    refuse_order(session, payload["order"], error, clock.now(), state="failed")


def _bring(
    house: Installation, claimed: outbox.Claim, order: ImportOrder, actor: Actor
) -> None:
    now = clock.now()

    def told(session: Session, report: Report) -> None:
        outbox.renew(session, claimed, clock.now())  # or another worker does it too
        _keep_files(session, order, now)
        finish_order(session, order.id, report, clock.now())

    with ExitStack() as opened:
        report = bring_files(
            house.plant,
            _open_files(house, order, opened),
            actor,
            now,
            key_version=house.keys.current.version,
            progress=_Notes(house, claimed, order.id).note,
            told=told,
        )
    if not report.files:  # all were imported before: nothing was written
        with house.plant.writing() as session:
            told(session, report)


class _Notes:
    """Tells how far an import is; each note renews the claim."""

    def __init__(
        self, house: Installation, claimed: outbox.Claim, order_id: int
    ) -> None:
        self._house, self._claimed, self._order_id = house, claimed, order_id
        self._noted, self._step, self._silent = 0.0, "", False

    def note(self, step: str, done: int, total: int) -> None:
        checked = step == "check" and done >= total
        due = time.monotonic() - self._noted > NOTE_EVERY
        if self._silent or not (due or checked or step != self._step):
            return
        # On SQLite only one may write, and from here on that is the import itself.
        self._silent = checked and self._house.plant.is_sqlite
        self._noted, self._step = time.monotonic(), step
        with self._house.plant.writing() as session:
            outbox.renew(session, self._claimed, clock.now())
            shown = ("write", 0, total) if checked else (step, done, total)
            note_progress(session, self._order_id, *shown)


def _open_files(
    house: Installation, order: ImportOrder, opened: ExitStack
) -> list[File]:
    try:
        return [
            (
                name,
                opened.enter_context(
                    files.path_of(house.settings.files, sha256).open("rb")
                ),
            )
            for name, sha256, _ in order.files
        ]
    except FileNotFoundError:
        raise NotFound(
            "import_files_gone",
            N_(
                "The files of this import waited for over a day and are gone. Send "
                "them again."
            ),
        ) from None


def _keep_files(session: Session, order: ImportOrder, now: datetime) -> None:
    """What was imported stays, as the proof of what the records say."""
    for _, sha256, size in order.files:
        files.keep(session, sha256, size, "application/octet-stream", now)


def _refuse(
    house: Installation,
    order: ImportOrder,
    error: LotmarkError,
    report: bytes = b"",
    bad: int = 0,
) -> None:
    name = files.write(house.settings.files, report) if report else None
    now = clock.now()
    with house.plant.writing() as session:
        if name:
            files.keep(session, name, len(report), "application/x-ndjson", now)
        refuse_order(session, order.id, error, now, bad=bad, report=name)
