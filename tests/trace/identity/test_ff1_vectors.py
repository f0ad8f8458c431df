"""FF1 against NIST's samples and an independent implementation (fastfpe, PyPI)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from fastfpe import ff1 as oracle
from hypothesis import given, settings
from hypothesis import strategies as st

from lotmark.trace.identity.ff1 import FF1

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
KEY_128 = "2B7E151628AED2A6ABF7158809CF4F3C"
KEY_192 = KEY_128 + "EF4359D8D580AA4F"
KEY_256 = KEY_192 + "7F036D6F04FC6A94"
DECIMAL = "0123456789"
MIXED = "0123456789abcdefghi"
TWEAK_10 = "39383736353433323130"
TWEAK_11 = "3737373770717273373737"
# NIST, "FF1 Samples" 1 to 9, published beside SP 800-38G on csrc.nist.gov
SAMPLES = [
    (KEY_128, "", 10, DECIMAL, "2433477484"),
    (KEY_128, TWEAK_10, 10, DECIMAL, "6124200773"),
    (KEY_128, TWEAK_11, 36, MIXED, "a9tv40mll9kdu509eum"),
    (KEY_192, "", 10, DECIMAL, "2830668132"),
    (KEY_192, TWEAK_10, 10, DECIMAL, "2496655549"),
    (KEY_192, TWEAK_11, 36, MIXED, "xbj3kv35jrawxv32ysr"),
    (KEY_256, "", 10, DECIMAL, "6657667009"),
    (KEY_256, TWEAK_10, 10, DECIMAL, "1001623463"),
    (KEY_256, TWEAK_11, 36, MIXED, "xs8a0azh2avyalyzuwd"),
]


def spell(number: int, radix: int, length: int) -> str:
    text = ""
    for _ in range(length):
        number, digit = divmod(number, radix)
        text = DIGITS[digit] + text
    return text


@pytest.mark.parametrize(("key", "tweak", "radix", "plain", "enciphered"), SAMPLES)
def test_nist_samples(
    key: str, tweak: str, radix: int, plain: str, enciphered: str
) -> None:
    cipher = FF1(
        bytes.fromhex(key), bytes.fromhex(tweak), radix=radix, length=len(plain)
    )
    number = int(plain, radix)
    assert spell(cipher.encrypt(number), radix, len(plain)) == enciphered
    assert cipher.decrypt(int(enciphered, radix)) == number


@settings(max_examples=300, deadline=None)
@given(
    key=st.sampled_from((16, 24, 32)).flatmap(
        lambda n: st.binary(min_size=n, max_size=n)
    ),
    tweak=st.binary(max_size=40),
    radix=st.integers(2, 36),
    length=st.integers(20, 60),
    seed=st.integers(0, 2**400),
)
def test_agrees_with_an_independent_ff1_for_any_radix_length_and_tweak(
    key: bytes, tweak: bytes, radix: int, length: int, seed: int
) -> None:
    number = seed % radix**length
    cipher = FF1(key, tweak, radix=radix, length=length)
    expected = oracle.encrypt(
        key.hex(), tweak.hex(), DIGITS[:radix], spell(number, radix, length)
    )
    assert spell(cipher.encrypt(number), radix, length) == expected
    assert cipher.decrypt(cipher.encrypt(number)) == number


@pytest.mark.parametrize("length", [100, 400])
def test_long_strings_need_several_blocks_a_round(length: int) -> None:
    cipher = FF1(bytes(32), b"", radix=36, length=length)
    number = 36**length // 7
    expected = oracle.encrypt(bytes(32).hex(), "", DIGITS, spell(number, 36, length))
    assert spell(cipher.encrypt(number), 36, length) == expected
    assert cipher.decrypt(cipher.encrypt(number)) == number


def test_small_domains_and_foreign_numbers_are_refused() -> None:
    for radix, length in [(10, 5), (1, 60), (2**17, 4), (10**6, 1)]:
        with pytest.raises(ValueError, match="outside FF1"):
            FF1(bytes(32), b"", radix=radix, length=length)
    cipher = FF1(bytes(32), b"", radix=10, length=6)
    for number in (-1, 10**6):
        with pytest.raises(ValueError, match="does not fit"):
            cipher.encrypt(number)


def test_one_cipher_serves_many_threads() -> None:
    cipher = FF1(bytes(32), b"LM", radix=32, length=16)

    def round_trips(start: int) -> bool:
        numbers = range(start, start + 2000)
        return all(cipher.decrypt(cipher.encrypt(n)) == n for n in numbers)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(round_trips, range(0, 16_000, 2000)))
