"""``lotmark key api``: add, list, revoke."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from machines import Machine, problem, told

from lotmark.web.app import create_app
from lotmark.web.cli.main import group
from lotmark.web.creation import create_installation
from lotmark.web.settings import Settings


@pytest.fixture
def home(tmp_path: Path) -> Path:
    told_by = {"LOTMARK_BASE_URL": "https://q.example.cn"}
    create_installation(Settings.from_environment(told_by, tmp_path)).close()
    return tmp_path


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(group, ["--home", str(home), "key", "api", *words])


def test_from_add_to_revoke(home: Path) -> None:
    added = run(home, "add", "plc", "--right", "trace.read", "--days", "9", "--json")
    assert added.exit_code == 0, added.output
    key = json.loads(added.stdout)
    assert key["rights"] == ["trace.read"]
    listed = json.loads(run(home, "list", "--json").stdout)
    assert [(one["name"], one["state"]) for one in listed] == [("plc", "active")]
    assert "key" not in listed[0]
    settings = Settings.from_environment({}, home)
    house = create_installation(settings)
    client = create_app(house, RATELIMIT_ENABLED=False).test_client()
    told(Machine(client, key["key"]).get("/lots"))
    assert run(home, "revoke", "plc").exit_code == 0
    assert problem(Machine(client, key["key"]).get("/lots"), 401)
    house.close()
    assert "revoked" in run(home, "list").stdout


def test_the_text_alone_on_standard_output(home: Path) -> None:
    added = run(home, "add", "cam", "--right", "batch.finish")
    assert added.stdout.strip().startswith("lm_")
    assert len(added.stdout.split()) == 1


def test_what_is_refused(home: Path) -> None:
    assert run(home, "add", "cam", "--right", "hold.release").exit_code == 2
    assert run(home, "add", "cam").exit_code == 2
    assert run(home, "revoke", "cam").exit_code != 0
