"""A request that may come twice is done once, and answered the same.

The answer is kept in the transaction of the action: either both are there or neither.
Of two that come at the same moment one waits for the other's commit.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from pydantic_core import to_jsonable_python
from sqlalchemy.orm import Session

from ...trace.api_keys import ApiKey
from ...trace.db import insert_if_new
from ...trace.errors import N_, InvalidInput
from ..current import house
from ..problems import Unprocessable
from .tables import IdempotentAnswer

HEADER = "Idempotency-Key"
_FORM = re.compile(r"[!-~]{1,128}")

Action = Callable[[Session], dict[str, Any]]
"""Does what was asked; gives the answer's document."""
Finish = Callable[[Session, dict[str, Any]], dict[str, Any]]
"""Completes a kept answer with what can be computed again."""


def answer_once(
    key: ApiKey,
    action: Action,
    status: int,
    now: datetime,
    *,
    said: bytes | None = None,
    finish: Finish | None = None,
) -> ResponseReturnValue:
    """Act in one transaction, or give the answer a repeated request got before.

    ``said`` is what the request says, where that is not its body byte for byte. Raises
    InvalidInput ``idempotency_key_invalid``, Unprocessable ``idempotency_key_reused``.
    """
    name = asked_once()
    with house().plant.writing() as session:
        kept = _kept(session, key, name, said, now) if name else None
        if kept is not None and kept.status:
            body, status, repeated = kept.body, kept.status, True
        else:
            body, repeated = to_jsonable_python(action(session)), False
            if kept is not None:
                kept.status, kept.body = status, body
    if finish is not None:
        with house().plant.reading() as session:
            body = finish(session, body)
    headers = {"Idempotent-Replayed": "true"} if repeated else {}
    return body, status, headers


def asked_once() -> str | None:
    """The request's ``Idempotency-Key``, if it has one. Raises InvalidInput."""
    name = request.headers.get(HEADER)
    if name is not None and not _FORM.fullmatch(name):
        raise InvalidInput(
            "idempotency_key_invalid",
            N_("Expected an Idempotency-Key of 1 to 128 ASCII characters, no blanks."),
        )
    return name


def _kept(
    session: Session, key: ApiKey, name: str, said: bytes | None, now: datetime
) -> IdempotentAnswer:
    """The row of this request: with a status when it was answered before."""
    body = request.get_data() if said is None else said
    told = b"\0".join((request.method.encode(), request.path.encode(), body))
    digest = hashlib.sha256(told).hexdigest()
    values = {"digest": digest, "status": 0, "body": {}, "answered_at": now}
    insert_if_new(session, IdempotentAnswer, api_key_id=key.id, key=name, **values)
    row = session.get_one(IdempotentAnswer, (key.id, name))
    if row.digest != digest:
        raise Unprocessable(
            "idempotency_key_reused",
            N_(
                "The Idempotency-Key %(key)s came before with another request. Use a "
                "new one for each request, and the same one only to repeat it."
            ),
            key=name,
        )
    return row
