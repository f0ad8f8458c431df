"""Serials as dots, for many labels at once: each sign is drawn once for each place."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .columns import Bytes
from .layout import Line
from .raster import sign_dots
from .runs import SerialLine

AT_ONCE = 64
"""Labels in work together: what they need stays in the processor's cache."""


def serial_rows(serial: SerialLine) -> Bytes:
    """The dots of the line's box on each label, row after row in whole bytes.

    The highest bit is the first dot; a set bit is black.
    """
    signs = "".join(map(chr, sorted(set(np.unique(serial.texts).tolist()))))
    number = np.zeros(256, np.intp)
    number[[ord(sign) for sign in signs]] = range(len(signs))
    texts = number[serial.texts]
    tables = _tables(serial.line, signs)
    rows = np.empty((len(texts), tables.shape[2]), np.uint8)
    for start in range(0, len(texts), AT_ONCE):
        part = texts[start : start + AT_ONCE]
        some = tables[0, part[:, 0]]
        for place in range(1, part.shape[1]):
            some |= tables[place, part[:, place]]
        rows[start : start + AT_ONCE] = some
    return rows


@lru_cache(maxsize=32)
def _tables(line: Line, signs: str) -> NDArray[np.uint8]:
    """For each place and sign, the packed rows of the line's box."""
    packed = np.packbits(sign_dots(line, signs), axis=3)
    return packed.reshape(*packed.shape[:2], -1)
