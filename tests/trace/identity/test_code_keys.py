"""Code keys: environment, file, rights, rotation."""

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from lotmark.trace.errors import Conflict, InvalidInput, LotmarkError, NotFound
from lotmark.trace.identity.codes import CodeKey, ItemCode, Serial
from lotmark.trace.identity.keys import (
    KeyRing,
    create_key_file,
    load_keys,
    read_key_file,
    rotate_key_file,
)

FIRST, SECOND = "11" * 32, "2a" * 32
UNSEEN = Path("/nonexistent/code_keys.json")


def make(path: Path) -> KeyRing:
    """The ring of a new installation's key file."""
    create_key_file(path)
    return load_keys(None, path)


def test_a_missing_file_is_never_replaced(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="Restore it from the backup"):
        load_keys(None, tmp_path / "code_keys.json")
    assert os.listdir(tmp_path) == []


def test_the_highest_version_in_the_environment_is_current() -> None:
    ring = load_keys(f"1:{FIRST}, 10:{SECOND.upper()}", UNSEEN)
    assert [key.version for key in ring.keys] == [10, 1]
    assert ring.current == CodeKey(10, bytes.fromhex(SECOND))
    assert ring[1].secret == bytes.fromhex(FIRST)
    with pytest.raises(NotFound) as missing:
        ring[3]
    assert missing.value.code == "code_key_unknown"


def test_serials_of_every_version_are_read() -> None:
    ring = KeyRing.parse(f"1:{FIRST},2:{SECOND}")
    code = ItemCode(7, 42)
    for version in (1, 2):
        assert ring.read(ring[version].encode(code)) == [(version, code)]
    assert ring.read(Serial("7K3M9QXW2D5RVT8H")) == []


def test_every_meaning_is_offered_newest_first() -> None:
    """A serial that decodes under two versions: one in 2**28 does, so it is built."""
    twin = CodeKey(3, bytes.fromhex(SECOND))
    vars(twin)["cipher"] = KeyRing.parse(f"1:{FIRST}")[1].cipher
    ring = KeyRing.of([CodeKey(1, bytes.fromhex(FIRST)), twin])
    code = ItemCode(7, 42)
    assert ring.read(ring[1].encode(code)) == [(3, code), (1, code)]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("1", "code_keys_malformed"),
        (f"1:{FIRST},", "code_keys_malformed"),
        (f"1={FIRST}", "code_keys_malformed"),
        (f"1:{FIRST}00", "code_keys_malformed"),
        (f"1:{FIRST[:-1]}", "code_keys_malformed"),
        (f"1:{'zz' * 32}", "code_keys_malformed"),
        (f"0:{FIRST}", "code_keys_malformed"),
        (f"-1:{FIRST}", "code_keys_malformed"),
        (f"256:{FIRST}", "code_key_invalid"),
        (f"1:{FIRST},1:{SECOND}", "code_keys_repeat"),
        (" ", "code_keys_malformed"),
    ],
)
def test_malformed_environments_are_refused_without_telling_the_key(
    value: str, code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        load_keys(value, UNSEEN)
    assert refused.value.code == code
    for secret in (FIRST, SECOND, "zz"):
        assert secret[:16] not in str(refused.value)


def test_the_place_of_a_malformed_entry_is_named() -> None:
    with pytest.raises(InvalidInput, match="number 2 is not of the form"):
        load_keys(f"1:{FIRST},2:oops", UNSEEN)


def test_secrets_do_not_show_in_a_traceback_or_log() -> None:
    ring = KeyRing.parse(f"1:{FIRST}")
    assert "\\x11" not in repr(ring)
    assert FIRST[:16] not in repr(ring)


def test_the_first_use_makes_a_file_only_its_owner_can_read(tmp_path: Path) -> None:
    path = tmp_path / "instance" / "code_keys.json"
    umask = os.umask(0)
    try:
        ring = make(path)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [key.version for key in ring.keys] == [1]
    assert load_keys("", path) == ring
    assert os.listdir(path.parent) == ["code_keys.json"]
    assert json.loads(path.read_text())["keys"] == {"1": ring.current.secret.hex()}


def test_processes_that_start_together_share_one_key(tmp_path: Path) -> None:
    path = tmp_path / "code_keys.json"
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: make(path), range(8)))
    assert len({ring.current.secret for ring in rings}) == 1
    assert os.listdir(tmp_path) == ["code_keys.json"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "code_keys.json"
    make(path)
    path.chmod(mode)
    with pytest.raises(InvalidInput, match=f"run chmod 600 {path}") as refused:
        load_keys(None, path)
    assert refused.value.code == "key_file_open"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "key_file_malformed"),
        ("[]", "key_file_malformed"),
        ('{"keys": 1}', "key_file_malformed"),
        ('{"keys": {}}', "code_keys_malformed"),
        ('{"keys": {"1": "ab"}}', "code_keys_malformed"),
        (b"\xff\xfe", "key_file_malformed"),
    ],
)
def test_a_damaged_file_is_refused_never_replaced(
    tmp_path: Path, content: str | bytes, code: str
) -> None:
    path = tmp_path / "code_keys.json"
    before = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(before)
    path.chmod(0o600)
    for use in (partial(load_keys, None), rotate_key_file):
        with pytest.raises(InvalidInput) as refused:
            use(path)
        assert refused.value.code == code
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["code_keys.json"]


