"""The secret keys behind item codes: where they are kept and how they are changed.

A lost key makes every printed code unreadable, so key versions are added, never
replaced, and the key file belongs in the backup.
"""

import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from ..errors import N_, Conflict, InvalidInput, NotFound
from .codes import CodeKey, ItemCode, Serial

_ENTRY = re.compile(r"([1-9][0-9]{0,2}):([0-9a-fA-F]{64})")


@dataclass(frozen=True)
class KeyRing:
    """Every key version in use; the highest is current, the others only read.

    Raises:
        InvalidInput: ``code_keys_empty`` or ``code_keys_repeat``.
    """

    keys: tuple[CodeKey, ...]
    """Newest version first."""

    def __post_init__(self) -> None:
        versions = [key.version for key in self.keys]
        if not versions:
            raise InvalidInput(
                "code_keys_empty",
                N_("At least one code key is needed, but none was found."),
            )
        if versions != sorted(set(versions), reverse=True):
            raise InvalidInput(
                "code_keys_repeat",
                N_("Each code key version appears once, newest first, not %(found)s."),
                found=", ".join(map(str, versions)),
            )

    @classmethod
    def of(cls, keys: Iterable[CodeKey]) -> "KeyRing":
        """A ring of keys given in any order."""
        return cls(tuple(sorted(keys, key=lambda key: key.version, reverse=True)))

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """Read the value of ``LOTMARK_CODE_KEYS``: ``1:<64 hex>,2:<64 hex>``.

        Raises:
            InvalidInput: ``code_keys_malformed``, which names the entry's place and
                never its content; ``code_keys_repeat``; ``code_key_invalid``.
        """
        return cls.of(
            _read_entry(entry.strip(), place)
            for place, entry in enumerate(text.split(","), 1)
        )

    @property
    def current(self) -> CodeKey:
        """The key that new codes are made with."""
        return self.keys[0]

    def __getitem__(self, version: int) -> CodeKey:
        """The key of a version; reprints need the one their codes were made with.

        Raises:
            NotFound: ``code_key_unknown``.
        """
        for key in self.keys:
            if key.version == version:
                return key
        raise NotFound(
            "code_key_unknown",
            N_("Code key version %(version)s is not here: restore it from the backup."),
            version=version,
        )

    def read(self, serial: Serial) -> list[tuple[int, ItemCode]]:
        """Each ``(key version, item code)`` that ``serial`` can mean, newest first.

        Nearly always one or none; under a wrong version one serial in 2**28 decodes by
        chance. The caller takes the first whose series exists under that version and
        whose item was issued: only then does the bound in ``codes`` hold.
        """
        found = ((key.version, key.decode(serial)) for key in self.keys)
        return [(version, code) for version, code in found if code is not None]

    def with_new_key(self) -> "KeyRing":
        """This ring and one more version, random, which becomes current.

        Raises:
            Conflict: ``code_keys_used_up`` after version 255.
        """
        version = self.current.version + 1
        if version > 255:
            raise Conflict(
                "code_keys_used_up",
                N_("Code key version 255 is the last that format 1 can hold."),
            )
        return KeyRing((CodeKey.generate(version), *self.keys))


def load_keys(environment_value: str | None, path: Path) -> KeyRing:
    """The keys from ``LOTMARK_CODE_KEYS`` when set, else from the key file.

    A missing file is never made here: a new key in its place would make every printed
    code unreadable without a word.

    Raises:
        InvalidInput, NotFound: as ``read_key_file``.
    """
    if environment_value:
        return KeyRing.parse(environment_value)
    return read_key_file(path)


def read_key_file(path: Path) -> KeyRing:
    """The keys of a key file.

    Raises:
        InvalidInput: ``key_file_open`` when others than its owner have rights to it;
            ``key_file_malformed``, or what ``KeyRing.parse`` raises.
        NotFound: ``key_file_missing``.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise NotFound(
            "key_file_missing",
            N_(
                "There is no key file %(path)s: without it printed codes cannot be "
                "read. Restore it from the backup."
            ),
            path=str(path),
        ) from error
    with file:
        # Windows has no such bits: there the folder's access list protects the file.
        if os.name != "nt" and os.fstat(file.fileno()).st_mode & 0o077:
            raise InvalidInput(
                "key_file_open",
                N_(
                    "Key file %(path)s can be used by other accounts than its owner: "
                    "run chmod 600 %(path)s, and think of the keys as known to them."
                ),
                path=str(path),
            )
        content = file.read()
    try:
        stored = json.loads(content)["keys"]
        entries = ",".join(f"{version}:{secret}" for version, secret in stored.items())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            "key_file_malformed",
            N_("Key file %(path)s is damaged: restore it from the backup."),
            path=str(path),
        ) from error
    return KeyRing.parse(entries)


def rotate_key_file(path: Path) -> KeyRing:
    """Add a key version to the file and return the new ring.

    The file is replaced in one step, after its content is on disk: a power cut leaves
    the old or the new one. ``<name>.new`` also keeps a second rotation out.

    Raises:
        Conflict: ``key_rotation_running`` or ``code_keys_used_up``.
        InvalidInput, NotFound: as ``read_key_file``.
    """
    draft = path.with_name(path.name + ".new")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Conflict(
            "key_rotation_running",
            N_(
                "Another key rotation is running. If none is, delete %(path)s, which "
                "an interrupted one left behind, and try again."
            ),
            path=str(draft),
        ) from error
    with _removed_on_error(draft):
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            ring = read_key_file(path).with_new_key()
            _write(file, ring)
        draft.replace(path)
    _sync_folder(path.parent)
    return ring


def create_key_file(path: Path) -> None:
    """Make a key file with one random key, unless there is one; it appears complete.

    Two processes that start at once end up with the same key.
    """
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    # The mode is given at creation: set later, others could open the file in between.
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            _write(file, KeyRing((CodeKey.generate(1),)))
        # A link, unlike a rename, never replaces the key of a process that was first.
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()
    _sync_folder(path.parent)


def _write(file: TextIO, ring: KeyRing) -> None:
    secrets_by_version = {str(key.version): key.secret.hex() for key in ring.keys}
    content = json.dumps({"format": 1, "keys": secrets_by_version}, indent=1)
    file.write(content)
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Put the folder's new entry on disk; Windows cannot open folders and need not."""
    if os.name != "nt":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _removed_on_error(path: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _read_entry(entry: str, place: int) -> CodeKey:
    match = _ENTRY.fullmatch(entry)
    if match is None:
        raise InvalidInput(
            "code_keys_malformed",
            N_(
                "Code key number %(place)s is not of the form version:64 hexadecimal "
                "digits: correct LOTMARK_CODE_KEYS or the key file."
            ),
            place=place,
        )
    return CodeKey(int(match[1]), bytes.fromhex(match[2]))
