"""``lotmark export``: files for an import, and every list."""

import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from list_records import record

from lotmark.trace.exchange.kinds import KINDS
from lotmark.web.cli.main import group
from lotmark.web.installation import Installation
from lotmark.web.registry import ALL


@pytest.fixture
def recorded(house: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something in every list, and the environment in which commands find it."""
    monkeypatch.setenv("LOTMARK_DATABASE_URL", house.settings.database_url)
    monkeypatch.setenv("LOTMARK_CODE_KEYS", "1:" + "5a" * 32)
    monkeypatch.setenv("LOTMARK_HOME", str(house.settings.home))
    with house.plant.writing() as session:
        record(session)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(group, ["export", *map(str, arguments)])


@pytest.mark.usefixtures("recorded")
def test_the_plant_is_written_as_an_import_takes_it(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "today"
    done = run("csv", "-o", folder, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    names = [f"{kind.name}.csv" for kind in KINDS]
    assert [each["file"] for each in told["files"]] == names
    for each in told["files"]:
        assert (folder / each["file"]).stat().st_size == each["bytes"]
    lots = (folder / "lots.csv").read_text("utf-8-sig")
    assert "007-01,BJ200," in lots
    assert ",0,piece," in lots
    moves = (folder / "movements.csv").read_text("utf-8-sig")
    assert ",made,FG1,100,piece,0-99," in moves
    assert "supplied,FG1,25.000001,kg" in moves
    assert ",FH-1," in moves  # it belongs to that shipment


@pytest.mark.usefixtures("recorded")
def test_lists_are_written_in_either_format(tmp_path: Path) -> None:
    assert run("lists", "-o", tmp_path).exit_code == 0
    names = {path.name for path in tmp_path.iterdir()} - {"home"}
    assert names >= {f"{listing.name}.csv" for listing in ALL}
    done = run("lists", "-o", tmp_path, "--format", "xlsx", "--only", "stock")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(str(tmp_path / "stock.xlsx"))
    sheet = openpyxl.load_workbook(tmp_path / "stock.xlsx").worksheets[0]
    assert next(iter(sheet.values))[0] == "lot"


@pytest.mark.usefixtures("recorded")
def test_an_unknown_list_is_refused(tmp_path: Path) -> None:
    refused = run("lists", "-o", tmp_path, "--only", "nothing")
    assert refused.exit_code == 1
    assert "There is no list 'nothing'." in str(refused.exception)
