"""Bytes that wait until all of them are there."""

import io
import shutil
import tempfile
from typing import IO, Any

IN_MEMORY = 8 << 20
"""Bytes kept in memory before they move to a temporary file."""
COPIED = 1 << 20
"""Bytes taken back from there at a time."""


class Spool(io.RawIOBase):
    """Written like a file; then sent on as a whole, or forgotten.

    What fits in memory is kept as it was given, without a copy, so it may not be
    changed afterwards.
    """

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[Any] = []
        self._size = 0
        self._file: IO[bytes] | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Keep bytes, or anything else with a buffer."""
        size = memoryview(data).nbytes
        self._size += size
        if self._file is None and self._size > IN_MEMORY:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - see close
            self._file.writelines(self._parts)
            self._parts = []
        if self._file is None:
            self._parts.append(data)
        else:
            self._file.write(data)
        return size

    def send(self, out: IO[bytes]) -> None:
        """Write all of it to ``out``."""
        if self._file is None:
            out.writelines(self._parts)
        else:
            self._file.seek(0)
            shutil.copyfileobj(self._file, out, COPIED)

    def close(self) -> None:
        """Let the temporary file go."""
        if self._file is not None:
            self._file.close()
        super().close()
