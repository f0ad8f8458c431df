"""Signed webhooks (Standard Webhooks): shops and partners delist by themselves."""

import base64
import hashlib
import hmac
import json

from ...trace import clock
from .http import post
from .port import Outgoing, Send


def by_webhook(url: str, secret: str) -> Send:
    """Posts the notice as JSON, signed; ``secret`` is ``whsec_`` and base64."""
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)

    def send(outgoing: Outgoing) -> str:
        content = json.dumps(
            {
                "type": "recall.published",
                "timestamp": outgoing.document["published"],
                "data": outgoing.document,
            },
            ensure_ascii=False,
        ).encode()
        at = str(int(clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "lotmark",
            "Idempotency-Key": outgoing.key,
            "webhook-id": outgoing.key,
            "webhook-timestamp": at,
            "webhook-signature": _sign(key, outgoing.key, at, content),
        }
        return post(url, content, headers)[:200].decode("utf-8", "replace")

    return send


def _sign(key: bytes, id_: str, at: str, content: bytes) -> str:
    signed = hmac.new(key, f"{id_}.{at}.".encode() + content, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"
