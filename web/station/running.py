"""The line PC at work: it prints, talks to the server and serves its screen."""

import secrets
import threading
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError
from werkzeug.serving import WSGIRequestHandler, make_server

from ...labels.devices.hand import RETRY, Hand
from ...trace.db import Database
from ...trace.errors import N_, Conflict, LotmarkError
from .app import create_station_app
from .books import StationBooks, is_due, take_over
from .link import Refused, Unreached
from .printer import Place
from .sync import Post, keep_time, note_trouble, sync_once
from .tables import fact, know, open_store
from .times import tick

log = structlog.get_logger()

LOOK_EVERY = 0.1
"""Seconds between looks for labels to print."""
SYNC_EVERY = 5.0
"""Seconds between two talks with the server."""


class QuietHandler(WSGIRequestHandler):
    """Logs no request: the screen asks every few seconds."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing."""


def run(
    folder: Path,
    post: Post,
    place: Place,
    host: str,
    port: int,
    *,
    first_check: bool,
    stop: threading.Event,
    ready: Callable[[str], None],
) -> None:
    """Work until ``stop`` is set. Raises Conflict when another one works here."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # codes are in it
    lock = hold_folder(folder)
    store = open_store(folder)
    _settle_in(store, post)
    take_over(store)
    app = create_station_app(store, place, secret_of(store), first_check=first_check)
    server = make_server(host, port, app, True, request_handler=QuietHandler)
    threads = [
        threading.Thread(target=work, args=rest, name=name)
        for name, work, rest in (
            ("press", print_until, (store, place, stop)),
            ("sync", talk_until, (store, post, stop)),
        )
    ]
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    try:
        for thread in (*threads, serving):
            thread.start()
        ready(f"http://{host}:{server.server_port}/line")
        while not stop.wait(1.0):  # Windows hears Ctrl-C only in between
            pass
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
        for thread in threads:
            thread.join()
        store.dispose()
        lock.close()


def hold_folder(folder: Path) -> sa.Connection:
    """Keep every other station out of a folder until the connection is closed; a
    killed one lets go by itself. Raises Conflict ``station_runs``.
    """
    engine = sa.create_engine(
        f"sqlite:///{folder / 'station.lock'}",
        connect_args={"timeout": 0.5, "isolation_level": None},
    )
    held = engine.connect()
    try:
        held.exec_driver_sql("BEGIN EXCLUSIVE")
    except OperationalError as error:
        held.close()
        raise Conflict(
            "station_runs",
            N_(
                "Another lotmark station works in %(folder)s. End that one, or give "
                "this one a folder of its own."
            ),
            folder=str(folder),
        ) from error
    return held


def secret_of(store: Database) -> str:
    """What the screen's cookies are signed with."""
    with store.writing() as session:
        secret: str = fact(session, "secret") or secrets.token_hex(32)
        know(session, "secret", secret)
    return secret


def print_until(store: Database, place: Place, stop: threading.Event) -> None:
    """Serve the printer until ``stop`` is set."""
    while not stop.is_set():
        try:
            if is_due(store, tick()):
                _serve(store, place, stop)
        except Exception:
            log.exception("station.press_failed")
            stop.wait(RETRY)
        stop.wait(LOOK_EVERY)


def _serve(store: Database, place: Place, stop: threading.Event) -> None:
    hand = Hand(StationBooks(store, place), stop)
    try:
        hand.work()
    finally:
        hand.close()
        take_over(store)


def talk_until(store: Database, post: Post, stop: threading.Event) -> None:
    """Talk to the server until ``stop`` is set, whenever it can be reached."""
    while not stop.is_set():
        try:
            sync_once(store, post)
        except (Unreached, Refused, LotmarkError) as error:
            log.warning("station.sync", error=str(error))
            note_trouble(store, error)
        except Exception:
            log.exception("station.sync_failed")
        stop.wait(SYNC_EVERY)


def _settle_in(store: Database, post: Post) -> None:
    """A folder belongs to one device at one line of one server.

    Raises Conflict ``station_of_other``.
    """
    ours = {
        "server": post.server.address,
        "device": post.device,
        "line": post.line,
    }
    with store.writing() as session:
        known = fact(session, "station") or ours
        changed = [name for name in ("device", "line") if known[name] != ours[name]]
        if changed:
            raise Conflict(
                "station_of_other",
                N_(
                    "This folder is that of %(device)s at line %(line)s. Start it with "
                    "those, or give the other one a folder of its own."
                ),
                device=known["device"],
                line=known["line"],
            )
        know(session, "station", ours)
    keep_time(store)
