"""Label stocks of the plant's own: tried, kept in its folder, taken away."""

import hashlib
import re
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from ...trace import audit
from ...trace.errors import N_, Conflict, InvalidInput, NotFound, TooLarge
from ...trace.people import Actor
from ..engine.samples import check_sample
from ..engine.stock import Stock, is_ours, names_in, read_stock

RIGHT = "master.edit"
MOST_BYTES = 100_000
"""Ours have three thousand."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class OwnStock:
    """A stock file in the plant's folder."""

    name: str
    stock: Stock | None
    """None for one that cannot be used."""
    error: InvalidInput | None
    """Why it cannot."""


def own_stocks(folder: Path) -> list[OwnStock]:
    """The plant's stock files, good and bad, by name."""
    found = []
    for name in names_in(folder):
        try:
            found.append(OwnStock(name, _tried(folder / f"{name}.toml"), None))
        except InvalidInput as error:
            found.append(OwnStock(name, None, error))
    return found


def keep_own_stock(
    session: Session,
    folder: Path,
    name: str,
    content: bytes,
    actor: Actor,
    now: datetime,
) -> Stock:
    """Try a stock file and keep it; one of the same name is replaced.

    Raises Forbidden, TooLarge, and InvalidInput with the place in the file that is
    wrong; then nothing changes.
    """
    actor.require(RIGHT)
    if len(content) > MOST_BYTES:
        raise TooLarge(
            "stock_too_large",
            N_("Expected a stock file of at most %(most)s bytes, got %(found)s."),
            most=MOST_BYTES,
            found=len(content),
        )
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            "stock_name_invalid",
            N_(
                "Expected a file named like gift-box.toml, in small letters, digits and"
                " hyphens; got %(name)s. Rename it."
            ),
            name=ascii(name[:60]),
        )
    if is_ours(name):
        raise Conflict(
            "stock_name_taken",
            N_("%(name)s is a stock that comes with Lotmark: name yours otherwise."),
            name=name,
        )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as trial:
        path = Path(trial) / f"{name}.toml"
        path.write_bytes(content)
        stock = _tried(path)
        digest = hashlib.sha256(content).hexdigest()
        subject = f"label_stock:{name}"
        audit.record(
            session, actor.login, "label_stock.keep", subject, now, sha256=digest
        )
        path.replace(folder / path.name)
    return stock


def remove_own_stock(
    session: Session, folder: Path, name: str, actor: Actor, now: datetime
) -> None:
    """Take a stock file away. Raises Forbidden, NotFound ``stock_unknown``."""
    actor.require(RIGHT)
    if name not in names_in(folder):
        raise NotFound(
            "stock_unknown",
            N_("You have no label stock %(name)s of your own."),
            name=name[:60],
        )
    audit.record(session, actor.login, "label_stock.remove", f"label_stock:{name}", now)
    (folder / f"{name}.toml").unlink()


def _tried(path: Path) -> Stock:
    """Read, and its sample arranged on it."""
    stock = read_stock(path)
    check_sample(stock)
    return stock
