"""A line PC at work: its codes and their proof, its jobs, its reports."""

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fake_printer import FakePrinter, with_printer
from flask import Flask
from line_pc import LinePc, line_pc

from lotmark.labels.jobs.reprints import reprints_of
from lotmark.labels.jobs.service import spoiled_codes
from lotmark.trace import badges, clock, people
from lotmark.trace.errors import Conflict, InvalidInput
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.production.marks import marks_of
from lotmark.trace.production.tables import LineRun
from lotmark.trace.stock.holds import place_hold
from lotmark.web.installation import Installation
from lotmark.web.station.books import take_over
from lotmark.web.station.held import take_block
from lotmark.web.station.link import Unreached
from lotmark.web.station.tables import Block, know

EVERY = ItemSet.range(0, 10_000)


@pytest.fixture
def pc(house: Installation, app: Flask, tmp_path: Path) -> Iterator[LinePc]:
    """Connected once, with line leader Zhao at it."""
    with line_pc(house, app, tmp_path) as pc:
        pc.sync()
        pc.work_as("zhao")
        yield pc


@pytest.fixture
def at_printer(
    house: Installation, app: Flask, tmp_path: Path
) -> Iterator[tuple[LinePc, FakePrinter]]:
    """The same with a real connection to a printer."""
    with with_printer() as printer:
        place = f"tcp://{printer.address}"
        with line_pc(house, app, tmp_path, printer=place) as pc:
            pc.sync()
            pc.work_as("zhao")
            yield pc, printer


def marks(pc: LinePc) -> dict[str, str]:
    with pc.house.plant.reading() as session:
        found = marks_of(session, pc.lot_id)
    return {kind: str(items) for kind, items in found.items()}


def codes(pc: LinePc) -> list[str]:
    """The serials it holds, in their order."""
    with pc.store.reading() as session:
        text = session.query(Block).order_by(Block.id).first()
        assert text is not None
        held = text.codes.decode()
    return [held[at : at + 16] for at in range(0, len(held), 16)]


def test_it_prints_while_the_network_is_gone_and_tells_afterwards(pc: LinePc) -> None:
    pc.cable.whole = False
    pc.order(20)
    pc.print_all()
    held = codes(pc)
    for serial in held[:5]:
        assert "On a pack" in pc.change("/line/scan", code=serial).text
    assert "Counted before" in pc.change("/line/scan", code=held[0]).text
    pc.void_last(2)
    pc.change("/line/void", code=held[10], reason="torn")
    with pytest.raises(Unreached):
        pc.sync()
    assert marks(pc) == {}
    pc.cable.whole = True
    pc.sync()
    assert marks(pc) == {"printed": "0-19", "applied": "0-4", "voided": "10,18-19"}
    assert all(event.answer for event in pc.events())


def test_an_answer_that_is_lost_changes_nothing(pc: LinePc) -> None:
    """The report came in, the answer did not: it is told again, and counts once."""
    pc.order(10)
    pc.print_all()
    pc.reprint(codes(pc)[3])
    pc.print_all()
    for _ in range(2):
        pc.cable.deaf = 1
        with pytest.raises(Unreached):
            pc.sync()
    pc.sync()
    assert marks(pc) == {"printed": "0-9"}
    with pc.house.plant.reading() as session:
        assert str(reprints_of(session, pc.lot_id, EVERY)[1]) == "3"
    assert [event.refused for event in pc.events()] == ["", ""]


def test_a_block_is_asked_for_once(
    house: Installation, app: Flask, tmp_path: Path
) -> None:
    with line_pc(house, app, tmp_path) as pc:
        pc.cable.deaf = 1
        with pytest.raises(Unreached):
            pc.sync()
        pc.sync()
        with pc.store.reading() as session:
            assert session.query(Block).count() == 1
        with house.plant.reading() as session:
            blocks = session.connection().exec_driver_sql(
                "SELECT count(*) FROM code_block WHERE device = 'L2-station'"
            )
            assert blocks.scalar_one() == 1


