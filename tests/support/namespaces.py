"""Two computers on one: network namespaces of Linux with a cable that can be cut."""

import ctypes
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
CLONE_NEWNET = 0x40000000


def why_not() -> str:
    """Why there can be none here; empty when there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "network namespaces need the ip command (apt install iproute2)"
    return ""


@dataclass(frozen=True)
class Host:
    """One of the two computers."""

    name: str
    address: str
    card: str

    def command(self, *words: str) -> list[str]:
        """A command as it is run there."""
        return ["ip", "netns", "exec", self.name, *words]

    def do(self, work: Callable[[], T]) -> T:
        """What ``work`` gives when it is done there: its sockets belong there."""
        found: list[T] = []
        failed: list[BaseException] = []

        def there() -> None:
            try:
                _enter(self.name)
                found.append(work())
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=there)
        thread.start()
        thread.join()
        if failed:
            raise failed[0]
        return found[0]

    def cut(self) -> None:
        """Pull the cable."""
        _ip("-n", self.name, "link", "set", self.card, "down")

    def mend(self) -> None:
        """Plug it in again."""
        _ip("-n", self.name, "link", "set", self.card, "up")


@contextmanager
def two_hosts() -> Iterator[tuple[Host, Host]]:
    """Two computers with a cable between them."""
    number = os.getpid() % 10_000
    net = f"10.{100 + number // 250}.{number % 250}"
    hosts = [
        Host(f"lm{number}{end}", f"{net}.{place}", f"lm{number}{end}")
        for place, end in ((1, "a"), (2, "b"))
    ]
    try:
        for host in hosts:
            _ip("netns", "add", host.name)
        one, other = hosts
        link = ("link", "add", one.card, "netns", one.name, "type", "veth", "peer")
        _ip(*link, "name", other.card, "netns", other.name)
        for host in hosts:
            _ip("-n", host.name, "addr", "add", f"{host.address}/24", "dev", host.card)
            for card in ("lo", host.card):
                _ip("-n", host.name, "link", "set", card, "up")
        yield one, other
    finally:
        for host in hosts:
            subprocess.run(["ip", "netns", "del", host.name], check=False)


def _enter(name: str) -> None:
    """Let this thread alone be there."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path(f"/var/run/netns/{name}").open() as file:
        if libc.setns(file.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
