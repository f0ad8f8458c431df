"""Serving: granian for the pages, and one worker kept running beside it."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from .settings import Settings

log = structlog.get_logger()

THREADS = 8
"""Blocking threads of the server: the size of the database's pool."""
RESTART_AFTER = 1.0
"""Seconds before a worker that ended is started again."""
GRACE = 10.0
"""Seconds a worker has to finish what is in hand when the server ends."""
WORKER = (sys.executable, "-P", "-m", "lotmark.web.cli", "worker")


def serve(settings: Settings, host: str, port: int, *, with_worker: bool) -> None:
    """Serve until told to stop; a worker that dies is started again."""
    os.environ |= environment_of(settings)
    server = Granian(
        "lotmark.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        blocking_threads=THREADS,
        backpressure=4 * THREADS,
        respawn_failed_workers=True,
        websockets=False,
        log_level=LogLevels.warning,
    )
    if with_worker:
        with supervised_worker():
            server.serve()
    else:
        server.serve()


def environment_of(settings: Settings) -> dict[str, str]:
    """What child processes must be told to open the same installation."""
    told = {
        "LOTMARK_HOME": str(settings.home.resolve()),
        "LOTMARK_DATABASE_URL": settings.database_url,
        "LOTMARK_BASE_URL": settings.base_url,
    }
    if settings.code_keys:
        told["LOTMARK_CODE_KEYS"] = settings.code_keys
    if settings.secret_key:
        told["LOTMARK_SECRET_KEY"] = settings.secret_key
    return told


@contextmanager
def supervised_worker() -> Iterator[None]:
    """Run ``lotmark worker`` as a child; start it again whenever it ends."""
    stop = threading.Event()
    # The first one is started here, before the server forks: a child forked while
    # Popen runs in another thread keeps Popen's pipe open, and it waits for ever.
    running = [subprocess.Popen(WORKER)]  # noqa: S603 - our own command

    def watch() -> None:
        while not stop.is_set():
            code = running[0].wait()
            if not stop.is_set():
                log.warning("worker.ended", code=code)
                stop.wait(RESTART_AFTER)
            if not stop.is_set():
                running[0] = subprocess.Popen(WORKER)  # noqa: S603 - the same

    watcher = threading.Thread(target=watch, name="worker-watch", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        running[0].terminate()
        watcher.join(timeout=GRACE)
        # A long job is not waited for: its claim runs out and it is drawn again. A
        # worker left running would go on beside the next server's.
        running[0].kill()
        watcher.join()
