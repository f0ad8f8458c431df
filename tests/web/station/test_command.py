"""``lotmark station``: what it refuses, each in one sentence."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from lotmark.trace.errors import LotmarkError
from lotmark.web.cli.main import group
from lotmark.web.station.running import hold_folder


def call(folder: Path, **changed: str) -> object:
    options = {
        "server": "http://127.0.0.1:9",
        "key": "lm_x",
        "dir": str(folder),
        "line": "L2",
        "printer": f"folder:{folder}",
        "port": "0",
        **changed,
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    result = CliRunner().invoke(group, ["station", *words], catch_exceptions=True)
    return result.exception if result.exc_info and result.exception else result.output


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"server": "lotmark.example.cn"}, "server_address_invalid"),
        ({"printer": "lp0"}, "printer_place_invalid"),
        ({"printer": "tcp://nowhere"}, "printer_address_invalid"),
        ({"stock": "a4-21"}, "label_stock_is_sheet"),
        ({"stock": "roll-1x1"}, "stock_unknown"),
    ],
)
def test_what_cannot_be(tmp_path: Path, changed: dict[str, str], code: str) -> None:
    error = call(tmp_path, **changed)
    assert isinstance(error, LotmarkError)
    assert error.code == code


def test_two_of_them_in_one_folder(tmp_path: Path) -> None:
    held = hold_folder(tmp_path)
    error = call(tmp_path)
    assert isinstance(error, LotmarkError)
    assert error.code == "station_runs"
    held.close()


def test_its_help_says_what_it_does() -> None:
    shown = CliRunner().invoke(group, ["station", "--help"]).output
    assert "while the network is gone" in shown
    assert "usb:/dev/usb/lp0" in shown
