"""Uploaded files: named by content, on disk first, swept when nobody names them."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lotmark.trace import files
from lotmark.trace.db import Database


def test_the_same_content_is_one_file(
    database: Database, tmp_path: Path, now: datetime
) -> None:
    for _ in range(2):
        with database.writing() as session:
            row = files.store(session, tmp_path / "files", b"photo", "image/png", now)
    assert files.path_of(tmp_path / "files", row.sha256).read_bytes() == b"photo"
    with database.reading() as session:
        assert session.query(files.StoredFile).count() == 1


def test_only_old_files_without_a_row_are_swept(
    database: Database, tmp_path: Path, now: datetime
) -> None:
    folder = tmp_path / "files"
    with database.writing() as session:
        kept = files.store(session, folder, b"kept", "image/png", now)
    with pytest.raises(RuntimeError), database.writing() as session:
        files.store(session, folder, b"rolled back", "image/png", now)
        raise RuntimeError
    later = now + files.SWEEP_AFTER + timedelta(minutes=1)
    for path in folder.glob("??/*"):
        os.utime(path, (now.timestamp(), now.timestamp()))
    with database.reading() as session:
        assert files.sweep(session, folder, now) == 0
        assert files.sweep(session, folder, later) == 1
    assert [path.name for path in folder.glob("??/*")] == [kept.sha256]
