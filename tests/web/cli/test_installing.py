"""The demo, a new installation, its keys and its address, by command."""

import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import lotmark_demo
from lotmark_demo import Demo

ROOT = Path(__file__).parents[3]


def test_the_demo_names_what_to_look_at(demo: Demo, told: dict[str, Any]) -> None:
    assert told["base_url"] == f"http://127.0.0.1:{demo.port}"
    assert told["gtin"] == "09506000134352"
    assert len(told["urls"]) == len(set(told["urls"])) == 240
    assert Path(told["labels_pdf"]).is_file()
    assert {"role", "user", "password"} <= set(told["logins"][0])
    names = {path.name for path in (demo.folder / "labels").iterdir()}
    assert names == {"a4-24.pdf", "roll-60x40.pdf", "roll-60x40.tspl", "codes.csv"}


def test_a_second_demo_changes_nothing(demo: Demo) -> None:
    before = (demo.folder / "demo.json").read_bytes()
    said = demo.run("demo", "--no-serve", "--dir", str(demo.folder))
    assert "is there already: nothing was changed" in said
    assert (demo.folder / "demo.json").read_bytes() == before


def test_a_new_installation_from_nothing(tmp_path: Path) -> None:
    home = tmp_path / "plant"
    fresh = Demo(home, 8000)
    assert "Password:" in fresh.run("init", "--login", "dong", "--name", "董海")
    fresh.run("db", "upgrade")
    fresh.run(
        "user", "add", "qian", "--role", "qa_manager", "--password", "sample-qian"
    )
    shown = fresh.json("config")
    assert shown["code_key_versions"] == [1]
    assert (home / "code-keys.json").stat().st_mode & 0o077 == 0
    assert "Key version 2" in fresh.run("key", "rotate")
    assert fresh.json("config")["code_key_versions"] == [2, 1]
    assert fresh.json("audit", "verify")["rows"] == 2


def test_a_lost_key_file_is_noticed(tmp_path: Path) -> None:
    home = tmp_path / "plant"
    fresh = Demo(home, 8000)
    fresh.run("init")
    assert home.stat().st_mode & 0o077 == 0
    (home / "code-keys.json").rename(home / "elsewhere")
    assert "Restore it from the backup" in fresh.run("config", code=2)
    other = Demo(tmp_path / "other", 8000)
    other.run("init")
    (tmp_path / "other" / "code-keys.json").rename(home / "code-keys.json")
    assert "is not the key that codes were made with" in fresh.run("config", code=2)


def test_the_address_on_labels_is_remembered(tmp_path: Path) -> None:
    home = tmp_path / "plant"
    command = [lotmark_demo.LOTMARK, "--home", str(home)]
    environment = lotmark_demo.clean_environment()
    for arguments in (["init", "--base-url", "https://q.plant.cn"], ["config"]):
        done = subprocess.run(
            [*command, *arguments],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
    assert "https://q.plant.cn" in done.stdout
    assert done.stderr == ""


def test_an_address_no_phone_can_open_is_warned_of(demo: Demo) -> None:
    done = subprocess.run(
        [lotmark_demo.LOTMARK, "--home", str(demo.folder), "config"],
        capture_output=True,
        text=True,
        check=True,
        env=lotmark_demo.clean_environment() | {"LOTMARK_BASE_ULR": "x"},
    )
    assert "which no phone can open" in done.stderr
    assert "LOTMARK_BASE_ULR" in done.stdout


def test_every_command_has_help() -> None:
    for arguments in ([], ["demo"], ["verify"], ["scope"], ["serve"]):
        done = subprocess.run(
            [sys.executable, "-P", "-m", "lotmark.web.cli", *arguments, "--help"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "Usage:" in done.stdout


def test_the_sample_is_package_data() -> None:
    names = {entry.name for entry in resources.files("lotmark.web.sample").iterdir()}
    assert {"articles.csv", "shipments.csv", "batches.csv"} <= names
