"""GTIN, lot code, SSCC and element strings; domain.md §9, 8 and 20."""

from contextlib import suppress

import pytest
from biip.checksums import gs1_standard_check_digit
from hypothesis import given
from hypothesis import strategies as st

from lotmark.trace.errors import InvalidInput
from lotmark.trace.identity.gs1 import (
    Gtin,
    LotCode,
    Sscc,
    check_digit,
    read_elements,
)

WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
"""ASCII to the full-width forms a Chinese keyboard gives."""


@given(st.text("0123456789", min_size=7, max_size=17))
def test_check_digit_agrees_with_biip(digits: str) -> None:
    assert check_digit(digits) == gs1_standard_check_digit(digits)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("96385074", "00000096385074"),
        ("614141000036", "00614141000036"),
        ("6901234567892", "06901234567892"),
        ("16901234567899", "16901234567899"),
        ("6901234567892".translate(WIDE), "06901234567892"),
        (" 690-1234 567892 ", "06901234567892"),
    ],
)
def test_every_gtin_is_kept_as_14_digits(text: str, digits: str) -> None:
    assert str(Gtin.parse(text)) == digits
    assert Gtin.parse(digits) == Gtin.parse(text)


def test_a_gtin_is_held_with_14_digits_or_not_at_all() -> None:
    with pytest.raises(InvalidInput) as refused:
        Gtin("6901234567892")
    assert refused.value.code == "gtin_length"


def test_a_wrong_check_digit_names_expected_and_found() -> None:
    with pytest.raises(InvalidInput) as refused:
        Gtin.parse("6901234567890")
    assert refused.value.code == "gtin_check_digit"
    assert str(refused.value) == (
        "GTIN 06901234567890 ends in 0, but its check digit is 2: "
        "compare it with the number under the barcode."
    )


@given(st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_never_passes(place: int, change: int) -> None:
    good = "6901234567892"
    wrong = str((int(good[place]) + change) % 10)
    with pytest.raises(InvalidInput):
        Gtin.parse(good[:place] + wrong + good[place + 1 :])


@pytest.mark.parametrize(
    "text", ["", "690123456789A", "690123456", "1" * 15, "٦٩٠١٢٣٤٥٦٧٨٩٢", "1" * 9999]
)
def test_gtins_of_another_length_or_script_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Gtin.parse(text)
    assert refused.value.code == "gtin_length"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("20260501-L3", "20260501-L3"),
        ("a1.b", "A1.B"),
        ("00123", "00123"),
        ("A--1", "A--1"),
        ("2026/05/01 L3", "2026-05-01-L3"),
        ("20260501A ".translate(WIDE), "20260501A"),
        ("批20260501", "20260501-R7AD9BDP"),
    ],
)
def test_batch_numbers_become_lot_codes(typed: str, code: str) -> None:
    assert str(LotCode.from_batch_number(typed)) == code


def test_batch_numbers_that_differ_in_lost_letters_stay_apart() -> None:
    shifts = ["20260501早", "20260501晚", "20260501", "早班", "晚班"]
    long = [f"2026-05-01-LINE-3-SHIFT-{n}" for n in range(50)]
    codes = {str(LotCode.from_batch_number(text)) for text in shifts + long}
    assert len(codes) == len(shifts + long)
    assert LotCode.from_batch_number("L0T") != LotCode.from_batch_number("LOT")
    assert LotCode.from_batch_number("07") != LotCode.from_batch_number("7")


def test_the_same_batch_number_gives_the_same_code_however_spaced() -> None:
    assert LotCode.from_batch_number("早班  a 1") == LotCode.from_batch_number(
        " 早班 a 1 ".translate(WIDE)
    )


@pytest.mark.parametrize("text", ["", "   ", "---", "..", "/", "，。", "\u200b"])
def test_batch_numbers_without_letter_or_digit_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        LotCode.from_batch_number(text)
    assert refused.value.code == "batch_number_unusable"


@given(st.text(st.characters(), max_size=60))
def test_any_text_gives_a_lot_code_or_a_refusal(text: str) -> None:
    with suppress(InvalidInput):
        code = LotCode.from_batch_number(text)
        assert LotCode.parse(str(code)) == code
        assert LotCode.from_batch_number(str(code)) == code


@pytest.mark.parametrize(
    "text", [".", "..", "-", "A B", "A/B", "A" * 21, "", "<b>", "批"]
)
def test_lot_codes_outside_the_form_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        LotCode.parse(text)
    assert refused.value.code == "lot_code_unreadable"


def test_sscc_numbers_run_through_extension_and_reference() -> None:
    assert str(Sscc.build("6901234", 0))[:17] == "0" + "6901234" + "000000000"
    last = str(Sscc.build("6901234", 10**10 - 1))
    assert last[:17] == "9" + "6901234" + "999999999"
    assert len({str(Sscc.build("690123456789", n)) for n in range(2000)}) == 2000


@pytest.mark.parametrize(
    ("prefix", "number", "code"),
    [
        ("6901234", 10**10, "sscc_exhausted"),
        ("6901234", -1, "sscc_exhausted"),
        ("690", 1, "company_prefix_invalid"),
        ("69012x4", 1, "company_prefix_invalid"),
    ],
)
def test_sscc_outside_the_prefix_is_refused(
    prefix: str, number: int, code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        Sscc.build(prefix, number)
    assert refused.value.code == code


def test_sscc_is_read_with_and_without_its_identifier() -> None:
    # GS1 General Specifications use this company prefix in their examples
    sscc = Sscc.parse("106141412345678908")
    for text in ["(00)106141412345678908", "00 10614141 2345678908"]:
        assert Sscc.parse(text) == sscc
    for text, code in [
        ("106141412345678909", "sscc_check_digit"),
        ("10614141234567890", "sscc_length"),
        ("", "sscc_length"),
    ]:
        with pytest.raises(InvalidInput) as refused:
            Sscc.parse(text)
        assert refused.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "(01)06901234567892(10)A1(21)7K3M9QXW2D5RVT8H",
        "(01) 06901234567892 (21) 7K3M9QXW2D5RVT8H (10) A1",
        "010690123456789210A1\x1d217K3M9QXW2D5RVT8H",
        "]d2010690123456789210A1\x1d217K3M9QXW2D5RVT8H",
        "]Q30106901234567892217K3M9QXW2D5RVT8H\x1d10A1",
        "010690123456789210A1|217K3M9QXW2D5RVT8H",
    ],
)
def test_element_strings_scanned_and_printed(text: str) -> None:
    assert read_elements(text) == {
        "01": "06901234567892",
        "10": "A1",
        "21": "7K3M9QXW2D5RVT8H",
    }


def test_an_impossible_date_does_not_hide_the_lot() -> None:
    assert read_elements("(17)261131(10)A1") == {"17": "261131", "10": "A1"}


@pytest.mark.parametrize(
    "text", ["", "(", "(01)", "(01)123", "()", "88888", "(10)A(10)B", "x" * 600]
)
def test_broken_element_strings_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_elements(text)
    assert refused.value.code == "elements_unreadable"