def test_rotation_adds_a_version_and_keeps_the_old_ones(tmp_path: Path) -> None:
    path = tmp_path / "code_keys.json"
    first = make(path)
    serial = first.current.encode(ItemCode(1, 5))
    second = rotate_key_file(path)
    assert second.current.version == 2
    assert second[1] == first[1]
    assert second[2].secret != first[1].secret
    assert read_key_file(path) == second
    assert second.read(serial) == [(1, ItemCode(1, 5))]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["code_keys.json"]


def test_two_rotations_at_once_never_lose_a_key(tmp_path: Path) -> None:
    path = tmp_path / "code_keys.json"
    make(path)

    def rotate(_: int) -> KeyRing | LotmarkError:
        try:
            return rotate_key_file(path)
        except Conflict as error:
            return error

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(rotate, range(40)))
    rings = [result for result in results if isinstance(result, KeyRing)]
    refusals = {r.code for r in results if isinstance(r, LotmarkError)}
    assert rings
    assert refusals <= {"key_rotation_running"}
    final = read_key_file(path)
    assert {key for ring in rings for key in ring.keys} == set(final.keys)


def test_a_rotation_left_behind_is_named(tmp_path: Path) -> None:
    path = tmp_path / "code_keys.json"
    make(path)
    left = tmp_path / "code_keys.json.new"
    left.touch()
    with pytest.raises(Conflict, match=f"delete {left}"):
        rotate_key_file(path)
    assert left.exists()


def test_a_failed_write_leaves_the_old_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "code_keys.json"
    ring = make(path)

    def full(_: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        rotate_key_file(path)
    assert read_key_file(path) == ring
    assert os.listdir(tmp_path) == ["code_keys.json"]


def test_rotation_needs_a_file_and_a_free_version(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as missing:
        rotate_key_file(tmp_path / "code_keys.json")
    assert missing.value.code == "key_file_missing"
    assert os.listdir(tmp_path) == []
    with pytest.raises(Conflict) as used_up:
        KeyRing.parse(f"255:{FIRST}").with_new_key()
    assert used_up.value.code == "code_keys_used_up"


def test_a_ring_cannot_be_empty_or_out_of_order() -> None:
    one, two = (CodeKey(n, bytes(32)) for n in (1, 2))
    for keys in [(), (one, two), (one, one)]:
        with pytest.raises(InvalidInput):
            KeyRing(keys)
    with pytest.raises(InvalidInput) as refused:
        CodeKey(1, bytes(16))
    assert refused.value.code == "code_key_invalid"
