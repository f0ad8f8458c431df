"""Uploaded files: named by content, on disk first, swept when nobody names them."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lotmark.trace import clock, files
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


def test_a_file_written_first_gets_its_row_later(
    database: Database, tmp_path: Path, now: datetime
) -> None:
    folder = tmp_path / "files"
    name = files.write(folder, b"labels")
    with database.writing() as session:
        row = files.keep(session, name, 6, "application/pdf", now)
        again = files.store(session, folder, b"labels", "text/plain", now)
    assert again is row
    assert (row.sha256, row.size, row.media_type) == (name, 6, "application/pdf")


def test_an_old_stray_that_is_stored_again_is_kept(
    database: Database, tmp_path: Path, now: datetime
) -> None:
    """Its row is not committed when the sweep looks, but the file is new again."""
    path = files.path_of(tmp_path, files.write(tmp_path, b"photo"))
    long_ago = (now - 2 * files.SWEEP_AFTER).timestamp()
    os.utime(path, (long_ago, long_ago))
    files.write(tmp_path, b"photo")
    with database.reading() as session:
        assert files.sweep(session, tmp_path, clock.now()) == 0
    assert path.exists()


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
