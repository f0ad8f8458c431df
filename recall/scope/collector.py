"""Python's cyclic collector, kept waiting while a scope is computed.

A scope makes a few hundred thousand objects, all of which stay and none of which form a
cycle. Each time it grows by a quarter the collector would look at all of them, and at
everything else in the process: measured, a third of a large scope's time.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_waiting = 0
"""Computations under way; several threads may compute at once."""
_was_on = False


@contextmanager
def collector_waits() -> Iterator[None]:
    """Collect no cycles meanwhile; afterwards as before."""
    global _waiting, _was_on
    with _lock:
        if _waiting == 0:
            _was_on = gc.isenabled()
            gc.disable()
        _waiting += 1
    try:
        yield
    finally:
        with _lock:
            _waiting -= 1
            if _waiting == 0 and _was_on:
                gc.enable()
