"""A PDF file written as it comes: objects go out at once, only their places are kept.

ISO 32000-1 7.5. What reportlab draws (fonts, forms) is drawn by it at the end, into a
file of its own, and its objects are carried over under new numbers.
"""

import re
from array import array
from typing import IO

KIDS = 256
"""Pages or nodes under one node of the page tree."""

FOUR_BYTES = (1 << 32) - 1
"""Places up to here are kept in four bytes each: a roll has two for every label."""

TOGETHER = 1 << 17
"""Bytes that go out in one write."""

_REFERENCE = re.compile(rb"\b(\d+) 0 R\b")


class PdfFile:
    """Numbers objects, writes them and remembers where they stand."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._places = array("I", [0])
        self._at = self._sent = 0
        self._waiting: list[bytes] = []
        # The comment's bytes over 127 tell transfer programs that it is binary.
        self._put(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")

    def reserve(self) -> int:
        """A number for an object that is written later."""
        self._places.append(0)
        return len(self._places) - 1

    def write(self, number: int, body: bytes) -> None:
        """Write the object of a reserved number."""
        if self._at > FOUR_BYTES and self._places.typecode == "I":
            self._places = array("Q", self._places)
        self._places[number] = self._at
        self._put(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    def add(self, body: bytes) -> int:
        """Write an object; its number."""
        number = len(self._places)
        self._places.append(0)
        self.write(number, body)
        return number

    def add_stream(self, entries: bytes, content: bytes) -> int:
        """Write a stream with the entries of its dictionary but for the length."""
        return self.add(
            b"<<%b/Length %d>>\nstream\n%b\nendstream"
            % (entries, len(content), content)
        )

    def add_page_tree(self, root: int, pages: "array[int]", parents: list[int]) -> None:
        """Write the nodes above the pages: ``parents`` were reserved for them in turn.

        Page ``i`` names ``parents[i // KIDS]`` as its parent.
        """
        for index, node in enumerate(parents):
            kids = pages[index * KIDS : (index + 1) * KIDS]
            self.write(node, _node(kids, len(kids), root))
        self.write(root, _node(parents, len(pages), None))

    def carry_over(self, drawn: bytes) -> int:
        """Copy the objects of another file; what its numbers are raised by."""
        raised = len(self._places) - 1
        for number, body in _objects(drawn):
            head, stream, data = body.partition(b"stream\n")
            head = _REFERENCE.sub(
                lambda found: b"%d 0 R" % (int(found[1]) + raised), head
            )
            while len(self._places) <= number + raised:
                self.reserve()
            self.write(number + raised, head + stream + data)
        return raised

    def finish(self, catalogue: int, about: int) -> None:
        """Write the table of places and the trailer."""
        start = self._at
        self._put(b"xref\n0 %d\n0000000000 65535 f \n" % len(self._places))
        for first in range(1, len(self._places), 4096):
            some = self._places[first : first + 4096]
            self._put(b"".join(b"%010d 00000 n \n" % place for place in some))
        self._put(
            b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
            % (len(self._places), catalogue, about, start)
        )
        self._send()

    def _put(self, data: bytes) -> None:
        self._waiting.append(data)
        self._at += len(data)
        if self._at - self._sent >= TOGETHER:
            self._send()

    def _send(self) -> None:
        self._out.write(b"".join(self._waiting))
        self._waiting, self._sent = [], self._at


def _node(kids: "list[int] | array[int]", count: int, parent: int | None) -> bytes:
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    above = b"" if parent is None else b"/Parent %d 0 R" % parent
    return b"<</Type/Pages/Count %d/Kids[%b]%b>>" % (count, listed, above)


def _objects(drawn: bytes) -> list[tuple[int, bytes]]:
    """The numbers and bodies of a file's objects, found by its own table."""
    start = int(drawn[drawn.rindex(b"startxref") :].split()[1])
    lines = drawn[start:].split(b"\n")
    count = int(lines[1].split()[1])
    places = {
        number: int(line.split()[0]) for number, line in enumerate(lines[2 : 2 + count])
    }
    del places[0]
    ends = sorted([*places.values(), start])
    found = []
    for number, place in places.items():
        end = ends[ends.index(place) + 1]
        body = drawn[place:end]
        body = body[body.index(b" obj") + 4 : body.rindex(b"endobj")].strip(b"\r\n")
        found.append((number, body))
    return sorted(found)
