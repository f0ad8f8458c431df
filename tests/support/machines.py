"""Machines that act with keys, for tests of the API."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


@dataclass(frozen=True)
class Machine:
    """A program that shows its key and speaks JSON."""

    client: FlaskClient
    key: str

    def get(self, path: str, **asked: Any) -> TestResponse:
        return self.client.get(
            f"/api/v1{path}", query_string=asked, headers=self.headers()
        )

    def post(
        self, path: str, body: Any = None, once: str | None = None
    ) -> TestResponse:
        headers = self.headers() | ({"Idempotency-Key": once} if once else {})
        if body is None:
            return self.client.post(f"/api/v1{path}", headers=headers)
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post(
            f"/api/v1{path}",
            data=text,
            content_type="application/json",
            headers=headers,
        )

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "Accept-Language": "en"}


Hire = Callable[..., Machine]
"""Gives a machine with a key of these rights; all of them when none is named."""


def told(answer: TestResponse, status: int = 200) -> Any:
    """What an answer says, which has to be of that status."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/json"
    return answer.json


def problem(refused: TestResponse, status: int) -> str:
    """The code of a problem document, which has to be of that status."""
    assert refused.status_code == status, refused.text
    assert refused.mimetype == "application/problem+json", refused.text
    document = refused.json
    assert document is not None
    assert document["status"] == status
    assert document["type"] == f"urn:lotmark:problem:{document['code']}"
    assert document["title"]
    assert document["detail"]
    return str(document["code"])


def applied(machine: Machine, lot_id: int, items: str) -> None:
    """Report labels on packs, as a camera does."""
    body = {"id": str(uuid.uuid4()), "device": "cam", "kind": "applied"}
    told(machine.post(f"/lots/{lot_id}/items", {**body, "items": items}))
