"""Addresses of printers, and folders that stand for one."""

from pathlib import Path

import pytest

from lotmark.labels.devices.addresses import Address, open_device
from lotmark.labels.devices.answers import read_tspl, read_zpl
from lotmark.labels.devices.device import InDoubt, NotReached
from lotmark.trace.errors import InvalidInput


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("tcp", "10.0.0.7:9100"),
        ("tcp", "label-1.plant.local:9100"),
        ("tcp", "[fe80::1]:9100"),
        ("ipp", "ipp://cups/printers/L2"),
        ("ipp", "ipps://cups.plant.local:631/printers/L2"),
        ("folder", "/var/spool/labels"),
    ],
)
def test_addresses_that_can_be(kind: str, text: str) -> None:
    assert Address(kind, text).text == text


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("tcp", "10.0.0.7"),
        ("tcp", "10.0.0.7:0"),
        ("tcp", "10.0.0.7:٩"),
        ("tcp", ":9100"),
        ("tcp", "http://10.0.0.7:9100"),
        ("tcp", "10.0.0.7:9100\r\n"),
        ("ipp", "http://cups/printers/L2"),
        ("ipp", "ipp://user:secret@cups/printers/L2"),
        ("ipp", "ipp://cups:99999/x"),
        ("folder", "labels"),
        ("folder", "/var/a\nb"),
        ("usb", "x"),
    ],
)
def test_addresses_that_cannot_be(kind: str, text: str) -> None:
    with pytest.raises(InvalidInput, match="Expected"):
        Address(kind, text)


def test_a_folder_takes_each_file_once(tmp_path: Path) -> None:
    device = open_device(Address("folder", str(tmp_path)), "zpl-graphics")
    assert device.ask(1) is not None
    name = device.send("DY-1", b"^XA", 1, lambda: None)
    assert (tmp_path / name).read_bytes() == b"^XA"
    assert device.fate(name) == "out"
    with pytest.raises(InDoubt):
        device.send("DY-1", b"other", 1, lambda: None)
    assert (tmp_path / "DY-1.zpl").read_bytes() == b"^XA"


def test_no_folder_is_not_reached(tmp_path: Path) -> None:
    with pytest.raises(NotReached):
        open_device(Address("folder", str(tmp_path / "none")), "pdf")


@pytest.mark.parametrize(
    "answer",
    [b"", b"\x02\x03\r\n", b"\x02HELLO\x03\r\n" * 3, b"HTTP/1.1 400 Bad Request\r\n"],
)
def test_nonsense_is_no_status(answer: bytes) -> None:
    assert read_zpl(answer) is None


def test_a_counter_is_read_with_the_status() -> None:
    answer = (
        b"\x02030,0,1,0320,000,0,0,0,000,0,0,0\x03\r\n"
        b"\x02000,0,1,1,0,2,4,0,00000003,1,000\x03\r\n\x021234,0\x03\r\n"
        b'"812 LABELS"\r\n'
    )
    status = read_zpl(answer)
    assert status is not None
    assert set(status.words) == {"head_open", "ribbon_out", "paused"}
    assert (status.busy, status.counter) == (True, 812)


def test_tspl_says_all_its_troubles() -> None:
    assert read_tspl(b"") is None
    status = read_tspl(b"\x4d")
    assert status is not None
    assert status.words == ("head_open", "paper_out", "ribbon_out")
