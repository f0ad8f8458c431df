"""The channels of this installation, from ``channels.toml`` in its home.

A secret is written there, or as ``env:NAME`` read from the environment. Without the
file nothing is automatic except our own site: everything else is a task for a person.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema

from ...recall.notices.channels import Channel
from ...trace.errors import N_, InvalidInput
from . import chat, hooks, loudspeaker, mail, texting
from .port import Send, SendError

FILE = "channels.toml"
PLACES = ("product", "batches", "url")
"""What a text message's template has, unless the file says otherwise."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What was set up. Secrets are inside the senders, not in the text form."""

    channels: tuple[Channel, ...] = ()
    senders: Mapping[str, Send] = field(default_factory=dict, repr=False)

    def sender(self, name: str) -> Send:
        """Raises SendError when the channel is no longer set up."""
        found = self.senders.get(name)
        if found is None:
            raise SendError(f"channel {name} is not set up any more")
        return found


def sending(path: Path) -> Sending:
    """Read the file anew when it has changed. Raises InvalidInput naming the place."""
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return Sending()
    return _read(path, changed)


@cache
def _read(path: Path, _changed: int) -> Sending:
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise _wrong("the top", str(fault)) from None
    folder = resources.files(__package__)
    schema = json.loads(folder.joinpath("channels.schema.json").read_text("utf-8"))
    for error in jsonschema.Draft202012Validator(schema).iter_errors(data):
        raise _wrong("/".join(map(str, error.absolute_path)), error.message)
    channels: list[Channel] = []
    senders: dict[str, Send] = {}
    for entry in data.get("channel", []):
        name = entry["name"]
        if name in senders or any(one.name == name for one in channels):
            raise _wrong(name, "two channels have this name")
        channels.append(
            Channel(
                name,
                entry["kind"],
                entry["transport"],
                entry.get("recipient", ""),
                entry.get("address", ""),
            )
        )
        if entry["transport"] != "task":
            senders[name] = _sender({key: _told(entry, key) for key in entry})
    return Sending(tuple(channels), senders)


def _told(entry: dict[str, Any], key: str) -> Any:
    value = entry[key]
    if isinstance(value, str) and value.startswith("env:"):
        found = os.environ.get(value.removeprefix("env:"))
        if not found:
            raise _wrong(f"{entry['name']}/{key}", f"{value[4:]} is not set")
        return found
    return value


def _sender(told: dict[str, Any]) -> Send:
    try:
        match told["transport"]:
            case "email":
                security = told.get("security", "starttls")
                ports = {"starttls": 587, "tls": 465, "none": 25}
                return mail.by_mail(
                    told["host"],
                    told.get("port", ports[security]),
                    security,
                    told["sender"],
                    told.get("user", ""),
                    told.get("password", ""),
                )
            case "sms":
                return _texting(told)
            case "webhook":
                return hooks.by_webhook(told["url"], told["secret"])
            case "chat":
                return chat.by_chat(told["url"])
            case _:
                return loudspeaker.by_command(tuple(told["command"]))
    except ValueError as fault:  # also base64 that is none
        raise _wrong(told["name"], f"cannot be used: {fault}") from None


def _texting(told: dict[str, Any]) -> Send:
    places = tuple(told.get("places", PLACES))
    if told["provider"] == "aliyun":
        return texting.by_aliyun(
            told["access_key"],
            told["secret"],
            told["sign_name"],
            told["template"],
            places,
            told.get("endpoint", texting.ALIYUN),
        )
    return texting.by_tencent(
        told["secret_id"],
        told["secret_key"],
        told["app_id"],
        told["sign_name"],
        told["template"],
        places,
        told.get("endpoint", texting.TENCENT),
        told.get("region", "ap-guangzhou"),
    )


def _wrong(place: str, reason: str) -> InvalidInput:
    return InvalidInput(
        "channels_file",
        N_("The channels in %(file)s are wrong at %(place)s: %(reason)s."),
        file=FILE,
        place=place or "the top",
        reason=reason,
    )
