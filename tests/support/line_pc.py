"""A line PC in the same process as its server, with a cable that can be cut."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from machines import Machine
from station_work import batch_at, key_for
from werkzeug.test import TestResponse

from lotmark.labels.devices.hand import Hand
from lotmark.trace import clock
from lotmark.trace.db import Database
from lotmark.web.installation import Installation
from lotmark.web.station.app import create_station_app
from lotmark.web.station.books import StationBooks, is_due
from lotmark.web.station.link import Refused, Server, Unreached
from lotmark.web.station.printer import Place
from lotmark.web.station.sync import Post, sync_once
from lotmark.web.station.tables import Event, open_store
from lotmark.web.station.times import tick


@dataclass
class Cable:
    """Between a line PC and its server."""

    whole: bool = True
    deaf: int = 0
    """So many answers of the server are lost on the way."""


@dataclass(frozen=True)
class NearServer(Server):
    """The server behind a test client."""

    machine: Machine | None = None
    cable: Cable = field(default_factory=Cable)

    def _ask(self, path: str, body: bytes | None, once: str) -> Any:
        assert self.machine is not None
        if not self.cable.whole:
            raise Unreached("cut")
        headers = self.machine.headers() | ({"Idempotency-Key": once} if once else {})
        answer = self.machine.client.open(
            f"/api/v1{path}",
            method="GET" if body is None else "POST",
            data=body,
            headers=headers,
            content_type="application/json",
        )
        if body is not None and self.cable.deaf:
            self.cable.deaf -= 1
            raise Unreached("the answer was lost")
        if answer.status_code >= 400:
            told = answer.json or {}
            raise Refused(answer.status_code, told["code"], told["detail"])
        return answer.json


@dataclass
class LinePc:
    """A line PC at line 2, and the batch that runs there."""

    house: Installation
    store: Database
    post: Post
    cable: Cable
    place: Place
    client: FlaskClient
    lot_id: int

    def sync(self) -> None:
        sync_once(self.store, self.post)

    def print_all(self) -> None:
        """Let it print until nothing is left to do."""
        stop = threading.Event()
        while is_due(self.store, tick()):
            hand = Hand(StationBooks(self.store, self.place), stop)
            hand.work()
            hand.close()

    def work_as(self, login: str) -> None:
        self.change("/line/operator", who=login)

    def order(self, count: int) -> TestResponse:
        return self.change("/line/print", count=str(count), key=self._key("print"))

    def void_last(self, count: int, reason: str = "wet") -> TestResponse:
        found = re.search(r'name="loose" value="([^"]*)"', self.shown("/line/void"))
        assert found
        form = {"code": "", "count": str(count), "reason": reason, "loose": found[1]}
        return self.change("/line/void", **form)

    def reprint(self, code: str, reason: str = "torn", **more: str) -> TestResponse:
        form = {"code": code, "reason": reason, "destroyed": "yes", **more}
        return self.change("/line/reprint", **form, key=self._key("reprint"))

    def change(self, path: str, **form: str) -> TestResponse:
        page = self.client.get("/line/operator").text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found, page
        return self.client.post(path, data={"csrf_token": found[1], **form})

    def shown(self, path: str = "/line") -> str:
        return self.client.get(path).text

    def events(self) -> list[Event]:
        with self.store.reading() as session:
            return list(session.scalars(sa.select(Event).order_by(Event.seq)))

    def _key(self, form: str) -> str:
        found = re.search(r'name="key" value="([^"]+)"', self.shown(f"/line/{form}"))
        return found[1] if found else "none"


@contextmanager
def line_pc(
    house: Installation,
    app: Flask,
    folder: Path,
    *,
    printer: str = "",
    planned: int = 500,
    first_check: bool = False,
    cleared: bool = True,
) -> Iterator[LinePc]:
    """A line PC that was never connected yet; without a printer it prints into
    ``folder/paper``."""
    paper = folder / "paper"
    paper.mkdir(parents=True, exist_ok=True)
    lot_id = batch_at(house, "L2", planned, clock.now(), cleared=cleared)
    cable = Cable()
    machine = Machine(app.test_client(), key_for(house, clock.now()))
    server = NearServer("http://near", machine.key, machine, cable)
    store = open_store(folder / "station")
    where = printer or f"folder:{paper}"
    place = Place.read(where, "zpl", "roll-60x40", 203)
    pc = create_station_app(store, place, "tests only", first_check=first_check)
    client = pc.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    post = Post(server, "L2-station", "L2", 300)
    try:
        yield LinePc(house, store, post, cable, place, client, lot_id)
    finally:
        store.dispose()
