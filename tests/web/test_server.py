"""The server's own worker does not outlive it."""

import os
import sys
from pathlib import Path

import pytest

from lotmark.web import server

STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
with open(sys.argv[1], "w") as told:
    told.write(str(os.getpid()))
time.sleep(600)
"""


def test_a_worker_that_goes_on_drawing_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "pid"
    os.mkfifo(told)
    command = (sys.executable, "-c", STUBBORN, str(told))
    monkeypatch.setattr(server, "WORKER", command)
    monkeypatch.setattr(server, "GRACE", 0.2)
    with server.supervised_worker():
        pid = int(told.read_text())  # waits until the child writes it
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
