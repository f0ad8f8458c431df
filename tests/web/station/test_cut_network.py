"""A line PC whose network is cut while it prints, whose clock is wrong, and that is
killed: no code comes out twice, and in the end the server's ledger is the paper.
"""

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import namespaces
import pytest
from fake_printer import FakePrinter
from machines import Machine, told
from namespaces import Host, two_hosts
from station_work import (
    Screen,
    batch_at,
    events_of,
    key_for,
    start,
    station_command,
    wait_for,
)

from lotmark.labels.jobs.reprints import reprints_of
from lotmark.labels.jobs.service import spoiled_codes
from lotmark.trace import clock
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.tables import ItemSegment
from lotmark.trace.parties.tables import Lot
from lotmark.trace.production.codes import serials_of
from lotmark.trace.production.marks import marks_of
from lotmark.trace.stock.imbalances import find_imbalances
from lotmark.web.app import create_app
from lotmark.web.installation import Installation
from lotmark.web.server import environment_of
from lotmark.web.station.tables import Event, Span, open_store
from lotmark.web.station.telling import report_of
from lotmark.web.station.times import tick

pytestmark = [
    pytest.mark.skipif(bool(namespaces.why_not()), reason=namespaces.why_not()),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
PORT = 8765
HOURS = 3600


@pytest.fixture
def hosts() -> Iterator[tuple[Host, Host]]:
    with two_hosts() as both:
        yield both


@pytest.fixture
def server(
    house: Installation, hosts: tuple[Host, Host], tmp_path: Path
) -> Iterator[str]:
    """The real server, on one of the two computers."""
    host = hosts[0]
    serve = (sys.executable, "-P", "-m", "lotmark.web.cli", "serve", "--no-worker")
    words = host.command(*serve, "--host", host.address, "--port", "8000")
    environment = {**environment_of(house.settings), "PATH": "/usr/bin:/bin:/usr/sbin"}
    with (tmp_path / "server.log").open("wb") as log:
        running = subprocess.Popen(words, env=environment, stdout=log, stderr=log)
    yield f"http://{host.address}:8000"
    running.terminate()
    running.wait(20)


def test_the_ledger_is_what_came_out_of_the_printer(
    house: Installation, hosts: tuple[Host, Host], server: str, tmp_path: Path
) -> None:
    there, here = hosts
    began = clock.now()
    lot_id = batch_at(house, "L2", 2000, began)
    key, folder = key_for(house, began), tmp_path / "station"
    printer = here.do(lambda: FakePrinter(rate=150))
    screen = Screen(f"http://127.0.0.1:{PORT}", here.do)

    def run(seconds: float) -> "subprocess.Popen[bytes]":
        place = f"tcp://{printer.address}"
        command = station_command(server, folder, place, PORT, seconds)
        return start(here.command(*command), key, tmp_path / "station.log")

    station = run(-8 * HOURS)
    try:
        wait_for(screen.ready)
        screen.post("/line/operator", who="zhao")
        screen.order(200)
        wait_for(lambda: len(printer.printed) > 40)
        there.cut()
        wait_for(lambda: len(printer.printed) == 200)
        wait_for(screen.idle)
        for text in printer.printed[:50]:
            assert "On a pack" in screen.post("/line/scan", code=text)
        screen.void_last(3)
        screen.reprint(printer.printed[60])
        wait_for(lambda: len(printer.printed) == 201)
        wait_for(screen.idle)
        screen.order(100)
        wait_for(lambda: len(printer.printed) > 230)
        station.kill()
        station.wait()
        wait_for(lambda: printer.waiting == 0)

        station = run(-clock.now().timestamp())  # its clock shows 1970 from now on
        wait_for(screen.ready)
        assert "This PC stopped while it was printing" in screen.get()
        screen.post("/line/resume", code=printer.printed[-1])
        wait_for(lambda: on_the_way(folder) == 0)
        screen.post("/line/lost")
        wait_for(screen.idle)
        assert any(event.answer is None for event in events_of(folder))
        there.mend()
        wait_for(lambda: all(one.answer for one in events_of(folder)), 60)
    finally:
        station.terminate()
        station.wait(20)
        printer.close()
    assert [one for one in events_of(folder) if one.refused] == []

    before = state_of(house, lot_id)
    tell_again(house, key, folder)
    assert state_of(house, lot_id) == before
    check_ledger(house, lot_id, printer.printed, began)


def on_the_way(folder: Path) -> int:
    """Spans of labels that are still to come out."""
    store = open_store(folder)
    with store.reading() as session:
        states = ("waiting", "sending", "sent")
        found = session.query(Span).filter(Span.state.in_(states)).count()
    store.dispose()
    return found


def state_of(house: Installation, lot_id: int) -> dict[str, Any]:
    """All that the server knows of the labels."""
    with house.plant.reading() as session:
        issued = session.get_one(Lot, lot_id).next_item
        every = ItemSet.range(0, issued)
        return {
            **{kind: str(items) for kind, items in marks_of(session, lot_id).items()},
            "reprints": str(reprints_of(session, lot_id, every)),
            "spoiled": spoiled_codes(session, lot_id),
        }


def tell_again(house: Installation, key: str, folder: Path) -> None:
    """Every report once more, in another order."""
    machine = Machine(create_app(house, RATELIMIT_ENABLED=False).test_client(), key)
    store = open_store(folder)
    with store.writing() as session:
        events = list(session.query(Event))
        random.Random(7).shuffle(events)  # noqa: S311 - an order, no secret
        for event in events:
            path, body = report_of(session, event, "L2-station", tick())
            answer = told(machine.post(path, body))
            if event.kind == "returned":
                assert answer["returned_count"] == 0
            else:
                assert answer["repeated"]
    store.dispose()


def check_ledger(
    house: Installation, lot_id: int, paper: list[str], began: datetime
) -> None:
    """What the server knows against what the printer did."""
    with house.plant.reading() as session:
        issued = session.get_one(Lot, lot_id).next_item
        every = ItemSet.range(0, issued)
        items = {
            text: item for item, text in serials_of(session, house.keys, lot_id, every)
        }
        marks = marks_of(session, lot_id)
        reprinted = reprints_of(session, lot_id, every)
        segments = session.query(ItemSegment).filter_by(lot_id=lot_id).all()
        assert find_imbalances(session) == []
    times = Counter(items[text[-16:]] for text in paper)
    assert set(times) == {
        item for lo, hi in marks["printed"].intervals for item in range(lo, hi)
    }
    twice = {item for item, count in times.items() if count > 1}
    assert twice == {n for lo, hi in reprinted[1].intervals for n in range(lo, hi)}, (
        "a code came out twice and is not marked"
    )
    assert marks["applied"].count == 50
    lost = marks["voided"] - marks["printed"]
    assert (marks["voided"] - lost).count == 3
    for segment in segments:
        assert began - timedelta(seconds=5) <= segment.t0 <= segment.t1
        assert segment.t1 <= datetime.now(UTC) + timedelta(seconds=5)
