"""What a command cannot do is told in one sentence, and changes nothing."""

import re
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import lotmark_demo
import pytest
from lotmark_demo import Demo

from lotmark.trace import clock

YESTERDAY = (clock.now() - timedelta(days=1)).isoformat()


def test_a_bad_import_changes_nothing(
    demo: Demo, told: dict[str, Any], tmp_path: Path
) -> None:
    before = demo.json("scope", "--lot", told["held_lot"])
    moves = tmp_path / "moves.csv"
    moves.write_text(
        "document,article,lot,from,to,quantity,unit,items,at,reason\n"
        f"D1,BJ200,{told['held_lot']},FG1,C01,10,袋,,{YESTERDAY},\n"
        f"D2,BJ200,NO-SUCH-LOT,FG1,FG2,10,袋,,{YESTERDAY},\n"
        f"D3,BJ200,{told['open_lot']},FG1,FG2,-5,袋,,{YESTERDAY},\n"
    )
    said = demo.run("import", str(moves), code=2)
    for line, word in ((3, "NO-SUCH-LOT"), (4, "-5")):
        assert re.search(rf"moves\.csv.*{line}.*{word}", said), said
    after = demo.json("scope", "--lot", told["held_lot"])
    assert after["positions"] == before["positions"]


def test_a_movement_of_held_stock_is_refused_with_its_line(
    demo: Demo, told: dict[str, Any], tmp_path: Path
) -> None:
    moves = tmp_path / "moves.csv"
    moves.write_text(
        "document,article,lot,from,to,quantity,unit,items,at,reason\n"
        f"D1,BJ200,{told['held_lot']},FG1,C01,10,袋,,{YESTERDAY},\n"
    )
    said = demo.run("import", str(moves), code=2)
    assert re.search(rf"moves\.csv.*2.*{told['held_lot']} is on hold", said), said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("trace", "NO-SUCH-LOT"), "No lot NO-SUCH-LOT is recorded"),
        (("scope",), "Say where to start"),
        (("scope", "--line", "L2"), "give --from and --to"),
        (("scope", "--items", "0-5"), "give one --lot"),
        (("scope", "--cycle", "R9"), "No equipment cycle R9"),
        (("labels", "--lot", "x", "--stock", "y", "-o", "z"), "got 'y'"),
        (("user", "add", "x", "--role", "boss", "--password", "12345678"), "No role"),
        (("init",), "has users already"),
        (
            ("codes", "roll", "--count", "1", "--csv", "/no/such/folder/x"),
            "No such file",
        ),
        (("codes", "roll", "--count", "0"), "a number of labels from 1, got 0"),
        (
            ("scope", "--line", "L2", "--from", "0001-01-01", "--to", "9999-12-31"),
            "Expected a time such as",
        ),
        (("labels", "--lot", "x", "-o", "/no/such/folder/x"), "No lot x"),
    ],
)
def test_refusals_are_one_sentence(
    demo: Demo, arguments: tuple[str, ...], sentence: str
) -> None:
    said = demo.run(*arguments, code=2)
    assert sentence in said
    assert "Traceback" not in said


def test_without_an_installation(tmp_path: Path) -> None:
    done = subprocess.run(
        [lotmark_demo.LOTMARK, "--home", str(tmp_path / "none"), "config"],
        capture_output=True,
        text=True,
        env=lotmark_demo.clean_environment(),
    )
    assert done.returncode == 2
    assert "run lotmark init or lotmark demo" in done.stderr
