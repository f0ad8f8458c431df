"""A run's symbols as the dots a label printer darkens, row after row in whole bytes."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .columns import Bytes, hexed
from .qr_block import packed_rows
from .runs import Run


def module_rows(run: Run) -> NDArray[np.uint8]:
    """``(labels, modules, bytes)``: one row of dots for each row of modules.

    The printer darkens every row ``run.module`` times. A set bit is black.
    """
    return _rows(run, _widened(run.module))[:, :, : _bytes(run)]


def module_digits(run: Run) -> NDArray[np.uint8]:
    """The same rows in hexadecimal digits."""
    return _rows(run, hexed(_widened(run.module)))[:, :, : 2 * _bytes(run)]


def _rows(run: Run, table: Bytes) -> NDArray[np.uint8]:
    """Every row of modules, put together of what its bytes stand for in the table."""
    rows = packed_rows(run.symbols)
    return table.take(rows, axis=0).reshape(len(run), run.size, -1)


def _bytes(run: Run) -> int:
    """Of a row of dots."""
    return (run.size * run.module + 7) // 8


@lru_cache(maxsize=16)
def _widened(times: int) -> Bytes:
    """For every byte its bits, each so many times."""
    bits = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)
    return np.packbits(np.repeat(bits, times, axis=1), axis=1)
