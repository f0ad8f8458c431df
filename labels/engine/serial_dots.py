"""Serials as dots, for many labels at once: each sign is drawn once for each place."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from .columns import Bytes
from .layout import Line
from .raster import inked_rows, sign_dots
from .runs import SerialLine

AT_ONCE = 256
"""Labels in work together: what they need stays in the processor's cache."""

USUAL = " 0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""What stands in nearly every one of them."""


@dataclass(frozen=True, slots=True, eq=False)
class SerialDots:
    """A line with the serial on many labels, without the white above and below it."""

    top: int
    """Rows left out above: the same for every serial."""
    wide: int
    """Bytes of a row; the highest bit is the first dot, a set bit is black."""
    rows: Bytes
    """Those of each label, one after the other."""


def serial_dots(serial: SerialLine) -> SerialDots:
    """The dots of the line on each label."""
    # Of its own text only the length counts: the next batch finds the tables kept.
    line = replace(serial.line, text="0" * len(serial.line.text))
    signs = "".join(sorted({*USUAL, *map(chr, np.unique(serial.texts))}))
    number = np.zeros(256, np.intp)
    number[[ord(sign) for sign in signs]] = range(len(signs))
    top, end = inked_rows(line, signs)
    tables = _tables(line, signs, top, end)
    rows = np.empty((len(serial.texts), end - top, len(tables)), np.uint8)
    for start in range(0, len(rows), AT_ONCE):
        texts = np.ascontiguousarray(number[serial.texts[start : start + AT_ONCE]].T)
        columns = np.zeros((len(tables), texts.shape[1], end - top), np.uint8)
        for column, some in zip(columns, tables, strict=True):
            for place, table in some[:1]:
                table.take(texts[place], axis=0, out=column, mode="clip")
            for place, table in some[1:]:
                column |= table.take(texts[place], axis=0)
        rows[start : start + AT_ONCE] = columns.transpose(1, 2, 0)
    return SerialDots(top, len(tables), rows.reshape(len(rows), -1))


@lru_cache(maxsize=32)
def _tables(
    line: Line, signs: str, top: int, end: int
) -> tuple[tuple[tuple[int, Bytes], ...], ...]:
    """For each column of bytes, the places of the text that reach into it.

    With each, what each sign puts there: ``(signs, height)``.
    """
    packed = np.packbits(sign_dots(line, signs)[:, :, top:end], axis=3)
    return tuple(
        tuple(
            (place, np.ascontiguousarray(packed[place, :, :, column]))
            for place in range(len(packed))
            if packed[place, :, :, column].any()
        )
        for column in range(packed.shape[3])
    )
