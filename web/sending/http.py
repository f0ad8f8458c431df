"""One HTTP request, and what its answer means for trying again."""

import json
import urllib.error
import urllib.request
from typing import Any

from .port import SendError

PATIENCE = 10.0
"""Seconds to wait for an answer."""
TRY_AGAIN = (408, 409, 425, 429)
"""Refusals that pass; any other 4xx stays one."""


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirected post would arrive as a get, without its content: an error."""

    def redirect_request(self, *_arguments: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_Stay)


def post(url: str, content: bytes, headers: dict[str, str]) -> bytes:
    """Post ``content``; the answer's. Raises SendError."""
    if not url.startswith(("https://", "http://")):
        raise SendError(f"{url} is no web address", final=True)
    request = urllib.request.Request(url, content, headers, method="POST")  # noqa: S310
    try:
        with _OPENER.open(request, timeout=PATIENCE) as answer:
            found: bytes = answer.read(100_000)
            return found
    except urllib.error.HTTPError as refused:
        said = refused.read(300).decode("utf-8", "replace")
        final = 400 <= refused.code < 500 and refused.code not in TRY_AGAIN
        raise SendError(f"HTTP {refused.code} {said}", final=final) from None
    except (OSError, ValueError) as fault:
        raise SendError(f"no answer: {fault}") from None


def read_json(content: bytes) -> dict[str, Any]:
    """An answer that should be a JSON object. Raises SendError."""
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise SendError("the answer is not what the service documents")
    return found
