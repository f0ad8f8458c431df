"""``lotmark import`` at a terminal: files in, templates out, and what it says."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from plant_files import BASE

from lotmark.trace.errors import LotmarkError
from lotmark.trace.exchange.imports import ImportRefused
from lotmark.trace.exchange.kinds import KINDS
from lotmark.web.cli.context import Context
from lotmark.web.cli.imports import import_files
from lotmark.web.installation import Installation

NOWHERE = Context(None, {})
"""No installation: a template needs none."""


@pytest.fixture
def context(house: Installation) -> Context:
    settings = house.settings
    return Context(
        settings.home,
        {
            "LOTMARK_DATABASE_URL": settings.database_url or "",
            "LOTMARK_CODE_KEYS": settings.code_keys or "",
            "LOTMARK_BASE_URL": settings.base_url,
        },
    )


def call(context: Context, *words: object) -> Result:
    return CliRunner().invoke(import_files, [str(word) for word in words], obj=context)


@pytest.fixture
def new_files(tmp_path: Path) -> list[Path]:
    """A site of its own, so that it meets nothing of the house."""
    paths = []
    texts = {
        "s.csv": BASE["sites.csv"].replace("YL", "NEW"),
        "l.csv": BASE["lines.csv"].replace("YL", "NEW"),
    }
    for name, text in texts.items():
        paths.append(tmp_path / name)
        paths[-1].write_text(text, "utf-8")
    return paths


def test_files_come_in_once(context: Context, new_files: list[Path]) -> None:
    first = call(context, *new_files)
    assert (first.exit_code, first.stdout) == (0, "s.csv: 2 sites\nl.csv: 3 lines\n")
    again = call(context, *new_files)
    assert again.exit_code == 0
    for line, name in zip(again.stdout.splitlines(), ("s.csv", "l.csv"), strict=True):
        assert line.startswith(f"{name}: already imported on 20")
        assert line.endswith(" UTC by system")
    told = json.loads(call(context, "--json", *new_files).stdout)
    assert told["files"] == []
    assert [known["file"] for known in told["known"]] == ["s.csv", "l.csv"]


def test_bad_rows_are_listed(context: Context, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    rows = [f"NOWHERE,L{n},x" for n in range(205)]
    path.write_text("\n".join(["site,code,name", *rows]), "utf-8")
    done = call(context, path)
    assert isinstance(done.exception, ImportRefused)
    lines = done.stderr.splitlines()
    assert lines[0] == "many.csv:2 site: No site NOWHERE is recorded."
    assert len([line for line in lines if line.startswith("many.csv:")]) == 200
    assert "… and 5 more." in lines


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_template_of_every_kind(form: str, tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    done = call(NOWHERE, "--template", "all", "--format", form, "-o", folder)
    assert done.exit_code == 0
    written = sorted(path.name for path in folder.iterdir())
    assert written == sorted(f"{kind.name}.{form}" for kind in KINDS)
    assert len(done.stdout.splitlines()) == len(KINDS)


def test_one_template_in_english(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    words = ("--template", "lots", "--format", "csv", "--language", "en")
    assert call(NOWHERE, *words, "-o", path).exit_code == 0
    assert path.read_text("utf-8-sig").startswith("article,lot,supplier,")


def test_what_makes_no_sense_is_a_usage_error(tmp_path: Path) -> None:
    for words in ((), ("--template", "lots"), ("--template", "nothing", "-o", "x")):
        done = call(NOWHERE, *words)
        assert (done.exit_code, "Usage:" in done.stderr) == (2, True)
        assert not isinstance(done.exception, LotmarkError)
