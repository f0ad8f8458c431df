"""The demo as a user gets it: built by the command, served by the command."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lotmark.web.installation import Installation, open_installation
from lotmark.web.settings import Settings

LOTMARK = str(Path(sys.executable).with_name("lotmark"))


@dataclass(frozen=True)
class Demo:
    """A built demo, and how to run commands on it."""

    folder: Path
    port: int

    @property
    def document(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.folder / "demo.json").read_text())
        return told

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run ``lotmark …`` on it; its output. Fails on another exit code."""
        done = subprocess.run(
            [LOTMARK, "--home", str(self.folder), *arguments],
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=120,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + (done.stderr if code else "")

    def json(self, *arguments: str, code: int = 0) -> Any:
        """Run ``lotmark … --json`` on it."""
        return json.loads(self.run(*arguments, "--json", code=code))

    def settings(self) -> Settings:
        return Settings.from_environment(self.environment, self.folder)

    def open(self) -> Installation:
        """Its databases, from this process."""
        return open_installation(self.settings())

    @property
    def environment(self) -> dict[str, str]:
        return clean_environment() | {
            "LOTMARK_BASE_URL": f"http://127.0.0.1:{self.port}"
        }

    def login(self, user: str) -> tuple[str, str]:
        """Log-in name and password of one of the cast."""
        people = {person["user"]: person for person in self.document["logins"]}
        return user, people[user]["password"]


def build(folder: Path) -> Demo:
    """Build the demo in ``folder``, for a free port."""
    demo = Demo(folder, free_port())
    subprocess.run(
        [LOTMARK, "demo", "--no-serve", "--dir", str(folder), "--port", str(demo.port)],
        check=True,
        capture_output=True,
        env=clean_environment(),
        timeout=180,
    )
    return demo


@contextmanager
def serving(demo: Demo) -> Iterator[str]:
    """Serve it with its worker; its address."""
    address = f"http://127.0.0.1:{demo.port}"
    log = demo.folder / "serve.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [LOTMARK, "--home", str(demo.folder), "serve", "--port", str(demo.port)],
            env=demo.environment,
            stdout=out,
            stderr=out,
        )
        try:
            _wait(address, server, log)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{address}/login", timeout=2):  # noqa: S310
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


def clean_environment() -> dict[str, str]:
    """Ours without settings of Lotmark's."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("LOTMARK_")
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def worker_pid(demo: Demo) -> int:
    """The worker of this demo: a child of its server, by its environment."""
    home = f"LOTMARK_HOME={demo.folder.resolve()}".encode()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if b"\0worker\0" in (path / "cmdline").read_bytes() and home in (
                path / "environ"
            ).read_bytes().split(b"\0"):
                return int(path.name)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return 0
