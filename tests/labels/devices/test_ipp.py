"""Print queues: what is asked of them, and what their answers mean."""

from contextlib import suppress

import pytest
from fake_queue import with_queue
from hypothesis import given
from hypothesis import strategies as st

from lotmark.labels.devices import ipp
from lotmark.labels.devices.addresses import Address, open_device
from lotmark.labels.devices.device import InDoubt, NotReached, Status
from lotmark.labels.devices.ipp_codec import (
    BOOLEAN,
    INTEGER,
    KEYWORD,
    NAME,
    OPERATION,
    Unreadable,
    decode,
    encode_request,
)

# RFC 8010, A.1: a Print-Job request, up to its first attributes.
RFC_8010 = bytes.fromhex("0101 0002 00000001 01 47 0012".replace(" ", "")) + (
    b"attributes-charset\x00\x05utf-8\x48\x00\x1battributes-natural-language\x00\x05en-us"
    b"\x45\x00\x0bprinter-uri\x00\x2cipp://printer.example.com/ipp/print/pinetree"
    b"\x42\x00\x08job-name\x00\x06foobar\x22\x00\x16ipp-attribute-fidelity\x00\x01\x01"
    b"\x02\x21\x00\x06copies\x00\x04\x00\x00\x00\x14"
    b"\x44\x00\x05sides\x00\x13two-sided-long-edge\x03%!PDF"
)


def test_the_example_of_the_standard_is_read() -> None:
    found = decode(RFC_8010)
    assert (found.code, found.number) == (2, 1)
    assert found.group(OPERATION)["job-name"] == ["foobar"]
    assert found.group(OPERATION)["ipp-attribute-fidelity"] == [True]
    assert found.group(2) == {"copies": [20], "sides": ["two-sided-long-edge"]}
    assert found.document == b"%!PDF"


@given(
    number=st.integers(1, 2**31 - 1),
    name=st.text(min_size=1, max_size=40),
    count=st.integers(-(2**31), 2**31 - 1),
    flag=st.booleans(),
    words=st.lists(st.text(alphabet="abc-", min_size=1, max_size=9), min_size=1),
    document=st.binary(max_size=200),
)
def test_what_is_written_is_read_back(
    number: int, name: str, count: int, flag: bool, words: list[str], document: bytes
) -> None:
    data = encode_request(
        2,
        number,
        [
            ("name", NAME, name),
            ("count", INTEGER, count),
            ("flag", BOOLEAN, flag),
            ("words", KEYWORD, words),
        ],
        document,
    )
    found = decode(data)
    assert (found.code, found.number, found.document) == (2, number, document)
    assert found.group(OPERATION) == {
        "name": [name],
        "count": [count],
        "flag": [flag],
        "words": words,
    }


@given(st.binary(max_size=80))
def test_other_bytes_are_refused_and_nothing_else(data: bytes) -> None:
    for cut in (data, RFC_8010[: len(data)] + data):
        with suppress(Unreadable):
            decode(cut)


def test_a_queue_prints_and_says_what_became_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ipp, "OFTEN", 0.0)
    with with_queue() as (queue, url):
        device = open_device(Address("ipp", url), "zpl")
        assert device.ask(1) == Status()
        queue.job_state = 5
        remote = device.send("DY-26-0001-1", b"^XA^XZ", 1, lambda: None)
        assert queue.jobs == [("DY-26-0001-1", "application/vnd.cups-raw", b"^XA^XZ")]
        assert device.fate(remote) == "inside"
        queue.job_state = 9
        assert device.fate(remote) == "out"
        for state in (7, 8):
            other = device.send("x", b"", 1, lambda: None)
            queue.job_state = state
            assert device.fate(other) == "doubt"
        lost = device.send("y", b"", 1, lambda: None)
        queue.forgets = True
        assert device.fate(lost) == "doubt"
        queue.refuses = 0x040A
        with pytest.raises(InDoubt, match="0x040a"):
            device.send("z", b"", 1, lambda: None)


@pytest.mark.parametrize(
    ("state", "reasons", "accepting", "words"),
    [
        (3, ["none"], True, ()),
        (4, ["media-low-warning", "toner-empty-report"], True, ()),
        (5, ["media-empty-error", "paused"], True, ("paper_out", "paused")),
        (5, ["other-error"], True, ("stopped",)),
        (3, ["none"], False, ("stopped",)),
    ],
)
def test_what_a_queue_says_of_itself(
    state: int, reasons: list[str], accepting: bool, words: tuple[str, ...]
) -> None:
    with with_queue() as (queue, url):
        queue.state, queue.reasons, queue.accepting = state, reasons, accepting
        assert open_device(Address("ipp", url), "pdf").ask(1) == Status(words)


def test_no_queue_is_not_reached() -> None:
    with pytest.raises(NotReached):
        open_device(Address("ipp", "ipp://127.0.0.1:1/printers/x"), "pdf")
