"""What people type and scanners send; domain.md §9, 3, 8, 10 and 20."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lotmark.trace.errors import InvalidInput
from lotmark.trace.identity.codes import Serial
from lotmark.trace.identity.gs1 import Gtin, LotCode
from lotmark.trace.identity.links import DigitalLink
from lotmark.trace.identity.reading import Reading, read_code

WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
"""ASCII to the full-width forms a Chinese keyboard gives."""
SERIAL = Serial("7K3M9QXW2D5RVT8H")
GTIN = Gtin("06901234567892")
LOT = LotCode("20260501-L3")
WHOLE = Reading(SERIAL, GTIN, LOT)
URL = "HTTPS://TRACE.EXAMPLE/01/06901234567892/10/20260501-L3/21/7K3M9QXW2D5RVT8H"
ALPHANUMERIC = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
"""ISO/IEC 18004:2015 table 5: what QR alphanumeric mode can hold."""


@pytest.mark.parametrize(
    ("base", "gtin", "lot", "expected"),
    [
        ("https://trace.example", GTIN, LOT, URL),
        ("https://trace.example/", GTIN, LOT, URL),
        (
            "https://trace.example",
            GTIN,
            None,
            "HTTPS://TRACE.EXAMPLE/01/06901234567892/21/7K3M9QXW2D5RVT8H",
        ),
        (
            "https://trace.example",
            None,
            LOT,
            "HTTPS://TRACE.EXAMPLE/T/7K3M9QXW2D5RVT8H",
        ),
        (
            "http://127.0.0.1:8000/plant-2",
            None,
            None,
            "HTTP://127.0.0.1:8000/PLANT-2/T/7K3M9QXW2D5RVT8H",
        ),
    ],
)
def test_links_are_built_for_alphanumeric_mode_and_read_back(
    base: str, gtin: Gtin | None, lot: LotCode | None, expected: str
) -> None:
    link = DigitalLink.build(base, SERIAL.text, gtin, lot)
    assert str(link) == expected
    assert set(str(link)) <= ALPHANUMERIC
    for text in (str(link), str(link).lower()):
        assert DigitalLink.parse(text) == link


@pytest.mark.parametrize(
    "base",
    [
        "trace.example",
        "ftp://trace.example",
        "https://",
        "https://a_b.example",
        "https://li@trace.example",
        "https://trace.example/?a=1",
        "https://溯源.example",
        "javascript:alert(1)",
        "",
    ],
)
def test_bases_that_a_label_cannot_carry_are_refused(base: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        DigitalLink.build(base, SERIAL.text)
    assert refused.value.code == "link_base_invalid"


@pytest.mark.parametrize(
    "text",
    [
        URL,
        URL.lower(),
        URL + "/",
        URL + "?utm_source=wechat&from=groupmessage#top",
        URL.translate(WIDE),
        URL.replace("/", "\uff0f"),
        f"  {URL[:30]}\n{URL[30:]} ",
        "https://trace.example/01/06901234567892/21/7k3m9qxw2d5rvt8h/10/20260501-l3",
        "https://trace.example/01/6901234567892/10/20260501%2DL3/21/%37K3M9QXW2D5RVT8H",
        "https://old.example/shop/01/06901234567892/22/2A/10/20260501-L3/21/7K3M9QXW2D5RVT8H",
        "/01/06901234567892/10/20260501-L3/21/7K3M9QXW2D5RVT8H",
        "trace.example/01/06901234567892/10/20260501-L3/21/7K3M 9QXW 2D5R VT8H",
        "https://t.example/01/06901234567892/10/20260501-L3/21/7K3M%209QXW%202D5R%20VT8H",
        "https://t.example/01/06901234567892/10/20260501-L3/21/%EF%BC%97K3M9QXW2D5RVT8H",
        "(01)06901234567892(10)20260501-L3(21)7K3M9QXW2D5RVT8H",
        "(01)06901234567892(10)20260501-l3(21)7k3m9qxw2d5rvt8h",
        "(01)06901234567892(10)20260501-L3(21)7K3M9QXW2D5RVT8H".translate(WIDE),
        "]d2010690123456789210" + "20260501-L3\x1d21" + "7K3M9QXW2D5RVT8H",
        "0106901234567892217K3M9QXW2D5RVT8H\x1d1020260501-L3",
    ],
)
def test_every_form_of_the_whole_code_reads_the_same(text: str) -> None:
    assert read_code(text) == WHOLE


@pytest.mark.parametrize(
    "text",
    [
        "7K3M9QXW2D5RVT8H",
        "7k3m9qxw2d5rvt8h",
        "7K3M 9QXW 2D5R VT8H",
        "7k3m-9qxw-2d5r-vt8h",
        "7K3M\u20139QXW\u20142D5R\u2010VT8H",
        "  7K3M\t9QXW\n2D5R VT8H\u3000",
        "7K3M9QXW2D5RVT8H".translate(WIDE),
        "https://trace.example/t/7K3M9QXW2D5RVT8H",
        "HTTPS://TRACE.EXAMPLE/T/7K3M9QXW2D5RVT8H/",
        "/t/7K3M9QXW2D5RVT8H",
        "trace.example/t/7k3m-9qxw-2d5r-vt8h",
        "(21)7K3M9QXW2D5RVT8H",
    ],
)
def test_every_form_of_the_bare_serial_reads_the_same(text: str) -> None:
    assert read_code(text) == Reading(serial=SERIAL)


def test_letters_that_look_like_digits_are_digits() -> None:
    assert read_code("ilIL oO00 0000 0000").serial == Serial("1111000000000000")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6901234567892", Reading(gtin=GTIN)),
        ("96385074", Reading(gtin=Gtin("00000096385074"))),
        ("0106901234567892", Reading(gtin=GTIN)),
        ("https://trace.example/01/6901234567892", Reading(gtin=GTIN)),
        ("/01/6901234567892/10/20260501-l3", Reading(gtin=GTIN, lot=LOT)),
        ("0106901234567893", Reading(serial=Serial("0106901234567893"))),
    ],
)
def test_product_codes_without_a_serial(text: str, expected: Reading) -> None:
    assert read_code(text) == expected


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("/01/06901234567890/21/7K3M9QXW2D5RVT8H", "gtin_check_digit"),
        ("/01/690123456789/21/7K3M9QXW2D5RVT8H", "gtin_check_digit"),
        ("/01/0690123/21/7K3M9QXW2D5RVT8H", "gtin_length"),
        ("/01/06901234567892/10/<script>alert(1)<", "lot_code_unreadable"),
        (
            "/01/06901234567892/10/%3Cscript%3E/21/7K3M9QXW2D5RVT8H",
            "lot_code_unreadable",
        ),
        (
            "/01/06901234567892/10/..%2F..%2Fetc/21/7K3M9QXW2D5RVT8H",
            "lot_code_unreadable",
        ),
        ("/01/06901234567892/10/../21/7K3M9QXW2D5RVT8H", "lot_code_unreadable"),
        ("/01/06901234567892/10/A%00/21/7K3M9QXW2D5RVT8H", "lot_code_unreadable"),
        ("/01/06901234567892/10/A' OR 1=1--", "lot_code_unreadable"),
        ("/01/06901234567892/21/7K3M9QXW2D5RVT8H/21/7K3M9QXW2D5RVT8H", "link_repeats"),
        ("/01/06901234567892/21", "link_incomplete"),
        ("/01/06901234567892/99/X", "link_incomplete"),
        ("https://trace.example/", "link_incomplete"),
        ("https://trace.example/recalls", "link_incomplete"),
        ("https://[/01/06901234567892", "link_incomplete"),
        ("https://trace.example/t/", "link_incomplete"),
        ("/t/7K3M9QXW2D5RVT8", "serial_unreadable"),
        ("/t/7K3M9QXW2D5RVT8U", "serial_unreadable"),
        ("/t/7K3M9QXW2D5R%3Cb%3E", "link_serial_unreadable"),
        ("/01/06901234567892/21/ABC", "serial_unreadable"),
        ("7K3M9QXW2D5RVT8", "serial_unreadable"),
        ("7K3M9QXW2D5RVT8HH", "serial_unreadable"),
        ("7K3M9QXW2D5RVT8U", "serial_unreadable"),
        ("6901234567890".translate(WIDE), "gtin_check_digit"),
        ("(01)06901234567892(10)", "elements_unreadable"),
        ("(10)A1", "code_unreadable"),
        ("A" * 5000, "code_unreadable"),
        ("", "serial_unreadable"),
        ("你好", "serial_unreadable"),
    ],
)
def test_bad_codes_all_get_the_same_answer_with_their_cause_beside(
    text: str, cause: str
) -> None:
    with pytest.raises(InvalidInput, match="not a code as printed") as refused:
        read_code(text)
    assert refused.value.code == "code_unreadable"
    assert refused.value.params == {}
    assert isinstance(refused.value.__cause__, InvalidInput)
    assert refused.value.__cause__.code == cause


def test_a_link_is_too_long_to_be_one() -> None:
    with pytest.raises(InvalidInput) as refused:
        DigitalLink.parse("/01/" + "0" * 3000)
    assert refused.value.code == "link_incomplete"


def test_a_link_names_something() -> None:
    nothing: list[dict[str, Any]] = [{}, {"lot": LOT}, {"serial": "A", "lot": LOT}]
    for link in nothing:
        with pytest.raises(InvalidInput):
            DigitalLink("", **link)


PIECES = st.sampled_from(
    [
        "01",
        "10",
        "21",
        "22",
        "t",
        "/",
        "(",
        ")",
        "]d2",
        "\x1d",
        "%",
        "%2",
        "?",
        "#",
        "6901234567892",
        "7K3M9QXW2D5RVT8H",
        "https://",
        "[",
        "@",
        ":",
        "\ud800",
    ]
)


@given(
    st.text(st.characters(), max_size=80) | st.lists(PIECES, max_size=9).map("".join)
)
@example("//[")
@example("https://\u2100.example/01/06901234567892")
def test_no_text_gives_any_other_error(text: str) -> None:
    with suppress(InvalidInput):
        reading = read_code(text)
        assert reading.serial or reading.gtin
