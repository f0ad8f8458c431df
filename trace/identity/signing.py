"""Papers that a device carries along and anybody can check: compact JWS, EdDSA.

The signing key is derived from a code key, so there is no further secret to keep, and a
paper stays good as long as the codes it speaks of. The format is that of RFC 7515 with
the algorithm of RFC 8037; libraries for it exist everywhere.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from ..errors import N_, InvalidInput, NotFound
from .codes import CodeKey
from .keys import KeyRing

_PURPOSE = b"lotmark block signing 1"
"""Another purpose is another key. FROZEN: devices hold papers signed with it."""


def sign(key: CodeKey, claims: Mapping[str, Any]) -> str:
    """The claims as a signed paper."""
    header = {"alg": "EdDSA", "kid": str(key.version), "typ": "lotmark-block+jws"}
    signed = f"{_write(_canonical(header))}.{_write(_canonical(claims))}"
    return f"{signed}.{_write(_private(key).sign(signed.encode()))}"


def read_signed(ring: KeyRing, text: str) -> dict[str, Any]:
    """The claims of a paper of ours. Raises InvalidInput ``paper_forged``."""
    return _verified(text, lambda kid: _private(ring[int(kid)]).public_key())


def read_with_keys(keys: Iterable[Mapping[str, str]], text: str) -> dict[str, Any]:
    """The same for who holds the public keys alone, as ``public_key`` gives them.

    >>> key = CodeKey(1, bytes(32))
    >>> read_with_keys([public_key(key)], sign(key, {"block": 11}))
    {'block': 11}
    """
    known = {key["kid"]: key["x"].encode() for key in keys}
    return _verified(
        text, lambda kid: Ed25519PublicKey.from_public_bytes(_read(known[kid]))
    )


def _verified(text: str, key_of: Callable[[str], Ed25519PublicKey]) -> dict[str, Any]:
    try:
        header, body, signature = text.encode("ascii").split(b".")
        public = key_of(str(json.loads(_read(header))["kid"]))
        public.verify(_read(signature), header + b"." + body)
        claims: dict[str, Any] = json.loads(_read(body))
    except (
        ValueError,
        TypeError,
        KeyError,
        RecursionError,
        NotFound,
        InvalidSignature,
    ) as error:
        raise InvalidInput(
            "paper_forged",
            N_(
                "This is no paper of a block that we signed, or it was altered. Send "
                "it as it was given to the device."
            ),
        ) from error
    return claims


def public_key(key: CodeKey) -> dict[str, str]:
    """The key that checks papers, as a JWK (RFC 8037, section 2)."""
    raw = _private(key).public_key().public_bytes_raw()
    named = {"kid": str(key.version), "alg": "EdDSA", "use": "sig"}
    return {"kty": "OKP", "crv": "Ed25519", "x": _write(raw), **named}


def _private(key: CodeKey) -> Ed25519PrivateKey:
    seed = hmac.new(key.secret, _PURPOSE, hashlib.sha256).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def _canonical(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _write(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _read(text: bytes) -> bytes:
    padded = text + b"=" * (-len(text) % 4)
    content = base64.urlsafe_b64decode(padded)
    if _write(content).encode() != text:  # one paper has one spelling
        raise binascii.Error
    return content
