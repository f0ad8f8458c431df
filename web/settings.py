"""What an installation is told by its environment; with nothing set, it just runs."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import URL

from ..trace.db import read_url
from ..trace.errors import N_, InvalidInput
from ..trace.identity.gs1 import Sscc
from ..trace.identity.links import DigitalLink

DEFAULT_HOME = "instance"
DEFAULT_BASE_URL = "http://127.0.0.1:8000"
BASE_URL_FILE = "base-url"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are. Secrets are kept out of its text form."""

    home: Path
    """Folder of the database (on SQLite), the key file and the uploaded files."""
    database_url: str
    base_url: str
    """Address on the labels, without a slash at the end."""
    code_keys: str | None
    """Item code keys, ``version:hex,…``; without them a key file in ``home``."""
    secret_key: str | None
    """Signs cookies; without it a generated file in ``home``."""
    trusted_proxies: int = 0
    """How many proxies of ours stand before the server and name the visitor."""
    gs1_prefix: str = ""
    """Company prefix from GS1, for the numbers of new cases and pallets."""
    channels: str = ""
    """File of the channels of notices; without it ``channels.toml`` in ``home``."""

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str], home: Path | None = None
    ) -> "Settings":
        """Read ``LOTMARK_…``; ``home`` wins over ``LOTMARK_HOME``.

        Raises InvalidInput for an address that cannot be.
        """
        url = environment.get("LOTMARK_DATABASE_URL") or None
        told = environment.get("LOTMARK_HOME")
        folder = home or (Path(told) if told else _folder_of(url))
        base_url = environment.get("LOTMARK_BASE_URL") or _remembered(folder)
        DigitalLink.build(base_url, "0" * 16)  # refuses what no label can hold
        return cls(
            home=folder,
            database_url=url or _sqlite_in(folder),
            base_url=base_url.rstrip("/"),
            code_keys=environment.get("LOTMARK_CODE_KEYS") or None,
            secret_key=environment.get("LOTMARK_SECRET_KEY") or None,
            trusted_proxies=_count(environment.get("LOTMARK_TRUSTED_PROXIES") or "0"),
            gs1_prefix=_prefix(environment.get("LOTMARK_GS1_PREFIX") or ""),
            channels=environment.get("LOTMARK_CHANNELS") or "",
        )

    def __repr__(self) -> str:
        return f"Settings(home={str(self.home)!r})"

    @property
    def warning(self) -> str | None:
        """What would be printed on every pack and yet open on no phone."""
        host = urlsplit(self.base_url).hostname or ""
        if host == "localhost" or host.startswith("127."):
            return N_(
                "The address on labels is %(base_url)s, which no phone can open. Set "
                "LOTMARK_BASE_URL, or run lotmark init --base-url, before you print."
            ) % {"base_url": self.base_url}
        return None

    @property
    def files(self) -> Path:
        """Folder of uploaded and rendered files."""
        return self.home / "files"

    @property
    def stocks(self) -> Path:
        """Folder of the plant's own label stocks."""
        return self.home / "stocks"

    @property
    def channels_file(self) -> Path:
        """The channels that notices go out on."""
        return Path(self.channels) if self.channels else self.home / "channels.toml"

    @property
    def key_file(self) -> Path:
        return self.home / "code-keys.json"

    def signing_key(self) -> str:
        """The key that signs cookies: given, or generated once for this home."""
        if self.secret_key:
            return self.secret_key
        path = self.home / "secret-key"
        self.home.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text("ascii").strip()
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
        return path.read_text("ascii")


def remember_base_url(home: Path, base_url: str) -> None:
    """Keep the address on the labels for commands that are not told it."""
    (home / BASE_URL_FILE).write_text(base_url + "\n", "utf-8")


def _remembered(home: Path) -> str:
    path = home / BASE_URL_FILE
    return path.read_text("utf-8").strip() if path.is_file() else DEFAULT_BASE_URL


def _sqlite_in(home: Path) -> str:
    database = str(home.resolve() / "lotmark.db")
    return URL.create("sqlite", database=database).render_as_string()


def _count(text: str) -> int:
    if not (text.isdecimal() and len(text) < 3):
        raise InvalidInput(
            "trusted_proxies",
            N_("Expected LOTMARK_TRUSTED_PROXIES to be a small number, got %(found)s."),
            found=text[:40],
        )
    return int(text)


def _prefix(text: str) -> str:
    if text:
        Sscc.build(text, 0)  # refuses what is no company prefix
    return text


def _folder_of(database_url: str | None) -> Path:
    """Beside an SQLite database lie its keys and files."""
    if database_url is None:
        return Path(DEFAULT_HOME)
    url = read_url(database_url)
    if url.drivername == "sqlite" and url.database:
        return Path(url.database).parent
    return Path(DEFAULT_HOME)
