"""FF1, the format-preserving cipher of NIST SP 800-38G, for strings of a fixed length.

A string of ``length`` digits in base ``radix`` is given as the number it spells, most
significant digit first: FF1's own NUM (SP 800-38G 4.5).
"""

import threading
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers import (
    Cipher,
    CipherContext,
    algorithms,
    modes,
)

_BLOCK = 16


class FF1:
    """Numbers below ``radix ** length`` mapped one to one onto themselves by a key.

    Everything that depends on key, tweak and length alone is computed once, so that a
    number costs ten AES blocks. One object may be used by several threads.

    >>> key = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
    >>> cipher = FF1(key, b"", radix=10, length=10)
    >>> cipher.encrypt(123456789), cipher.decrypt(2433477484)
    (2433477484, 123456789)
    """

    def __init__(self, key: bytes, tweak: bytes, *, radix: int, length: int) -> None:
        """``key`` is 16, 24 or 32 bytes; ``tweak`` any bytes.

        Raises:
            ValueError: the domain has fewer than a million strings, which FF1 does not
                protect (SP 800-38G Rev. 1 draft, 5.1), or an argument is out of range.
        """
        if not (2 <= radix <= 2**16 and length >= 2 and radix**length >= 10**6):
            raise ValueError(f"radix {radix} with length {length} is outside FF1")
        self._aes = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305, the PRF
        self._thread = threading.local()
        left = length // 2
        right = length - left
        self._split: int = radix**right
        self._sizes: tuple[int, int] = (radix**left, radix**right)
        self._number_bytes = ((self._split - 1).bit_length() + 7) // 8  # step 3: b
        self._pad_bytes = 4 * ((self._number_bytes + 3) // 4) + 4  # step 4: d
        self._prepare(tweak, radix, length)

    def _prepare(self, tweak: bytes, radix: int, length: int) -> None:
        """Steps 5 and 6.i: fold the blocks that never change into one mask a round."""
        head = (
            bytes((1, 2, 1))
            + radix.to_bytes(3, "big")
            + bytes((10, length // 2 % 256))
            + length.to_bytes(4, "big")
            + len(tweak).to_bytes(4, "big")
        )
        zeros = (-len(tweak) - self._number_bytes - 1) % _BLOCK
        fixed = head + tweak + bytes(zeros)
        whole = len(fixed) - len(fixed) % _BLOCK
        update = self.encryptor().update
        state = 0
        for start in range(0, whole, _BLOCK):
            block = int.from_bytes(fixed[start : start + _BLOCK], "big")
            state = _aes(update, state ^ block)
        self._tail_bytes = len(fixed) - whole + 1 + self._number_bytes
        after_tail = 8 * (self._tail_bytes - _BLOCK)
        rest = int.from_bytes(fixed[whole:], "big") << 8 * (1 + self._number_bytes)
        self.masks: tuple[int, ...] = tuple(
            (state << after_tail) ^ rest ^ (i << 8 * self._number_bytes)
            for i in range(10)
        )
        """What is XORed with a half before the last AES step of each round."""

    def encryptor(self) -> CipherContext:
        """AES of single blocks under this key, for the calling thread alone."""
        return self._aes.encryptor()

    def _update(self) -> Callable[[bytes], bytes]:
        """This thread's AES: a context shared by two threads raises RuntimeError."""
        try:
            update: Callable[[bytes], bytes] = self._thread.update
        except AttributeError:
            update = self._thread.update = self.encryptor().update
        return update

    def encrypt(self, number: int) -> int:
        """Encipher ``number`` (SP 800-38G, algorithm 7)."""
        high, low = self._halves(number)
        update = self._update()
        for i in range(10):
            high, low = low, (high + self._pad(update, i, low)) % self._sizes[i & 1]
        return high * self._split + low

    def decrypt(self, number: int) -> int:
        """Decipher ``number`` (SP 800-38G, algorithm 8)."""
        high, low = self._halves(number)
        update = self._update()
        for i in range(9, -1, -1):
            high, low = (low - self._pad(update, i, high)) % self._sizes[i & 1], high
        return high * self._split + low

    def _halves(self, number: int) -> tuple[int, int]:
        high, low = divmod(number, self._split)
        if not 0 <= high < self._sizes[0]:
            raise ValueError("the number does not fit radix and length")
        return high, low

    def _pad(self, update: Callable[[bytes], bytes], i: int, half: int) -> int:
        """Steps 6.ii to 6.iv: the number y that round ``i`` adds to the other half."""
        tail = (self.masks[i] ^ half).to_bytes(self._tail_bytes, "big")
        block = update(tail[:_BLOCK])
        for start in range(_BLOCK, self._tail_bytes, _BLOCK):
            chained = int.from_bytes(block, "big")
            part = int.from_bytes(tail[start : start + _BLOCK], "big")
            block = update((chained ^ part).to_bytes(_BLOCK, "big"))
        if self._pad_bytes > _BLOCK:
            first = int.from_bytes(block, "big")
            for j in range(1, -(-self._pad_bytes // _BLOCK)):
                block += update((first ^ j).to_bytes(_BLOCK, "big"))
        return int.from_bytes(block[: self._pad_bytes], "big")


def _aes(update: Callable[[bytes], bytes], block: int) -> int:
    return int.from_bytes(update(block.to_bytes(_BLOCK, "big")), "big")
