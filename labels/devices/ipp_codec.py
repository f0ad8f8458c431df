"""The binary form of IPP requests and answers (RFC 8010): only what printing needs.

A message is its code, a request number, and groups of attributes, each a name with one
or more values; a document may follow.
"""

import struct
from dataclasses import dataclass, field
from typing import TypeAlias

OPERATION, JOB, END, PRINTER = 0x01, 0x02, 0x03, 0x04
"""Tags that begin a group of attributes, and the one that ends them all."""
INTEGER, BOOLEAN, ENUM = 0x21, 0x22, 0x23
NAME, KEYWORD, URI, CHARSET, LANGUAGE, MIME = 0x42, 0x44, 0x45, 0x47, 0x48, 0x49
"""Tags of values."""

Value: TypeAlias = int | bool | str
Group: TypeAlias = dict[str, list[Value]]


class Unreadable(ValueError):
    """Bytes that are no IPP message."""


@dataclass
class Message:
    """A request or an answer."""

    code: int
    """The operation of a request, the status of an answer."""
    number: int
    groups: list[tuple[int, Group]] = field(default_factory=list)
    document: bytes = b""

    def group(self, tag: int) -> Group:
        """The attributes of all groups with that tag."""
        return {
            name: values
            for found, group in self.groups
            if found == tag
            for name, values in group.items()
        }


def encode_request(
    operation: int,
    number: int,
    attributes: list[tuple[str, int, Value | list[str]]],
    document: bytes = b"",
) -> bytes:
    """A request of IPP 1.1 with ``attributes`` (name, tag, value) of the operation."""
    parts = [struct.pack(">BBHiB", 1, 1, operation, number, OPERATION)]
    for name, tag, value in attributes:
        values = value if isinstance(value, list) else [value]
        for place, one in enumerate(values):
            parts.append(_attribute("" if place else name, tag, one))
    return b"".join([*parts, bytes([END]), document])


def decode(data: bytes) -> Message:
    """A message. Raises Unreadable.

    >>> sent = encode_request(0x000B, 7, [("printer-uri", URI, "ipp://a/b")])
    >>> decode(sent).group(OPERATION)
    {'printer-uri': ['ipp://a/b']}
    """
    try:
        _, code, number = struct.unpack_from(">HHi", data, 0)
        message, at, name = Message(code, number), 8, ""
        while (tag := data[at]) != END:
            at += 1
            if tag < 0x10:
                message.groups.append((tag, {}))
                continue
            own, at = _text(data, at)
            raw, at = _bytes(data, at)
            name = own or name
            message.groups[-1][1].setdefault(name, []).append(_value(tag, raw))
        message.document = data[at + 1 :]
        return message
    except (struct.error, IndexError) as error:
        raise Unreadable(str(error)) from error


def _attribute(name: str, tag: int, value: Value) -> bytes:
    if tag == BOOLEAN:
        raw = bytes([bool(value)])
    elif isinstance(value, int):
        raw = struct.pack(">i", value)
    else:
        raw = value.encode()
    key = name.encode()
    head = struct.pack(">BH", tag, len(key))
    return head + key + struct.pack(">H", len(raw)) + raw


def _bytes(data: bytes, at: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from(">H", data, at)
    end = at + 2 + length
    if end > len(data):
        raise IndexError("a value goes beyond the end")
    return data[at + 2 : end], end


def _text(data: bytes, at: int) -> tuple[str, int]:
    raw, end = _bytes(data, at)
    return raw.decode("utf-8", "replace"), end


def _value(tag: int, raw: bytes) -> Value:
    if tag in (INTEGER, ENUM) and len(raw) == 4:
        number: int = struct.unpack(">i", raw)[0]
        return number
    if tag == BOOLEAN and len(raw) == 1:
        return raw != b"\0"
    return raw.decode("utf-8", "replace")
