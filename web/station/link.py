"""Talking to the server over /api/v1, with the key of this device."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

from ...trace.errors import N_, InvalidInput

PATIENCE = 5.0
"""Seconds for an answer: a network that takes longer is as good as none."""
MOST_READ = 50_000_000
"""Bytes of one answer."""


class Unreached(Exception):
    """No answer, or none that makes sense: nobody knows whether it was heard."""


class Refused(Exception):
    """The server answered, and would not."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status, self.code, self.detail = status, code, detail

    @property
    def passing(self) -> bool:
        """Whether the same may be taken later: the server is busy, the key is changed,
        or a batch is still to begin."""
        later = self.code in ("lot_not_begun", "changed_meanwhile")
        return later or self.status in (401, 403, 429) or self.status >= 500


@dataclass(frozen=True, slots=True)
class Server:
    """Where it is, and by which key this device acts there."""

    address: str
    key: str = field(repr=False)

    def __post_init__(self) -> None:
        if not self.address.startswith(("http://", "https://")):
            raise InvalidInput(
                "server_address_invalid",
                N_(
                    "Expected the server's address, e.g. https://lotmark.example.cn; "
                    "got %(found)s."
                ),
                found=ascii(self.address[:80]),
            )

    def get(self, path: str) -> Any:
        """What it tells. Raises Unreached, Refused."""
        return self._ask(path, None, "")

    def post(self, path: str, body: Any, once: str = "") -> Any:
        """What it answers; with ``once`` the same again is done once. Raises Unreached,
        Refused."""
        return self._ask(path, json.dumps(body).encode(), once)

    def _ask(self, path: str, body: bytes | None, once: str) -> Any:
        headers = {
            "Authorization": f"Bearer {self.key}",
            "Accept-Language": "zh",
            **({"Content-Type": "application/json"} if body is not None else {}),
            **({"Idempotency-Key": once} if once else {}),
        }
        url = f"{self.address.rstrip('/')}/api/v1{path}"
        asked = urllib.request.Request(url, body, headers)  # noqa: S310 - checked above
        try:
            with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:  # noqa: S310
                return json.loads(answer.read(MOST_READ))
        except urllib.error.HTTPError as error:
            raise _refusal(error) from error
        except (OSError, HTTPException, ValueError) as error:
            raise Unreached(str(error)) from error


def _refusal(error: urllib.error.HTTPError) -> Refused:
    try:
        told = json.loads(error.read(MOST_READ))
        return Refused(error.code, str(told["code"]), str(told.get("detail", "")))
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return Refused(error.code, "", str(error.reason))
