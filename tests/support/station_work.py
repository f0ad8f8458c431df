"""A line PC as a process of its own, worked at through its screen."""

import http.cookiejar
import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from lotmark.trace import people
from lotmark.trace.api_keys import issue_key
from lotmark.trace.db import Database
from lotmark.trace.parties.tables import Article, Line
from lotmark.trace.production.batches import open_batch
from lotmark.trace.production.clearance import confirm_clearance
from lotmark.web.installation import Installation
from lotmark.web.station.tables import FILE, Event

RIGHTS = (
    "trace.read",
    "codes.issue",
    "labels.print",
    "labels.void",
    "batch.finish",
    "batch.open",
)
"""What a line PC's key has to have."""
SHIFTED = """
import sys
from datetime import UTC, datetime, timedelta
from lotmark.trace import clock
clock.now = lambda: datetime.now(UTC) + timedelta(seconds={seconds})
from lotmark.web.cli import main
main()
"""
"""The command with the clock of the PC so many seconds off."""


def key_for(house: Installation, now: datetime, name: str = "L2-station") -> str:
    """A key for a line PC."""
    with house.plant.writing() as session:
        return issue_key(session, name, RIGHTS, people.system(), now)[1]


def batch_at(
    house: Installation,
    line: str,
    planned: int,
    now: datetime,
    name: str = "",
    *,
    cleared: bool = True,
) -> int:
    """A batch that runs on a line, which is clear for it."""
    with house.plant.writing() as session:
        where = session.scalars(sa.select(Line).where(Line.code == line)).unique().one()
        product = sa.select(Article).where(Article.kind == "product")
        article = session.scalars(product).first()
        assert article is not None
        day = now.date()
        actor = people.system()
        code = name or f"{line}-{planned}"
        lot = open_batch(session, article, where, code, day, planned, actor, now)
        if cleared:
            confirm_clearance(session, lot.id, actor, now)
        return lot.id


@dataclass
class Screen:
    """The screen of a line PC, as a person uses it."""

    url: str
    do: Callable[[Callable[[], Any]], Any] = lambda work: work()
    """Runs what opens sockets."""
    jar: http.cookiejar.CookieJar = field(default_factory=http.cookiejar.CookieJar)

    def get(self, path: str = "/line") -> str:
        return str(self.do(lambda: self._open(path, None)))

    def post(self, path: str, **form: str) -> str:
        page = self.get("/line/operator")
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found, page
        body = urllib.parse.urlencode({"csrf_token": found[1], **form}).encode()
        return str(self.do(lambda: self._open(path, body)))

    def order(self, count: int) -> str:
        found = re.search(r'name="key" value="([^"]+)"', self.get("/line/print"))
        assert found
        return self.post("/line/print", count=str(count), key=found[1])

    def void_last(self, count: int) -> str:
        found = re.search(r'name="loose" value="([^"]*)"', self.get("/line/void"))
        assert found
        form = {"count": str(count), "reason": "wet", "code": "", "loose": found[1]}
        return self.post("/line/void", **form)

    def reprint(self, code: str) -> str:
        found = re.search(r'name="key" value="([^"]+)"', self.get("/line/reprint"))
        assert found
        more = {"reason": "torn", "destroyed": "yes"}
        return self.post("/line/reprint", code=code, key=found[1], **more)

    def idle(self) -> bool:
        """Whether no job is on."""
        return "Print labels" in self.get()

    def ready(self) -> bool:
        """Whether it holds codes to print."""
        try:
            news = json.loads(self.get("/line.json"))
        except OSError:
            return False
        return bool(news.get("figures", {"left": "0"})["left"] != "0")

    def _open(self, path: str, body: bytes | None) -> str:
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(self.jar),
        )
        asked = urllib.request.Request(  # noqa: S310 - a test's own address
            self.url + path, body, {"Accept-Language": "en"}
        )
        try:
            with opener.open(asked, timeout=10) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return str(error.read().decode())


def station_command(
    server: str, folder: Path, printer: str, port: int, seconds: float = 0
) -> list[str]:
    """``lotmark station`` for line 2, its clock off by so many seconds."""
    code = SHIFTED.format(seconds=seconds)
    options = {
        "--server": server,
        "--dir": str(folder),
        "--line": "L2",
        "--printer": printer,
        "--port": str(port),
        "--name": "L2-station",
        "--most": "2000",
    }
    words = [word for option in options.items() for word in option]
    python = [sys.executable, "-P", "-c", code]
    return [*python, "station", *words, "--no-first-check"]


def start(command: list[str], key: str, log: Path) -> subprocess.Popen[bytes]:
    """Run it; what it says goes to a file."""
    with log.open("ab") as file:
        return subprocess.Popen(
            command,
            env={"LOTMARK_STATION_KEY": key, "PATH": "/usr/bin:/bin:/usr/sbin"},
            stdout=file,
            stderr=file,
        )


def events_of(folder: Path) -> list[Event]:
    """All that a line PC wrote down to report, in its order."""
    store = Database(f"sqlite:///{folder / FILE}")
    try:
        with store.reading() as session:
            return list(session.scalars(sa.select(Event).order_by(Event.seq)))
    finally:
        store.dispose()


def wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    """Until it is so; fails when it does not happen in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