def test_codes_that_are_not_those_of_the_paper_are_not_used(
    house: Installation, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with line_pc(house, app, tmp_path) as pc:
        real = type(pc.post.server).get

        def swapped(self: Any, path: str) -> Any:
            told = real(self, path)
            if "/codes" in path:
                told["codes"].reverse()
            return told

        monkeypatch.setattr(type(pc.post.server), "get", swapped)
        with pytest.raises(Conflict, match="not of the codes that came with it"):
            pc.sync()
        with pc.store.reading() as session:
            assert session.query(Block).count() == 0


def test_a_paper_that_another_key_signed_is_not_believed(pc: LinePc) -> None:
    with pc.store.writing() as session:
        know(session, "keys", {"1": {"kid": "1", "x": "A" * 43}})
        block = session.query(Block).one()
        block.closed = True
        block.ordered = block.count
    with pytest.raises(Conflict, match="signs with other keys"):
        pc.sync()


def test_a_forged_paper(pc: LinePc) -> None:
    given = {"id": 1, "paper": "e30.e30.e30"}
    with (
        pc.store.writing() as session,
        pytest.raises(InvalidInput, match="no paper of a block"),
    ):
        take_block(session, [], given, [], pc.lot_id, "L2-station")


def test_after_the_shift_nothing_is_printed_and_the_rest_is_given_back(
    pc: LinePc,
) -> None:
    pc.order(50)
    pc.print_all()
    pc.order(100)
    with pc.store.writing() as session:
        block = session.query(Block).one()
        block.until = clock.now() - timedelta(minutes=1)
    pc.print_all()
    assert "The shift of this block of codes is over" in pc.shown()
    assert "holds 0 codes" in pc.order(1).text or "already" in pc.order(1).text
    pc.sync()
    assert marks(pc) == {"printed": "0-49"}
    with pc.house.plant.reading() as session:
        assert spoiled_codes(session, pc.lot_id) == 250
    pc.sync()
    with pc.store.reading() as session:
        (old, new) = session.query(Block).order_by(Block.id)
    assert (old.closed, new.closed, new.count) == (True, False, 300)


def test_a_finished_batch_is_given_back(pc: LinePc) -> None:
    pc.order(10)
    pc.print_all()
    machine = getattr(pc.post.server, "machine")  # noqa: B009 - of the near one
    assert machine.post(f"/lots/{pc.lot_id}/finish").status_code == 200
    pc.sync()
    pc.sync()
    with pc.house.plant.reading() as session:
        assert spoiled_codes(session, pc.lot_id) == 290
    assert marks(pc) == {"printed": "0-9"}


def test_a_broken_connection_puts_labels_in_doubt_and_never_prints_them_again(
    at_printer: tuple[LinePc, FakePrinter],
) -> None:
    pc, printer = at_printer
    printer.rate = 100
    pc.order(100)
    threading.Timer(0.5, printer.restart).start()
    pc.print_all()
    assert "The connection to the printer broke" in pc.shown()
    out = len(printer.printed)
    assert 0 < out < 100
    pc.change("/line/resume", code=printer.printed[-1])
    pc.print_all()
    text = pc.shown("/line/resume")
    doubtful = int(re.findall(r"(\d+) labels are in doubt", text)[0])
    assert doubtful == 100 - len(printer.printed)
    pc.change("/line/lost")
    assert len(printer.printed) == len(set(printer.printed))
    pc.sync()
    found = marks(pc)
    printed = {text[-16:] for text in printer.printed}
    assert ItemSet.parse(found["printed"]).count == len(printed)
    assert ItemSet.parse(found["voided"]).count == doubtful


def test_a_killed_station_leaves_doubt_not_doubles(
    at_printer: tuple[LinePc, FakePrinter],
) -> None:
    pc, printer = at_printer
    pc.order(10)
    with pc.store.writing() as session:
        session.connection().exec_driver_sql("UPDATE span SET state = 'sending'")
    take_over(pc.store)
    assert "This PC stopped while it was printing" in pc.shown()
    pc.print_all()
    assert printer.printed == []
    found = codes(pc)
    pc.change("/line/resume", code=found[3])
    pc.change("/line/lost")
    pc.sync()
    assert marks(pc) == {"printed": "0-3", "voided": "4-9"}


def test_the_first_label_is_looked_at(
    house: Installation, app: Flask, tmp_path: Path
) -> None:
    with line_pc(house, app, tmp_path, first_check=True) as pc:
        pc.sync()
        pc.work_as("li")
        pc.order(30)
        pc.print_all()
        assert len(list((tmp_path / "paper").iterdir())) == 1
        assert "First-label check" in pc.shown()
        wrong = pc.change("/line/scan", code=codes(pc)[5])
        assert "Scan the first label of this job" in wrong.text
        for path in ("/line/resume", "/line/scan"):  # no way around it
            skipped = pc.change(path, code="" if path == "/line/resume" else "LM:GO")
            pc.print_all()
            assert skipped.status_code in (302, 409)
        assert len(list((tmp_path / "paper").iterdir())) == 1
        assert "First label is right" in pc.change("/line/scan", code=codes(pc)[0]).text
        pc.print_all()
        pc.sync()
        assert marks(pc) == {"printed": "0-29"}


def test_no_label_before_the_line_is_clear(
    house: Installation, app: Flask, tmp_path: Path
) -> None:
    """Asked for here too with the network gone, and told to the server afterwards."""
    with line_pc(house, app, tmp_path, cleared=False) as pc:
        pc.sync()
        pc.work_as("li")
        pc.cable.whole = False
        assert "The line is not cleared" in pc.order(5).text
        assert pc.change("/line/scan", code="LM:CLEAR").location == "/line/clearance"
        assert pc.change("/line/clearance").location == "/line"
        assert pc.order(5).status_code == 302
        pc.print_all()
        pc.cable.whole = True
        pc.cable.deaf = 1
        with pytest.raises(Unreached):
            pc.sync()
        pc.sync()
        with house.plant.reading() as session:
            run = session.scalars(sa.select(LineRun).filter_by(lot_id=pc.lot_id)).one()
            assert (run.cleared_by, run.cleared_at is not None) == ("li", True)
        assert marks(pc) == {"printed": "0-4"}


def test_a_label_of_something_else_stops_the_line(pc: LinePc) -> None:
    refused = pc.change("/line/scan", code="7K3M9QXW2D5RVT8H")
    assert refused.status_code == 409
    assert 'class="outcome is-bad"' in refused.text
    assert "This label is not of batch" in refused.text
    never = pc.change("/line/scan", code=codes(pc)[7])
    assert "never printed that label" in never.text


def test_a_void_label_on_a_pack_stops_the_line(pc: LinePc) -> None:
    pc.order(3)
    pc.print_all()
    pc.change("/line/void", code=codes(pc)[1], reason="torn")
    assert "This label is void" in pc.change("/line/scan", code=codes(pc)[1]).text
    pc.change("/line/scan", code=codes(pc)[0])
    refused = pc.change("/line/void", code=codes(pc)[0], reason="torn")
    assert "A label on a pack is not voided here" in refused.text


def test_pressing_twice_prints_once(pc: LinePc) -> None:
    form = {"count": "5", "key": "the same"}
    pc.change("/line/print", **form)
    pc.print_all()
    pc.change("/line/print", **form)
    pc.print_all()
    assert [event.places for event in pc.events()] == ["0-4"]


def test_a_form_to_void_sent_twice_voids_once(pc: LinePc) -> None:
    pc.order(20)
    pc.print_all()
    old = re.search(r'name="loose" value="([^"]*)"', pc.shown("/line/void"))
    assert old
    assert pc.void_last(3).status_code == 302
    form = {"code": "", "count": "3", "reason": "wet", "loose": old[1]}
    again = pc.change("/line/void", **form)
    assert "the last ones are others now" in again.text
    assert pc.void_last(-1).status_code == 400
    pc.sync()
    assert marks(pc) == {"printed": "0-19", "voided": "17-19"}


def test_beyond_a_few_reprints_the_line_leader_agrees(pc: LinePc) -> None:
    """The plant's rule, with the network gone: 3, or 1 % of what was printed."""
    badge = badge_of(pc, "zhao")
    pc.sync()
    pc.cable.whole = False
    pc.order(20)
    pc.print_all()
    pc.work_as("li")
    for n in range(3):
        assert pc.reprint(codes(pc)[n]).status_code == 302
        pc.print_all()
    refused = pc.reprint(codes(pc)[3])
    assert refused.status_code == 403
    assert "the line leader has to agree" in refused.text
    assert "scan the leader’s badge" in refused.text
    strange = pc.reprint(codes(pc)[3], leader="LM:B:" + "0" * 26)
    assert "does not know that badge" in strange.text
    assert pc.reprint(codes(pc)[3], leader=badge).status_code == 302
    pc.print_all()
    reasons = [event.reason for event in pc.events() if event.kind == "reprinted"]
    assert reasons == ["torn", "torn", "torn", "torn (赵强)"]


def badge_of(pc: LinePc, login: str) -> str:
    with pc.house.plant.writing() as session:
        user = people.find_user(session, login)
        assert user is not None
        actor = people.actor_for(session, user)
        return badges.issue_badge(session, user, actor, clock.now())


@pytest.mark.parametrize("count", ["0", "-1", "1000000000", "301", "x"])
def test_a_number_that_cannot_be(pc: LinePc, count: str) -> None:
    refused = pc.change("/line/print", count=count, key="k")
    assert refused.status_code in (400, 409)
    assert "Not done" in refused.text
    pc.print_all()
    assert pc.events() == []


def test_pause_and_cancel(pc: LinePc) -> None:
    pc.order(50)
    pc.change("/line/pause")
    pc.print_all()
    assert pc.events() == []
    pc.change("/line/cancel")
    assert "Print labels" in pc.shown()
    pc.order(5)
    pc.print_all()
    assert [event.places for event in pc.events()] == ["50-54"]


def test_only_who_may_voids(pc: LinePc) -> None:
    pc.order(5)
    pc.print_all()
    pc.work_as("li")
    refused = pc.void_last(1)
    assert refused.status_code == 403
    assert "may not do this at a line" in refused.text


def test_who_has_a_badge_scans_it(pc: LinePc) -> None:
    badge = badge_of(pc, "li")
    pc.sync()
    assert "has a badge: scan it" in pc.change("/line/operator", who="li").text
    unknown = pc.change("/line/operator", badge="LM:B:" + "0" * 26)
    assert "does not know that badge" in unknown.text
    pc.change("/line/scan", code=badge)
    assert "李" in pc.shown()


def test_nothing_is_done_by_nobody(
    house: Installation, app: Flask, tmp_path: Path
) -> None:
    with line_pc(house, app, tmp_path) as pc:
        pc.sync()
        assert "Say who works here first" in pc.change("/line/print").text
        assert "Say who works here first" in pc.change("/line/pause").text


def test_the_banner_says_how_long_and_how_much(pc: LinePc) -> None:
    pc.order(7)
    pc.print_all()
    with pc.store.writing() as session:
        gone = clock.now() - timedelta(hours=2, minutes=10, seconds=30)
        know(session, "contact", gone.isoformat())
    text = pc.shown()
    assert "No network for 2 h 10 min" in text
    assert "7 labels to report; codes last until" in text


def test_a_hold_stops_printing(pc: LinePc) -> None:
    actor, now = people.system(), clock.now()
    with pc.house.plant.writing() as session:
        place_hold(session, [pc.lot_id], reason="smudged", actor=actor, now=now)
    pc.sync()
    assert "On hold" in pc.shown()
    assert "is on hold" in pc.order(3).text


def test_the_preview_is_of_the_bytes_that_are_printed(pc: LinePc) -> None:
    picture = pc.client.get("/line/label.png")
    assert picture.mimetype == "image/png"
    assert picture.data.startswith(b"\x89PNG")


def test_commands_are_scanned(pc: LinePc) -> None:
    for code, page in (("LM:VOID", "/line/void"), ("lm:go", "/line/print")):
        assert pc.change("/line/scan", code=code).location == page
    pc.order(9)
    pc.change("/line/scan", code="LM:PAUSE")
    assert "paused it" in pc.shown()
    assert "no command of this line" in pc.change("/line/scan", code="LM:X").text
