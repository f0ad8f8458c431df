"""A folder that another program prints from: a file for each block of labels."""

import os
from collections.abc import Callable
from pathlib import Path

from .device import Fate, InDoubt, NotReached, Status


class FolderDevice:
    """A folder. Raises NotReached when there is none, or it cannot be written to."""

    def __init__(self, path: Path, suffix: str) -> None:
        if not path.is_dir() or not os.access(path, os.W_OK):
            raise NotReached(f"{path}: no folder to write to")
        self._path, self._suffix = path, suffix

    def ask(self, patience: float) -> Status | None:
        return Status()

    def send(self, name: str, data: bytes, rows: int, alive: Callable[[], None]) -> str:
        """The file appears whole or not at all; one of its name is never replaced."""
        target = self._path / f"{name}.{self._suffix}"
        part = target.with_name(f".{target.name}.part")
        try:
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.link(part, target)
            part.unlink()
        except OSError as error:
            raise InDoubt(str(error)) from error
        return target.name

    def fate(self, remote: str) -> Fate:
        return "out"

    def close(self) -> None:
        """Nothing to let go of."""
